//! Results, read leniently: integrators have seen scores and nodes as lists and as maps, inside one `data` and inside
//! two.

use acredita_domain::{pictures::Sha256Digest, scoring::Extracted, text::Private};
use serde::Deserialize;
use serde_json::Value;

/// A validation as Veridas returns it. It names people: it has no `Debug`.
pub(super) struct VeridasResult {
    /// Scores by name, in full, however often a name occurs.
    pub scores: Vec<(String, f64)>,
    /// Texts by the names of their nodes.
    pub texts: Vec<(String, String)>,
    /// Veridas's classification of the document, such as `ES_IDCard_2015`.
    pub class: Option<String>,
    /// SHA-256 of the raw answer.
    pub digest: Sha256Digest,
}

/// At most this many scores and nodes are read: a document has a few dozen.
const MOST: usize = 1_000;
/// The longest text that is accepted, in characters: no field of a document holds more.
const LONGEST: usize = 256;

impl VeridasResult {
    /// Parses an answer; `None` unless it is a JSON object with `data`.
    pub fn of(body: &[u8]) -> Option<Self> {
        let answer: Value = serde_json::from_slice(body).ok()?;
        let outer = answer.get("data").filter(|data| data.is_object())?;
        let data = outer.get("data").filter(|data| data.is_object()).unwrap_or(outer);
        let lists = [&data["document"]["scores"], &data["summary"]["scores"]];
        let scores = lists
            .into_iter()
            .flat_map(|list| entries(list, &["value", "score"]))
            .filter_map(|(name, value)| Some((name, degree(value)?)));
        let texts = entries(&data["document"]["nodes"], &["text", "value"])
            .filter_map(|(name, value)| Some((name, value.as_str()?.trim().to_owned())));
        let class = [outer, data].into_iter().find_map(|object| object["documentType"].as_str());
        Some(Self {
            scores: scores.take(MOST).collect(),
            texts: texts.take(MOST).collect(),
            class: class.map(str::to_owned),
            digest: Sha256Digest::of(body),
        })
    }

    pub fn is_judged(&self) -> bool {
        !self.scores.is_empty()
    }

    /// The text of a node; `None` if it is empty or too long for a field of a document.
    pub fn text(&self, node: &str) -> Option<&str> {
        let of = |(name, text): &&(String, String)| name == node && !text.is_empty() && text.chars().count() <= LONGEST;
        self.texts.iter().find(of).map(|(_, text)| text.as_str()).filter(|text| !text.chars().any(char::is_control))
    }
}

/// The entries of a list of `{name, <field>}`, of a map to `{<field>}`, or of a map to the value itself.
fn entries<'a>(collection: &'a Value, fields: &'a [&'a str]) -> Box<dyn Iterator<Item = (String, &'a Value)> + 'a> {
    let inner = move |value: &'a Value| fields.iter().find_map(|field| value.get(field)).unwrap_or(value);
    match collection {
        Value::Array(items) => {
            Box::new(items.iter().filter_map(move |item| Some((item.get("name")?.as_str()?.to_owned(), inner(item)))))
        }
        Value::Object(items) => Box::new(items.iter().map(move |(name, item)| (name.clone(), inner(item)))),
        _ => Box::new(std::iter::empty()),
    }
}

/// A score is a number, or a text that is one.
fn degree(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

#[derive(Debug, Deserialize)]
pub(super) struct Nodes {
    /// The person's number, which identifies a Spanish card.
    identification_number: String,
    document_number: String,
    name: String,
    last_name: String,
    nationality: String,
    birth_date: String,
    expiry_date: String,
    sex: String,
}

impl Nodes {
    /// The data read off the document. Unintelligible values are left out.
    pub fn extract(&self, from: &VeridasResult, passport: bool) -> Extracted {
        let text = |node: &str| from.text(node).map(|text| Private::new(text.to_owned()));
        let date = |node: &str| from.text(node).and_then(date).map(Private::new);
        let numbers = if passport {
            [&self.document_number, &self.identification_number]
        } else {
            [&self.identification_number, &self.document_number]
        };
        Extracted {
            document_number: numbers.into_iter().find_map(|node| text(node)),
            name: text(&self.name),
            last_name: text(&self.last_name),
            nationality: from
                .text(&self.nationality)
                .filter(|text| text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase()))
                .map(|text| Private::new(text.to_owned())),
            birth_date: date(&self.birth_date),
            expiry_date: date(&self.expiry_date),
            sex: from
                .text(&self.sex)
                .filter(|text| matches!(*text, "F" | "M" | "X"))
                .map(|text| Private::new(text.to_owned())),
        }
    }
}

/// `DD MM YYYY` as `YYYY-MM-DD`. Some documents have only a year, or a month and a year: those are not dates.
fn date(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split([' ', '/', '-', '.']).collect();
    let [day, month, year] = parts[..] else { return None };
    chrono::NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        .filter(|_| year.len() == 4)
        .map(|date| date.format("%Y-%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> VeridasResult {
        VeridasResult::of(text.as_bytes()).expect("a validation")
    }

    #[test]
    fn lists_and_maps_with_one_data_or_two_say_the_same() {
        for text in [
            r#"{"data":{"id":"1","data":{"document":{"scores":[{"name":"S","value":0.9}],"nodes":{"PD_Name_Out":{"text":"ANA"}}}}}}"#,
            r#"{"data":{"document":{"scores":{"S":0.9},"nodes":[{"name":"PD_Name_Out","text":"ANA"}]}}}"#,
            r#"{"data":{"document":{"scores":{"S":{"value":"0.9"}},"nodes":{"PD_Name_Out":" ANA "}}}}"#,
            r#"{"data":{"summary":{"scores":[{"name":"S","score":0.9}]},"document":{"nodes":[{"name":"PD_Name_Out","value":"ANA"}]}}}"#,
        ] {
            let validation = read(text);
            assert_eq!(validation.scores, [("S".to_owned(), 0.9)], "{text}");
            assert_eq!(validation.text("PD_Name_Out"), Some("ANA"), "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        for text in [
            r#"{"data":{}}"#,
            r#"{"data":{"document":{"scores":7,"nodes":null}}}"#,
            r#"{"data":{"document":{"scores":[{"value":1}]}}}"#,
        ] {
            assert!(!read(text).is_judged(), "{text}");
        }
        for text in ["", "[]", "{}", r#"{"data":[]}"#, r#"{"data":"#] {
            assert!(VeridasResult::of(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn a_date_is_a_day_of_the_calendar() {
        assert_eq!(date("03 02 1980"), Some("1980-02-03".to_owned()));
        for text in ["1980", "02 1980", "31 02 1980", "1980 02 03", "", "03 02 80", "a b c"] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
