//! What every create takes for its caller's own use: its schemas and its reader.

use crate::{
    fault::Faults,
    fields::Fields,
    schemas::{LINE, line},
};
use acredita_domain::{
    Invalid,
    reference::{ClientMetadata, MetadataKey, MetadataText, Reference},
};
use serde_json::json;
use std::{borrow::Cow, collections::BTreeMap};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

/// The caller's own id of what it creates.
pub struct ClientReferenceIdBody;

impl ToSchema for ClientReferenceIdBody {
    fn name() -> Cow<'static, str> {
        "ClientReferenceId".into()
    }
}

impl PartialSchema for ClientReferenceIdBody {
    fn schema() -> RefOr<Schema> {
        let description = "Your own id of what is created: at most 200 characters. The actor's side never sees it.";
        line(200, LINE).description(Some(description)).examples(["order-4711"]).build().into()
    }
}

/// The caller's own texts.
pub struct ClientMetadataBody;

impl ToSchema for ClientMetadataBody {
    fn name() -> Cow<'static, str> {
        "ClientMetadata".into()
    }
}

impl PartialSchema for ClientMetadataBody {
    fn schema() -> RefOr<Schema> {
        let description = "At most 50 texts of your own, of at most 500 characters each, under keys of at most 40 \
                           characters without square brackets. The actor's side never sees them.";
        let schema = ObjectBuilder::new().schema_type(Type::Object).description(Some(description));
        let schema = schema.max_properties(Some(ClientMetadata::MOST)).property_names(Some(line(40, KEY)));
        schema.additional_properties(Some(line(500, LINE))).examples([json!({"shop": "042"})]).build().into()
    }
}

/// A line without square brackets.
const KEY: &str = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\[\]]*[^\s\u0000-\u001f\u007f-\u009f\u2028-\u202e\[\]][^\u0000-\u001f\u007f-\u009f\u2028-\u202e\[\]]*$";

const NOT_A_KEY: Invalid = Invalid("has a key that is not 1 to 40 characters of one line, without [ and ]");

/// Reads `client_reference_id` and `metadata`.
pub fn read_reference(body: &Fields<'_>, faults: &mut Faults) -> Reference {
    let client_reference_id = body.text("client_reference_id", faults);
    let metadata = body.object("metadata", faults).and_then(|fields| read_metadata(&fields, faults));
    Reference::new(client_reference_id, metadata.unwrap_or_default())
}

fn read_metadata(fields: &Fields<'_>, faults: &mut Faults) -> Option<ClientMetadata> {
    if fields.count() > ClientMetadata::MOST {
        faults.add(fields.own_place(), "has more than 50 members");
    }
    let mut texts = BTreeMap::new();
    // No more, so that an answer stays much shorter than the longest body.
    for member in fields.members().take(ClientMetadata::MOST) {
        let key: Option<MetadataKey> = faults.value(member.place(), member.key().parse().map_err(|_| NOT_A_KEY));
        let text: Option<MetadataText> = faults.value(member.place(), member.text());
        if let (Some(key), Some(text)) = (key, text)
            && texts.insert(key, text).is_some()
        {
            faults.add(member.place(), "has a key that another member has too");
        }
    }
    faults.value(fields.own_place(), ClientMetadata::try_from(texts))
}
