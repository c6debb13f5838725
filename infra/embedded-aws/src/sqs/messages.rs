//! Checks what a message may hold, and makes receipt handles.

use md5::{Digest, Md5};
use uuid::Uuid;

use super::error::SqsError;
use super::queue::{MAX_DELAY_S, MAX_MESSAGE_BYTES};
use crate::ids;

/// A valid message, ready to be stored.
pub(super) struct NewMessage {
    pub id: Uuid,
    pub body: String,
    /// `None` takes the queue's.
    pub delay_s: Option<i64>,
}

impl NewMessage {
    /// Of a standard queue the group only says whose message it is, for the sake of fairness: here all are served alike.
    pub(super) fn parse(body: String, delay_s: Option<i64>, group: Option<&str>) -> Result<Self, SqsError> {
        if body.is_empty() {
            return Err(SqsError::MissingParameter("MessageBody"));
        }
        if body.len() > MAX_MESSAGE_BYTES {
            let reason = "a message must be shorter than 262144 bytes";
            return Err(SqsError::InvalidParameter { parameter: "MessageBody", reason });
        }
        if delay_s.is_some_and(|delay| !(0..=MAX_DELAY_S).contains(&delay)) {
            let reason = "must be 0 to 900 seconds";
            return Err(SqsError::InvalidParameter { parameter: "DelaySeconds", reason });
        }
        let is_group =
            |group: &str| (1..=128).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_graphic());
        if !group.is_none_or(is_group) {
            let reason = "must be 1 to 128 letters, digits and punctuation marks";
            return Err(SqsError::InvalidParameter { parameter: "MessageGroupId", reason });
        }
        check_characters(&body)?;
        Ok(Self { id: ids::random(), body, delay_s })
    }
}

/// MD5 in lower-case hexadecimal, which some SDKs compare with their own.
pub(super) fn body_digest(body: &str) -> String {
    Md5::digest(body).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The characters that XML 1.0 allows, as SendMessage requires.
fn check_characters(text: &str) -> Result<(), SqsError> {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..);
    if text.chars().all(allowed) { Ok(()) } else { Err(SqsError::InvalidMessageContents) }
}

/// The proof with which a receiver deletes a message or changes its visibility. Valid for one receive.
#[derive(Clone, Copy)]
pub(super) struct Receipt {
    pub message_id: Uuid,
    pub receive_id: Uuid,
}

impl Receipt {
    const PREFIX: &str = "AQEB";
    const UUID_LENGTH: usize = 32;

    pub(super) fn new(message_id: Uuid) -> Self {
        Self { message_id, receive_id: ids::random() }
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
