//! The inbox as a sender uses it, and its file as a killed process leaves it.

use super::*;
use acredita_domain::{
    actor::EmailAddress,
    code::OtpCode,
    messages::RenderedMessage,
    otp::Destination,
    ports::{SendError, Sender},
    text::Private,
};
use acredita_senders::Senders;
use acredita_testing::{ManualClock, beginning};

/// Every byte is this one.
struct Bytes(u8);

impl Entropy for Bytes {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

/// The `n`th message, of an identification of its own.
pub(crate) fn reference(n: usize) -> MessageRef {
    MessageRef {
        message_id: format!("00000000-0000-4000-8000-{n:012x}").parse().expect("an id"),
        identification_id: format!("11111111-0000-4000-8000-{n:012x}").parse().expect("an id"),
    }
}

/// Sends an e-mail into the inbox.
pub(crate) async fn send(inbox: &Arc<Inbox>, reference: MessageRef, to: &str, text: &str) -> Result<(), SendError> {
    send_failing(inbox, reference, to, text, FailRate::default()).await
}

async fn send_failing(
    inbox: &Arc<Inbox>,
    reference: MessageRef,
    to: &str,
    text: &str,
    fail_rate: FailRate,
) -> Result<(), SendError> {
    let sender = InboxSender {
        inbox: inbox.clone(),
        clock: Arc::new(ManualClock::default()),
        entropy: Arc::new(Bytes(0x7f)),
        fail_rate,
    };
    let destination = Destination::Email(to.parse::<EmailAddress>().expect("an address"));
    let code = OtpCode::unsealed("abc234".to_owned());
    let rendered = RenderedMessage {
        subject: Private::new("Your verification code".to_owned()),
        text: Private::new(text.to_owned()),
    };
    let expires_at = "2026-11-20T08:43:00Z".parse().expect("a time");
    let senders = Senders::default().with(Channel::Email, Arc::new(sender));
    senders.send(OutgoingMessage { reference, destination: &destination, code: &code, rendered, expires_at }).await
}

/// A file that goes with its test.
struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a new folder"))
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("inbox.jsonl")
    }
}

fn texts(inbox: &Inbox) -> Vec<String> {
    let text = |message: InboxMessage| message.delivery().map_or("dead".to_owned(), |delivery| delivery.text.clone());
    inbox.messages().into_iter().map(text).collect()
}

#[tokio::test]
async fn a_message_reads_as_documented() {
    let inbox = Arc::new(Inbox::in_memory());
    inbox.record_dead_letter(reference(2), beginning());
    send(&inbox, reference(1), "James@email.com", "Your code is abc234.").await.expect("sent");
    let json = serde_json::to_value(inbox.messages()).expect("JSON");
    let expected = serde_json::json!([
        {
            "message_id": "00000000-0000-4000-8000-000000000001",
            "identification_id": "11111111-0000-4000-8000-000000000001",
            "status": "DELIVERED",
            "channel": "EMAIL",
            "to": "james@email.com",
            "subject": "Your verification code",
            "text": "Your code is abc234.",
            "code": "abc234",
            "sent_at": "2026-11-20T08:33:00Z",
            "expires_at": "2026-11-20T08:43:00Z",
        },
        {
            "message_id": "00000000-0000-4000-8000-000000000002",
            "identification_id": "11111111-0000-4000-8000-000000000002",
            "status": "DEAD_LETTER",
            "dead_at": "2026-11-20T08:33:00Z",
        },
    ]);
    assert_eq!(json, expected);
}

#[tokio::test]
async fn messages_survive_a_restart_in_their_order() {
    let scratch = Scratch::new();
    let inbox = Arc::new(Inbox::open(&scratch.file()).expect("opens"));
    for (n, text) in ["first", "second", "third"].into_iter().enumerate() {
        send(&inbox, reference(n), "a@b.com", text).await.expect("sent");
    }
    drop(inbox);
    assert_eq!(texts(&Inbox::open(&scratch.file()).expect("opens")), ["third", "second", "first"]);
}

#[tokio::test]
async fn a_line_torn_at_any_byte_costs_only_itself() {
    let scratch = Scratch::new();
    let inbox = Arc::new(Inbox::open(&scratch.file()).expect("opens"));
    send(&inbox, reference(1), "a@b.com", "whole").await.expect("sent");
    let whole = fs::read(scratch.file()).expect("the file");
    send(&inbox, reference(2), "a@b.com", "torn código").await.expect("sent");
    let both = fs::read(scratch.file()).expect("the file");
    // Without its line break the last line is all there.
    for end in whole.len()..both.len() - 1 {
        fs::write(scratch.file(), &both[..end]).expect("written");
        let inbox = Arc::new(Inbox::open(&scratch.file()).expect("opens"));
        assert_eq!(texts(&inbox), ["whole"], "cut at {end}");
        assert_eq!(fs::read(scratch.file()).expect("the file"), whole, "repaired after a cut at {end}");
        send(&inbox, reference(3), "a@b.com", "next").await.expect("sent");
        assert_eq!(texts(&Inbox::open(&scratch.file()).expect("opens")), ["next", "whole"]);
    }
}

#[tokio::test]
async fn a_dead_letter_is_noted_once_and_gives_way_to_a_delivery() {
    let scratch = Scratch::new();
    let inbox = Arc::new(Inbox::open(&scratch.file()).expect("opens"));
    inbox.record_dead_letter(reference(1), beginning());
    inbox.record_dead_letter(reference(1), beginning());
    assert_eq!(texts(&inbox), ["dead"]);
    send(&inbox, reference(1), "a@b.com", "at last").await.expect("sent");
    assert_eq!(texts(&inbox), ["at last"]);
    inbox.record_dead_letter(reference(1), beginning());
    assert_eq!(texts(&inbox), ["at last"], "what was delivered is not dead");
    assert_eq!(texts(&Inbox::open(&scratch.file()).expect("opens")), ["at last"]);
}

#[tokio::test]
async fn a_second_delivery_of_a_message_is_shown_as_a_phone_would_show_it() {
    let inbox = Arc::new(Inbox::in_memory());
    send(&inbox, reference(1), "a@b.com", "once").await.expect("sent");
    send(&inbox, reference(1), "a@b.com", "twice").await.expect("sent");
    assert_eq!(texts(&inbox), ["twice", "once"]);
}

#[test]
fn only_the_newest_thousand_are_kept_and_the_file_does_not_grow_for_ever() {
    let scratch = Scratch::new();
    let inbox = Inbox::open(&scratch.file()).expect("opens");
    for n in 0..2 * KEPT_MESSAGES + 10 {
        inbox.record_dead_letter(reference(n), beginning());
    }
    let newest = |inbox: &Inbox| inbox.messages().into_iter().map(|message| message.message_id).collect::<Vec<_>>();
    let expected: Vec<_> =
        (0..2 * KEPT_MESSAGES + 10).rev().take(KEPT_MESSAGES).map(|n| reference(n).message_id).collect();
    assert_eq!(newest(&inbox), expected);
    let lines = fs::read_to_string(scratch.file()).expect("the file").lines().count();
    assert!(lines <= KEPT_MESSAGES + 10, "{lines} lines");
    assert_eq!(newest(&Inbox::open(&scratch.file()).expect("opens")), expected);
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_alone_even_where_it_was_not() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    fs::write(scratch.file(), "").expect("written");
    fs::set_permissions(scratch.file(), fs::Permissions::from_mode(0o644)).expect("a mode");
    let inbox = Inbox::open(&scratch.file()).expect("opens");
    inbox.record_dead_letter(reference(1), beginning());
    assert_eq!(fs::metadata(scratch.file()).expect("the file").permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn sends_fail_as_often_as_they_are_told_to() {
    let inbox = Arc::new(Inbox::in_memory());
    // The entropy of these sends is just below one half.
    for (rate, sent) in [("0", true), ("0.49", true), ("0.5", false), ("1.0", false)] {
        let result = send_failing(&inbox, reference(1), "a@b.com", "text", rate.parse().expect("a rate")).await;
        assert_eq!(result.is_ok(), sent, "{rate}");
    }
    assert_eq!(inbox.messages().len(), 2);
    let always: FailRate = "1".parse().expect("a rate");
    assert!(always.strikes(&Bytes(0xff)), "a rate of one fails whatever the dice say");
    assert!(!FailRate::default().strikes(&Bytes(0)), "a rate of none never fails");
    for text in ["", "-0.1", "1.1", "NaN", "inf", "half"] {
        assert_eq!(text.parse::<FailRate>(), Err(NotAFailRate), "{text}");
    }
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_refused_for_good() {
    let inbox = Arc::new(Inbox::in_memory());
    let refused = send(&inbox, reference(1), "ana@example.INVALID", "text").await;
    assert_eq!(refused, Err(SendError::Refused(Refusal::BadDestination)));
    assert!(inbox.messages().is_empty());
    send(&inbox, reference(2), "ana@invalid.example", "text").await.expect("sent");
}
