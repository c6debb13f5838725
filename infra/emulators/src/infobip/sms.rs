//! Text messages as the API takes them, and what each costs.

use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// A text message that was taken.
#[derive(Clone, PartialEq, Eq)]
pub struct TextMessage {
    /// Given by the emulator, or by the caller.
    pub id: String,
    pub sender: String,
    /// Country code and number.
    pub to: String,
    pub text: String,
    /// `GSM-7` or `UCS-2`.
    pub encoding: &'static str,
    /// How many messages a phone puts together.
    pub parts: usize,
    /// How long carriers may try.
    pub seconds: Option<i64>,
    pub callback_data: Option<String>,
}

/// A request that breaks the rules, by the property that does.
pub(super) struct Refused(pub String);

impl TextMessage {
    pub(super) fn json(&self) -> Value {
        json!({
            "message_id": self.id,
            "sender": self.sender,
            "to": self.to,
            "text": self.text,
            "encoding": self.encoding,
            "parts": self.parts,
            "validity_seconds": self.seconds,
            "callback_data": self.callback_data,
        })
    }
}

pub(super) fn read(body: &Value) -> Result<Vec<TextMessage>, Refused> {
    let messages = body["messages"].as_array().filter(|messages| !messages.is_empty());
    let messages = messages.ok_or_else(|| Refused("messages".to_owned()))?;
    let mut sent = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        let refused = |property: &str| Refused(format!("messages[{at}].{property}"));
        let text = message["content"]["text"].as_str().filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| refused("content.text"))?;
        let destinations = message["destinations"].as_array().filter(|destinations| !destinations.is_empty());
        for (of, destination) in destinations.ok_or_else(|| refused("destinations"))?.iter().enumerate() {
            let to = destination["to"].as_str().filter(|to| is_number(to));
            let to = to.ok_or_else(|| refused(&format!("destinations[{of}].to")))?;
            let (encoding, parts) = cost(text);
            sent.push(TextMessage {
                id: destination["messageId"].as_str().map_or_else(new_id, str::to_owned),
                sender: message["sender"].as_str().unwrap_or_default().to_owned(),
                to: to.to_owned(),
                text: text.to_owned(),
                encoding,
                parts,
                seconds: validity(&message["options"]["validityPeriod"]).map_err(refused)?,
                callback_data: message["webhooks"]["callbackData"].as_str().map(str::to_owned),
            });
        }
    }
    Ok(sent)
}

fn new_id() -> String {
    static GIVEN: AtomicU64 = AtomicU64::new(0);
    format!("emulated-sms-{}", GIVEN.fetch_add(1, Ordering::Relaxed) + 1)
}

/// A country code and a number: digits only.
fn is_number(to: &str) -> bool {
    (7..=15).contains(&to.len()) && !to.starts_with('0') && to.bytes().all(|byte| byte.is_ascii_digit())
}

/// The seconds of a validity, which is in minutes unless it says otherwise.
fn validity(period: &Value) -> Result<Option<i64>, &'static str> {
    if period.is_null() {
        return Ok(None);
    }
    let unit = match period["timeUnit"].as_str() {
        Some("SECONDS") => 1,
        None | Some("MINUTES") => 60,
        Some("HOURS") => 3600,
        Some(_) => return Err("options.validityPeriod.timeUnit"),
    };
    let amount = period["amount"].as_i64().filter(|amount| *amount > 0).ok_or("options.validityPeriod.amount")?;
    Ok(Some(amount * unit))
}

/// Encoding and parts (3GPP TS 23.038). It knows nothing of how the service counts: a test compares the two.
fn cost(text: &str) -> (&'static str, usize) {
    let widths: Option<Vec<usize>> = text.chars().map(septets).collect();
    match widths {
        Some(widths) => ("GSM-7", parts(widths, 160, 153)),
        None => ("UCS-2", parts(text.chars().map(char::len_utf16).collect(), 70, 67)),
    }
}

fn septets(c: char) -> Option<usize> {
    match c {
        'A'..='Z' | 'a'..='z' | '0'..='9' | ' '..='#' | '%'..='?' | '$' | '@' | '_' | '\n' | '\r' => Some(1),
        '£' | '¥' | 'è' | 'é' | 'ù' | 'ì' | 'ò' | 'Ç' | 'Ø' | 'ø' | 'Å' | 'å' | 'Æ' | 'æ' | 'ß' | 'É' => {
            Some(1)
        }
        'Δ' | 'Φ' | 'Γ' | 'Λ' | 'Ω' | 'Π' | 'Ψ' | 'Σ' | 'Θ' | 'Ξ' => Some(1),
        '¤' | '¡' | '¿' | '§' | 'Ä' | 'Ö' | 'Ñ' | 'Ü' | 'ä' | 'ö' | 'ñ' | 'ü' | 'à' => Some(1),
        '^' | '{' | '}' | '\\' | '[' | '~' | ']' | '|' | '€' | '\u{C}' => Some(2),
        _ => None,
    }
}

fn parts(widths: Vec<usize>, alone: usize, each: usize) -> usize {
    if widths.iter().sum::<usize>() <= alone {
        return 1;
    }
    let mut lengths = vec![0];
    for width in widths {
        match lengths.last_mut() {
            Some(length) if *length + width <= each => *length += width,
            _ => lengths.push(width),
        }
    }
    lengths.len()
}
