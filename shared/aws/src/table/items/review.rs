//! Reviews, and what identifications know of them.

use super::{
    Corrupt, DuePartitions, GRACE, Item, Key, check_schema, decode_log, due::set_due, event::set_log, if_there, json,
    millis, number, read_json, read_number, read_parsed, read_text, read_time, set_ttl, text,
};
use acredita_domain::{
    Time,
    events::Log,
    ids::{OrgId, ReviewId},
    ports::ReviewPosition,
    review::{Review, ReviewMark, ReviewState, ReviewStatus},
};

/// Width of the epoch milliseconds at the beginning of `list_at`, which is enough until 2286.
const MILLIS: usize = 13;

impl Key {
    pub fn review(id: ReviewId) -> Self {
        Self::alone(format!("REV#{id}"))
    }
}

/// The partition of the list for reviews that are stored with this status. One is enough: a scoring takes seconds, and a
/// decision minutes.
pub(crate) fn reviews_partition(org: &OrgId, status: ReviewStatus) -> String {
    format!("REV#{org}#{status}")
}

/// The place of a review in the list, as text that sorts.
pub(crate) fn review_place(position: ReviewPosition) -> String {
    format!("{:0MILLIS$}#{}", position.millis, position.id)
}

pub(crate) fn review_position(review: &Review) -> ReviewPosition {
    ReviewPosition { millis: review.opened_at.timestamp_millis(), id: review.id }
}

/// Open ones are due from when they opened, so that the sweep sees how many wait, and for how long; a claim when it lapses.
/// It may be dropped some days after its retention.
pub(crate) fn encode_review(review: &Review, log: &Log, keep_until: Time) -> Item {
    let mut item = Key::review(review.id).item();
    let mut set = |name: &str, value| item.insert(name.to_owned(), value);
    set("org", text(&review.org));
    set("identification_id", text(review.identification_id));
    if let Some(chain) = review.chain_id {
        set("chain_id", text(chain));
    }
    set("record_id", text(review.record_id));
    if !review.reference.is_empty() {
        set("reference", json(&review.reference));
    }
    set("about", json(&review.about));
    set("four_eyes", aws_sdk_dynamodb::types::AttributeValue::Bool(review.four_eyes));
    set("opened_at", millis(review.opened_at));
    set("expires_at", millis(review.expires_at));
    set("status", text(review.state.status()));
    set("decisions", json(&review.decisions));
    set("revision", number(review.revision));
    set("list_shard", text(reviews_partition(&review.org, review.state.status())));
    set("list_at", text(review_place(review_position(review))));
    let id = review.id.to_string();
    match &review.state {
        ReviewState::Open => set_due(&mut item, DuePartitions::Reviews.of(&id), review.opened_at),
        ReviewState::Claimed { by, until } => {
            set("claimed_by", json(by));
            set("claimed_until", millis(*until));
            set_due(&mut item, DuePartitions::Ends.of(&id), *until);
        }
        ReviewState::Approved | ReviewState::Rejected | ReviewState::Withdrawn => {}
    }
    set_log(&mut item, Some(log));
    set_ttl(&mut item, keep_until + GRACE);
    item
}

pub(crate) fn decode_review(item: &Item) -> Result<Review, Corrupt> {
    check_schema(item)?;
    let state = match read_parsed(item, "status")? {
        ReviewStatus::Open => ReviewState::Open,
        ReviewStatus::Claimed => {
            ReviewState::Claimed { by: read_json(item, "claimed_by")?, until: read_time(item, "claimed_until")? }
        }
        ReviewStatus::Approved => ReviewState::Approved,
        ReviewStatus::Rejected => ReviewState::Rejected,
        ReviewStatus::Withdrawn => ReviewState::Withdrawn,
    };
    Ok(Review {
        id: read_text(item, "pk")?.strip_prefix("REV#").and_then(|id| id.parse().ok()).ok_or(Corrupt("review id"))?,
        org: read_parsed(item, "org")?,
        identification_id: read_parsed(item, "identification_id")?,
        chain_id: if_there(item, "chain_id", read_parsed)?,
        record_id: read_parsed(item, "record_id")?,
        reference: if_there(item, "reference", read_json)?.unwrap_or_default(),
        about: read_json(item, "about")?,
        four_eyes: *item.get("four_eyes").and_then(|value| value.as_bool().ok()).ok_or(Corrupt("four_eyes"))?,
        opened_at: read_time(item, "opened_at")?,
        expires_at: read_time(item, "expires_at")?,
        state,
        decisions: read_json(item, "decisions")?,
        revision: read_number(item, "revision")?,
        log: decode_log(item)?.ok_or(Corrupt("log"))?,
    })
}

/// Puts what an identification knows of its latest review into its item.
pub(super) fn set_mark(item: &mut Item, mark: Option<&ReviewMark>) {
    if let Some(ReviewMark { id, status }) = mark {
        item.insert("review_id".to_owned(), text(id));
        item.insert("review".to_owned(), text(status));
    }
}

pub(super) fn read_mark(item: &Item) -> Result<Option<ReviewMark>, Corrupt> {
    if !["review_id", "review"].iter().any(|name| item.contains_key(*name)) {
        return Ok(None);
    }
    Ok(Some(ReviewMark { id: read_parsed(item, "review_id")?, status: read_parsed(item, "review")? }))
}
