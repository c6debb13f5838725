//! The actor in a body: its schema and its reader, shared by three creates.

use crate::{
    fault::Faults,
    fields::Fields,
    schemas::{CountryCode, Text},
};
use acredita_domain::{
    Invalid,
    actor::{Actor, DocumentType, IdentityDocument, Language, Msisdn, NOT_A_COUNTRY_CODE, NOT_A_PHONE_NUMBER},
};
use serde_json::json;
use std::{borrow::Cow, str::FromStr};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        KnownFormat, ObjectBuilder, OneOfBuilder, RefOr, Schema, SchemaFormat,
        schema::{SchemaType, Type},
    },
};

/// The person to identify.
#[derive(ToSchema)]
#[schema(as = Actor)]
pub struct ActorBody {
    /// Given name.
    #[schema(value_type = Text)]
    pub name: String,
    /// Family names.
    #[schema(value_type = Text)]
    pub last_name: String,
    /// Required for the second factors `DOCUMENT_NUMBER` and `PERSONAL_DOCUMENT_IMAGE`.
    pub identity_document: Option<IdentityDocumentBody>,
    /// Required for the channel and the second factor `EMAIL`.
    #[schema(example = "example@email.com", format = Email)]
    pub email: Option<String>,
    /// Required when an SMS or a WhatsApp message is to be sent.
    pub msisdn: Option<MsisdnBody>,
    /// The language of messages: `ES`, `EN`, `EU`, `GL`, `CA` or `DE`, in any case, with or without a region (`es-ES`).
    /// Default: `ES`.
    #[schema(example = "ES", pattern = r"^\s*([Ee][SsNnUu]|[Gg][Ll]|[Cc][Aa]|[Dd][Ee])([-_][A-Za-z0-9]{1,8})*\s*$")]
    pub language: Option<String>,
}

/// What is known of the person to identify.
pub struct PartialActorBody;

impl ToSchema for PartialActorBody {
    fn name() -> Cow<'static, str> {
        "PartialActor".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        ActorBody::schemas(schemas);
    }
}

impl PartialSchema for PartialActorBody {
    fn schema() -> RefOr<Schema> {
        let mut schema = ActorBody::schema();
        if let RefOr::T(Schema::Object(actor)) = &mut schema {
            actor.description = Some("What is known of the person to identify.".to_owned());
            for name in std::mem::take(&mut actor.required) {
                if let Some(member) = actor.properties.remove(&name) {
                    let null = ObjectBuilder::new().schema_type(Type::Null);
                    actor.properties.insert(name, OneOfBuilder::new().item(member).item(null).into());
                }
            }
        }
        schema
    }
}

/// The identity document that the actor claims to hold.
#[derive(ToSchema)]
#[schema(as = IdentityDocument)]
pub struct IdentityDocumentBody {
    /// Its number. A wrong control letter is accepted here and counts in scoring.
    #[schema(
        example = "12345678A",
        max_length = 256,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e]*[0-9A-Za-z][^\u0000-\u001f\u007f-\u009f\u2028-\u202e]*$"
    )]
    pub document_number: Option<String>,
    /// Its type.
    pub document_type: Option<DocumentTypeBody>,
    /// The issuing country.
    #[schema(value_type = Option<CountryCode>)]
    pub country: Option<String>,
}

crate::schema_of_names! {
    /// The types of identity documents.
    DocumentTypeBody as "DocumentType": DocumentType
}

/// A phone. One that we send to has to be a number of its country's plan, and is shown and counted as the plan writes it: a
/// national prefix is dropped where the plan has one. Services and numbers that cost a premium are refused.
#[derive(ToSchema)]
#[schema(as = Msisdn)]
pub struct MsisdnBody {
    #[schema(schema_with = phone_number)]
    pub phone_number: String,
    #[schema(schema_with = country_code)]
    pub country_code: String,
}

/// An integer or a text: what holds for the one says nothing about the other.
fn number_or_text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::Integer, Type::String]))
}

fn phone_number() -> Schema {
    let description = "A 64-bit integer, or a string of at most 20 digits of any script. Blanks, hyphens, dots and brackets in it are dropped.";
    let format = SchemaFormat::KnownFormat(KnownFormat::Int64);
    let schema = number_or_text().format(Some(format)).minimum(Some(0)).description(Some(description));
    let grouped = r"^([\s(\[]*[0-9]([\s()\[\]-]*[0-9]){0,19}[\s)\]]*|[0-9]{1,4}(\.[0-9]{1,4}){2,4})$";
    let schema = schema.pattern(Some(grouped));
    schema.examples([json!(6_123_456_789_u64), json!("612 345 678")]).build().into()
}

fn country_code() -> Schema {
    let description = "1 to 4 digits, as an integer or as a string with an optional leading + or 00.";
    let schema = number_or_text().minimum(Some(1)).maximum(Some(9_999)).description(Some(description));
    let schema = schema.pattern(Some(r"^\s*(\+|00)?[1-9][0-9]{0,3}\s*$"));
    schema.examples([json!("34"), json!(34)]).build().into()
}

/// Whether the actor's names are required.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    Required,
    Optional,
}

pub fn read_actor(fields: &Fields<'_>, names: Names, faults: &mut Faults) -> Actor {
    if names == Names::Required {
        for name in ["name", "last_name"].into_iter().filter(|name| !fields.has(name)) {
            fields.missing(name, faults);
        }
    }
    Actor {
        name: fields.text("name", faults),
        last_name: fields.text("last_name", faults),
        identity_document: fields
            .object("identity_document", faults)
            .map(|fields| read_identity_document(&fields, faults)),
        email: fields.text("email", faults),
        msisdn: fields.object("msisdn", faults).and_then(|fields| read_msisdn(&fields, faults)),
        language: fields.text("language", faults).map_or_else(Language::default, |Tag(language)| language),
    }
}

/// Reads the actor of a body that requires one.
pub fn required_actor(body: &Fields<'_>, faults: &mut Faults) -> Option<Actor> {
    if !body.has("actor") {
        body.missing("actor", faults);
    }
    body.object("actor", faults).map(|fields| read_actor(&fields, Names::Required, faults))
}

pub fn read_identity_document(fields: &Fields<'_>, faults: &mut Faults) -> IdentityDocument {
    IdentityDocument {
        document_number: fields.text("document_number", faults),
        document_type: fields.name("document_type", faults),
        country: fields.name("country", faults),
    }
}

pub fn read_msisdn(fields: &Fields<'_>, faults: &mut Faults) -> Option<Msisdn> {
    for name in ["phone_number", "country_code"].into_iter().filter(|name| !fields.has(name)) {
        fields.missing(name, faults);
    }
    let phone_number = fields.number_or_text("phone_number", NOT_A_PHONE_NUMBER, faults);
    let country_code = fields.number_or_text("country_code", NOT_A_COUNTRY_CODE, faults);
    Some(Msisdn::new(phone_number?, country_code?))
}

/// A language with an optional region.
struct Tag(Language);

impl FromStr for Tag {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        Language::from_tag(text).map(Self)
    }
}
