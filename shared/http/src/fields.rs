//! Reads a JSON body field by field and reports every fault with its JSON pointer (RFC 6901).

use crate::{
    base64,
    fault::{Faults, Place},
};
use acredita_domain::{
    Invalid,
    text::{ordinary, trimmed},
};
use bytes::Bytes;
use serde_json::{Map, Value};
use std::str::FromStr;

const NO_BOOLEAN: Invalid = Invalid("is not a boolean, nor the string true or false");

/// The fields of one JSON object of a body. A field that is `null` is absent. Unknown fields are ignored.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    members: &'a Map<String, Value>,
    pointer: String,
}

impl<'a> Fields<'a> {
    /// The fields of the body itself.
    pub fn of_body(body: &'a Value, faults: &mut Faults) -> Option<Self> {
        Self::of(body, String::new(), faults)
    }

    fn of(value: &'a Value, pointer: String, faults: &mut Faults) -> Option<Self> {
        match value {
            Value::Object(members) => Some(Self { members, pointer }),
            _ => {
                faults.add(Place::Body(pointer), "is not an object");
                None
            }
        }
    }

    pub fn place(&self, name: &str) -> Place {
        Place::Body(self.pointer(name))
    }

    /// The place of the object itself.
    pub fn own_place(&self) -> Place {
        Place::Body(self.pointer.clone())
    }

    /// How many members the object has, known or not.
    pub fn count(&self) -> usize {
        self.members.len()
    }

    /// The members of an object whose keys are the caller's.
    pub fn members(&self) -> impl Iterator<Item = Member<'_>> {
        self.members.iter().map(|(key, value)| Member { of: &self.pointer, key, value })
    }

    /// Reports the members that have other names than these, where such a mistake would change what the others mean.
    pub fn only(&self, names: &[&str], faults: &mut Faults) {
        for unknown in self.members().filter(|member| !names.contains(&member.key())) {
            faults.add(unknown.place(), "is not a field that is known here");
        }
    }

    /// The pointer of a member.
    pub fn pointer(&self, name: &str) -> String {
        format!("{}/{name}", self.pointer)
    }

    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub fn missing(&self, name: &str, faults: &mut Faults) {
        faults.add(self.place(name), "is required");
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    pub fn object(&self, name: &str, faults: &mut Faults) -> Option<Self> {
        Self::of(self.get(name)?, format!("{}/{name}", self.pointer), faults)
    }

    /// A string that is a `T`.
    pub fn text<T: FromStr<Err = Invalid>>(&self, name: &str, faults: &mut Faults) -> Option<T> {
        let parsed = text(self.get(name)?);
        faults.value(self.place(name), parsed)
    }

    /// A name of a vocabulary, in any case: what callers write is answered as the contract has it.
    pub fn name<T: FromStr<Err = Invalid>>(&self, name: &str, faults: &mut Faults) -> Option<T> {
        let parsed = match self.get(name)? {
            Value::String(text) => trimmed(text).and_then(|text| text.to_ascii_uppercase().parse()),
            _ => Err(Invalid("is not a string")),
        };
        faults.value(self.place(name), parsed)
    }

    /// A required name of a vocabulary.
    pub fn required_name<T: FromStr<Err = Invalid>>(&self, name: &str, faults: &mut Faults) -> Option<T> {
        if !self.has(name) {
            self.missing(name, faults);
        }
        self.name(name, faults)
    }

    /// A required string that is a `T`, whatever is around and in it: `T` reads it as it came.
    pub fn required_as_typed<T: FromStr<Err = Invalid>>(&self, name: &str, faults: &mut Faults) -> Option<T> {
        if !self.has(name) {
            self.missing(name, faults);
        }
        let text = self.raw(name, faults)?;
        faults.value(self.place(name), text.parse())
    }

    /// A required string that is a `T`.
    pub fn required_text<T: FromStr<Err = Invalid>>(&self, name: &str, faults: &mut Faults) -> Option<T> {
        if !self.has(name) {
            self.missing(name, faults);
        }
        self.text(name, faults)
    }

    pub fn boolean(&self, name: &str, faults: &mut Faults) -> Option<bool> {
        let parsed = match self.get(name)? {
            Value::Bool(value) => Ok(*value),
            _ => Err(Invalid("is not a boolean")),
        };
        faults.value(self.place(name), parsed)
    }

    /// A boolean, or the text `true` or `false` in any case, where the published API documents a text. Every other
    /// boolean and number of the contract is one in JSON, too: a text there is a mistake of the caller's.
    pub fn boolean_or_text(&self, name: &str, faults: &mut Faults) -> Option<bool> {
        let parsed = match self.get(name)? {
            Value::Bool(value) => Ok(*value),
            Value::String(text) => match trimmed(text) {
                Ok(text) if text.eq_ignore_ascii_case("true") => Ok(true),
                Ok(text) if text.eq_ignore_ascii_case("false") => Ok(false),
                _ => Err(NO_BOOLEAN),
            },
            _ => Err(NO_BOOLEAN),
        };
        faults.value(self.place(name), parsed)
    }

    /// A non-negative integer that is a `T`.
    pub fn integer<T: TryFrom<u32, Error = Invalid>>(&self, name: &str, faults: &mut Faults) -> Option<T> {
        let value = self.get(name)?;
        // Too large for 32 bits is too large for anything that we count.
        let parsed = value.as_u64().ok_or(Invalid("is not a non-negative integer"));
        let parsed = parsed.and_then(|number| T::try_from(u32::try_from(number).unwrap_or(u32::MAX)));
        faults.value(self.place(name), parsed)
    }

    /// A number that is a `T`.
    pub fn number<T>(
        &self,
        name: &str,
        read: impl FnOnce(f64) -> Result<T, Invalid>,
        faults: &mut Faults,
    ) -> Option<T> {
        let parsed = self.get(name)?.as_f64().ok_or(Invalid("is not a number")).and_then(read);
        faults.value(self.place(name), parsed)
    }

    /// A non-negative 64-bit integer or a text, as a `T`; `problem` is that of any other value.
    pub fn number_or_text<T: FromStr<Err = Invalid>>(
        &self,
        name: &str,
        problem: &'static str,
        faults: &mut Faults,
    ) -> Option<T> {
        let parsed = match self.get(name)? {
            Value::Number(number) if number.is_u64() => number.to_string().parse(),
            Value::String(text) => text.parse(),
            _ => Err(Invalid(problem)),
        };
        faults.value(self.place(name), parsed)
    }

    /// Strings that are each a `T`.
    pub fn texts<T>(
        &self,
        name: &str,
        read: impl Fn(&str) -> Result<T, Invalid>,
        faults: &mut Faults,
    ) -> Option<Vec<T>> {
        let Value::Array(values) = self.get(name)? else {
            faults.add(self.place(name), "is not a list");
            return None;
        };
        let each = values.iter().enumerate().map(|(at, value)| {
            let parsed = match value {
                Value::String(text) => trimmed(text).and_then(&read),
                _ => Err(Invalid("is not a string")),
            };
            faults.value(self.place(&format!("{name}/{at}")), parsed)
        });
        // All of them, so that every fault is reported.
        each.collect::<Vec<_>>().into_iter().collect()
    }

    /// A list of at most so many objects; `problem` is that of a longer one.
    pub fn objects(&self, name: &str, most: usize, problem: &'static str, faults: &mut Faults) -> Option<Vec<Self>> {
        let Value::Array(values) = self.get(name)? else {
            faults.add(self.place(name), "is not a list");
            return None;
        };
        if values.len() > most {
            faults.add(self.place(name), problem);
            return None;
        }
        let each = values
            .iter()
            .enumerate()
            .map(|(at, value)| Self::of(value, format!("{}/{name}/{at}", self.pointer), faults));
        // All of them, so that every fault is reported.
        each.collect::<Vec<_>>().into_iter().collect()
    }

    /// Whether the field is present and an object, for fields that may be a string or an object.
    pub fn is_object(&self, name: &str) -> bool {
        self.get(name).is_some_and(Value::is_object)
    }

    /// Bytes in base64, in any of its usual forms.
    pub fn bytes(&self, name: &str, faults: &mut Faults) -> Option<Bytes> {
        let text = self.raw(name, faults)?;
        faults.value(self.place(name), base64::decode(text).map(Bytes::from))
    }

    /// A string exactly as sent, of any length, possibly blank.
    pub fn raw(&self, name: &str, faults: &mut Faults) -> Option<&'a str> {
        let parsed = self.get(name)?.as_str().ok_or(Invalid("is not a string"));
        faults.value(self.place(name), parsed)
    }
}

/// A member of an object whose keys are the caller's.
pub struct Member<'a> {
    of: &'a str,
    key: &'a str,
    value: &'a Value,
}

impl Member<'_> {
    /// Its pointer, or the object's if a line cannot show the key.
    pub fn place(&self) -> Place {
        let of = self.of;
        Place::Body(match ordinary(self.key) {
            Ok(_) => format!("{of}/{}", self.key.replace('~', "~0").replace('/', "~1")),
            Err(_) => of.to_owned(),
        })
    }

    pub fn key(&self) -> &str {
        self.key
    }

    /// The value, a string that is a `T`.
    pub fn text<T: FromStr<Err = Invalid>>(&self) -> Result<T, Invalid> {
        text(self.value)
    }
}

fn text<T: FromStr<Err = Invalid>>(value: &Value) -> Result<T, Invalid> {
    match value {
        Value::String(text) => trimmed(text).and_then(str::parse),
        _ => Err(Invalid("is not a string")),
    }
}
