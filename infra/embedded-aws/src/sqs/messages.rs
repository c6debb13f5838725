//! Checks what a message and a batch may hold, and makes receipt handles.

use std::collections::{BTreeMap, HashSet};

use uuid::Uuid;

use super::digest;
use super::error::SqsError;
use super::queue::{MAX_DELAY_S, MAX_MESSAGE_BYTES, is_identifier};
use super::wire::MessageAttribute;

const MAX_ENTRIES: usize = 10;
const MAX_ATTRIBUTES: usize = 10;

/// A message that was checked and may be stored.
pub(super) struct NewMessage {
    pub id: Uuid,
    pub body: String,
    pub attributes: BTreeMap<String, MessageAttribute>,
    /// `None` takes the queue's.
    pub delay_s: Option<i64>,
}

impl NewMessage {
    pub(super) fn parse(
        body: String,
        attributes: BTreeMap<String, MessageAttribute>,
        delay_s: Option<i64>,
    ) -> Result<Self, SqsError> {
        if body.is_empty() {
            return Err(SqsError::MissingParameter("MessageBody"));
        }
        if size(&body, &attributes) > MAX_MESSAGE_BYTES {
            let reason = "a message must be shorter than 262144 bytes";
            return Err(SqsError::InvalidParameter { parameter: "MessageBody", reason });
        }
        if delay_s.is_some_and(|delay| !(0..=MAX_DELAY_S).contains(&delay)) {
            let reason = "must be 0 to 900 seconds";
            return Err(SqsError::InvalidParameter { parameter: "DelaySeconds", reason });
        }
        check_characters(&body)?;
        check_attributes(&attributes)?;
        Ok(Self { id: random_id(), body, attributes, delay_s })
    }
}

/// A new id. Amazon makes up ids of its own as well, so no caller can hand them in.
#[expect(clippy::disallowed_methods, reason = "the service's own randomness is no input of its callers")]
pub(super) fn random_id() -> Uuid {
    Uuid::new_v4()
}

/// What counts towards the limit: the body, and name, type and value of each attribute.
pub(super) fn size(body: &str, attributes: &BTreeMap<String, MessageAttribute>) -> usize {
    let value = |attribute: &MessageAttribute| {
        let text = attribute.string_value.as_ref().map_or(0, String::len);
        let bytes = attribute.binary_value.as_deref().and_then(digest::decoded).map_or(0, |bytes| bytes.len());
        text + bytes
    };
    let attributes = attributes.iter().map(|(name, it)| name.len() + it.data_type.len() + value(it));
    body.len() + attributes.sum::<usize>()
}

/// Checks the ids of a batch: 1 to 10 of them, well formed and different.
pub(super) fn check_batch<'a>(ids: impl ExactSizeIterator<Item = &'a str>) -> Result<(), SqsError> {
    match ids.len() {
        0 => return Err(SqsError::EmptyBatch),
        1..=MAX_ENTRIES => {}
        _ => return Err(SqsError::TooManyEntries),
    }
    let mut seen = HashSet::new();
    for id in ids {
        if !is_identifier(id) {
            return Err(SqsError::InvalidEntryId);
        }
        if !seen.insert(id) {
            return Err(SqsError::EntryIdsNotDistinct);
        }
    }
    Ok(())
}

/// The characters XML 1.0 allows, as SendMessage asks for.
fn check_characters(text: &str) -> Result<(), SqsError> {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..);
    if text.chars().all(allowed) { Ok(()) } else { Err(SqsError::InvalidMessageContents) }
}

fn check_attributes(attributes: &BTreeMap<String, MessageAttribute>) -> Result<(), SqsError> {
    let invalid = |reason| SqsError::InvalidParameter { parameter: "MessageAttributes", reason };
    if attributes.len() > MAX_ATTRIBUTES {
        return Err(invalid("a message can have up to 10 attributes"));
    }
    for (name, attribute) in attributes {
        let is_name = name.split('.').all(|part| !part.is_empty() && part.split(['-', '_']).all(is_alphanumeric));
        if !is_name || name.len() > 256 {
            return Err(invalid("a name holds letters, digits, hyphens, underscores and single periods"));
        }
        let kind = attribute.data_type.split('.').next().unwrap_or_default();
        let text = attribute.string_value.as_deref();
        let bytes = attribute.binary_value.as_deref().map(|base64| digest::decoded(base64).unwrap_or_default());
        match (kind, text, bytes) {
            ("String" | "Number", Some(text), None) if !text.is_empty() => check_characters(text)?,
            ("Binary", None, Some(bytes)) if !bytes.is_empty() => {}
            _ => return Err(invalid("a type is String, Number or Binary, with the one value that belongs to it")),
        }
    }
    Ok(())
}

fn is_alphanumeric(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// What a receiver shows to delete a message or to change its visibility. Good for one receive.
#[derive(Clone, Copy)]
pub(super) struct Receipt {
    pub message_id: Uuid,
    pub receive_id: Uuid,
}

impl Receipt {
    const PREFIX: &str = "AQEB";
    const UUID_LENGTH: usize = 32;

    pub(super) fn new(message_id: Uuid) -> Self {
        Self { message_id, receive_id: random_id() }
    }

    pub(super) fn to_handle(self) -> String {
        format!("{}{}{}", Self::PREFIX, self.message_id.simple(), self.receive_id.simple())
    }

    pub(super) fn parse(handle: &str) -> Result<Self, SqsError> {
        let parse = || {
            let (message, receive) = handle.strip_prefix(Self::PREFIX)?.split_at_checked(Self::UUID_LENGTH)?;
            Some(Self { message_id: Uuid::try_parse(message).ok()?, receive_id: Uuid::try_parse(receive).ok()? })
        };
        parse().ok_or(SqsError::ReceiptHandleIsInvalid)
    }
}
