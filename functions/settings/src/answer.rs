//! The answer about settings: those that hold.

use crate::version::etag;
use acredita_domain::{
    actor::Language,
    code::CodeAlphabet,
    messages::{SmsEncoding, SmsSize},
    otp::Channel,
    settings::OrgSettings,
    use_cases::ReadSettings,
};
use axum::{
    Json,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The settings that hold for an organisation.
#[derive(Serialize, ToSchema)]
#[schema(as = Settings)]
pub struct SettingsAnswer {
    /// The organisation's name in messages.
    #[schema(example = "Yoigo")]
    pub display_name: String,
    /// What is sent, and how.
    pub messages: MessagesAnswer,
    /// Where text messages go, and how many.
    pub sms: SmsAnswer,
    /// What is reviewed.
    pub review: ReviewAnswer,
}

/// What is sent, and how.
#[derive(Serialize, ToSchema)]
#[schema(as = MessageSettings)]
pub struct MessagesAnswer {
    /// The codes of new identifications.
    pub code: CodeAnswer,
    /// The texts by their language.
    pub templates: BTreeMap<&'static str, TemplatesAnswer>,
    /// Whose pages may take a code out of a text message.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "www.example.com")]
    pub web_otp_domain: Option<String>,
    /// Other channels that are tried, in this order.
    #[schema(value_type = Vec<String>, example = json!([]))]
    pub fallback: Vec<Channel>,
    /// How long a receipt is waited for.
    #[schema(example = "PT2M")]
    pub fallback_after: String,
}

/// The shape of codes.
#[derive(Serialize, ToSchema)]
#[schema(as = CodeSettings)]
pub struct CodeAnswer {
    /// `ALPHANUMERIC` or `DIGITS`.
    #[schema(value_type = String, example = "DIGITS")]
    pub alphabet: CodeAlphabet,
    /// How many characters.
    #[schema(example = 6)]
    pub length: usize,
}

/// The texts of one language.
#[derive(Serialize, ToSchema)]
#[schema(as = TemplateSettings)]
pub struct TemplatesAnswer {
    /// The text message, without the line for `web_otp_domain`.
    pub sms: String,
    /// The subject of the e-mail.
    pub email_subject: String,
    /// The e-mail.
    pub email_text: String,
    /// The encoding of the text message: `GSM-7` or `UCS-2`.
    #[schema(value_type = String, example = "GSM-7")]
    pub encoding: SmsEncoding,
    /// How many SMS the text message takes at most, with everything that is put into it.
    #[schema(example = 1)]
    pub parts: usize,
}

/// Where text messages go, and how many.
#[derive(Serialize, ToSchema)]
#[schema(as = SmsSettings)]
pub struct SmsAnswer {
    /// ISO 3166-1 alpha-2 codes, or `*` for everywhere.
    #[schema(example = json!(["ES"]))]
    pub countries: Vec<String>,
    /// The most in a day.
    #[schema(example = 10_000)]
    pub daily_budget: u32,
    /// The most in a day to one country.
    #[schema(example = 5_000)]
    pub country_daily_budget: u32,
}

/// What is reviewed.
#[derive(Serialize, ToSchema)]
#[schema(as = ReviewSettings)]
pub struct ReviewAnswer {
    /// From this score on a review opens; absent where there are no reviews.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 0.5)]
    pub from_score: Option<f64>,
    /// Whether two people have to approve.
    pub four_eyes: bool,
}

impl From<&OrgSettings> for SettingsAnswer {
    fn from(settings: &OrgSettings) -> Self {
        let templates = Language::ALL.iter().map(|language| (language.as_str(), templates(settings, *language)));
        Self {
            display_name: settings.display_name.as_str().to_owned(),
            messages: MessagesAnswer {
                code: CodeAnswer { alphabet: settings.code.alphabet(), length: settings.code.length() },
                templates: templates.collect(),
                web_otp_domain: settings.web_otp_domain.as_ref().map(|domain| domain.as_str().to_owned()),
                fallback: settings.fallback.clone(),
                fallback_after: settings.fallback_after.to_string(),
            },
            sms: SmsAnswer {
                countries: settings.sms_countries.entries(),
                daily_budget: settings.daily_budget.messages(),
                country_daily_budget: settings.country_daily_budget.messages(),
            },
            review: ReviewAnswer {
                from_score: settings.review_from_score.map(|score| score.value()),
                four_eyes: settings.four_eyes,
            },
        }
    }
}

fn templates(settings: &OrgSettings, language: Language) -> TemplatesAnswer {
    let (templates, SmsSize { encoding, parts }) = (settings.templates(language), settings.sms_size(language));
    TemplatesAnswer {
        sms: templates.sms.as_str().to_owned(),
        email_subject: templates.email_subject.as_str().to_owned(),
        email_text: templates.email_text.as_str().to_owned(),
        encoding,
        parts,
    }
}

/// Settings with their `ETag`.
pub struct VersionedSettings(pub ReadSettings);

impl IntoResponse for VersionedSettings {
    fn into_response(self) -> Response {
        let ReadSettings { settings, revision } = self.0;
        let mut response = Json(SettingsAnswer::from(&*settings)).into_response();
        if let Ok(etag) = HeaderValue::from_str(&etag(revision)) {
            response.headers_mut().insert(header::ETAG, etag);
        }
        response
    }
}
