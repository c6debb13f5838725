//! One transaction: new entities or a step of one, their effects, and the record of an idempotency key.

use super::{
    budget::{Room, end_of_day},
    expressions::Values,
    items::{
        Item, Key, decode_log, decode_remembered, encode_event, encode_later, encode_leftovers, encode_lookups,
        encode_message, encode_remembered, encode_review, encode_taken_once, millis, number, text,
    },
    marking::marked,
    store::{Change, DynamoStore, NotCommitted, Reasons, cancelled, corrupt},
    throttle::{OF_ALL, OF_AN_ORGANISATION, Window},
};
use crate::errors::{STORE, unusable};
use acredita_domain::{
    Time,
    error::Unavailable,
    events::{Chapter, Head, Log, ReviewChange, Story, Subject},
    idempotency::{Once, RequestMark},
    ids::{OrgId, ScoringId},
    ports::{
        CheckError, CountedSend, CreateError, FirstAnswer, IdempotencyRecord, LaterMessage, NewOutboxMessage, StepError,
    },
    records::RecordPosition,
    review::Review,
};
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};

/// An answer that is still valid blocks the write; an outdated one is overwritten.
const FORGOTTEN: &str = "attribute_not_exists(#pk) OR #valid_until <= :now";

/// A review that nobody has changed.
const AS_READ: &str = "#org = :org AND #revision = :revision";

/// Writes that are committed together, and which of them may refuse.
pub(crate) struct Commit<'a> {
    store: &'a DynamoStore,
    operation: &'static str,
    now: Time,
    writes: Vec<TransactWriteItem>,
    steps: Vec<usize>,
    sightings: Vec<usize>,
    /// The reviews that have to be as they were read.
    reviews: Vec<usize>,
    destinations: Vec<(usize, Key, &'static Window)>,
    budgets: Vec<usize>,
    memory: Vec<(usize, Key, RequestMark)>,
    /// The code that must not have been presented before.
    presented: Option<usize>,
    /// The writes that move the head of a log: whose it is, and the head that each of them moves.
    told: Vec<(usize, Subject, Option<Head>)>,
}

/// Why steps were not taken.
pub(crate) enum Refusal {
    /// Other events were written to these logs first. They are like this now.
    Overtaken(Vec<(Subject, Log)>),
    Step(StepError),
}

impl<'a> Commit<'a> {
    pub fn new(store: &'a DynamoStore, operation: &'static str, now: Time) -> Self {
        let (steps, sightings, destinations, budgets) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (writes, memory, told, presented) = (Vec::new(), Vec::new(), Vec::new(), None);
        let reviews = Vec::new();
        Self {
            store,
            operation,
            now,
            writes,
            steps,
            sightings,
            reviews,
            destinations,
            budgets,
            memory,
            presented,
            told,
        }
    }

    /// A new item. Its id is random, so an existing one is a fault.
    pub fn put(mut self, item: Item) -> Self {
        self.writes.push(self.store.put_new(item));
        self
    }

    /// What a new record is found by.
    pub fn find_by(self, org: &OrgId, of: &Key, found: (RecordPosition, &[String]), keep_until: Time) -> Self {
        encode_lookups(org, of, found, keep_until).into_iter().fold(self, Self::put)
    }

    /// It is found no more. Its deletion has to be guarded by [`as_found`].
    pub fn find_no_more(self, org: &OrgId, (position, digests): (RecordPosition, &[String])) -> Self {
        let keys = digests.iter().map(|digest| Key::lookup(org, digest, position));
        keys.fold(self, |commit, key| {
            let write = commit.store.delete_any(&key);
            commit.write(write)
        })
    }

    /// A step, which its condition may refuse.
    pub fn step(self, change: Change<'_>) -> Self {
        let write = self.store.change(change);
        self.guarded(write)
    }

    /// A step of something whose events belong to another subject.
    pub fn step_once(self, mut change: Change<'_>, once: Option<&Once>) -> Self {
        let update = with_request(change.update, &mut change.values, once, self.now);
        self.step(Change { update: &update, ..change })
    }

    /// A step of a subject together with the events of it.
    pub fn step_telling(self, change: Change<'_>, chapter: &Chapter) -> Self {
        let Change { key, update, condition, mut values } = change;
        let update = update.strip_prefix("SET ").expect("a step sets something");
        let (set, guard) = move_head(chapter, &mut values);
        let (mark, latest) = marked(chapter.marking, &mut values);
        let (update, condition) = (format!("{set}{mark}, {update}"), format!("({condition}) AND {guard}{latest}"));
        let update = with_request(&update, &mut values, chapter.once.as_ref(), self.now);
        let write = self.store.change(Change { key, update: &update, condition: &condition, values });
        self.moving_head(write, chapter)
    }

    /// Events of a subject that is deleted with them. The request is remembered in its place.
    pub fn delete_telling(self, condition: &str, mut values: Values, org: &OrgId, chapter: &Chapter) -> Self {
        let (_, guard) = move_head(chapter, &mut values);
        let (_, latest) = marked(chapter.marking, &mut values);
        let key = Key::subject(chapter.subject);
        let write = self.store.delete_if(key, &format!("({condition}) AND {guard}{latest}"), values);
        let record = chapter.once.clone().map(|Once { operation, marks }| IdempotencyRecord {
            operation,
            marks,
            answer: FirstAnswer("null".to_owned()),
        });
        self.moving_head(write, chapter).remember(org, record)
    }

    /// Events of a subject that nothing else here changes.
    pub fn only_tell(self, org: &OrgId, chapter: &Chapter) -> Self {
        self.tell_and_note(org, chapter, None)
    }

    /// The same, and an attribute of the subject that its record shows.
    pub fn tell_and_show(self, org: &OrgId, chapter: &Chapter, shown: Option<(&'static str, AttributeValue)>) -> Self {
        let set = shown.map(|(name, value)| (format!("#{name} = :value"), value));
        self.tell_and_set(org, chapter, set)
    }

    /// The same, and a note on the subject: an attribute that keeps its value if it has one.
    pub fn tell_and_note(self, org: &OrgId, chapter: &Chapter, note: Option<&(String, AttributeValue)>) -> Self {
        let set = note.map(|(name, note)| (format!("#{name} = if_not_exists(#{name}, :value)"), note.clone()));
        self.tell_and_set(org, chapter, set)
    }

    fn tell_and_set(self, org: &OrgId, chapter: &Chapter, set: Option<(String, AttributeValue)>) -> Self {
        let mut values = vec![("org", text(org))];
        let (mut update, guard) = move_head(chapter, &mut values);
        let (mark, latest) = marked(chapter.marking, &mut values);
        update.push_str(&mark);
        if let Some((set, value)) = set {
            values.push(("value", value));
            update = format!("{update}, {set}");
        }
        let condition = format!("#org = :org AND {guard}{latest}");
        let key = Key::subject(chapter.subject);
        let write = self.store.change(Change { key, update: &update, condition: &condition, values });
        self.moving_head(write, chapter)
    }

    /// A write of a chapter's subject, which is refused if somebody else has moved the head of its log, and the events.
    fn moving_head(mut self, write: TransactWriteItem, chapter: &Chapter) -> Self {
        self.told.push((self.writes.len(), chapter.subject, chapter.log.head));
        self.guarded(write).tell(chapter)
    }

    /// Events of a subject whose item is written with the log already in it.
    pub fn tell(mut self, chapter: &Chapter) -> Self {
        let events = chapter.events.iter().map(|event| self.store.put_new(encode_event(event, chapter.keep_until)));
        self.writes.extend(events);
        self
    }

    /// A code, which may have been presented before.
    pub fn presented(mut self, item: Item) -> Self {
        self.presented = Some(self.writes.len());
        self.put(item)
    }

    /// What a step saw, which another one may have seen meanwhile.
    pub fn seen(mut self, write: TransactWriteItem) -> Self {
        self.sightings.push(self.writes.len());
        self.writes.push(write);
        self
    }

    /// A change of a review, if it is as it was read, and its events.
    pub fn review(self, change: &ReviewChange) -> Self {
        let ReviewChange { before, after, keep_until, story } = change;
        let Some(review) = after.as_ref().or(before.as_ref()) else { return self };
        let chapter = story.after(&review.log);
        let as_read = |before: &Review| vec![("org", text(&before.org)), ("revision", number(before.revision))];
        let item = after.as_ref().map(|after| encode_review(after, &chapter.continued(), *keep_until));
        let store = self.store;
        let commit = match (before, item) {
            (None, Some(item)) => self.put(item),
            (Some(before), Some(item)) => self.reviewed(store.put_if(item, AS_READ, as_read(before))),
            (Some(before), None) => self.reviewed(store.delete_if(Key::review(before.id), AS_READ, as_read(before))),
            (None, None) => self,
        };
        commit.tell(&chapter)
    }

    /// A chain shows the status of the latest review of its steps. Where the chain is changed by this very commit, that does it.
    pub fn mark_chain(self, after: Option<&Review>) -> Self {
        let Some((review, chain)) = after.and_then(|review| Some((review, review.chain_id?))) else { return self };
        let is_of_it = |subject: &Subject| matches!(subject, Subject::Chain { identification_chain_id, .. } if *identification_chain_id == chain);
        if self.told.iter().any(|(_, subject, _)| is_of_it(subject)) {
            return self;
        }
        let values = vec![("org", text(&review.org)), ("review", text(review.state.status()))];
        let update = "SET #review = :review";
        let mark = Change { key: Key::chain(chain), update, condition: "#org = :org", values };
        self.step(mark)
    }

    fn reviewed(mut self, write: TransactWriteItem) -> Self {
        self.reviews.push(self.writes.len());
        self.writes.push(write);
        self
    }

    /// A write that cannot refuse, or whose refusal is an outage.
    pub fn write(mut self, write: TransactWriteItem) -> Self {
        self.writes.push(write);
        self
    }

    /// A write whose refusal means that the step is lost.
    pub fn guarded(mut self, write: TransactWriteItem) -> Self {
        self.steps.push(self.writes.len());
        self.writes.push(write);
        self
    }

    /// What is left of a scoring that ends, to be erased later.
    pub fn leave_leftovers(mut self, org: &OrgId, scoring: ScoringId) -> Self {
        self.writes.push(self.store.put(encode_leftovers(org, scoring, self.now)));
        self
    }

    /// Effects, each counted against its destination and in the budgets, if any.
    pub fn outbox(mut self, outbox: &[NewOutboxMessage], room: &Room<'_>) -> Self {
        for NewOutboxMessage { message, counted } in outbox {
            self.writes.push(self.store.put_new(encode_message(message, self.now)));
            if let Some(CountedSend { destination, .. }) = counted {
                self = self.count_send(Key::destination(&message.org, destination), &OF_AN_ORGANISATION);
                self = self.count_send(Key::destination_of_all(destination), &OF_ALL);
            }
        }
        if let Some(write) = room.count_send() {
            self.budgets.push(self.writes.len());
            self.writes.push(write);
        }
        self
    }

    /// An effect that waits for its time, if there is one.
    pub fn later(mut self, later: Option<&LaterMessage>) -> Self {
        self.writes.extend(later.map(|later| self.store.put_new(encode_later(later, self.now))));
        self
    }

    fn count_send(mut self, key: Key, window: &'static Window) -> Self {
        self.destinations.push((self.writes.len(), key.clone(), window));
        self.writes.push(window.count_send(self.store, key, self.now));
        self
    }

    pub fn remember(mut self, org: &OrgId, record: Option<IdempotencyRecord>) -> Self {
        let Some(record) = record else { return self };
        for (at, mark) in record.marks.iter().enumerate() {
            let key = Key::remembered(org, record.operation.as_str(), &mark.key);
            let values = vec![("now", millis(self.now))];
            self.memory.push((self.writes.len(), key.clone(), mark.clone()));
            self.writes.push(match at {
                0 => self.store.put_if(encode_remembered(org, &record, mark, self.now), FORGOTTEN, values),
                // Recorded by a key that has been replaced since.
                _ => self.store.check(key, FORGOTTEN, values),
            });
        }
        self
    }

    /// Creates everything, or returns why nothing was created. A used key takes precedence: its first request was fine.
    pub async fn create(mut self) -> Result<(), CreateError> {
        let mut reasons = match self.transact().await {
            Ok(()) => return Ok(()),
            Err(NotCommitted::Unavailable(unavailable)) => return Err(CreateError::Unavailable(unavailable)),
            Err(NotCommitted::Cancelled(reasons)) => reasons,
        };
        if let Some(answered) = self.answered_before(&mut reasons).await {
            return Err(answered);
        }
        Err(match self.refused_send(&mut reasons).await {
            Ok(RefusedSend::Destination { again_at }) => CreateError::TooManyMessages { again_at },
            Ok(RefusedSend::Budget { again_at }) => CreateError::OverBudget { again_at },
            Err(unavailable) => CreateError::Unavailable(unavailable),
        })
    }

    /// Keeps the check of a code, or returns why it was not kept. A used key takes precedence here, too.
    pub async fn present(mut self) -> Result<(), CheckError> {
        let mut reasons = match self.transact().await {
            Ok(()) => return Ok(()),
            Err(NotCommitted::Unavailable(unavailable)) => return Err(CheckError::Unavailable(unavailable)),
            Err(NotCommitted::Cancelled(reasons)) => reasons,
        };
        Err(match self.answered_before(&mut reasons).await {
            Some(CreateError::Replay(answer)) => CheckError::Replay(answer),
            Some(CreateError::KeyReused) => CheckError::KeyReused,
            Some(CreateError::Unavailable(unavailable)) => CheckError::Unavailable(unavailable),
            Some(CreateError::TooManyMessages { .. } | CreateError::OverBudget { .. }) | None => {
                if self.presented.is_some_and(|index| reasons.failed(index)) {
                    CheckError::PresentedBefore
                } else if self.steps.iter().any(|index| reasons.failed(*index)) {
                    CheckError::Lost
                } else {
                    CheckError::Unavailable(cancelled(self.operation))
                }
            }
        })
    }

    /// The answer to a request whose key was used before, if that is why the transaction was refused.
    async fn answered_before(&mut self, reasons: &mut Reasons) -> Option<CreateError> {
        let at = self.memory.iter().position(|(index, ..)| reasons.failed(*index))?;
        let (index, key, mark) = self.memory.swap_remove(at);
        let answer = first_answer(self.store, self.operation, key, reasons.item(index), &mark).await;
        Some(answer.unwrap_or_else(CreateError::Unavailable))
    }

    /// Takes the steps with their effects, or returns why they were not taken.
    pub async fn take(mut self) -> Result<(), Refusal> {
        let mut reasons = match self.transact().await {
            Ok(()) => return Ok(()),
            Err(NotCommitted::Unavailable(unavailable)) => {
                return Err(Refusal::Step(StepError::Unavailable(unavailable)));
            }
            Err(NotCommitted::Cancelled(reasons)) => reasons,
        };
        let overtaken = self.overtaking(&mut reasons)?;
        if !overtaken.is_empty() {
            return Err(Refusal::Overtaken(overtaken));
        }
        if self.reviews.iter().any(|index| reasons.failed(*index)) {
            return Err(Refusal::Step(StepError::ReviewedMeanwhile));
        }
        let memory = self.memory.iter().map(|(index, ..)| index);
        if self.steps.iter().chain(memory).any(|index| reasons.failed(*index)) {
            return Err(Refusal::Step(StepError::Lost));
        }
        if self.sightings.iter().any(|index| reasons.failed(*index)) {
            return Err(Refusal::Step(StepError::SeenMeanwhile));
        }
        Err(Refusal::Step(match self.refused_send(&mut reasons).await {
            Ok(RefusedSend::Destination { again_at }) => StepError::TooManyMessages { again_at },
            Ok(RefusedSend::Budget { again_at }) => StepError::OverBudget { again_at },
            Err(unavailable) => StepError::Unavailable(unavailable),
        }))
    }

    /// The same for steps that move the head of no log but that of a review, which is as it was read.
    pub async fn take_once(self) -> Result<(), StepError> {
        let operation = self.operation;
        self.take().await.map_err(|refusal| match refusal {
            Refusal::Overtaken(_) => StepError::Unavailable(cancelled(operation)),
            Refusal::Step(error) => error,
        })
    }

    /// The logs whose head was moved by somebody else, if that is why the transaction was refused, or one of the reasons:
    /// only with the logs as they are now does it show whether the step itself is lost.
    fn overtaking(&self, reasons: &mut Reasons) -> Result<Vec<(Subject, Log)>, Refusal> {
        let mut overtaken = Vec::new();
        for (at, subject, expected) in
            self.told.iter().filter(|(at, ..)| reasons.failed(*at)).copied().collect::<Vec<_>>()
        {
            let Some(item) = reasons.item(at) else { continue };
            let current = decode_log(&item)
                .map_err(|fault| Refusal::Step(StepError::Unavailable(corrupt(self.operation, fault))))?;
            overtaken.extend(current.filter(|log| log.head != expected).map(|log| (subject, log)));
        }
        Ok(overtaken)
    }

    async fn transact(&mut self) -> Result<(), NotCommitted> {
        self.store.transact(self.operation, std::mem::take(&mut self.writes)).await
    }

    /// The limit that refused a message. If none did, it is an outage.
    async fn refused_send(self, reasons: &mut Reasons) -> Result<RefusedSend, Unavailable> {
        let mut last = None;
        for (index, key, window) in self.destinations {
            if !reasons.failed(index) {
                continue;
            }
            let again_at = window.again_at(self.store, self.operation, key, reasons.item(index)).await?;
            last = last.max(Some(again_at));
        }
        match last {
            Some(again_at) => Ok(RefusedSend::Destination { again_at }),
            None if self.budgets.iter().any(|index| reasons.failed(*index)) => {
                Ok(RefusedSend::Budget { again_at: end_of_day(self.now) })
            }
            None => Err(cancelled(self.operation)),
        }
    }
}

/// The condition of a deletion, and that what finds the record is what was read: one from before there was a search may have
/// got it meanwhile.
pub(crate) fn as_found(condition: &str, lookups: &[String]) -> String {
    if lookups.is_empty() { format!("({condition}) AND attribute_not_exists(#lookups)") } else { condition.to_owned() }
}

enum RefusedSend {
    /// It got too many messages.
    Destination { again_at: Time },
    /// The shard that was tried is full.
    Budget { again_at: Time },
}

/// The update that moves the head of a log, and the condition that nobody has moved it.
fn move_head(chapter: &Chapter, values: &mut Values) -> (String, String) {
    if let Some(head) = chapter.head {
        values.extend([("sequence", number(head.sequence)), ("head", text(head.hash))]);
    }
    if let Some(at) = chapter.told_at {
        values.push(("told_at", millis(at)));
    }
    match chapter.log.head {
        Some(head) => {
            values.push(("told", number(head.sequence)));
            ("SET #sequence = :sequence, #head = :head, #told_at = :told_at".to_owned(), "#sequence = :told".to_owned())
        }
        None => {
            values.push(("log_key", text(chapter.log.key.expose())));
            let update = "SET #sequence = :sequence, #head = :head, #told_at = :told_at, #log_key = :log_key";
            (update.to_owned(), "attribute_not_exists(#sequence)".to_owned())
        }
    }
}

/// The update that records the request with an idempotency key, too.
fn with_request(update: &str, values: &mut Values, once: Option<&Once>, now: Time) -> String {
    let Some(mark) = once.and_then(|once| once.marks.first()) else { return update.to_owned() };
    values.push(("once", encode_taken_once(mark, now)));
    format!("{update} ADD #once :once")
}

/// How often events are chained anew because others came first: of any number of steps that meet, one is taken each time.
const TELL_TRIES: usize = 20;

/// Commits steps together with the events of them. If other events come first, the story goes on after those.
pub(crate) async fn telling<'a>(
    operation: &'static str,
    story: &Story,
    commit: impl Fn(&Chapter) -> Commit<'a>,
) -> Result<(), StepError> {
    telling_all(operation, &[story], |chapters| commit(&chapters[0])).await
}

/// The same with the events of several subjects: a chapter for each story.
pub(crate) async fn telling_all<'a>(
    operation: &'static str,
    stories: &[&Story],
    commit: impl Fn(&[Chapter]) -> Commit<'a>,
) -> Result<(), StepError> {
    let mut logs: Vec<Log> = stories.iter().map(|story| story.log.clone()).collect();
    for _ in 0..TELL_TRIES {
        let chapters: Vec<Chapter> = stories.iter().zip(&logs).map(|(story, log)| story.after(log)).collect();
        // What becomes of reviews with these steps.
        let reviews = || stories.iter().filter_map(|story| story.reviews.as_ref());
        let commit = reviews().flat_map(|reviews| &reviews.changes).fold(commit(&chapters), Commit::review);
        let latest = reviews().filter_map(|reviews| reviews.changes.last()).map(|change| change.after.as_ref());
        match latest.fold(commit, Commit::mark_chain).take().await {
            Ok(()) => return Ok(()),
            Err(Refusal::Step(error)) => return Err(error),
            Err(Refusal::Overtaken(overtaken)) => {
                for (subject, current) in overtaken {
                    let own = stories.iter().zip(&mut logs).filter(|(story, _)| story.subject == subject);
                    own.for_each(|(_, log)| *log = current.clone());
                }
            }
        }
    }
    Err(StepError::Unavailable(cancelled(operation)))
}

/// The same for steps that may send a message, in one shard of the budgets after the other until one has room.
pub(crate) async fn telling_in<'a>(
    mut room: Room<'a>,
    operation: &'static str,
    stories: &[&Story],
    commit: impl Fn(&[Chapter], &Room<'a>) -> Commit<'a>,
) -> Result<(), StepError> {
    loop {
        match telling_all(operation, stories, |chapters| commit(chapters, &room)).await {
            Err(StepError::OverBudget { .. }) if room.moves().await.map_err(StepError::Unavailable)? => {}
            taken => return taken,
        }
    }
}

/// Creates what may send a message, in the same way.
pub(crate) async fn create_in<'a>(
    mut room: Room<'a>,
    commit: impl Fn(&Room<'a>) -> Commit<'a>,
) -> Result<(), CreateError> {
    loop {
        match commit(&room).create().await {
            Err(CreateError::OverBudget { .. }) if room.moves().await.map_err(CreateError::Unavailable)? => {}
            created => return created,
        }
    }
}

/// The answer to a request whose key was used before.
async fn first_answer(
    store: &DynamoStore,
    operation: &'static str,
    key: Key,
    refused: Option<Item>,
    mark: &RequestMark,
) -> Result<CreateError, Unavailable> {
    let item = match refused {
        Some(item) => Some(item),
        None => store.get(operation, key).await?,
    };
    let item = item.ok_or_else(|| unusable(STORE, operation, "a key was refused without its first answer"))?;
    let remembered = decode_remembered(&item).map_err(|fault| corrupt(operation, fault))?;
    if remembered.body_digest == mark.body {
        Ok(CreateError::Replay(remembered.answer))
    } else {
        Ok(CreateError::KeyReused)
    }
}
