//! The caller's own words for what it creates: an id of its own, and texts under names of its own.
//!
//! They are free text: a caller may well write a person's name into them. They are kept with what was created, are for the
//! back office alone, and are erased with it.

use crate::{
    invalid::Invalid,
    text::{at_most, clean, private_text},
};
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, collections::BTreeMap};

private_text! {
    /// The caller's own id of what it creates.
    ClientReferenceId, |text| at_most(clean(text)?, 200, "is longer than 200 characters")
}
private_text! {
    /// A name that the caller gives to a text. Forms write a name's members in square brackets.
    MetadataKey,
    |text| {
        let text = at_most(clean(text)?, 40, "is longer than 40 characters")?;
        if text.contains(['[', ']']) { Err(Invalid("contains [ or ]")) } else { Ok(text) }
    }
}
private_text! {
    MetadataText, |text| at_most(clean(text)?, 500, "is longer than 500 characters")
}

impl Ord for MetadataKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.expose().cmp(other.expose())
    }
}

impl PartialOrd for MetadataKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Texts of the caller's, by its own names: at most [`ClientMetadata::MOST`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<MetadataKey, MetadataText>", into = "BTreeMap<MetadataKey, MetadataText>")]
pub struct ClientMetadata(BTreeMap<MetadataKey, MetadataText>);

impl ClientMetadata {
    pub const MOST: usize = 50;

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&MetadataKey, &MetadataText)> {
        self.0.iter()
    }
}

impl TryFrom<BTreeMap<MetadataKey, MetadataText>> for ClientMetadata {
    type Error = Invalid;
    fn try_from(texts: BTreeMap<MetadataKey, MetadataText>) -> Result<Self, Invalid> {
        if texts.len() > Self::MOST { Err(Invalid("has more than 50 members")) } else { Ok(Self(texts)) }
    }
}

impl From<ClientMetadata> for BTreeMap<MetadataKey, MetadataText> {
    fn from(ClientMetadata(texts): ClientMetadata) -> Self {
        texts
    }
}

/// What every create may say for its caller's own use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_reference_id: Option<ClientReferenceId>,
    #[serde(default, skip_serializing_if = "ClientMetadata::is_empty")]
    metadata: ClientMetadata,
}

impl Reference {
    pub fn new(client_reference_id: Option<ClientReferenceId>, metadata: ClientMetadata) -> Self {
        Self { client_reference_id, metadata }
    }

    pub fn client_reference_id(&self) -> Option<&ClientReferenceId> {
        self.client_reference_id.as_ref()
    }

    pub fn metadata(&self) -> &ClientMetadata {
        &self.metadata
    }

    /// Whether the caller said nothing.
    pub fn is_empty(&self) -> bool {
        self.client_reference_id.is_none() && self.metadata.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(number: usize) -> BTreeMap<MetadataKey, MetadataText> {
        let text = |number: usize| Ok::<_, Invalid>((format!("key {number}").parse()?, "text".parse()?));
        (0..number).map(text).collect::<Result<_, _>>().expect("texts")
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        assert!("é".repeat(200).parse::<ClientReferenceId>().is_ok());
        assert!("é".repeat(201).parse::<ClientReferenceId>().is_err());
        assert!("é".repeat(40).parse::<MetadataKey>().is_ok());
        assert!("é".repeat(41).parse::<MetadataKey>().is_err());
        assert!("é".repeat(500).parse::<MetadataText>().is_ok());
        assert!("é".repeat(501).parse::<MetadataText>().is_err());
    }

    #[test]
    fn a_key_has_no_square_brackets() {
        for key in ["[", "]", "a[b]", ""] {
            assert!(key.parse::<MetadataKey>().is_err(), "{key}");
        }
        assert!("shop-042/till {3}.a~b".parse::<MetadataKey>().is_ok());
    }

    #[test]
    fn there_are_at_most_fifty_texts() {
        assert!(ClientMetadata::try_from(texts(50)).is_ok());
        assert_eq!(ClientMetadata::try_from(texts(51)), Err(Invalid("has more than 50 members")));
        assert!(serde_json::from_value::<ClientMetadata>(serde_json::json!(texts(51))).is_err());
    }

    #[test]
    fn a_reference_comes_back_as_it_went() {
        let metadata = ClientMetadata::try_from(texts(3)).expect("three");
        for reference in [
            Reference::default(),
            Reference::new("order-4711".parse().ok(), metadata.clone()),
            Reference::new(None, metadata),
        ] {
            let stored = serde_json::to_string(&reference).expect("JSON");
            assert_eq!(serde_json::from_str::<Reference>(&stored).expect("a reference"), reference);
        }
        assert_eq!(serde_json::to_string(&Reference::default()).expect("JSON"), "{}");
    }
}
