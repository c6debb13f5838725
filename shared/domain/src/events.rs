//! Events: everything that happens to a subject, in one log that is the timeline, the source of webhooks and the
//! evidence.
//!
//! An event is written in the transaction of the change that it is about. It is numbered within its subject without a gap,
//! and chained by SHA-256 over the bytes that are stored, so that none can be changed, left out or moved unnoticed. It
//! outlives the subject's data, and has none of it: personal values are in it as digests under a key of the subject's own,
//! which goes with the subject.

mod chain;
mod data;
mod kind;
mod log;
mod stored;
mod story;
mod subject;

pub use chain::{BrokenChain, left_as, scored_as, unbroken};
pub use data::{EventData, SCORED};
pub use kind::EventType;
pub use log::{EventHash, Head, Log, LogKey};
pub use stored::{Author, StoredEvent};
pub use story::{Chapter, Happened, Marking, Now, ReviewChange, ReviewsOfStep, Story};
pub use subject::Subject;
