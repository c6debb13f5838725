//! Schemas of the texts and values that many requests have, as they are read. Patterns are ECMA-262 without flags, and
//! hold with the flag `u` too.

use acredita_domain::actor::Country;
use std::{borrow::Cow, collections::BTreeMap};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, OneOfBuilder, RefOr, Schema, schema::Type},
};

/// A line: not blank, without control characters and direction overrides.
pub(crate) const LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e]*[^\s\u0000-\u001f\u007f-\u009f\u2028-\u202e][^\u0000-\u001f\u007f-\u009f\u2028-\u202e]*$";

/// A text of one line.
pub struct Text;

impl ToSchema for Text {
    fn name() -> Cow<'static, str> {
        "Text".into()
    }
}

impl PartialSchema for Text {
    fn schema() -> RefOr<Schema> {
        let description = "A text of one line: not blank, without control characters and direction overrides, at most 256 characters.";
        line(256, LINE).description(Some(description)).build().into()
    }
}

/// A text of at most so many characters.
pub(crate) fn line(most: usize, pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).max_length(Some(most)).pattern(Some(pattern))
}

/// A text of one or more lines: not blank, without other control characters and direction overrides, at most 1,000
/// characters.
#[derive(ToSchema)]
#[schema(
    max_length = 1_000,
    pattern = r"^[^\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u202a-\u202e]*[^\s\u0000-\u001f\u007f-\u009f\u2028-\u202e][^\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u202a-\u202e]*$"
)]
pub struct Lines(#[expect(dead_code, reason = "only its schema is used")] String);

/// How long something lives.
pub struct Lifetime;

impl ToSchema for Lifetime {
    fn name() -> Cow<'static, str> {
        "Lifetime".into()
    }
}

impl PartialSchema for Lifetime {
    fn schema() -> RefOr<Schema> {
        // In a sum each unit stays below the next larger one: a pattern cannot add.
        let (below_24, below_60) = ("(0?[0-9]|1[0-9]|2[0-3])", "[0-5]?[0-9]");
        let time = format!("(T({below_24}H({below_60}M)?({below_60}S)?|{below_60}M({below_60}S)?|{below_60}S))?");
        let weeks = format!("[1-3]W([0-6]D)?{time}|4W([01]D)?{time}|4W2D");
        let days = format!("([1-9]|[12][0-9])D{time}|30D");
        let hours = format!("([1-9]|[1-9][0-9]|[1-6][0-9]{{2}}|7[01][0-9])H({below_60}M)?({below_60}S)?|720H");
        let minutes = "[1-9]|[1-9][0-9]{1,3}|[1-3][0-9]{4}|4[0-2][0-9]{3}|43[01][0-9]{2}";
        let seconds = "[6-9][0-9]|[1-9][0-9]{2,5}|1[0-9]{6}|2[0-4][0-9]{5}|25[0-8][0-9]{4}|259[01][0-9]{3}|2592000";
        let pattern = format!("^P({weeks}|{days}|T({hours}|({minutes})M({below_60}S)?|43200M|({seconds})S))$");
        let description = "An ISO 8601 duration from 1 minute to 30 days, in weeks, days, hours, minutes and seconds.";
        let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern));
        schema.description(Some(description)).examples(["PT1H", "P30D", "P1DT2H30M"]).build().into()
    }
}

/// A country, in any case.
pub struct CountryCode;

impl ToSchema for CountryCode {
    fn name() -> Cow<'static, str> {
        "Country".into()
    }
}

impl PartialSchema for CountryCode {
    fn schema() -> RefOr<Schema> {
        let mut second: BTreeMap<char, String> = BTreeMap::new();
        for country in Country::all() {
            let code = country.to_string();
            let mut letters = code.chars();
            if let (Some(first), Some(last)) = (letters.next(), letters.next()) {
                second.entry(first).or_default().push(last);
            }
        }
        let any_case = |letters: &str| format!("[{letters}{}]", letters.to_lowercase());
        let of_letter = |(first, last): (&char, &String)| any_case(&first.to_string()) + &any_case(last);
        let codes: Vec<String> = second.iter().map(of_letter).collect();
        let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some(format!("^({})$", codes.join("|"))));
        schema.description(Some("An ISO 3166-1 alpha-2 code, in any case.")).examples(["ES"]).build().into()
    }
}

/// A boolean, or its name as a text.
pub struct BooleanOrText;

impl ToSchema for BooleanOrText {
    fn name() -> Cow<'static, str> {
        "BooleanOrText".into()
    }
}

impl PartialSchema for BooleanOrText {
    fn schema() -> RefOr<Schema> {
        let boolean = ObjectBuilder::new().schema_type(Type::Boolean);
        let text = ObjectBuilder::new().schema_type(Type::String);
        let text = text.pattern(Some("^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$")).examples(["true", "false"]);
        let schema = OneOfBuilder::new().item(boolean).item(text);
        schema.description(Some("A boolean, or `true` or `false` as a string, in any case.")).into()
    }
}
