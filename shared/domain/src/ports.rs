//! What the rules need from the outside, as traits.
//!
//! The traits are shaped by decisions, not by rows: a method takes everything that belongs together and does all of it
//! or nothing. Every method that may fail for want of an answer says [`Unavailable`](crate::error::Unavailable), which
//! means: try again, and the outcome of the first try is unknown. What is kept, sent or told by the system has its
//! adapters in `shared/aws`, and a contract suite there, but for the keys of [`JwksSource`], which are fetched in
//! `shared/service`; pictures are read in `shared/engine`, and scored there and in `shared/providers`.

mod delivery;
mod pictures;
mod scorer;
mod store;
mod system;

pub use delivery::{Claim, MessageRef, Outbox, OutboxMessage, OutgoingMessage, Queue, SendError, Sender, Settlement};
pub use pictures::{DocumentNumbers, PictureReader, Pictures, StoredPicture};
pub use scorer::{
    CaptureRequest, CollectError, DelegatedCapture, HostedCapture, OpenedCapture, ProviderCredential, ScoreRequest,
    Scorer, Verdict,
};
pub use store::{
    CreateError, Due, Erasure, FindError, FirstAnswer, Housekeeping, IdempotencyRecord, Identifications,
    NewIdentification, NewMessage, NewScoring, ResendError, Scorings, StepError,
};
pub use system::{Clock, Entropy, JwksSource};
