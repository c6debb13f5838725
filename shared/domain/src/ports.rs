//! What the rules need from the outside, as traits.
//!
//! The traits are shaped by decisions, not by rows: a method takes everything that belongs together and does all of it or nothing. Every method
//! that may fail says [`Unavailable`], which means: try again, and the outcome of the first try is unknown. Adapters are in `shared/aws`; each
//! trait has one contract suite there.

use crate::{
    Time,
    documents::CarriedNumber,
    error::{Error, Unavailable},
    idempotency::{Idempotency, Operation},
    identification::{Identification, Transition},
    ids::{AdminIdentificationId, IdentificationId, LeaseId, MessageId, OrgId, ScoringId},
    messages::{Refusal, RenderedMessage},
    otp::{Destination, LiveCode, OtpCode},
    pictures::{Capture, Picture, PictureFault, PictureFormat, PictureKey, PicturePrefix, SignedLink},
    scoring::{
        Assessment, Check, DocumentKind, Extracted, HostedDelegation, Judgement, Provider, ProviderReference, Score, Scoring, judge,
        table::TABLE_VERSION,
    },
    text::Private,
};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Time;
}

/// A cryptographically secure source of random bytes.
pub trait Entropy: Send + Sync {
    /// Fills `bytes`. There is no failure: a system without randomness must not run this service.
    fn fill(&self, bytes: &mut [u8]);
}

/// The answer that a create gave first, as text that only the use case reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstAnswer(pub String);

/// What is remembered of a create with an idempotency key.
#[derive(Clone, Debug)]
pub struct IdempotencyRecord {
    /// Which create.
    pub operation: Operation,
    /// The key and the body.
    pub request: Idempotency,
    /// What to answer the next time.
    pub answer: FirstAnswer,
}

/// Everything that comes into being with an identification.
#[derive(Clone, Debug)]
pub struct NewIdentification {
    /// The identification.
    pub identification: Identification,
    /// The scoring of an identity document.
    pub scoring: Option<Scoring>,
    /// The message to send.
    pub message: Option<NewMessage>,
    /// What to remember.
    pub idempotency: Option<IdempotencyRecord>,
}

/// A scoring that stands alone.
#[derive(Clone, Debug)]
pub struct NewScoring {
    /// The scoring.
    pub scoring: Scoring,
    /// What to remember.
    pub idempotency: Option<IdempotencyRecord>,
}

/// A message to send, counted against its destination.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// The message.
    pub message: OutboxMessage,
    /// Names the destination within the organisation, without telling it.
    pub destination_digest: String,
}

/// Why nothing was created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreateError {
    /// The same request came before: this was its answer.
    Replay(FirstAnswer),
    /// The key came before, with another body.
    KeyReused,
    /// The destination got too many messages.
    TooManyMessages {
        /// When it may get the next.
        again_at: Time,
    },
    /// Unknown outcome.
    Unavailable(Unavailable),
}

/// Why a step was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepError {
    /// What the step starts from is no longer so, or the entity is gone.
    Lost,
    /// Unknown outcome.
    Unavailable(Unavailable),
}

/// Why nothing was sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResendError {
    /// What the decision was made on is no longer so.
    Lost,
    /// The destination got too many messages.
    TooManyMessages {
        /// When it may get the next.
        again_at: Time,
    },
    /// Unknown outcome.
    Unavailable(Unavailable),
}

/// Why something stored was not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindError {
    /// The store did not answer.
    Unavailable(Unavailable),
    /// What is stored cannot be understood.
    Corrupt(&'static str),
}

impl From<FindError> for Error {
    fn from(error: FindError) -> Self {
        match error {
            FindError::Unavailable(unavailable) => Self::Unavailable(unavailable),
            FindError::Corrupt(what) => Self::Corrupt(what),
        }
    }
}

/// Identifications. Every method answers for one organisation: another one's identification does not exist.
#[async_trait]
pub trait Identifications: Send + Sync {
    /// Creates the identification and all that comes with it, or nothing. One transaction.
    async fn create(&self, new: NewIdentification, now: Time) -> Result<(), CreateError>;
    /// The identification of the actor's side. One read.
    async fn find(&self, org: &OrgId, id: IdentificationId) -> Result<Option<Identification>, FindError>;
    /// The identification behind a back office's handle. Two reads.
    async fn find_by_admin_id(&self, org: &OrgId, id: AdminIdentificationId) -> Result<Option<Identification>, FindError>;
    /// Takes a step if it can be taken at `now`. One write.
    async fn transition(&self, org: &OrgId, id: IdentificationId, transition: Transition, now: Time) -> Result<(), StepError>;
    /// Counts a try of an OTP that is open at `now` and has tries left, and gives the identification as it is after. One write.
    async fn count_try(&self, org: &OrgId, id: IdentificationId, now: Time) -> Result<Identification, StepError>;
    /// Takes a counted try back. One write.
    async fn give_back_try(&self, org: &OrgId, id: IdentificationId) -> Result<(), StepError>;
    /// Starts the next generation of an OTP: the code that lives dies, a message is to be sent. Only if `message.generation` is the next one
    /// and the OTP is open at `now`. One transaction.
    async fn resend(&self, new: NewMessage, now: Time) -> Result<(), ResendError>;
    /// Deletes the identification and its linked scoring, and leaves an [`Erasure`] of their pictures, due
    /// [`crate::use_cases::ERASE_AGAIN_AFTER`] `now`. Without `force` only what is CREATED at `now`. One transaction.
    async fn delete(&self, identification: &Identification, force: bool, now: Time) -> Result<Erasure, StepError>;
}

/// Scorings. Every method answers for one organisation.
#[async_trait]
pub trait Scorings: Send + Sync {
    /// Creates a scoring. One transaction.
    async fn create(&self, new: NewScoring, now: Time) -> Result<(), CreateError>;
    /// A scoring. One read.
    async fn find(&self, org: &OrgId, id: ScoringId) -> Result<Option<Scoring>, FindError>;
    /// Writes a score over the scoring that it was decided on, counts the retry, and ends the hosted capture that was open, if one was. One write.
    async fn record_score(&self, decided_on: &Scoring, assessment: Assessment, captures: Vec<Capture>, now: Time) -> Result<(), StepError>;
    /// Writes a hosted capture over the scoring that it was decided on, in place of any that was open before. One write.
    async fn record_delegation(&self, decided_on: &Scoring, delegation: HostedDelegation, now: Time) -> Result<(), StepError>;
    /// Closes a scoring. One write.
    async fn close(&self, org: &OrgId, id: ScoringId, now: Time) -> Result<(), StepError>;
    /// Deletes a scoring whose time is over, and leaves an [`Erasure`] of its pictures, due [`crate::use_cases::ERASE_AGAIN_AFTER`] `now`. One
    /// transaction.
    async fn delete(&self, scoring: &Scoring, now: Time) -> Result<Erasure, StepError>;
}

/// What travels through the queue: ids, never a code and never personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRef {
    /// The message.
    pub message_id: MessageId,
    /// The identification that it belongs to.
    pub identification_id: IdentificationId,
}

/// A message in the outbox. It has no code: that is made when the message goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Which message of which identification.
    pub reference: MessageRef,
    /// Whose it is.
    pub org: OrgId,
    /// Which generation of the code it is to carry.
    pub generation: u32,
    /// How often a worker took it up.
    pub attempts: u32,
}

/// What became of an attempt to take a message up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is yours until the lease ends.
    Taken(OutboxMessage),
    /// Another worker has it.
    Leased,
    /// It was settled, or never was.
    Settled,
}

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The provider took it.
    Sent,
    /// Nobody waits for it any more.
    Dropped,
    /// The provider refused it for good.
    Refused(Refusal),
}

impl Settlement {
    /// The name that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "SENT",
            Self::Dropped => "DROPPED",
            Self::Refused(_) => "REFUSED",
        }
    }
}

/// The outbox: messages that were committed and have to go out.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Takes a message up until `until`, if nobody else has it at `now`. One write.
    async fn claim(&self, message: MessageRef, lease: LeaseId, now: Time, until: Time) -> Result<Claim, FindError>;
    /// Makes `code` the live one of the message's generation, if the lease still holds and the OTP is open at `now`. One transaction.
    async fn issue_code(&self, message: &OutboxMessage, lease: LeaseId, code: LiveCode, now: Time) -> Result<(), StepError>;
    /// Ends a message. One write.
    async fn settle(&self, message: &OutboxMessage, lease: LeaseId, how: Settlement) -> Result<(), StepError>;
    /// Puts a message back, to be taken up again. After [`crate::use_cases::MAX_DELIVERY_ATTEMPTS`] the sweep leaves it alone. One write.
    async fn release(&self, message: &OutboxMessage, lease: LeaseId) -> Result<(), StepError>;
}

/// Pictures that have to go: the entity that they belonged to is deleted already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Names the task: the id of what was deleted.
    pub id: String,
    /// All pictures with these prefixes.
    pub prefixes: Vec<PicturePrefix>,
}

/// Something that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// A message that nobody has sent yet.
    Message(MessageRef),
    /// An identification that has to expire, or to be erased.
    Identification(OrgId, IdentificationId),
    /// A scoring that has to be erased.
    Scoring(OrgId, ScoringId),
    /// Pictures that have to go.
    Erasure(Erasure),
}

/// What the sweep finds and tidies.
#[async_trait]
pub trait Housekeeping: Send + Sync {
    /// At most `limit` things that are due at `now`, of one shard of [`crate::use_cases::DUE_SHARDS`], the longest due first. One query.
    async fn due(&self, shard: u32, now: Time, limit: usize) -> Result<Vec<Due>, FindError>;
    /// Looks at it again at `until`. One write. Something that is gone meanwhile stays gone.
    async fn postpone(&self, due: &Due, until: Time) -> Result<(), Unavailable>;
    /// An erasure is done. One write.
    async fn erased(&self, erasure: &Erasure) -> Result<(), Unavailable>;
}

/// The queue: wakes a worker for a message. Losing a kick loses nothing; the sweep finds the message.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Wakes a worker. An adapter logs its failures, because callers go on without it.
    async fn kick(&self, message: MessageRef) -> Result<(), Unavailable>;
}

/// A picture that was asked for.
#[derive(Clone, PartialEq, Eq)]
pub enum StoredPicture {
    /// Its bytes.
    Bytes(Vec<u8>),
    /// It has more bytes than was asked for.
    TooLarge,
}

/// Where pictures are kept.
#[async_trait]
pub trait Pictures: Send + Sync {
    /// Keeps a picture.
    async fn put(&self, key: &PictureKey, format: PictureFormat, bytes: Vec<u8>) -> Result<(), Unavailable>;
    /// A picture of at most `max_bytes`; none where there is none.
    async fn get(&self, key: &PictureKey, max_bytes: usize) -> Result<Option<StoredPicture>, Unavailable>;
    /// Removes one picture. Removing what is not there is fine.
    async fn remove(&self, key: &PictureKey) -> Result<(), Unavailable>;
    /// Removes all pictures of a prefix.
    async fn erase(&self, prefix: &PicturePrefix) -> Result<(), Unavailable>;
    /// A link to read a picture, valid [`crate::use_cases::LINK_LIFE`] from `now`.
    async fn link_to_read(&self, key: &PictureKey, now: Time) -> Result<SignedLink, Unavailable>;
    /// A link to write a picture, valid [`crate::use_cases::LINK_LIFE`] from `now`.
    async fn link_to_write(&self, key: &PictureKey, now: Time) -> Result<SignedLink, Unavailable>;
}

/// Decodes pictures.
#[async_trait]
pub trait PictureReader: Send + Sync {
    /// What can be told of a picture without decoding it: its format, by its first bytes, and that its header keeps within the limits of
    /// [`crate::pictures`].
    fn check(&self, bytes: &[u8]) -> Result<PictureFormat, PictureFault>;
    /// Decodes a JPEG or PNG within the limits of [`crate::pictures`], upright. Memory is bounded before a pixel is decoded.
    async fn read(&self, bytes: Vec<u8>) -> Result<Picture, PictureFault>;
}

/// Reads the numbers that identity documents carry.
#[async_trait]
pub trait DocumentNumbers: Send + Sync {
    /// The number of each document in the picture whose machine-readable zone was read beyond doubt and whose check digits hold. Nothing for anything
    /// else, whatever is wrong with it: that is nobody's business but the person's.
    async fn read(&self, bytes: Vec<u8>) -> Vec<CarriedNumber>;
}

/// A message on its way out. It carries the code, so it has no `Debug`.
pub struct OutgoingMessage<'a> {
    /// Which message. Providers that can tell a repeat by an id are given this one.
    pub reference: MessageRef,
    /// Where it goes.
    pub destination: &'a Destination,
    /// The code, for channels whose texts are templates of the provider.
    pub code: &'a OtpCode,
    /// What it says, for all others.
    pub rendered: RenderedMessage,
    /// From then on it is of no use, and must not be delivered.
    pub expires_at: Time,
}

/// Why a message was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Try again. It may have been sent all the same.
    #[error("the provider is unavailable")]
    Unavailable,
    /// It never will be: no use in trying again.
    #[error("the message is refused: {0}")]
    Refused(Refusal),
}

/// Sends messages.
#[async_trait]
pub trait Sender: Send + Sync {
    /// Hands a message to the provider of its channel.
    async fn send(&self, message: OutgoingMessage<'_>) -> Result<(), SendError>;
}

/// What a scorer looks at.
#[derive(Clone, Copy)]
pub struct ScoreRequest<'a> {
    /// The document to expect.
    pub document: Option<DocumentKind>,
    /// The person to expect.
    pub declared: Option<&'a crate::actor::Actor>,
    /// The front, or a passport's data page.
    pub front: Option<&'a Picture>,
    /// The back.
    pub back: Option<&'a Picture>,
    /// The reference date for what expires.
    pub now: Time,
}

/// What a scorer found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The score.
    pub score: Score,
    /// How it came about.
    pub breakdown: Vec<Check>,
    /// What was read.
    pub extracted: Option<Extracted>,
    /// How much of what applies could be judged, by weight.
    pub coverage: Score,
    /// Which version of the provider this was: what repeats a score.
    pub provider_version: String,
    /// Which version of the tables made checks and a score of what it found.
    pub mapping_version: String,
}

impl Verdict {
    /// The verdict that a breakdown comes to, by [`scoring::judge`](crate::scoring::judge). Unversioned: the provider fills in what it is.
    pub fn of(breakdown: Vec<Check>, extracted: Option<Extracted>) -> Self {
        let Judgement { score, coverage } = judge(&breakdown);
        Self {
            score,
            breakdown,
            extracted,
            coverage,
            provider_version: String::new(),
            mapping_version: TABLE_VERSION.to_owned(),
        }
    }

    /// What is kept of it.
    pub fn made_at(self, scored_at: Time) -> Assessment {
        let Self { score, breakdown, extracted, coverage, provider_version, mapping_version } = self;
        Assessment { score, breakdown, extracted, coverage, provider_version, mapping_version, scored_at }
    }
}

/// How a provider lets somebody else take the pictures.
#[derive(Clone, Copy)]
pub enum DelegatedCapture<'a> {
    /// By signed links into our own picture store.
    SignedUpload,
    /// On pages of its own. It keeps the pictures, and we fetch what it found.
    Hosted(&'a dyn HostedCapture),
    /// Not at all.
    NotOffered,
}

/// Asks for a capture on a provider's pages.
#[derive(Clone, Copy)]
pub struct CaptureRequest {
    /// The document to expect.
    pub document: Option<DocumentKind>,
}

/// A capture that a provider opened. Its token goes to the caller and nowhere else.
pub struct OpenedCapture {
    /// What the provider calls it.
    pub reference: ProviderReference,
    /// What opens the provider's pages. Never stored, never logged.
    pub access_token: Private<String>,
    /// The provider's page with the token in it, to be embedded or opened.
    pub url: Private<String>,
    /// From then on we do not count on it.
    pub expires_at: Time,
}

/// Why a hosted capture was not scored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CollectError {
    /// Nobody has taken the pictures yet, or not all of them.
    #[error("nothing was captured yet")]
    NotCaptured,
    /// Try again.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Takes the pictures in our stead.
#[async_trait]
pub trait HostedCapture: Send + Sync {
    /// Opens a capture.
    async fn open(&self, request: CaptureRequest) -> Result<OpenedCapture, Unavailable>;
    /// Scores what was captured. The request has no pictures. A provider that has lost its result says so in the verdict, as nobody can ask again.
    async fn collect(&self, captured: &ProviderReference, request: ScoreRequest<'_>) -> Result<Verdict, CollectError>;
}

/// Where the credential of a provider is kept: its text, in the provider's own format.
#[async_trait]
pub trait ProviderCredential: Send + Sync {
    /// The credential as it is now.
    async fn read(&self) -> Result<Private<String>, Unavailable>;
}

/// Scores pictures of identity documents.
#[async_trait]
pub trait Scorer: Send + Sync {
    /// Which provider this is.
    fn provider(&self) -> Provider;
    /// How it lets somebody else take the pictures.
    fn delegated_capture(&self) -> DelegatedCapture<'_>;
    /// Scores. An outage uses up no retry.
    async fn score(&self, request: ScoreRequest<'_>) -> Result<Verdict, Unavailable>;
}

/// Where the issuer of tokens publishes its keys.
#[async_trait]
pub trait JwksSource: Send + Sync {
    /// The JSON Web Key Set (RFC 7517) as it is now.
    async fn fetch(&self) -> Result<String, Unavailable>;
}
