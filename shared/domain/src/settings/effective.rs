//! The settings that hold for an organisation.

use super::{Choices, Countries, DailyBudget, FallbackAfter};
use crate::{
    actor::Language,
    code::{CodeFormat, OtpCode},
    ids::OrgId,
    messages::{DisplayName, RenderedMessage, SmsSize, Templates, Values, WebOtpDomain},
    otp::Channel,
    scoring::Score,
};

/// What a deployment leaves to its organisations.
#[derive(Clone, Copy, Debug)]
pub struct Bounds<'a> {
    pub countries: &'a Countries,
    pub channels: &'a [Channel],
}

/// The choices of an organisation, and the defaults for the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrgSettings {
    pub display_name: DisplayName,
    /// The codes of new identifications.
    pub code: CodeFormat,
    /// In the order of [`Language::ALL`].
    templates: Vec<Templates>,
    pub web_otp_domain: Option<WebOtpDomain>,
    pub fallback: Vec<Channel>,
    pub fallback_after: FallbackAfter,
    /// Where text messages may go: never further than the deployment's bound.
    pub sms_countries: Countries,
    /// In all.
    pub daily_budget: DailyBudget,
    /// For each country.
    pub country_daily_budget: DailyBudget,
    pub review_from_score: Option<Score>,
    pub four_eyes: bool,
}

/// An SMS of more parts is refused.
const MOST_PARTS: usize = 2;

impl OrgSettings {
    pub fn of(org: &OrgId, choices: &Choices, deployment: Bounds<'_>) -> Self {
        let Choices { display_name, messages, sms, review } = choices;
        let templates = |language: &Language| {
            let (ours, own) =
                (Templates::ours(*language), messages.templates.get(language).cloned().unwrap_or_default());
            Templates {
                sms: own.sms.unwrap_or(ours.sms),
                email_subject: own.email_subject.unwrap_or(ours.email_subject),
                email_text: own.email_text.unwrap_or(ours.email_text),
            }
        };
        let countries = sms.countries.as_ref().unwrap_or(deployment.countries);
        Self {
            display_name: display_name.clone().unwrap_or_else(|| DisplayName::of_org(org)),
            code: messages.code.unwrap_or(CodeFormat::STANDARD),
            templates: Language::ALL.iter().map(templates).collect(),
            web_otp_domain: messages.web_otp_domain.clone(),
            fallback: messages.fallback.clone().unwrap_or_default(),
            fallback_after: messages.fallback_after.unwrap_or_default(),
            sms_countries: countries.within(deployment.countries),
            daily_budget: sms.daily_budget.unwrap_or(DailyBudget::IN_ALL),
            country_daily_budget: sms.country_daily_budget.unwrap_or(DailyBudget::OF_A_COUNTRY),
            review_from_score: review.from_score,
            four_eyes: review.four_eyes.unwrap_or(false),
        }
    }

    pub fn templates(&self, language: Language) -> &Templates {
        let at = Language::ALL.iter().position(|known| *known == language).unwrap_or_default();
        &self.templates[at]
    }

    /// What a text message in this language costs.
    pub fn sms_size(&self, language: Language) -> SmsSize {
        self.templates(language).sms_size(&self.display_name, self.code, self.web_otp_domain.as_ref())
    }

    /// The message with a code that is valid for another `minutes`.
    pub fn code_message(&self, language: Language, channel: Channel, code: &OtpCode, minutes: i64) -> RenderedMessage {
        let values = Values { name: &self.display_name, code, minutes };
        self.templates(language).message(channel, values, self.web_otp_domain.as_ref())
    }
}

/// A choice that cannot be taken: its JSON pointer, and why.
type Fault = (String, &'static str);

impl Choices {
    /// The text messages that would cost too much, wherever they are sent from.
    pub fn too_long(&self, org: &OrgId) -> Vec<Fault> {
        let settings = OrgSettings::of(org, self, Bounds { countries: &Countries::All, channels: Channel::ALL });
        let too_long = Language::ALL.iter().filter(|language| settings.sms_size(**language).parts > MOST_PARTS);
        let is_own = |language: &&Language| {
            self.messages.templates.get(*language).is_some_and(|templates| templates.sms.is_some())
        };
        let (own, ours): (Vec<&Language>, Vec<&Language>) = too_long.partition(is_own);
        let problem = "is longer than 2 SMS, with what is put into it";
        let text = |language: &Language| (format!("/messages/templates/{language}/sms"), problem);
        let mut faults: Vec<Fault> = own.into_iter().map(text).collect();
        if !ours.is_empty() {
            let place =
                if self.messages.web_otp_domain.is_some() { "/messages/web_otp_domain" } else { "/display_name" };
            faults.push((place.to_owned(), "makes a text message longer than 2 SMS"));
        }
        faults
    }

    /// What this deployment does not let an organisation choose.
    pub fn out_of_bounds(&self, deployment: Bounds<'_>) -> Vec<Fault> {
        let mut faults = Vec::new();
        if let (Some(chosen), Countries::Only(bound)) = (&self.sms.countries, deployment.countries) {
            let problem = "is none of the countries that this deployment sends to";
            match chosen {
                Countries::All => faults.push(("/sms/countries".to_owned(), "is more than this deployment sends to")),
                Countries::Only(countries) if !countries.is_subset(bound) => {
                    faults.push(("/sms/countries".to_owned(), problem))
                }
                Countries::Only(_) => {}
            }
        }
        for (at, channel) in self.messages.fallback.iter().flatten().enumerate() {
            if !deployment.channels.contains(channel) {
                let problem = "is a channel that this deployment does not send on";
                faults.push((format!("/messages/fallback/{at}"), problem));
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        messages::SmsEncoding,
        settings::{MessageChoices, SmsChoices, TemplateChoices},
    };

    const EVERYWHERE: Bounds<'_> = Bounds { countries: &Countries::All, channels: Channel::ALL };

    fn org() -> OrgId {
        "yoigo".parse().expect("an organisation")
    }

    fn with_text(language: Language, text: &str) -> Choices {
        let templates = TemplateChoices { sms: Some(text.parse().expect("a template")), ..TemplateChoices::default() };
        let messages = MessageChoices { templates: [(language, templates)].into(), ..MessageChoices::default() };
        Choices { messages, ..Choices::default() }
    }

    #[test]
    fn what_is_left_open_is_the_default() {
        let settings = OrgSettings::of(&org(), &Choices::default(), EVERYWHERE);
        assert_eq!(settings.display_name.as_str(), "yoigo");
        assert_eq!((settings.daily_budget.messages(), settings.country_daily_budget.messages()), (10_000, 5_000));
        assert_eq!((settings.code, settings.sms_countries.clone()), (CodeFormat::STANDARD, Countries::All));
        for language in Language::ALL {
            assert_eq!(settings.sms_size(*language), SmsSize { encoding: SmsEncoding::Gsm7, parts: 1 });
        }
    }

    #[test]
    fn an_own_text_replaces_ours_in_its_language_only() {
        let settings = OrgSettings::of(&org(), &with_text(Language::English, "Hi {code}"), EVERYWHERE);
        let code = OtpCode::unsealed("abc234".to_owned());
        let text = |language| settings.code_message(language, Channel::Sms, &code, 10).text;
        assert_eq!(text(Language::English).expose(), "Hi abc234");
        assert!(text(Language::German).expose().starts_with("yoigo: Ihr Code"));
    }

    #[test]
    fn a_text_is_measured_with_what_is_put_into_it() {
        // 160 septets with a code of 6 characters.
        let fits = format!("{}{{code}}", "a".repeat(154));
        let size = |choices: &Choices| OrgSettings::of(&org(), choices, EVERYWHERE).sms_size(Language::Spanish);
        let mut choices = with_text(Language::Spanish, &fits);
        assert_eq!(size(&choices).parts, 1);
        choices.messages.code = CodeFormat::new(crate::code::CodeAlphabet::Digits, 7).ok();
        assert_eq!(size(&choices).parts, 2);
        choices.messages.code = None;
        choices.messages.web_otp_domain = "a.es".parse().ok();
        assert_eq!(size(&choices).parts, 2);
        let mut named = with_text(Language::Spanish, &format!("{}{{code}}{{name}}", "a".repeat(149)));
        assert_eq!(size(&named).parts, 1);
        named.display_name = "Yoigó".parse().ok();
        assert_eq!(size(&named), SmsSize { encoding: SmsEncoding::Ucs2, parts: 3 });
    }

    #[test]
    fn more_than_two_sms_are_refused_where_they_come_from() {
        let pointers = |choices: &Choices| choices.too_long(&org()).into_iter().map(|(at, _)| at).collect::<Vec<_>>();
        assert!(pointers(&Choices::default()).is_empty());
        let mut choices = with_text(Language::Galician, &format!("{}{{code}}", "a".repeat(301)));
        assert_eq!(pointers(&choices), ["/messages/templates/GL/sms"]);
        let labels = ["a"; 120].join(".");
        choices.messages.web_otp_domain = format!("{labels}.es").parse().ok();
        assert_eq!(pointers(&choices), ["/messages/templates/GL/sms", "/messages/web_otp_domain"]);
    }

    #[test]
    fn an_organisation_chooses_within_its_deployment() {
        let spain: Countries = "ES".parse().expect("countries");
        let deployment = Bounds { countries: &spain, channels: &[Channel::Sms] };
        let choices = |countries: &str| Choices {
            sms: SmsChoices { countries: countries.parse().ok(), ..SmsChoices::default() },
            ..Choices::default()
        };
        assert!(choices("ES").out_of_bounds(deployment).is_empty() && choices("").out_of_bounds(deployment).is_empty());
        for beyond in ["*", "ES FR"] {
            assert_eq!(choices(beyond).out_of_bounds(deployment)[0].0, "/sms/countries", "{beyond}");
            assert!(choices(beyond).out_of_bounds(EVERYWHERE).is_empty());
            // What was chosen before the deployment narrowed it.
            assert_eq!(OrgSettings::of(&org(), &choices(beyond), deployment).sms_countries, spain);
        }
        let messages =
            MessageChoices { fallback: Some(vec![Channel::Sms, Channel::Email]), ..MessageChoices::default() };
        let faults = Choices { messages, ..Choices::default() }.out_of_bounds(deployment);
        assert_eq!(faults[0].0, "/messages/fallback/1");
    }
}
