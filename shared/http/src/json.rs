//! JSON bodies, read more strictly than a parser has to: nesting is bounded, and no member may be repeated.

use acredita_domain::Invalid;
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};
use std::fmt;

/// The deepest nesting of objects and lists in a JSON body.
const MAX_JSON_DEPTH: usize = 64;

/// Parses JSON that nests no deeper than [`MAX_JSON_DEPTH`] and repeats no member.
pub fn parse(body: &[u8]) -> Result<Value, Invalid> {
    // Some editors and frameworks begin every UTF-8 text with one (RFC 8259 §8.1 lets a parser ignore it).
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    if body.is_empty() {
        return Err(Invalid("a JSON body is required"));
    }
    let text = std::str::from_utf8(body).map_err(|_| Invalid("is not UTF-8"))?;
    if depth(text) > MAX_JSON_DEPTH {
        return Err(Invalid("nests deeper than 64"));
    }
    let parsed: Result<Unambiguous, _> = serde_json::from_str(text);
    // Valid JSON that is refused here was refused by `Members`.
    parsed.map(|Unambiguous(value)| value).map_err(|error| Invalid(if error.is_data() { TWICE } else { "is not JSON" }))
}

/// The depth of nested brackets outside strings, counted before any parser has to recurse that deep.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

const TWICE: &str = "has an object with the same member twice";

/// A value that every parser reads the same. Parsers differ in which of two equal members counts (RFC 8259 §4): a gateway
/// that reads the first while we read the last would let a request around its checks.
struct Unambiguous(Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Members).map(Self)
    }
}

/// Builds a value and refuses a repeated member.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Unambiguous(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Unambiguous(value))) = members.next_entry::<String, Unambiguous>()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom(TWICE));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_counted_outside_of_strings_only() {
        assert_eq!(depth(r#"{"a":[1,{"b":"[[[[\"[["}]}"#), 3);
        assert_eq!(depth(&"[".repeat(100_000)), 100_000);
        let nested = |n: usize| format!("{}1{}", "[".repeat(n), "]".repeat(n));
        assert!(parse(nested(64).as_bytes()).is_ok());
        assert_eq!(parse(nested(65).as_bytes()), Err(Invalid("nests deeper than 64")));
    }

    #[test]
    fn a_member_that_comes_twice_is_refused_at_any_depth() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"[{"b":{"a":null,"a":null}}]"#] {
            assert_eq!(parse(text.as_bytes()), Err(Invalid(TWICE)), "{text}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_skipped_once_and_only_at_the_start() {
        assert_eq!(parse("\u{FEFF}{\"a\":1}".as_bytes()), parse(br#"{"a":1}"#));
        assert_eq!(parse("\u{FEFF}".as_bytes()), Err(Invalid("a JSON body is required")));
        for text in ["\u{FEFF}\u{FEFF}{}", "{}\u{FEFF}", " \u{FEFF}{}"] {
            assert_eq!(parse(text.as_bytes()), Err(Invalid("is not JSON")), "{text:?}");
        }
        assert_eq!(parse(b"\xFF\xFE{\0}\0"), Err(Invalid("is not UTF-8")));
    }

    #[test]
    fn everything_else_is_read_as_serde_json_reads_it() {
        for text in [
            r#"{"a":[1,-1,1.5,true,null,"x\n"],"b":{"a":{}}}"#,
            "18446744073709551615",
            "-0",
            "1e3",
            r#""text""#,
            " [] ",
        ] {
            assert_eq!(parse(text.as_bytes()).ok(), serde_json::from_str(text).ok(), "{text}");
        }
        for text in ["1e400", "{", "{} {}", "NaN", "'a'"] {
            assert_eq!(parse(text.as_bytes()), Err(Invalid("is not JSON")), "{text}");
        }
    }
}
