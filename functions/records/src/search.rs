//! The body and the answer of a search.

use crate::body::{RecordSummary, RecordsAnswer};
use acredita_domain::{
    lookups::Lookup,
    use_cases::{SearchRecords, SearchedRecords},
};
use acredita_http::{
    Faults, Fields, ParseRequest, RequestReader,
    actor::{MsisdnBody, read_msisdn},
    answers::Rfc3339,
    listing::limit,
    reference::ClientReferenceIdBody,
    request::{BodyKind, MAX_JSON},
};
use serde::Serialize;
use std::borrow::Cow;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{OneOfBuilder, RefOr, Schema},
};

/// What to search for: exactly one of these.
pub struct SearchRecordsBody;

impl ToSchema for SearchRecordsBody {
    fn name() -> Cow<'static, str> {
        "SearchRecordsBody".into()
    }
}

impl PartialSchema for SearchRecordsBody {
    fn schema() -> RefOr<Schema> {
        let one = OneOfBuilder::new().item(ByDocumentNumber::schema()).item(ByPhone::schema());
        let one = one.item(ByEmail::schema()).item(ByClientReferenceId::schema());
        one.description(Some("What to search for: exactly one of these.")).into()
    }
}

/// By the number of a document.
#[derive(ToSchema)]
pub struct ByDocumentNumber {
    /// The number, however it is written.
    #[schema(
        example = "12345678A",
        max_length = 256,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e]*[0-9A-Za-z][^\u0000-\u001f\u007f-\u009f\u2028-\u202e]*$"
    )]
    pub document_number: String,
}

/// By a phone.
#[derive(ToSchema)]
pub struct ByPhone {
    /// The phone, however it is written.
    pub phone: MsisdnBody,
}

/// By an e-mail address.
#[derive(ToSchema)]
pub struct ByEmail {
    /// The address, or another one of the same mailbox.
    #[schema(example = "example@email.com", format = Email)]
    pub email: String,
}

/// By your own id.
#[derive(ToSchema)]
pub struct ByClientReferenceId {
    /// Your own id, exactly.
    #[schema(value_type = ClientReferenceIdBody)]
    pub client_reference_id: String,
}

/// Which part of what is found.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// At most this many. Default: 50.
    #[param(minimum = 1, maximum = 100, example = 50)]
    pub limit: Option<u32>,
    /// The `next_cursor` of an answer to the same search. It is good for 24 hours.
    #[param(example = "eyJrIjoi")]
    pub cursor: Option<String>,
}

pub struct SearchRecordsRequest {
    pub command: SearchRecords,
}

impl ParseRequest for SearchRecordsRequest {
    const BODY: BodyKind = BodyKind::Json(MAX_JSON);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let limit = limit(request, faults);
        let cursor = request.query("cursor", faults).map(std::borrow::Cow::into_owned);
        let lookup = lookup(&request.body(faults)?, faults);
        Some(Self { command: SearchRecords { lookup: lookup?, limit, cursor } })
    }
}

fn lookup(body: &Fields<'_>, faults: &mut Faults) -> Option<Lookup> {
    const NAMES: [&str; 4] = ["document_number", "phone", "email", "client_reference_id"];
    let given: Vec<&str> = NAMES.into_iter().filter(|name| body.has(name)).collect();
    match given[..] {
        [_] => {}
        [] => NAMES.iter().for_each(|name| body.missing(name, faults)),
        _ => given.iter().for_each(|name| faults.add(body.place(name), "is not the only value to search by")),
    }
    if given.len() != 1 {
        return None;
    }
    let number = body.text("document_number", faults).map(|number| Lookup::document_number(&number));
    let phone = body.object("phone", faults).and_then(|phone| read_msisdn(&phone, faults));
    let email = body.text("email", faults).map(|email| Lookup::email(&email));
    let reference = body.text("client_reference_id", faults).map(|id| Lookup::client_reference_id(&id));
    number.or(phone.map(|phone| Lookup::phone(&phone))).or(email).or(reference)
}

/// What was found.
#[derive(Serialize, ToSchema)]
#[schema(as = FoundRecords)]
pub struct FoundRecordsAnswer {
    pub records: Vec<RecordSummary>,
    /// Asks for what comes next. Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_cursor: Option<String>,
    /// Whatever was created since is found. It is `1970-01-01T00:00:00Z` when all that is kept is found.
    #[schema(value_type = String, format = DateTime)]
    pub complete_since: Rfc3339,
}

impl From<SearchedRecords> for FoundRecordsAnswer {
    fn from(SearchedRecords { listed, complete_since }: SearchedRecords) -> Self {
        let RecordsAnswer { records, next_cursor } = listed.into();
        Self { records, next_cursor, complete_since: Rfc3339(complete_since) }
    }
}
