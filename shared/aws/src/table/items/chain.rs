//! Chains.

use super::{
    Corrupt, DuePartitions, GRACE, Item, Key, check_schema, decode_log,
    due::set_due,
    event::set_log,
    if_there, json,
    listed::{set_lookups, set_record},
    millis, number, read_json, read_number, read_parsed, read_text, read_time,
    records::{read_taken_once, set_taken_once},
    set_ttl,
    state::{decode_state, encode_state},
    text,
};
use acredita_domain::{
    Time,
    chain::{Chain, ChainState},
    ids::{AdminChainId, ChainId},
    records::RecordKind,
};

impl Key {
    pub fn chain(id: ChainId) -> Self {
        Self::alone(format!("CHN#{id}"))
    }

    pub fn chain_pointer(id: AdminChainId) -> Self {
        Self::alone(format!("ADM#{id}"))
    }
}

/// Due when its time is over, with its steps; it may be dropped some days after its retention.
pub(crate) fn encode_chain(chain: &Chain, keep_until: Time) -> Item {
    let mut item = Key::chain(chain.id).item();
    let mut set = |name: &str, value| item.insert(name.to_owned(), value);
    set("org", text(&chain.org));
    set("admin_id", text(chain.admin_id));
    set("created_at", millis(chain.created_at));
    set("expires_at", millis(chain.expires_at));
    set("steps", json(&chain.sequence));
    set("current_step", number(chain.current_step as u64));
    if !chain.reference.is_empty() {
        set("reference", json(&chain.reference));
    }
    encode_state(&mut item, &chain.state);
    set_log(&mut item, Some(&chain.log));
    set_taken_once(&mut item, &chain.once);
    set_lookups(&mut item, &chain.lookups);
    set_due(&mut item, DuePartitions::Ends.of(&chain.id.to_string()), chain.expires_at);
    let record = (chain.admin_id.into(), RecordKind::Chain);
    set_record(&mut item, &chain.org, record, chain.created_at, &chain.reference);
    set_ttl(&mut item, keep_until + GRACE);
    item
}

pub(crate) fn decode_chain(item: &Item) -> Result<Chain, Corrupt> {
    check_schema(item)?;
    let chain = Chain {
        id: read_text(item, "pk")?.strip_prefix("CHN#").and_then(|id| id.parse().ok()).ok_or(Corrupt("chain id"))?,
        admin_id: read_parsed(item, "admin_id")?,
        org: read_parsed(item, "org")?,
        sequence: read_json(item, "steps")?,
        current_step: read_number(item, "current_step")?,
        reference: if_there(item, "reference", read_json)?.unwrap_or_default(),
        state: decode_state(item)?,
        created_at: read_time(item, "created_at")?,
        expires_at: read_time(item, "expires_at")?,
        log: decode_log(item)?.ok_or(Corrupt("log"))?,
        once: read_taken_once(item)?,
        lookups: if_there(item, "lookups", read_json)?.unwrap_or_default(),
    };
    let is_validated = matches!(chain.state, ChainState::Validated(_));
    if chain.current_step > chain.sequence.len() || (is_validated && !chain.has_all_validated()) {
        return Err(Corrupt("current_step"));
    }
    Ok(chain)
}

/// It outlives its chain, by whose ids its events are found.
pub(crate) fn encode_chain_pointer(chain: &Chain, keep_until: Time) -> Item {
    let mut item = Key::chain_pointer(chain.admin_id).item();
    item.insert("org".to_owned(), text(&chain.org));
    item.insert("chain_id".to_owned(), text(chain.id));
    set_ttl(&mut item, keep_until + GRACE);
    item
}
