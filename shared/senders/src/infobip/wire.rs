//! What goes to Infobip, and what is read of its answers: nothing but words that name no person.

use acredita_domain::ports::MessageRef;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

/// A message as the API has it. It carries a code and a number, so it has no `Debug`.
pub(super) struct Sms<'a> {
    pub sender: &'a str,
    /// Country code and number, digits only.
    pub number: &'a str,
    pub text: &'a str,
    /// How long it may take.
    pub seconds: i64,
    pub reference: MessageRef,
}

/// The encoding is Infobip's choice by the text, the same as ours: GSM-7 if it has all characters, otherwise UCS-2. A
/// transliteration or a national table would change what we counted.
///
/// The id of the message at Infobip is its own: with one of ours, a second attempt at a message, which has a newer code,
/// would be refused as a duplicate of the first.
pub(super) fn request(sms: Sms<'_>) -> Bytes {
    let Sms { sender, number, text, seconds, reference } = sms;
    let MessageRef { message_id, identification_id } = reference;
    let body = json!({
        "messages": [{
            "sender": sender,
            "destinations": [{ "to": number }],
            "content": { "text": text },
            "options": { "validityPeriod": { "amount": seconds, "timeUnit": "SECONDS" } },
            // Visible to readers of delivery reports.
            "webhooks": { "callbackData": format!("message_id={message_id} identification_id={identification_id}") },
        }],
        // The line for pages begins with a domain, and has to arrive as it is.
        "options": { "tracking": { "shortenUrl": false, "trackClicks": false } },
    });
    Bytes::from(body.to_string())
}

/// The status of a message.
pub(super) struct Status {
    pub group: String,
    pub name: String,
}

/// The status of the one message of an answer.
pub(super) fn status(body: &[u8]) -> Option<Status> {
    #[derive(Deserialize)]
    struct Answer {
        messages: [Message; 1],
    }
    #[derive(Deserialize)]
    struct Message {
        status: Named,
    }
    #[derive(Deserialize)]
    struct Named {
        #[serde(rename = "groupName")]
        group: String,
        name: String,
    }
    let Answer { messages: [Message { status: Named { group, name } }] } = serde_json::from_slice(body).ok()?;
    Some(Status { group: word(group), name: word(name) })
}

/// Why a request was refused.
pub(super) struct Violation {
    pub code: String,
    /// Whether the number alone breaks the rules.
    pub of_the_destination: bool,
}

pub(super) fn violation(body: &[u8]) -> Option<Violation> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(rename = "errorCode")]
        code: String,
        #[serde(default)]
        violations: Vec<Property>,
    }
    #[derive(Deserialize)]
    struct Property {
        property: String,
    }
    let Answer { code, violations } = serde_json::from_slice(body).ok()?;
    // `messages[0].destinations[0].to`
    let of_destination =
        |violated: &Property| violated.property.contains("destinations") && violated.property.ends_with("to");
    let of_the_destination = !violations.is_empty() && violations.iter().all(of_destination);
    Some(Violation { code: word(code), of_the_destination })
}

/// A word of a provider's vocabulary, which may be logged; anything else might quote a number.
fn word(text: String) -> String {
    let is_word = (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
        && text.bytes().filter(u8::is_ascii_digit).count() <= 4;
    if is_word { text } else { "UNKNOWN".to_owned() }
}
