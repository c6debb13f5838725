//! The check of the DNI on the phone: its body and its answer.

use acredita_domain::{
    ids::{IdentificationId, MidniCheckId},
    midni::{DeclaredMatch, Kind, Presented},
    scoring::CheckResult,
    text::Private,
    use_cases::MidniChecked,
};
use acredita_http::{
    Faults, Fields, ParseRequest, RequestReader,
    answers::Rfc3339,
    request::{BodyKind, MAX_JSON_WITH_PICTURE},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use chrono::NaiveDate;
use serde::Serialize;
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{OneOfBuilder, RefOr, Schema},
};

/// The code on the person's phone: its bytes, or a picture of it.
pub struct CheckMidniBody;

impl ToSchema for CheckMidniBody {
    fn name() -> Cow<'static, str> {
        "CheckMidniBody".into()
    }
}

impl PartialSchema for CheckMidniBody {
    fn schema() -> RefOr<Schema> {
        let one = OneOfBuilder::new().item(CodeBody::schema()).item(PictureBody::schema());
        one.description(Some("The code on the person's phone: its bytes, or a picture of it.")).into()
    }
}

/// The bytes of a code.
#[derive(ToSchema)]
pub struct CodeBody {
    /// The bytes of the QR code in base64 or base64url, padded or not, in lines or not, or as a `data:` URL.
    #[schema(content_encoding = "base64")]
    pub code: String,
}

/// A picture of a code.
#[derive(ToSchema)]
pub struct PictureBody {
    /// A JPEG or PNG of the phone's screen in base64 or base64url, padded or not, in lines or not, or as a `data:` URL.
    #[schema(content_encoding = "base64")]
    pub picture: String,
}

pub struct CheckMidniRequest {
    pub id: IdentificationId,
    pub presented: Presented,
}

impl ParseRequest for CheckMidniRequest {
    const BODY: BodyKind = BodyKind::Json(MAX_JSON_WITH_PICTURE);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = request.path("identification_id", faults);
        let body = request.body(faults)?;
        let presented = presented(&body, faults);
        Some(Self { id: id?, presented: presented? })
    }
}

fn presented(body: &Fields<'_>, faults: &mut Faults) -> Option<Presented> {
    match [body.has("code"), body.has("picture")] {
        [true, false] => body.bytes("code", faults).map(Presented::Code),
        [false, true] => body.bytes("picture", faults).map(Presented::Picture),
        [false, false] => {
            faults.add(body.place("code"), "is required, or a picture");
            faults.add(body.place("picture"), "is required, or a code");
            None
        }
        [true, true] => {
            faults.add(body.place("picture"), "is not taken together with a code");
            None
        }
    }
}

/// What the agent needs to know of the card. What the code does not carry is absent. Nothing of it is kept but for the
/// kind, what matched, the certificate, a digest of the code, and times.
#[derive(Serialize, ToSchema)]
pub struct MidniCheck {
    /// To validate with, within five minutes.
    #[schema(value_type = uuid::Uuid)]
    pub midni_check_id: MidniCheckId,
    /// How much of the card the code carries: `COMPLETE`, `SIMPLE` or `AGE`.
    #[schema(value_type = String, example = "SIMPLE")]
    pub kind: Kind,
    /// The end of validity of the code.
    #[schema(value_type = String, format = DateTime)]
    pub valid_until: Rfc3339,
    /// The number of the DNI.
    #[schema(example = "12345678Z")]
    pub document_number: String,
    /// Given names.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// Surnames.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_name: Option<String>,
    /// The date of birth.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = Date)]
    pub birth_date: Option<NaiveDate>,
    /// As the police write it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "F")]
    pub sex: Option<String>,
    /// Until when the card is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = Date)]
    pub expiry_date: Option<NaiveDate>,
    /// The number of the plastic.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub support_number: Option<String>,
    /// Whether the person is of age.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub of_age: Option<bool>,
    /// The face, to be compared with the person: a PNG as a `data:` URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "data:image/png;base64,iVBORw0KGgo=")]
    pub thumbnail: Option<String>,
    /// How the card compares with the declared person.
    pub declared_match: DeclaredMatchAnswer,
}

/// How a card compares with the declared person. With a `FAIL` the identification cannot be validated.
#[derive(Serialize, ToSchema)]
#[schema(as = DeclaredMatch)]
pub struct DeclaredMatchAnswer {
    /// `PASS`, `FAIL`, or `NOT_APPLICABLE` if no number was declared.
    #[schema(value_type = String, example = "PASS")]
    pub document_number: CheckResult,
    /// Of both names: `PASS`, `FAIL`, `INCONCLUSIVE` if they may be the same, or `NOT_APPLICABLE` if the code carries none.
    #[schema(value_type = String, example = "PASS")]
    pub name: CheckResult,
}

impl From<MidniChecked> for MidniCheck {
    fn from(MidniChecked { id, card, declared_match, .. }: MidniChecked) -> Self {
        let text = |text: Option<Private<String>>| text.map(|text| text.expose().clone());
        let day = |day: Option<Private<NaiveDate>>| day.map(|day| *day.expose());
        let DeclaredMatch { document_number, name } = declared_match;
        Self {
            midni_check_id: id,
            kind: card.kind,
            valid_until: Rfc3339(card.valid_until),
            document_number: card.document_number.expose().clone(),
            name: text(card.name),
            last_name: text(card.last_name),
            birth_date: day(card.birth_date),
            sex: text(card.sex),
            expiry_date: day(card.expiry_date),
            support_number: text(card.support_number),
            of_age: card.of_age.map(|of_age| *of_age.expose()),
            thumbnail: card.thumbnail.map(|png| data_url(png.expose())),
            declared_match: DeclaredMatchAnswer { document_number, name },
        }
    }
}

fn data_url(png: &Bytes) -> String {
    format!("data:image/png;base64,{}", BASE64_STANDARD.encode(png))
}
