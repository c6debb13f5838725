//! Endpoints of events: an organisation's are together, and counted.

use super::{
    commit::{Commit, telling},
    expressions::Values,
    items::{
        ENDPOINTS, Item, Key, SCHEMA, decode_endpoint, decode_log, encode_endpoint, encode_endpoint_log,
        endpoint_values, json, number, read_text, text,
    },
    store::{Change, DynamoStore, unreadable},
};
use acredita_domain::{
    events::{Log, Story, Subject},
    ids::{EndpointId, OrgId},
    ports::{Endpoints, FindError, NewEndpointError, StepError},
    webhooks::{Endpoint, Health, MAX_ENDPOINTS},
};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;

const AS_READ: &str = "#revision = :revision";
/// What [`Endpoints::reseal`] writes.
const SECRETS: [&str; 3] = ["secret", "previous", "previous_until"];

#[async_trait]
impl Endpoints for DynamoStore {
    async fn create(&self, endpoint: &Endpoint, story: Story) -> Result<(), NewEndpointError> {
        let operation = "create endpoint";
        let values = vec![("schema", number(SCHEMA)), ("one", number(1)), ("most", number(MAX_ENDPOINTS as i128))];
        let key = Key::endpoints(&endpoint.org);
        let update = "SET #schema = :schema ADD #count :one";
        let condition = "attribute_not_exists(#count) OR #count < :most";
        let count = self.change(Change { key, update, condition, values });
        let created = telling(operation, &story, |chapter| {
            Commit::new(self, operation, endpoint.created_at)
                .guarded(count.clone())
                .put(encode_endpoint(endpoint))
                .put(encode_endpoint_log(endpoint, chapter))
                .tell(chapter)
        });
        created.await.map_err(|error| match error {
            StepError::Unavailable(unavailable) => NewEndpointError::Unavailable(unavailable),
            _ => NewEndpointError::Full,
        })
    }

    async fn all(&self, org: &OrgId) -> Result<Vec<Endpoint>, FindError> {
        let operation = "list endpoints";
        let pk = Key::endpoints(org).attributes()["pk"].clone();
        let condition = "#pk = :pk AND begins_with(#sk, :endpoints)";
        let values = [("pk", pk), ("endpoints", text(ENDPOINTS))];
        let items = self.query_all(operation, condition, None, &values).await.map_err(FindError::Unavailable)?;
        let mut endpoints =
            items.iter().map(decode_endpoint).collect::<Result<Vec<Endpoint>, _>>().map_err(unreadable(operation))?;
        endpoints.sort_by_key(|endpoint| (endpoint.created_at, endpoint.id));
        Ok(endpoints)
    }

    async fn find(&self, org: &OrgId, id: EndpointId) -> Result<Option<Endpoint>, FindError> {
        DynamoStore::find(self, "find endpoint", Key::endpoint(org, id), decode_endpoint).await
    }

    async fn log_of(&self, org: &OrgId, id: EndpointId) -> Result<Option<Log>, FindError> {
        let subject = Subject::WebhookEndpoint { endpoint_id: id };
        let decode = |item: &Item| if read_text(item, "org")? == org.as_str() { decode_log(item) } else { Ok(None) };
        let found = DynamoStore::find(self, "find log of endpoint", Key::subject(subject), decode).await;
        found.map(Option::flatten)
    }

    async fn change(&self, before: &Endpoint, after: &Endpoint, story: Story) -> Result<(), StepError> {
        let operation = "change endpoint";
        let (mut set, remove, mut values) = assignments(endpoint_values(after));
        set.push("#revision = :next".to_owned());
        values.extend([("revision", number(before.revision)), ("next", number(before.revision + 1))]);
        // Workers record the health all the time: only a change of it touches it.
        if before.health != after.health {
            set.push("#health = :health".to_owned());
            values.push(("health", json(&after.health)));
        }
        let (key, update) = (Key::endpoint(&before.org, before.id), updates(&set, &remove));
        let change = DynamoStore::change(self, Change { key, update: &update, condition: AS_READ, values });
        telling(operation, &story, |chapter| {
            Commit::new(self, operation, after.enabled_at).guarded(change.clone()).only_tell(&before.org, chapter)
        })
        .await
    }

    async fn delete(&self, endpoint: &Endpoint, story: Story) -> Result<(), StepError> {
        let operation = "delete endpoint";
        let values = vec![("less", number(-1)), ("zero", number(0))];
        let key = Key::endpoints(&endpoint.org);
        let (update, condition) = ("ADD #count :less", "#count > :zero");
        let count = DynamoStore::change(self, Change { key, update, condition, values });
        let key = Key::endpoint(&endpoint.org, endpoint.id);
        let delete = self.delete_if(key, "attribute_exists(#pk)", Vec::new());
        telling(operation, &story, |chapter| {
            Commit::new(self, operation, endpoint.created_at)
                .guarded(delete.clone())
                .write(count.clone())
                .delete_telling("#org = :org", vec![("org", text(&endpoint.org))], &endpoint.org, chapter)
        })
        .await
    }

    async fn reseal(&self, resealed: &Endpoint) -> Result<(), StepError> {
        let secrets = endpoint_values(resealed).into_iter().filter(|(name, _)| SECRETS.contains(name)).collect();
        let (set, remove, mut values) = assignments(secrets);
        values.push(("revision", number(resealed.revision)));
        let (key, update) = (Key::endpoint(&resealed.org, resealed.id), updates(&set, &remove));
        self.update("reseal secrets", Change { key, update: &update, condition: AS_READ, values }).await?;
        Ok(())
    }

    async fn record_health(&self, endpoint: &Endpoint, health: &Health) -> Result<(), StepError> {
        let values = vec![("before", json(&endpoint.health)), ("after", json(health))];
        let key = Key::endpoint(&endpoint.org, endpoint.id);
        let change = Change { key, update: "SET #health = :after", condition: "#health = :before", values };
        self.update("record health", change).await?;
        Ok(())
    }
}

/// What to set, what to remove, and the values.
fn assignments(all: Vec<(&'static str, Option<AttributeValue>)>) -> (Vec<String>, Vec<String>, Values) {
    let (mut set, mut remove, mut values) = (Vec::new(), Vec::new(), Values::new());
    for (name, value) in all {
        match value {
            Some(value) => {
                set.push(format!("#{name} = :{name}"));
                values.push((name, value));
            }
            None => remove.push(format!("#{name}")),
        }
    }
    (set, remove, values)
}

fn updates(set: &[String], remove: &[String]) -> String {
    let removed = if remove.is_empty() { String::new() } else { format!(" REMOVE {}", remove.join(", ")) };
    format!("SET {}{removed}", set.join(", "))
}
