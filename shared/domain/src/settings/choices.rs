//! The choices of an organisation: every one may be left open.

use super::Countries;
use crate::{
    actor::Language,
    code::CodeFormat,
    expires_in::duration,
    invalid::Invalid,
    messages::{DisplayName, SubjectTemplate, TextTemplate, WebOtpDomain},
    otp::Channel,
    scoring::Score,
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, str::FromStr};

// A choice that is left open is not in the stored text at all: another one that is added later changes no text, and so no
// digest of one that an event keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choices {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<DisplayName>,
    #[serde(skip_serializing_if = "is_open")]
    pub messages: MessageChoices,
    #[serde(skip_serializing_if = "is_open")]
    pub sms: SmsChoices,
    #[serde(skip_serializing_if = "is_open")]
    pub review: ReviewChoices,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageChoices {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeFormat>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub templates: BTreeMap<Language, TemplateChoices>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_otp_domain: Option<WebOtpDomain>,
    /// Other channels to try, in this order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Vec<Channel>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_after: Option<FallbackAfter>,
}

/// The templates of one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TemplateChoices {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms: Option<TextTemplate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_subject: Option<SubjectTemplate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_text: Option<TextTemplate>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SmsChoices {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub countries: Option<Countries>,
    /// In all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_budget: Option<DailyBudget>,
    /// For each country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_daily_budget: Option<DailyBudget>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReviewChoices {
    /// From this score on a review opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_score: Option<Score>,
    /// Whether two people have to approve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub four_eyes: Option<bool>,
}

fn is_open<T: Default + PartialEq>(choices: &T) -> bool {
    *choices == T::default()
}

/// Text messages a day: at most a million.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct DailyBudget(u32);

impl DailyBudget {
    /// Of an organisation that has chosen none.
    pub const IN_ALL: Self = Self(10_000);
    /// The same, for each country.
    pub const OF_A_COUNTRY: Self = Self(5_000);

    pub fn messages(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for DailyBudget {
    type Error = Invalid;

    fn try_from(messages: u32) -> Result<Self, Invalid> {
        if messages <= 1_000_000 { Ok(Self(messages)) } else { Err(Invalid("is more than 1,000,000")) }
    }
}

impl From<DailyBudget> for u32 {
    fn from(budget: DailyBudget) -> Self {
        budget.0
    }
}

/// The time without a receipt after which another channel is tried. A code lives for ten minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FallbackAfter(i64);

impl FallbackAfter {
    pub fn delta(self) -> TimeDelta {
        TimeDelta::seconds(self.0)
    }
}

impl Default for FallbackAfter {
    fn default() -> Self {
        Self(120)
    }
}

impl FromStr for FallbackAfter {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let seconds = duration(text)?.num_seconds();
        if (10..=600).contains(&seconds) { Ok(Self(seconds)) } else { Err(Invalid("is not between PT10S and PT10M")) }
    }
}

/// An ISO 8601 duration: whole minutes as such.
impl std::fmt::Display for FallbackAfter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.0 / 60, self.0 % 60) {
            (minutes, 0) => write!(f, "PT{minutes}M"),
            (0, seconds) => write!(f, "PT{seconds}S"),
            (minutes, seconds) => write!(f, "PT{minutes}M{seconds}S"),
        }
    }
}

impl Choices {
    /// As they are stored.
    pub fn stored(&self) -> String {
        self.as_value().to_string()
    }

    /// The names of the choices that differ, such as `sms.countries`. Never a value.
    pub fn changed(&self, from: &Self) -> Vec<String> {
        let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
        flatten("", &from.as_value(), &mut before);
        flatten("", &self.as_value(), &mut after);
        let names = before.keys().chain(after.keys()).filter(|name| before.get(*name) != after.get(*name));
        let names: std::collections::BTreeSet<&String> = names.collect();
        names.into_iter().cloned().collect()
    }

    fn as_value(&self) -> Value {
        serde_json::to_value(self).expect("texts, numbers and booleans always serialize")
    }
}

/// The values of an object by their names, down to a list or a text; the format of codes is one value.
fn flatten(name: &str, value: &Value, all: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) if name != "messages.code" => {
            for (member, value) in members {
                let name = if name.is_empty() { member.clone() } else { format!("{name}.{member}") };
                flatten(&name, value, all);
            }
        }
        value => drop(all.insert(name.to_owned(), value.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_open_is_not_stored() {
        assert_eq!(Choices::default().stored(), "{}");
        let choices = Choices {
            sms: SmsChoices { daily_budget: 3.try_into().ok(), ..SmsChoices::default() },
            messages: MessageChoices { code: Some(CodeFormat::STANDARD), ..MessageChoices::default() },
            ..Choices::default()
        };
        let stored = choices.stored();
        assert_eq!(stored, r#"{"messages":{"code":{"alphabet":"ALPHANUMERIC","length":6}},"sms":{"daily_budget":3}}"#);
        assert_eq!(serde_json::from_str::<Choices>(&stored).expect("choices"), choices);
    }

    #[test]
    fn a_change_is_named_without_its_value() {
        let template = TemplateChoices { sms: "a {code}".parse().ok(), ..TemplateChoices::default() };
        let before = Choices { display_name: "Yoigo".parse().ok(), ..Choices::default() };
        let mut after = before.clone();
        after.messages.templates.insert(Language::Basque, template);
        after.messages.code = Some(CodeFormat::STANDARD);
        assert_eq!(after.changed(&before), ["messages.code", "messages.templates.EU.sms"]);
        assert_eq!(Choices::default().changed(&before), ["display_name"]);
        assert!(before.changed(&before).is_empty());
    }

    #[test]
    fn another_channel_is_tried_while_the_code_lives() {
        for (text, written) in
            [("PT2M", "PT2M"), ("PT120S", "PT2M"), ("PT10S", "PT10S"), ("PT1M30S", "PT1M30S"), ("PT10M", "PT10M")]
        {
            assert_eq!(text.parse::<FallbackAfter>().map(|after| after.to_string()), Ok(written.to_owned()), "{text}");
        }
        for text in ["PT9S", "PT10M1S", "2M", "P1D"] {
            assert!(text.parse::<FallbackAfter>().is_err(), "{text}");
        }
        assert_eq!(FallbackAfter::default().to_string(), "PT2M");
    }
}
