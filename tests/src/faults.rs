//! A fault at any call of any port, before or after its effect.
//!
//! Every port is decorated by the same [`Faults`], which counts the calls of all ports and fails the chosen one.

use acredita_domain::{
    App, Time,
    backfill::{Backfill, WalkPlace},
    chain::{Chain, ChainTransition},
    delivery::DeliveryState,
    error::Unavailable,
    events::{Log, ReviewChange, StoredEvent, Story, Subject},
    exports::{Export, FileKey, PartTag, UploadId},
    idempotency::{Operation, RequestMark},
    identification::{Identification, Transition},
    ids::{
        AdminChainId, AdminIdentificationId, ChainId, EndpointId, EventId, ExportId, IdentificationId, LeaseId, OrgId,
        RecordId, ReviewId, ScoringId, SubjectId,
    },
    keys::Keyring,
    midni::Check,
    named::Named,
    otp::LiveCode,
    pictures::{Capture, PictureFormat, PictureKey, PicturePrefix, SignedLink, StatedPicture, UploadLink},
    ports::{
        Backfills, ById, Chains, CheckError, Claim, CodeKeys, CountError, CreateError, Deliveries, Delivery,
        DeliveryPage, Due, DueStream, Endpoints, Erasure, EventLog, EventPage, EventQuery, Events, ExportFiles,
        ExportQueue, ExportWake, Exports, FileError, FindError, FoundRecord, FoundStep, Housekeeping,
        IdempotencyRecord, IdempotencyRecords, Identifications, LackingEntries, MessageRef, MidniChecks, NewChain,
        NewCheck, NewEndpointError, NewIdentification, NewOutboxMessage, NewScoring, Opening, Order, Outbox,
        OutboxMessage, OutgoingMessage, PassedRecord, Pictures, Queue, RecordPage, RecordQuery, RecordRange,
        RecordStream, Records, Remembered, RequestCounts, Reservation, ReviewPage, ReviewQuery, Reviews, Scorings,
        SendError, Sender, SettingsStore, Settlement, Sightings, StepChange, StepError, StoredPicture,
        StreamDeliveries, Told, WaitingReviews, Wake, Wakes, WalkPart,
    },
    records::{RecordPerson, RecordPosition},
    reference::ClientReferenceId,
    review::Review,
    scoring::{Assessment, HostedDelegation, Scoring},
    settings::StoredSettings,
    sightings::{NewSighting, Seen, Sighting},
    stores::Stores,
    webhooks::{Cursor, CursorId, Endpoint, Health, Stream},
};
use acredita_testing::ManualClock;
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{NaiveDate, TimeDelta};
use futures_util::{
    StreamExt,
    future::ready,
    stream::{self, BoxStream},
};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

/// When the fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Nothing happened.
    Before,
    /// It happened, and the answer was lost.
    After,
    /// It happens only now, and is answered.
    Late(TimeDelta),
}

#[derive(Clone, Copy, Debug)]
enum Target {
    None,
    /// By its number among all calls.
    Call(usize),
    /// By its name, and its number among the calls of that name.
    Named(&'static str, usize),
}

/// Fails one of all the calls to all ports.
#[derive(Debug)]
pub struct Faults {
    calls: Mutex<Vec<&'static str>>,
    target: Target,
    moment: Moment,
    struck: AtomicBool,
    /// The world's, for what is late.
    clock: Option<ManualClock>,
}

impl Faults {
    /// Fails call number `at`, counted from 0.
    pub fn new(at: usize, moment: Moment) -> Arc<Self> {
        Self::at(Target::Call(at), moment)
    }

    /// Fails call number `nth`, counted from 0, of this name, such as `Queue::kick`.
    pub fn on(call: &'static str, nth: usize, moment: Moment) -> Arc<Self> {
        Self::at(Target::Named(call, nth), moment)
    }

    /// Lets time go by before call number `nth` of this name takes effect.
    pub fn late(call: &'static str, nth: usize, clock: &ManualClock, by: TimeDelta) -> Arc<Self> {
        let faults = Self::unarmed(Target::Named(call, nth), Moment::Late(by));
        Arc::new(Self { clock: Some(clock.clone()), ..faults })
    }

    /// Fails nothing, and only counts.
    pub fn none() -> Arc<Self> {
        Self::at(Target::None, Moment::Before)
    }

    fn at(target: Target, moment: Moment) -> Arc<Self> {
        Arc::new(Self::unarmed(target, moment))
    }

    fn unarmed(target: Target, moment: Moment) -> Self {
        Self { calls: Mutex::default(), target, moment, struck: AtomicBool::new(false), clock: None }
    }

    pub fn struck(&self) -> bool {
        self.struck.load(Ordering::SeqCst)
    }

    /// The names of the calls so far, in order.
    pub fn calls(&self) -> Vec<&'static str> {
        self.calls.lock().expect("no test panics while it holds this").clone()
    }

    /// The same use cases, with every port that can fail decorated.
    pub fn around(self: &Arc<Self>, app: &App) -> App {
        let decorate = || self.clone();
        let Stores {
            by_id,
            identifications,
            scorings,
            chains,
            idempotency,
            outbox,
            housekeeping,
            pictures,
            requests,
            sightings,
            log,
            events,
            endpoints,
            deliveries,
            settings,
            midni_checks,
            reviews,
            records,
            backfills,
            exports,
            export_files,
        } = app.stores.clone();
        App {
            stores: Stores {
                by_id: Named::new(Arc::new(Faulty { faults: decorate(), port: by_id })),
                identifications: Named::new(Arc::new(Faulty { faults: decorate(), port: identifications })),
                scorings: Named::new(Arc::new(Faulty { faults: decorate(), port: scorings })),
                chains: Named::new(Arc::new(Faulty { faults: decorate(), port: chains })),
                idempotency: Named::new(Arc::new(Faulty { faults: decorate(), port: idempotency })),
                outbox: Named::new(Arc::new(Faulty { faults: decorate(), port: outbox })),
                housekeeping: Named::new(Arc::new(Faulty { faults: decorate(), port: housekeeping })),
                pictures: Named::new(Arc::new(Faulty { faults: decorate(), port: pictures })),
                requests: Named::new(Arc::new(Faulty { faults: decorate(), port: requests })),
                sightings: Named::new(Arc::new(Faulty { faults: decorate(), port: sightings })),
                log: Named::new(Arc::new(Faulty { faults: decorate(), port: log })),
                events: Named::new(Arc::new(Faulty { faults: decorate(), port: events })),
                endpoints: Named::new(Arc::new(Faulty { faults: decorate(), port: endpoints })),
                deliveries: Named::new(Arc::new(Faulty { faults: decorate(), port: deliveries })),
                settings: Named::new(Arc::new(Faulty { faults: decorate(), port: settings })),
                midni_checks: Named::new(Arc::new(Faulty { faults: decorate(), port: midni_checks })),
                reviews: Named::new(Arc::new(Faulty { faults: decorate(), port: reviews })),
                records: Named::new(Arc::new(Faulty { faults: decorate(), port: records })),
                backfills: Named::new(Arc::new(Faulty { faults: decorate(), port: backfills })),
                exports: Named::new(Arc::new(Faulty { faults: decorate(), port: exports })),
                export_files: Named::new(Arc::new(Faulty { faults: decorate(), port: export_files })),
            },
            queue: Arc::new(Faulty { faults: decorate(), port: Named::new(app.queue.clone()) }),
            wakes: Arc::new(Faulty { faults: decorate(), port: Named::new(app.wakes.clone()) }),
            export_queue: Arc::new(Faulty { faults: decorate(), port: Named::new(app.export_queue.clone()) }),
            keys: Arc::new(Faulty { faults: decorate(), port: Named::new(app.keys.clone()) }),
            // As in a process of its own, which has to read them.
            known_settings: Arc::default(),
            ..app.clone()
        }
    }

    /// A sender with the same fault.
    pub fn around_sender(self: &Arc<Self>, sender: Arc<dyn Sender>) -> impl Sender + use<> {
        Faulty { faults: self.clone(), port: Named::new(sender) }
    }

    /// Makes a call, unless it is the one to fail.
    async fn call<T, E: Lost>(&self, name: &'static str, call: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let fails = self.fails(name);
        self.struck.fetch_or(fails, Ordering::SeqCst);
        match (fails, self.moment) {
            (false, _) => call.await,
            (true, Moment::Late(by)) => {
                if let Some(clock) = &self.clock {
                    clock.advance(by);
                }
                call.await
            }
            (true, Moment::Before) => Err(E::lost()),
            (true, Moment::After) => {
                let _ = call.await;
                Err(E::lost())
            }
        }
    }

    /// Returns the stream, or the error that its read would have caused.
    fn stream<'a, T: Send + 'a>(
        &self,
        name: &'static str,
        stream: BoxStream<'a, Result<T, FindError>>,
    ) -> BoxStream<'a, Result<T, FindError>> {
        let fails = self.fails(name);
        self.struck.fetch_or(fails, Ordering::SeqCst);
        if fails { stream::once(ready(Err(FindError::lost()))).boxed() } else { stream }
    }

    /// Counts a call, and returns whether it is the one to fail.
    fn fails(&self, name: &'static str) -> bool {
        let mut calls = self.calls.lock().expect("no test panics while it holds this");
        let (all, of_its_name) = (calls.len(), calls.iter().filter(|call| **call == name).count());
        calls.push(name);
        match self.target {
            Target::None => false,
            Target::Call(at) => all == at,
            Target::Named(target, nth) => target == name && of_its_name == nth,
        }
    }
}

/// An error with an unknown outcome.
trait Lost {
    fn lost() -> Self;
}

macro_rules! lost {
    ($($error:ty => $lost:expr),+ $(,)?) => { $(impl Lost for $error { fn lost() -> Self { $lost } })+ };
}

const NO_ANSWER: Unavailable = Unavailable("what was made to fail");
lost! {
    Unavailable => NO_ANSWER,
    FindError => Self::Unavailable(NO_ANSWER),
    StepError => Self::Unavailable(NO_ANSWER),
    CountError => Self::Unavailable(NO_ANSWER),
    CreateError => Self::Unavailable(NO_ANSWER),
    CheckError => Self::Unavailable(NO_ANSWER),
    NewEndpointError => Self::Unavailable(NO_ANSWER),
    SendError => Self::Unavailable,
    FileError => Self::Unavailable(NO_ANSWER),
}

/// A port with a fault.
struct Faulty<P: ?Sized> {
    faults: Arc<Faults>,
    port: Named<P>,
}

/// Forwards every method of a port through [`Faults::call`].
macro_rules! forward {
    ($port:ident { $(fn $method:ident($($arg:ident: $kind:ty),*) -> $answer:ty;)+ }) => {
        #[async_trait]
        impl $port for Faulty<dyn $port> {
            $(async fn $method(&self, $($arg: $kind),*) -> $answer {
                self.faults.call(concat!(stringify!($port), "::", stringify!($method)), self.port.$method($($arg),*)).await
            })+
        }
    };
}

forward! { ById {
    fn identification(org: &OrgId, id: IdentificationId) -> Result<Option<Identification>, FindError>;
    fn chain(org: &OrgId, id: ChainId) -> Result<Option<Chain>, FindError>;
    fn review(org: &OrgId, id: ReviewId) -> Result<Option<Review>, FindError>;
    fn settings(org: &OrgId) -> Result<Option<StoredSettings>, FindError>;
} }

forward! { Identifications {
    fn create(new: NewIdentification, now: Time) -> Result<(), CreateError>;
    fn find_by_admin_id(org: &OrgId, id: AdminIdentificationId) -> Result<Option<Identification>, FindError>;
    fn transition(identification: &Identification, transition: Transition, outbox: Vec<NewOutboxMessage>, story: Story, now: Time) -> Result<(), StepError>;
    fn transition_once(identification: &Identification, transition: Transition, idempotency: Option<IdempotencyRecord>, story: Story, now: Time) -> Result<(), StepError>;
    fn count_try(identification: &Identification, now: Time) -> Result<Identification, StepError>;
    fn judge_wrong(org: &OrgId, id: IdentificationId) -> Result<Identification, StepError>;
    fn give_back_try(org: &OrgId, id: IdentificationId) -> Result<(), StepError>;
    fn delete(identification: &Identification, force: bool, story: Story, now: Time) -> Result<Erasure, StepError>;
} }

forward! { IdempotencyRecords {
    fn recall(org: &OrgId, operation: Operation, marks: &[RequestMark], now: Time) -> Result<Option<Remembered>, Unavailable>;
    fn remember(org: &OrgId, record: IdempotencyRecord, now: Time) -> Result<(), CreateError>;
} }

forward! { Chains {
    fn create(new: NewChain, now: Time) -> Result<(), CreateError>;
    fn find_by_admin_id(org: &OrgId, id: AdminChainId) -> Result<Option<Chain>, FindError>;
    fn find_with_scoring(org: &OrgId, id: ChainId, scoring: ScoringId) -> Result<(Option<Chain>, Option<Scoring>), FindError>;
    fn steps(chain: &Chain) -> Result<Option<Vec<FoundStep>>, FindError>;
    fn advance(chain: &Chain, validated: StepChange, opening: Opening, story: Story, now: Time) -> Result<(), StepError>;
    fn resend(chain: &Chain, resent: StepChange, outbox: Vec<NewOutboxMessage>, now: Time) -> Result<(), StepError>;
    fn transition(chain: &Chain, transition: ChainTransition, steps: Vec<StepChange>, story: Story, now: Time) -> Result<(), StepError>;
    fn delete(chain: &Chain, steps: Vec<(Identification, Story)>, force: bool, story: Story, now: Time) -> Result<Erasure, StepError>;
} }

forward! { Scorings {
    fn create(new: NewScoring, now: Time) -> Result<(), CreateError>;
    fn find(org: &OrgId, id: ScoringId) -> Result<Option<Scoring>, FindError>;
    fn reserve_retry(scoring: &Scoring, lease: LeaseId, now: Time, until: Time) -> Result<Reservation, StepError>;
    fn give_back_retry(org: &OrgId, id: ScoringId, lease: LeaseId) -> Result<(), StepError>;
    fn record_score(reservation: &Reservation, assessment: Assessment, captures: Vec<Capture>, seen: Vec<NewSighting>, story: Story, now: Time) -> Result<(), StepError>;
    fn record_delegation(reservation: &Reservation, delegation: HostedDelegation, story: Story, now: Time) -> Result<(), StepError>;
    fn close(scoring: &Scoring, story: Story, now: Time) -> Result<(), StepError>;
    fn delete(scoring: &Scoring, force: bool, story: Story, now: Time) -> Result<Erasure, StepError>;
} }

forward! { Sightings {
    fn find(org: &OrgId, digests: &[String]) -> Result<Vec<Seen>, Unavailable>;
    fn count(org: &OrgId, number: &Sighting, day: NaiveDate, most: u32) -> Result<(), CountError>;
    fn give_back(org: &OrgId, number: &Sighting, day: NaiveDate) -> Result<(), Unavailable>;
} }

forward! { MidniChecks {
    fn keep(identification: &Identification, new: NewCheck, now: Time) -> Result<(), CheckError>;
    fn find(digests: &[String]) -> Result<Option<Check>, FindError>;
} }

forward! { Reviews {
    fn change(change: ReviewChange, now: Time) -> Result<(), StepError>;
    fn list(org: &OrgId, query: ReviewQuery) -> Result<ReviewPage, FindError>;
    fn waiting() -> Result<WaitingReviews, FindError>;
} }

forward! { EventLog {
    fn tell(story: Story) -> Result<(), StepError>;
    fn tell_next(story: Story) -> Result<(), StepError>;
    fn tell_alone(story: Story) -> Result<(), StepError>;
} }

forward! { Events {
    fn of_subject(org: &OrgId, subject: Subject, after: Option<u64>, order: Order, limit: usize) -> Result<Vec<StoredEvent>, FindError>;
    fn subject_of(org: &OrgId, id: SubjectId) -> Result<Option<Subject>, FindError>;
    fn find(org: &OrgId, id: EventId) -> Result<Option<StoredEvent>, FindError>;
    fn references(org: &OrgId, subjects: Vec<Subject>) -> Result<HashMap<Subject, ClientReferenceId>, FindError>;
    fn list(org: &OrgId, query: EventQuery) -> Result<EventPage, FindError>;
} }

forward! { Endpoints {
    fn create(endpoint: &Endpoint, story: Story) -> Result<(), NewEndpointError>;
    fn all(org: &OrgId) -> Result<Vec<Endpoint>, FindError>;
    fn find(org: &OrgId, id: EndpointId) -> Result<Option<Endpoint>, FindError>;
    fn log_of(org: &OrgId, id: EndpointId) -> Result<Option<Log>, FindError>;
    fn change(before: &Endpoint, after: &Endpoint, story: Story) -> Result<(), StepError>;
    fn delete(endpoint: &Endpoint, story: Story) -> Result<(), StepError>;
    fn reseal(resealed: &Endpoint) -> Result<(), StepError>;
    fn record_health(endpoint: &Endpoint, health: &Health) -> Result<(), StepError>;
} }

forward! { Deliveries {
    fn of_stream(org: &OrgId, stream: Stream) -> Result<StreamDeliveries, FindError>;
    fn errand(id: &CursorId) -> Result<Option<Cursor>, FindError>;
    fn add_errand(errand: &Cursor, now: Time) -> Result<(), Unavailable>;
    fn claim(cursor: &Cursor, lease: LeaseId, now: Time, until: Time) -> Result<(), StepError>;
    fn settle(after: &Cursor, lease: LeaseId) -> Result<(), StepError>;
    fn park(before: &Cursor, after: &Cursor, now: Time) -> Result<(), StepError>;
    fn done(id: &CursorId, lease: LeaseId) -> Result<(), StepError>;
    fn taken_up(stream: Stream, sequences: &[u64]) -> Result<(), Unavailable>;
    fn record(org: &OrgId, endpoint: EndpointId, delivery: &Delivery) -> Result<(), Unavailable>;
    fn taken_since(org: &OrgId, endpoint: EndpointId, since: Time) -> Result<HashSet<EventId>, FindError>;
    fn list(org: &OrgId, endpoint: EndpointId, after: Option<&str>, limit: usize) -> Result<DeliveryPage, FindError>;
} }

forward! { SettingsStore {
    fn replace(after: &StoredSettings, story: Story) -> Result<(), StepError>;
} }

#[async_trait]
impl Records for Faulty<dyn Records> {
    async fn list(&self, org: &OrgId, query: RecordQuery) -> Result<RecordPage, FindError> {
        self.faults.call("Records::list", self.port.list(org, query)).await
    }

    async fn search(
        &self,
        org: &OrgId,
        digests: &[String],
        after: Option<RecordPosition>,
        limit: usize,
    ) -> Result<RecordPage, FindError> {
        self.faults.call("Records::search", self.port.search(org, digests, after, limit)).await
    }

    fn walk<'a>(&'a self, org: &'a OrgId, range: RecordRange) -> RecordStream<'a> {
        self.faults.stream("Records::walk", self.port.walk(org, range))
    }

    async fn persons(&self, org: &OrgId, subjects: &[Subject]) -> Result<HashMap<Subject, RecordPerson>, FindError> {
        self.faults.call("Records::persons", self.port.persons(org, subjects)).await
    }

    async fn find(&self, org: &OrgId, id: RecordId) -> Result<Option<FoundRecord>, FindError> {
        self.faults.call("Records::find", self.port.find(org, id)).await
    }
}

forward! { Exports {
    fn create(export: &Export, story: Story) -> Result<(), StepError>;
    fn find(org: &OrgId, id: ExportId) -> Result<Option<Export>, FindError>;
    fn claim(org: &OrgId, id: ExportId, lease: LeaseId, now: Time, until: Time) -> Result<Export, StepError>;
    fn save(export: &Export, lease: LeaseId, until: Option<Time>, now: Time) -> Result<(), StepError>;
    fn finish(export: &Export, lease: LeaseId, story: Story) -> Result<(), StepError>;
} }

forward! { ExportFiles {
    fn begin(file: &FileKey) -> Result<UploadId, Unavailable>;
    fn put_part(file: &FileKey, upload: &UploadId, number: usize, bytes: Bytes) -> Result<PartTag, FileError>;
    fn complete(file: &FileKey, upload: &UploadId, parts: &[PartTag]) -> Result<(), FileError>;
    fn abort(file: &FileKey, upload: &UploadId) -> Result<(), Unavailable>;
    fn remove(file: &FileKey) -> Result<(), Unavailable>;
    fn link(file: &FileKey, now: Time) -> Result<SignedLink, Unavailable>;
} }

forward! { ExportQueue {
    fn wake(wake: &ExportWake) -> Result<(), Unavailable>;
} }

forward! { Backfills {
    fn find() -> Result<Option<Backfill>, FindError>;
    fn save(before: Option<&Backfill>, after: &Backfill) -> Result<(), StepError>;
    fn walk(from: Option<&WalkPlace>) -> Result<WalkPart, FindError>;
    fn complete(record: &PassedRecord, entries: LackingEntries, now: Time) -> Result<(), StepError>;
} }

forward! { Outbox {
    fn claim(message: MessageRef, lease: LeaseId, now: Time, until: Time) -> Result<Claim, FindError>;
    fn issue_code(message: &OutboxMessage, lease: LeaseId, code: LiveCode, now: Time) -> Result<(), StepError>;
    fn settle(message: &OutboxMessage, lease: LeaseId, how: Settlement, told: Option<Told>) -> Result<(), StepError>;
    fn find(message: MessageRef) -> Result<Option<OutboxMessage>, FindError>;
    fn record_receipt(message: &OutboxMessage, state: DeliveryState, told: Told) -> Result<(), StepError>;
    fn release(message: &OutboxMessage, lease: LeaseId, stuck_at: Time) -> Result<(), StepError>;
} }

#[async_trait]
impl Housekeeping for Faulty<dyn Housekeeping> {
    fn stuck_messages(&self, now: Time) -> DueStream<'_> {
        self.faults.stream("Housekeeping::stuck_messages", self.port.stuck_messages(now))
    }

    fn undelivered(&self, now: Time) -> DueStream<'_> {
        self.faults.stream("Housekeeping::undelivered", self.port.undelivered(now))
    }

    fn over(&self, now: Time) -> DueStream<'_> {
        self.faults.stream("Housekeeping::over", self.port.over(now))
    }

    async fn postpone(&self, due: &Due, until: Time) -> Result<(), Unavailable> {
        self.faults.call("Housekeeping::postpone", self.port.postpone(due, until)).await
    }

    async fn leave_leftovers(&self, org: &OrgId, id: ScoringId, now: Time) -> Result<(), Unavailable> {
        self.faults.call("Housekeeping::leave_leftovers", self.port.leave_leftovers(org, id, now)).await
    }

    async fn erased(&self, due: &Due) -> Result<(), Unavailable> {
        self.faults.call("Housekeeping::erased", self.port.erased(due)).await
    }
}

forward! { RequestCounts {
    fn add(org: &OrgId, window: Time, requests: u32) -> Result<u64, Unavailable>;
} }

forward! { CodeKeys {
    fn current() -> Result<Arc<Keyring>, Unavailable>;
} }

forward! { Queue {
    fn kick(message: MessageRef) -> Result<(), Unavailable>;
} }

forward! { Wakes {
    fn wake(wake: &Wake, after: TimeDelta) -> Result<(), Unavailable>;
} }

forward! { Pictures {
    fn put(key: &PictureKey, format: PictureFormat, bytes: Bytes) -> Result<(), Unavailable>;
    fn get(key: &PictureKey, max_bytes: usize) -> Result<Option<StoredPicture>, Unavailable>;
    fn remove(key: &PictureKey) -> Result<(), Unavailable>;
    fn erase(prefix: &PicturePrefix, spared: &[PictureKey]) -> Result<(), Unavailable>;
    fn link_to_read(key: &PictureKey, format: PictureFormat, now: Time) -> Result<SignedLink, Unavailable>;
    fn link_to_write(key: &PictureKey, stated: Option<&StatedPicture>, now: Time) -> Result<UploadLink, Unavailable>;
} }

forward! { Sender {
    fn send(message: OutgoingMessage<'_>) -> Result<(), SendError>;
} }
