//! Items as a version stored them that knew neither a list of records nor a search.

use crate::{
    look::{Item, TABLE, text},
    world::World,
};
use aws_sdk_dynamodb::types::AttributeValue;

/// What such a version did not write into identifications, chains and scorings.
const LATER: [&str; 6] = ["record_shard", "record_at", "record_kind", "client_reference_id", "score", "lookups"];

impl World {
    /// Makes everything in the table as it was before there were a list and a search.
    pub async fn go_back_before_records(&self) {
        for item in self.items().await {
            match text(&item, "pk").split('#').next() {
                Some("IDN" | "CHN" | "SCO") if text(&item, "sk") == "A" && !item.contains_key("identification_id") => {
                    self.remove_later_attributes(&item).await;
                }
                Some("LKP") => self.remove_item(&item).await,
                _ => {}
            }
        }
        self.wire.take();
    }

    async fn remove_later_attributes(&self, item: &Item) {
        let names = LATER.map(|name| format!("#{name}"));
        let mut update = self.aws.clients.dynamodb.update_item().table_name(TABLE).set_key(Some(key(item)));
        for name in LATER {
            update = update.expression_attribute_names(format!("#{name}"), name);
        }
        update.update_expression(format!("REMOVE {}", names.join(", "))).send().await.expect("the table answers");
    }

    async fn remove_item(&self, item: &Item) {
        let delete = self.aws.clients.dynamodb.delete_item().table_name(TABLE).set_key(Some(key(item)));
        delete.send().await.expect("the table answers");
    }
}

fn key(item: &Item) -> Item {
    ["pk", "sk"].map(|name| (name.to_owned(), AttributeValue::S(text(item, name).to_owned()))).into()
}
