//! The external dependencies of the rules, as traits.
//!
//! The traits are shaped by decisions, not by rows: a method takes everything that belongs together and does all of it
//! or nothing. Methods that may fail for lack of an answer return [`Unavailable`](crate::unavailable::Unavailable),
//! which means: retry; the outcome of the first attempt is unknown. The adapters of the stores and the system's clock
//! are in `shared/aws`, with a contract suite; messages are sent in `shared/senders`, pictures are read in
//! `shared/engine`, and scored there and in `shared/providers`.

mod backfills;
mod by_id;
mod chains;
mod comparison;
mod credential;
mod delivery;
mod errors;
mod events;
mod exports;
mod keys;
pub mod limits;
mod midni;
mod pictures;
mod records;
mod reviews;
mod scorer;
mod settings;
mod sightings;
mod store;
mod webhooks;

pub use crate::system::{Clock, Entropy};
pub use backfills::{Backfills, LackingEntries, PassedRecord, RecordSubject, WalkPart};
pub use by_id::ById;
pub use chains::{Chains, FoundStep, NewChain, NewStep, Opening, StepChange};
pub use comparison::{Comparison, Likeness};
pub use credential::{HeldCredential, ProviderCredential};
pub use delivery::{
    Claim, CountedSend, Effect, LaterMessage, MessageRef, NewOutboxMessage, Outbox, OutboxMessage, OutgoingMessage,
    Queue, SendBudget, SendError, Sender, Settlement, Told,
};
pub use errors::{CreateError, FindError, FirstAnswer, StepError, unless_lost};
pub use events::{EventLog, EventPage, EventPosition, EventQuery, Events, Order};
pub use exports::{ExportFiles, ExportQueue, ExportWake, Exports, FileError};
pub use keys::CodeKeys;
pub use midni::{CardError, CardVerifier, CheckError, MidniChecks, NewCheck};
pub use pictures::{DocumentNumberReader, PictureValidator, Pictures, ReadPicture, StoredPicture};
pub use records::{
    FoundIdentification, FoundRecord, RecordPage, RecordQuery, RecordRange, RecordStream, Records, WalkedRecord,
};
pub use reviews::{ReviewPage, ReviewPosition, ReviewQuery, Reviews, WaitingReviews};
pub use scorer::{
    CaptureRequest, CollectError, DelegatedCapture, HostedCapture, OpenedCapture, ScoreError, ScoreRequest, Scored,
    Scorer,
};
pub use settings::SettingsStore;
pub use sightings::{CountError, Sightings};
pub use store::{
    Due, DueStream, Erasure, Housekeeping, IdempotencyRecord, IdempotencyRecords, Identifications, NewIdentification,
    NewScoring, Remembered, RequestCounts, Reservation, Scorings,
};
pub use webhooks::{
    Deliveries, Delivery, DeliveryPage, Endpoints, NewEndpointError, Outcome, Post, Receivers, StreamDeliveries, Wake,
    Wakes,
};
