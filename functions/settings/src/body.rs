//! The settings that a caller chooses.

use crate::version::IfMatch;
use acredita_domain::{
    Invalid,
    actor::Language,
    code::{CodeAlphabet, CodeFormat},
    ids::OrgId,
    messages::{DisplayName, Templates},
    otp::Channel,
    scoring::Score,
    settings::{Choices, Countries, MessageChoices, ReviewChoices, SmsChoices, TemplateChoices},
};
use acredita_http::{
    Faults, Fields, ParseRequest, RequestReader,
    fault::Place,
    fields::Member,
    request::{BodyKind, MAX_JSON},
};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What an organisation chooses. What is absent is the default.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsBody {
    /// The organisation's name in messages: one line without a link. Default: `org_id`.
    #[schema(
        max_length = 60,
        pattern = r"^[^\u0000-\u001f{}]*[^\s\u0000-\u001f{}][^\u0000-\u001f{}]*$",
        example = "Yoigo"
    )]
    pub display_name: Option<String>,
    /// What is sent, and how.
    pub messages: Option<MessagesBody>,
    /// Where text messages go, and how many.
    pub sms: Option<SmsBody>,
    /// What is reviewed.
    pub review: Option<ReviewBody>,
}

/// What is sent, and how.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessagesBody {
    /// The codes of new identifications.
    pub code: Option<CodeBody>,
    /// The texts of each language.
    pub templates: Option<TemplatesByLanguage>,
    /// Whose pages may take a code out of a text message: it ends with the line `@domain #code`. Default: none.
    #[schema(
        max_length = 253,
        pattern = r"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$",
        example = "www.example.com"
    )]
    pub web_otp_domain: Option<String>,
    /// Other channels to try, in this order. Default: none.
    #[schema(max_items = 3)]
    pub fallback: Option<Vec<FallbackChannel>>,
    /// How long a receipt is waited for, from `PT10S` to `PT10M`. Default: `PT2M`.
    #[schema(pattern = "^PT([1-5][0-9]S|([1-9]|10)M|[1-9]M[1-5]?[0-9]S)$", example = "PT2M")]
    pub fallback_after: Option<String>,
}

/// A channel.
#[derive(ToSchema)]
#[schema(pattern = "^(SMS|EMAIL|WHATSAPP)$", example = "EMAIL")]
pub struct FallbackChannel(#[expect(dead_code, reason = "only its schema is used")] String);

/// The shape of codes.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeBody {
    /// `ALPHANUMERIC`, the default, or `DIGITS`.
    #[schema(
        pattern = "^([Aa][Ll][Pp][Hh][Aa][Nn][Uu][Mm][Ee][Rr][Ii][Cc]|[Dd][Ii][Gg][Ii][Tt][Ss])$",
        example = "DIGITS"
    )]
    pub alphabet: Option<String>,
    /// 6, the default, or up to 10 of `DIGITS`.
    #[schema(minimum = 6, maximum = 10, example = 6)]
    pub length: Option<u32>,
}

/// The texts of each language.
#[derive(ToSchema)]
#[serde(deny_unknown_fields, rename_all = "SCREAMING_SNAKE_CASE")]
pub struct TemplatesByLanguage {
    /// Spanish.
    pub es: Option<TemplatesBody>,
    /// English.
    pub en: Option<TemplatesBody>,
    /// Basque.
    pub eu: Option<TemplatesBody>,
    /// Galician.
    pub gl: Option<TemplatesBody>,
    /// Catalan.
    pub ca: Option<TemplatesBody>,
    /// German.
    pub de: Option<TemplatesBody>,
}

/// The texts of one language: plain, without links. `{code}`, `{minutes}` and `{name}`, the organisation's, are filled in.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplatesBody {
    /// The text message, of at most 2 SMS with everything that is put into it. It has `{code}` once.
    #[schema(
        max_length = 2_000,
        pattern = r"^([^\u0000-\u0009\u000b-\u001f{}]|\{(minutes|name)\})*\{code\}([^\u0000-\u0009\u000b-\u001f{}]|\{(minutes|name)\})*$",
        example = "{code} es tu clave"
    )]
    pub sms: Option<String>,
    /// The subject of the e-mail: one line.
    #[schema(
        max_length = 200,
        pattern = r"^([^\u0000-\u001f{}]|\{(code|minutes|name)\})*([^\s\u0000-\u001f{}]|\{(code|minutes|name)\})([^\u0000-\u001f{}]|\{(code|minutes|name)\})*$",
        example = "Tu clave"
    )]
    pub email_subject: Option<String>,
    /// The e-mail. It has `{code}` once.
    #[schema(
        max_length = 2_000,
        pattern = r"^([^\u0000-\u0009\u000b-\u001f{}]|\{(minutes|name)\})*\{code\}([^\u0000-\u0009\u000b-\u001f{}]|\{(minutes|name)\})*$",
        example = "{code} es tu clave"
    )]
    pub email_text: Option<String>,
    /// As it is answered, and without effect.
    pub encoding: Option<String>,
    /// As it is answered, and without effect.
    #[schema(minimum = 0, maximum = 1_000)]
    pub parts: Option<usize>,
}

/// Where text messages go, and how many.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SmsBody {
    /// ISO 3166-1 alpha-2 codes, or only `*` for everywhere, within the deployment's. Default: the deployment's.
    #[schema(max_items = 250)]
    pub countries: Option<Vec<CountryEntry>>,
    /// The most in a day. Default: 10,000.
    #[schema(maximum = 1_000_000, example = 10_000)]
    pub daily_budget: Option<u32>,
    /// The most in a day to one country. Default: 5,000.
    #[schema(maximum = 1_000_000, example = 5_000)]
    pub country_daily_budget: Option<u32>,
}

/// A country, or `*`.
#[derive(ToSchema)]
#[schema(pattern = r"^([A-Za-z]{2}|\*)$", example = "ES")]
pub struct CountryEntry(#[expect(dead_code, reason = "only its schema is used")] String);

/// What is reviewed.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewBody {
    /// From this score on a review opens. Default: there are no reviews.
    #[schema(minimum = 0, maximum = 1, example = 0.5)]
    pub from_score: Option<f64>,
    /// Whether two people have to approve. Default: false.
    pub four_eyes: Option<bool>,
}

/// A request without an id and without a body.
pub struct ReadSettingsRequest;

impl ParseRequest for ReadSettingsRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(_: &RequestReader<'_>, _: &mut Faults) -> Option<Self> {
        Some(Self)
    }
}

pub struct ReplaceSettingsRequest {
    pub if_match: IfMatch,
    pub choices: Choices,
}

impl ParseRequest for ReplaceSettingsRequest {
    const BODY: BodyKind = BodyKind::Json(MAX_JSON);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let if_match = request.required_header(&["if-match"], faults);
        let org: Option<OrgId> = request.path("org_id", faults);
        let body = request.body(faults)?;
        body.only(&["display_name", "messages", "sms", "review"], faults);
        let choices = Choices {
            display_name: display_name(&body, org.as_ref(), faults),
            messages: body.object("messages", faults).map(|fields| messages(&fields, faults)).unwrap_or_default(),
            sms: body.object("sms", faults).map(|fields| sms(&fields, faults)).unwrap_or_default(),
            review: body.object("review", faults).map(|fields| review(&fields, faults)).unwrap_or_default(),
        };
        for (pointer, problem) in choices.too_long(&org?) {
            // One that a fault was found in is measured when that is gone.
            if !faults.has_at_or_below(&pointer) {
                faults.add(Place::Body(pointer), problem);
            }
        }
        Some(Self { if_match: if_match?, choices })
    }
}

/// The default, as a caller reads it and sends it back, is no choice: as a name it might look like a link.
fn display_name(body: &Fields<'_>, org: Option<&OrgId>, faults: &mut Faults) -> Option<DisplayName> {
    let is_default = |name: Member<'_>| name.key() == "display_name" && name.text::<OrgId>().ok().as_ref() == org;
    if org.is_some() && body.members().any(is_default) { None } else { body.text("display_name", faults) }
}

fn messages(fields: &Fields<'_>, faults: &mut Faults) -> MessageChoices {
    fields.only(&["code", "templates", "web_otp_domain", "fallback", "fallback_after"], faults);
    MessageChoices {
        code: fields.object("code", faults).and_then(|fields| code(&fields, faults)),
        templates: fields.object("templates", faults).map(|fields| templates(&fields, faults)).unwrap_or_default(),
        web_otp_domain: fields.text("web_otp_domain", faults),
        fallback: fallback(fields, faults),
        fallback_after: fields.text("fallback_after", faults),
    }
}

fn code(fields: &Fields<'_>, faults: &mut Faults) -> Option<CodeFormat> {
    fields.only(&["alphabet", "length"], faults);
    let alphabet: Option<CodeAlphabet> = fields.name("alphabet", faults);
    let length = fields.number("length", whole, faults);
    if faults.has_at_or_below(&fields.pointer("alphabet")) || faults.has_at_or_below(&fields.pointer("length")) {
        return None;
    }
    let standard = CodeFormat::STANDARD;
    let format = CodeFormat::new(alphabet.unwrap_or(standard.alphabet()), length.unwrap_or(standard.length()));
    faults.value(fields.place("length"), format)
}

/// A number of characters, or of SMS.
fn whole(number: f64) -> Result<usize, Invalid> {
    if number.fract() == 0.0 && (0.0..=1_000.0).contains(&number) {
        Ok(number as usize)
    } else {
        Err(Invalid("is not a number from 0 to 1000"))
    }
}

fn templates(fields: &Fields<'_>, faults: &mut Faults) -> BTreeMap<Language, TemplateChoices> {
    let names: Vec<&str> = Language::ALL.iter().map(|language| language.as_str()).collect();
    fields.only(&names, faults);
    let of_language = |language: &Language| {
        let fields = fields.object(language.as_str(), faults)?;
        fields.only(&["sms", "email_subject", "email_text", "encoding", "parts"], faults);
        fields.raw("encoding", faults);
        fields.number("parts", whole, faults);
        // Ours, as a caller reads and sends them back, are nobody's choice: they may become better.
        let ours = Templates::ours(*language);
        let own = TemplateChoices {
            sms: fields.text("sms", faults).filter(|own| *own != ours.sms),
            email_subject: fields.text("email_subject", faults).filter(|own| *own != ours.email_subject),
            email_text: fields.text("email_text", faults).filter(|own| *own != ours.email_text),
        };
        (own != TemplateChoices::default()).then_some((*language, own))
    };
    Language::ALL.iter().filter_map(of_language).collect()
}

fn fallback(fields: &Fields<'_>, faults: &mut Faults) -> Option<Vec<Channel>> {
    let channels = fields.texts("fallback", |text| text.to_ascii_uppercase().parse::<Channel>(), faults)?;
    for (at, channel) in channels.iter().enumerate() {
        if channels[..at].contains(channel) {
            faults.add(fields.place(&format!("fallback/{at}")), "is there twice");
        }
    }
    Some(channels)
}

fn sms(fields: &Fields<'_>, faults: &mut Faults) -> SmsChoices {
    fields.only(&["countries", "daily_budget", "country_daily_budget"], faults);
    let entries = fields.texts("countries", Countries::entry, faults);
    SmsChoices {
        countries: entries.and_then(|entries| faults.value(fields.place("countries"), Countries::of(&entries))),
        daily_budget: fields.integer("daily_budget", faults),
        country_daily_budget: fields.integer("country_daily_budget", faults),
    }
}

fn review(fields: &Fields<'_>, faults: &mut Faults) -> ReviewChoices {
    fields.only(&["from_score", "four_eyes"], faults);
    ReviewChoices {
        from_score: fields.number("from_score", score, faults),
        four_eyes: fields.boolean("four_eyes", faults),
    }
}

/// As scores are compared and shown.
fn score(number: f64) -> Result<Score, Invalid> {
    let problem = Invalid("is not a number from 0 to 1");
    if (0.0..=1.0).contains(&number) { Ok(Score::new(number).cut()) } else { Err(problem) }
}
