//! Codes of MiDNI that were presented, and the checks of them.

use super::{Corrupt, Item, Key, SLACK, check_schema, json, millis, read_json, read_time, set_ttl};
use acredita_domain::{Time, midni::Check, pictures::Sha256Digest};

/// A code that was presented: nothing but its digest. It is refused for its age before the table may drop it.
pub(crate) fn encode_presented(digest: &Sha256Digest, valid_until: Time) -> Item {
    let mut item = Key::presented(digest).item();
    set_ttl(&mut item, valid_until + SLACK);
    item
}

pub(crate) fn encode_check(digest: &str, check: &Check) -> Item {
    let mut item = Key::check(digest).item();
    item.insert("evidence".to_owned(), json(&check.evidence));
    item.insert("expires_at".to_owned(), millis(check.expires_at));
    set_ttl(&mut item, check.expires_at + SLACK);
    item
}

pub(crate) fn decode_check(item: &Item) -> Result<Check, Corrupt> {
    check_schema(item)?;
    Ok(Check { evidence: read_json(item, "evidence")?, expires_at: read_time(item, "expires_at")? })
}
