//! Infobip against its emulator: the requests, and the effect of its answers on a message.

use acredita_domain::{
    actor::{Language, Msisdn},
    code::OtpCode,
    error::Unavailable,
    messages::{Refusal, RenderedMessage, SmsEncoding, SmsSize, Templates, Values, WebOtpDomain},
    otp::{Channel, Destination},
    ports::{MessageRef, OutgoingMessage, ProviderCredential, SendError, Sender},
    text::Private,
};
use acredita_emulators::{Emulators, INFOBIP_KEY, INFOBIP_SENDER, InfobipAccount, Recording, Scenario};
use acredita_outbound::Outbound;
use acredita_senders::{InfobipSender, LONGEST_SEND, Senders, infobip};
use acredita_testing::{Log, ManualClock, beginning};
use async_trait::async_trait;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    time::Instant,
};
use tracing_subscriber::layer::SubscriberExt;

const MESSAGE: &str = "00000000-0000-4000-8000-000000000001";
const IDENTIFICATION: &str = "00000000-0000-4000-8000-000000000002";
const TEXT: &str = "Your code is abc234. It is valid for 10 min. Do not share it with anyone.";
const UNAVAILABLE: Result<(), SendError> = Err(SendError::Unavailable);
/// Timers are rounded up to the next millisecond.
const ROUNDED: Duration = Duration::from_millis(2);

/// A key that counts how often it is read, and can be another one each time.
struct Keys {
    texts: Mutex<Vec<&'static str>>,
    reads: AtomicUsize,
}

#[async_trait]
impl ProviderCredential for Keys {
    async fn read(&self) -> Result<Private<String>, Unavailable> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let mut texts = self.texts.lock().expect("not poisoned");
        let text = if texts.len() > 1 { texts.remove(0) } else { *texts.first().ok_or(Unavailable("the secret"))? };
        Ok(Private::new(text.to_owned()))
    }
}

fn keys(texts: &[&'static str]) -> Arc<Keys> {
    Arc::new(Keys { texts: Mutex::new(texts.to_vec()), reads: AtomicUsize::new(0) })
}

fn senders_at(url: &str, sender: &str, keys: Arc<Keys>) -> Senders {
    let settings = infobip::Settings { url: url.parse().expect("a URL"), sender: sender.parse().expect("a sender") };
    let sender = InfobipSender::new(settings, keys, Outbound::default(), Arc::new(ManualClock::default()));
    Senders::default().with(Channel::Sms, Arc::new(sender))
}

struct Rig {
    emulators: Emulators,
    senders: Senders,
}

impl Rig {
    async fn start() -> Self {
        let emulators = Emulators::start(Recording::On).await.expect("emulators");
        let senders = senders_at(&emulators.infobip(), INFOBIP_SENDER, keys(&[INFOBIP_KEY]));
        Self { emulators, senders }
    }

    fn asked(&self) -> Vec<Value> {
        let requests = self.emulators.take_requests();
        requests.iter().map(|request| serde_json::from_slice(&request.body).expect("JSON")).collect()
    }
}

fn phone(number: &str) -> Destination {
    Destination::Sms(Msisdn::new(number.parse().expect("digits"), "34".parse().expect("digits")))
}

async fn send_text(senders: &Senders, number: &str, text: &str, life: TimeDelta) -> Result<(), SendError> {
    let code = OtpCode::unsealed("abc234".to_owned());
    let reference = MessageRef {
        message_id: MESSAGE.parse().expect("an id"),
        identification_id: IDENTIFICATION.parse().expect("an id"),
    };
    let rendered =
        RenderedMessage { subject: Private::new("A subject".to_owned()), text: Private::new(text.to_owned()) };
    let destination = phone(number);
    let expires_at = beginning() + life;
    senders.send(OutgoingMessage { reference, destination: &destination, code: &code, rendered, expires_at }).await
}

async fn send(senders: &Senders) -> Result<(), SendError> {
    send_text(senders, "612345678", TEXT, TimeDelta::minutes(10)).await
}

#[tokio::test]
async fn a_text_message_is_asked_for_as_documented() {
    let rig = Rig::start().await;
    send(&rig.senders).await.expect("sent");
    let requests = rig.emulators.take_requests();
    assert_eq!(requests.len(), 1);
    assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("POST", "/infobip/sms/3/messages"));
    assert_eq!(requests[0].header("authorization"), Some("App emulated-infobip-key"));
    assert_eq!(requests[0].header("content-type"), Some("application/json"));
    let expected = json!({
        "messages": [{
            "sender": "Acredita",
            "destinations": [{ "to": "34612345678" }],
            "content": { "text": TEXT },
            "options": { "validityPeriod": { "amount": 600, "timeUnit": "SECONDS" } },
            "webhooks": { "callbackData": format!("message_id={MESSAGE} identification_id={IDENTIFICATION}") },
        }],
        "options": { "tracking": { "shortenUrl": false, "trackClicks": false } },
    });
    assert_eq!(serde_json::from_slice::<Value>(&requests[0].body).expect("JSON"), expected);
    let taken = rig.emulators.text_messages();
    assert_eq!(taken.len(), 1);
    assert_eq!((taken[0].to.as_str(), taken[0].text.as_str(), taken[0].seconds), ("34612345678", TEXT, Some(600)));
}

#[tokio::test]
async fn a_text_message_lives_as_long_as_its_code_within_what_the_api_takes() {
    let rig = Rig::start().await;
    for (life, seconds) in [
        (600_000, 600),
        (599_999, 599),
        (5_000, 5),
        (4_000, 5),
        (-60_000, 5),
        (172_800_000, 172_800),
        (864_000_000, 172_800),
    ] {
        send_text(&rig.senders, "612345678", TEXT, TimeDelta::milliseconds(life)).await.expect("sent");
        assert_eq!(rig.asked()[0]["messages"][0]["options"]["validityPeriod"]["amount"], seconds, "{life} ms");
    }
}

#[tokio::test]
async fn the_provider_counts_as_many_parts_as_the_domain_and_in_the_same_encoding() {
    let rig = Rig::start().await;
    let name = "Telefonica de los Ayuntamientos del Norte S.A.U.".parse().expect("a name");
    let code = OtpCode::unsealed("0123456789".to_owned());
    let domain: WebOtpDomain = "identidad.example.org".parse().expect("a domain");
    let ours = Language::ALL.iter().map(|language| {
        let values = Values { name: &name, code: &code, minutes: 10 };
        Templates::ours(*language).message(Channel::Sms, values, Some(&domain)).text.expose().clone()
    });
    let others = ["€".repeat(80), "€".repeat(81), "é".repeat(161), "á".repeat(70), "á".repeat(71), "😀".repeat(67)];
    for text in ours.chain(others) {
        send_text(&rig.senders, "612345678", &text, TimeDelta::minutes(10)).await.expect("sent");
        let taken = rig.emulators.text_messages().pop().expect("a message");
        let SmsSize { encoding, parts } = SmsSize::of(&text);
        assert_eq!((taken.text.as_str(), taken.parts), (text.as_str(), parts));
        assert_eq!(taken.encoding.parse::<SmsEncoding>(), Ok(encoding), "{text}");
    }
}

/// Statuses of the API's list, and their effect on the message.
#[rustfmt::skip]
const STATUSES: &[(&str, Result<(), SendError>)] = &[
    ("PENDING_ACCEPTED", Ok(())),
    ("PENDING_ENROUTE", Ok(())),
    ("REJECTED_DESTINATION", Err(SendError::Refused(Refusal::BadDestination))),
    ("REJECTED_PREFIX_MISSING", Err(SendError::Refused(Refusal::BadDestination))),
    ("REJECTED_NETWORK", Err(SendError::Refused(Refusal::CountryBlocked))),
    ("REJECTED_DND", Err(SendError::Refused(Refusal::OptedOut))),
    ("REJECTED_DESTINATION_BLOCKLISTED", Err(SendError::Refused(Refusal::Rejected))),
    ("REJECTED_FLOODING_FILTER", Err(SendError::Refused(Refusal::Rejected))),
    ("REJECTED_MESSAGE_TOO_LONG", Err(SendError::Refused(Refusal::Rejected))),
    ("REJECTED_SOURCE", UNAVAILABLE),
    ("REJECTED_SENDER", UNAVAILABLE),
    ("REJECTED_NOT_ENOUGH_CREDITS", UNAVAILABLE),
    ("REJECTED_PREPAID_PACKAGE_EXPIRED", UNAVAILABLE),
    ("REJECTED_DESTINATION_NOT_REGISTERED", UNAVAILABLE),
    ("REJECTED_ROUTE_NOT_AVAILABLE", UNAVAILABLE),
    ("REJECTED_SYSTEM_ERROR", UNAVAILABLE),
    ("REJECTED_DUPLICATE_MESSAGE_ID", UNAVAILABLE),
    ("UNDELIVERABLE_NOT_SENT", UNAVAILABLE),
    ("UNDELIVERABLE_REJECTED_PLATFORM", UNAVAILABLE),
];

#[tokio::test]
async fn what_infobip_answers_decides_what_becomes_of_a_text_message() {
    let rig = Rig::start().await;
    for (status, expected) in STATUSES {
        assert!(rig.emulators.answer_text_messages(status), "{status}");
        assert_eq!(send(&rig.senders).await, *expected, "{status}");
        assert_eq!(rig.asked().len(), 1, "{status}: tried again");
    }
}

#[tokio::test]
async fn a_sender_that_the_account_has_not_registered_waits_for_an_operator() {
    let rig = Rig::start().await;
    rig.emulators.set_infobip_account(InfobipAccount { senders: vec!["ACREDITA"], ..InfobipAccount::default() });
    assert_eq!(send(&rig.senders).await, UNAVAILABLE, "a name is registered in one way of writing it");
    assert!(rig.emulators.text_messages().is_empty());
}

#[tokio::test]
async fn a_number_that_cannot_be_one_is_the_destinations_fault_and_another_property_is_not() {
    let rig = Rig::start().await;
    let refused = Err(SendError::Refused(Refusal::BadDestination));
    assert_eq!(send_text(&rig.senders, "612", TEXT, TimeDelta::minutes(10)).await, refused);
    for (violated, expected) in [
        (r#"{"property":"messages[0].destinations[0].to"}"#, refused),
        (r#"{"property":"messages[0].sender"}"#, UNAVAILABLE),
        (r#"{"property":"messages[0].destinations[0].to"},{"property":"messages[0].content"}"#, UNAVAILABLE),
        ("", UNAVAILABLE),
    ] {
        let body = format!(r#"{{"errorCode":"E400","violations":[{violated}]}}"#);
        assert_eq!(answered(&http(400, &body)).await, expected, "{violated}");
    }
    assert_eq!(answered(&http(400, "no JSON")).await, UNAVAILABLE);
}

#[tokio::test]
async fn when_nobody_knows_whether_it_was_sent_it_was_sent_once_at_most() {
    let rig = Rig::start().await;
    for scenario in [
        Scenario::Busy,
        Scenario::Overloaded,
        Scenario::Down,
        Scenario::Cut,
        Scenario::Malformed,
        Scenario::TokenExpired,
    ] {
        rig.emulators.play(scenario);
        assert_eq!(send(&rig.senders).await, UNAVAILABLE, "{}", scenario.name());
        assert_eq!(rig.asked().len(), 1, "{}: tried again", scenario.name());
    }
    rig.emulators.play(Scenario::Pass);
    assert_eq!(send(&rig.senders).await, Ok(()));
}

fn http(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} Word\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// What becomes of a message that is answered with these bytes.
async fn answered(answer: &str) -> Result<(), SendError> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let answer = answer.to_owned();
    let answering = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a client");
        let mut request = [0; 8192];
        let _ = stream.read(&mut request).await.expect("readable");
        stream.write_all(answer.as_bytes()).await.expect("written");
        stream.shutdown().await.expect("closed");
        // Whether somebody came again.
        tokio::time::timeout(Duration::from_millis(50), listener.accept()).await.is_ok()
    });
    let sent = send(&senders_at(&url, INFOBIP_SENDER, keys(&[INFOBIP_KEY]))).await;
    assert!(!answering.await.expect("no panic"), "asked twice");
    sent
}

#[tokio::test]
async fn an_answer_that_is_none_of_infobips_sends_nothing_twice_and_goes_nowhere_else() {
    let accepted = r#"{"messages":[{"messageId":"1","status":{"groupName":"PENDING","name":"PENDING_ACCEPTED"}}]}"#;
    assert_eq!(answered(&http(200, accepted)).await, Ok(()));
    let large = format!("{accepted}{}", " ".repeat(20_000));
    for (what, answer) in [
        ("a redirect", "HTTP/1.1 307 There\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_owned()),
        ("more than an answer", http(200, &large)),
        ("no message", http(200, r#"{"messages":[]}"#)),
        ("two messages", http(200, &accepted.replace("}]}", "},{}]}"))),
        ("no status", http(200, r#"{"messages":[{"messageId":"1"}]}"#)),
        ("a new group", http(200, &accepted.replace("PENDING\"", "SOMETHING_NEW\""))),
        ("another success", http(202, accepted)),
        ("forbidden", http(403, "{}")),
        ("not there", http(404, "<html>")),
        ("a gateway's", http(502, "<html>")),
        ("no HTTP", "nonsense\r\n\r\n".to_owned()),
        ("nothing", String::new()),
    ] {
        assert_eq!(answered(&answer).await, UNAVAILABLE, "{what}");
    }
}

#[tokio::test]
async fn a_provider_that_is_silent_is_waited_for_as_long_as_any_other() {
    let rig = Rig::start().await;
    rig.emulators.play(Scenario::Slow);
    let senders = rig.senders.clone();
    let sending = tokio::spawn(async move { send(&senders).await });
    rig.emulators.until_running(1).await;
    tokio::time::pause();
    let held = Instant::now();
    assert_eq!(sending.await.expect("no panic"), UNAVAILABLE);
    assert!(held.elapsed() <= LONGEST_SEND + ROUNDED, "{:?}", held.elapsed());
}

#[tokio::test]
async fn an_answer_that_comes_a_byte_at_a_time_is_waited_for_no_longer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (began, beginning) = tokio::sync::oneshot::channel();
    let dripping = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a client");
        let mut request = [0; 8192];
        let _ = stream.read(&mut request).await.expect("readable");
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4000\r\n\r\n").await.expect("written");
        began.send(()).expect("somebody waits");
        while stream.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    let senders = senders_at(&url, INFOBIP_SENDER, keys(&[INFOBIP_KEY]));
    let sending = tokio::spawn(async move { send(&senders).await });
    beginning.await.expect("it began");
    tokio::time::pause();
    let held = Instant::now();
    assert_eq!(sending.await.expect("no panic"), UNAVAILABLE);
    assert!(held.elapsed() <= LONGEST_SEND + ROUNDED, "{:?}", held.elapsed());
    dripping.abort();
}

#[tokio::test]
async fn the_key_is_read_once_and_again_when_it_was_refused() {
    let emulators = Emulators::start(Recording::On).await.expect("emulators");
    let keys = keys(&["the-key-of-yesterday", " emulated-infobip-key\n"]);
    let senders = senders_at(&emulators.infobip(), INFOBIP_SENDER, keys.clone());
    assert_eq!(send(&senders).await, UNAVAILABLE);
    for _ in 0..3 {
        assert_eq!(send(&senders).await, Ok(()), "a secret may end with a line feed");
    }
    assert_eq!(keys.reads.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn without_a_key_nothing_is_asked() {
    let emulators = Emulators::start(Recording::On).await.expect("emulators");
    for texts in [&[][..], &["a key\nwith a line"]] {
        let senders = senders_at(&emulators.infobip(), INFOBIP_SENDER, keys(texts));
        assert_eq!(send(&senders).await, UNAVAILABLE);
    }
    assert!(emulators.take_requests().is_empty());
}

#[tokio::test]
async fn another_channel_is_not_infobips() {
    let emulators = Emulators::start(Recording::On).await.expect("emulators");
    let settings = infobip::Settings {
        url: emulators.infobip().parse().expect("a URL"),
        sender: INFOBIP_SENDER.parse().expect("a sender"),
    };
    let sender =
        InfobipSender::new(settings, keys(&[INFOBIP_KEY]), Outbound::default(), Arc::new(ManualClock::default()));
    let senders = Senders::default().with(Channel::Email, Arc::new(sender));
    let code = OtpCode::unsealed("abc234".to_owned());
    let destination = Destination::Email("James.Smith@email.com".parse().expect("an address"));
    let message = OutgoingMessage {
        reference: MessageRef {
            message_id: MESSAGE.parse().expect("an id"),
            identification_id: IDENTIFICATION.parse().expect("an id"),
        },
        destination: &destination,
        code: &code,
        rendered: RenderedMessage { subject: Private::new(String::new()), text: Private::new(TEXT.to_owned()) },
        expires_at: beginning(),
    };
    assert_eq!(senders.send(message).await, Err(SendError::Refused(Refusal::NotConfigured)));
    assert!(emulators.take_requests().is_empty());
}

#[tokio::test]
async fn a_failure_is_logged_by_its_ids_and_codes_and_by_nothing_that_names_a_person() {
    let log = Log::default();
    let writer = log.clone();
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || writer.clone());
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));

    let rig = Rig::start().await;
    rig.emulators.answer_text_messages("REJECTED_DND");
    send(&rig.senders).await.expect_err("opted out");
    let quoting = |code: &str| format!(r#"{{"errorCode":"{code}","description":"{TEXT}","violations":[]}}"#);
    for answer in [
        http(400, &quoting("E400")),
        http(400, &quoting("34612345678")),
        http(400, &quoting("E34612345678")),
        http(200, r#"{"messages":[{"status":{"groupName":"612345678","name":"to 612345678: abc234"}}]}"#),
        http(500, TEXT),
    ] {
        answered(&answer).await.expect_err("refused");
    }

    let text = String::from_utf8(log.bytes()).expect("UTF-8");
    for expected in [MESSAGE, IDENTIFICATION, "REJECTED_DND", "OPTED_OUT", "E400", "UNKNOWN", "500"] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    for private in ["612345678", "abc234", INFOBIP_KEY] {
        assert!(!text.contains(private), "{private} in {text}");
        assert!(!format!("{:?}", rig.senders).contains(private));
    }
}
