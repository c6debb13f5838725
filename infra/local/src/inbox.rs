//! The inbox: messages that would have gone out by SMS, e-mail and WhatsApp, kept for the developer to read.
//!
//! It is the local server's sender for every channel. Messages are appended to a file, one JSON object a line, so that they
//! survive a restart or a kill. A process that dies while it writes leaves a torn last line; [`Inbox::open`]
//! drops it and repairs the file.

use acredita_domain::{
    Time,
    ids::{IdentificationId, MessageId},
    messages::Refusal,
    otp::Channel,
    ports::{Clock, Entropy, MessageRef, OutgoingMessage},
};
use acredita_senders::{ChannelSender, Failure};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::{
    collections::VecDeque,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How many of the newest messages are kept.
pub const KEPT_MESSAGES: usize = 1_000;

/// A message that would have gone out, or that never will. It carries a code and a person's address, so it has no
/// `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxMessage {
    /// Which message.
    pub message_id: MessageId,
    /// The identification that it belongs to.
    pub identification_id: IdentificationId,
    /// How it ended. In JSON its fields stand next to the ids.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// How a message ended: `status` in JSON.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// It would have arrived.
    Delivered(DeliveredMessage),
    /// The queue gave up on it.
    DeadLetter {
        /// When it was found in the dead-letter queue.
        dead_at: Time,
    },
}

/// A message as the person would have received it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveredMessage {
    /// How it travels.
    pub channel: Channel,
    /// The phone (E.164) or the e-mail address.
    pub to: String,
    /// The subject, which only an e-mail shows.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The code in it.
    pub code: String,
    /// When it was sent.
    pub sent_at: Time,
    /// When the code expires.
    pub expires_at: Time,
}

impl InboxMessage {
    /// The delivered message; `None` for a dead letter.
    pub fn delivery(&self) -> Option<&DeliveredMessage> {
        match &self.outcome {
            Outcome::Delivered(delivery) => Some(delivery),
            Outcome::DeadLetter { .. } => None,
        }
    }
}

/// The messages of this server. Share it behind an [`Arc`].
pub struct Inbox {
    state: Mutex<State>,
}

struct State {
    /// The oldest first.
    messages: VecDeque<InboxMessage>,
    journal: Option<Journal>,
}

/// The file behind the messages.
struct Journal {
    path: PathBuf,
    file: File,
    lines: usize,
    /// Set when a write failed half way: the next one rewrites the file.
    torn: bool,
}

impl Inbox {
    /// Opens the inbox in `path`, or starts one there. Lines that cannot be understood, as a killed process leaves one,
    /// are dropped for good. Fails when the file can be neither read nor written.
    pub fn open(path: &Path) -> io::Result<Self> {
        let bytes = match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read?,
        };
        let mut messages = VecDeque::new();
        for message in bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()) {
            keep(&mut messages, message);
        }
        let journal = Journal::rewrite(path.to_owned(), &messages)?;
        Ok(Self { state: Mutex::new(State { messages, journal: Some(journal) }) })
    }

    /// An inbox that forgets everything with the process.
    pub fn in_memory() -> Self {
        Self { state: Mutex::new(State { messages: VecDeque::new(), journal: None }) }
    }

    /// The messages, the newest first.
    pub fn messages(&self) -> Vec<InboxMessage> {
        self.state().messages.iter().rev().cloned().collect()
    }

    /// The latest message with this id.
    pub fn message(&self, id: MessageId) -> Option<InboxMessage> {
        self.state().messages.iter().rev().find(|message| message.message_id == id).cloned()
    }

    /// Records a delivered message.
    pub fn record_delivery(&self, reference: MessageRef, delivery: DeliveredMessage) -> io::Result<()> {
        let MessageRef { message_id, identification_id } = reference;
        self.record(InboxMessage { message_id, identification_id, outcome: Outcome::Delivered(delivery) })
    }

    /// Records that the queue gave up on a message: once for a message, and not at all if it was delivered, because then
    /// only the record of the delivery was lost. A later delivery replaces the dead letter.
    pub fn record_dead_letter(&self, reference: MessageRef, at: Time) {
        let MessageRef { message_id, identification_id } = reference;
        let letter = InboxMessage { message_id, identification_id, outcome: Outcome::DeadLetter { dead_at: at } };
        if let Err(error) = self.record(letter) {
            tracing::error!(%message_id, %error, "a dead letter is not in the inbox's file");
        }
    }

    /// The file is written under the lock: lines must not mix, and a line is written in microseconds.
    fn record(&self, message: InboxMessage) -> io::Result<()> {
        let mut state = self.state();
        let State { messages, journal } = &mut *state;
        if !keep(messages, message.clone()) {
            return Ok(());
        }
        journal.as_mut().map_or(Ok(()), |journal| journal.append(&message, messages))
    }

    /// A panic while the lock was held leaves the messages intact: they change in single steps.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds a message and reports whether that changed anything. Reading the file goes through here as well, so that both
/// end in the same state.
fn keep(messages: &mut VecDeque<InboxMessage>, message: InboxMessage) -> bool {
    let same = |other: &InboxMessage| other.message_id == message.message_id;
    if message.delivery().is_none() && messages.iter().any(same) {
        return false;
    }
    messages.retain(|other| !(same(other) && other.delivery().is_none()));
    if messages.len() >= KEPT_MESSAGES {
        messages.pop_front();
    }
    messages.push_back(message);
    true
}

impl Journal {
    /// Writes all messages into a new file and then replaces the old one with it.
    fn rewrite(path: PathBuf, messages: &VecDeque<InboxMessage>) -> io::Result<Self> {
        let mut lines = Vec::new();
        for message in messages {
            lines.extend(line(message)?);
        }
        let draft = path.with_extension("jsonl.new");
        // A draft left by a killed process may have any mode.
        match fs::remove_file(&draft) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = private_file().open(&draft)?;
        file.write_all(&lines)?;
        file.sync_all()?;
        fs::rename(&draft, &path)?;
        Ok(Self { path, file, lines: messages.len(), torn: false })
    }

    fn append(&mut self, message: &InboxMessage, messages: &VecDeque<InboxMessage>) -> io::Result<()> {
        if self.torn || self.lines >= 2 * KEPT_MESSAGES {
            *self = Self::rewrite(self.path.clone(), messages)?;
            return Ok(());
        }
        let written = line(message).and_then(|line| self.file.write_all(&line));
        self.lines += 1;
        self.torn = written.is_err();
        written
    }
}

fn line(message: &InboxMessage) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    Ok(line)
}

/// The file holds codes: other accounts of the machine are kept out.
fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.append(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// How many of all sends fail: 0 for none, 1 for all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FailRate(f64);

/// The text is not a [`FailRate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a number from 0 to 1")]
pub struct NotAFailRate;

impl FailRate {
    /// Whether this send fails. Takes 53 random bits: as many as a fraction has in an `f64`.
    fn strikes(self, entropy: &dyn Entropy) -> bool {
        let mut bytes = [0; 8];
        entropy.fill(&mut bytes);
        let fraction = (u64::from_le_bytes(bytes) >> 11) as f64 / (1_u64 << 53) as f64;
        fraction < self.0
    }
}

impl FromStr for FailRate {
    type Err = NotAFailRate;
    fn from_str(text: &str) -> Result<Self, NotAFailRate> {
        let rate = text.parse().map_err(|_| NotAFailRate)?;
        if (0.0..=1.0).contains(&rate) { Ok(Self(rate)) } else { Err(NotAFailRate) }
    }
}

/// A domain that leads nowhere (RFC 2606 §2): as a carrier does, the inbox refuses addresses of it for good.
const NOWHERE: &str = ".invalid";

/// Delivers into the inbox, and fails as often as it is told to: so that retries and dead letters can be seen at work.
pub struct InboxSender {
    /// Where messages go.
    pub inbox: Arc<Inbox>,
    /// Tells when they went.
    pub clock: Arc<dyn Clock>,
    /// Decides which of them fail.
    pub entropy: Arc<dyn Entropy>,
    /// How many of them fail.
    pub fail_rate: FailRate,
}

#[async_trait]
impl ChannelSender for InboxSender {
    async fn send(&self, message: &OutgoingMessage<'_>) -> Result<(), Failure> {
        if self.fail_rate.strikes(&*self.entropy) {
            return Err(Failure::unavailable("failed on purpose"));
        }
        if message.destination.address().expose().to_ascii_lowercase().ends_with(NOWHERE) {
            return Err(Failure::refused(Refusal::BadDestination, "an address of .invalid"));
        }
        let delivery = DeliveredMessage {
            channel: message.destination.channel(),
            to: message.destination.address().expose().clone(),
            subject: message.rendered.subject.expose().clone(),
            text: message.rendered.text.expose().clone(),
            code: message.code.expose().to_owned(),
            sent_at: self.clock.now(),
            expires_at: message.expires_at,
        };
        self.inbox.record_delivery(message.reference, delivery).map_err(|error| {
            tracing::error!(message_id = %message.reference.message_id, %error, "the inbox cannot be written");
            Failure::unavailable("the inbox")
        })
    }
}

#[cfg(test)]
pub(crate) mod tests;
