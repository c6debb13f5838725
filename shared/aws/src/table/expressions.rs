//! Names and values of DynamoDB expressions.
//!
//! An expression writes every attribute as `#name`, because many ordinary words are reserved, and every value as
//! `:value`. The names and values are found in its text, so that there is no separate list to keep in step: DynamoDB
//! refuses a request that names too few or too many.

use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;

/// Available values, each with its name in expressions, without the colon.
pub(crate) type Values = Vec<(&'static str, AttributeValue)>;

/// The names and values that the expressions of one request use. `None` where there are none: DynamoDB refuses empty
/// maps.
pub(crate) struct Bound {
    pub names: Option<HashMap<String, String>>,
    pub values: Option<HashMap<String, AttributeValue>>,
}

/// Finds the names and values that `expressions` use.
pub(crate) fn bind(expressions: &[&str], values: &[(&'static str, AttributeValue)]) -> Bound {
    let names = words(expressions, '#').map(|name| (format!("#{name}"), name.to_owned())).collect();
    let values = words(expressions, ':')
        .filter_map(|word| values.iter().find(|(name, _)| *name == word))
        .map(|(name, value)| (format!(":{name}"), value.clone()))
        .collect();
    Bound { names: filled(names), values: filled(values) }
}

fn filled<T>(map: HashMap<String, T>) -> Option<HashMap<String, T>> {
    (!map.is_empty()).then_some(map)
}

fn words<'a>(expressions: &'a [&'a str], mark: char) -> impl Iterator<Item = &'a str> {
    let part_of_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '#' | ':');
    let all = expressions.iter().flat_map(move |text| text.split(move |c| !part_of_word(c)));
    all.filter_map(move |word| word.strip_prefix(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_expression_uses_is_bound_and_nothing_else() {
        let number = |n: u32| AttributeValue::N(n.to_string());
        let bound = bind(
            &["SET #a = #b + :one", "attribute_not_exists(#c_2) OR #a<=:now"],
            &[("one", number(1)), ("now", number(2)), ("unused", number(3))],
        );
        let names = bound.names.expect("names");
        assert_eq!(names.len(), 3);
        assert_eq!(names["#c_2"], "c_2");
        let values = bound.values.expect("values");
        assert_eq!(values.len(), 2);
        assert_eq!(values[":now"], number(2));
    }

    #[test]
    fn an_expression_without_values_binds_none() {
        assert_eq!(bind(&["attribute_exists(#pk)"], &[]).values, None);
        assert_eq!(bind(&[], &[]).names, None);
    }
}
