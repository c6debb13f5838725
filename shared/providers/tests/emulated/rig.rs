//! An adapter of each provider, an emulator of each, and a clock that the test moves.

use acredita_domain::{
    actor::{Actor, Country, DocumentType},
    error::Unavailable,
    pictures::{Picture, PictureFormat},
    ports::{Clock, Comparison, Likeness, ProviderCredential, ScoreRequest},
    scoring::{CheckName, CheckResult, DocumentKind, Reason, Verdict},
    text::Private,
};
use acredita_emulators::{AWS_SESSION, Emulators, Impersonation, PROCESSOR, Recorded, Recording, VERIDAS_KEY};
use acredita_outbound::Outbound;
use acredita_providers::{
    google::{self, AwsCaller, GoogleScorer},
    veridas::{self, VeridasScorer},
};
use acredita_testing::{CountingEntropy, ManualClock, beginning};
use async_trait::async_trait;
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// The bytes of a picture in these tests: not an actual picture, as nobody here decodes it, and easy to find where it
/// must not be.
pub const FRONT: &[u8] = b"\xFF\xD8\xFFcanary-of-the-front-picture";
pub const BACK: &[u8] = b"\x89PNG\r\n\x1A\ncanary-of-the-back-picture";

/// Compares letter by letter; the service's own comparison is tested elsewhere.
struct Plain;

impl Comparison for Plain {
    fn names(&self, declared: &Actor, last_name: Option<&str>, name: Option<&str>) -> Option<Likeness> {
        let pairs = [
            declared.last_name.as_ref().map(|name| name.expose()).zip(last_name),
            declared.name.as_ref().map(|name| name.expose()).zip(name),
        ];
        let likeness = |(declared, read): (&str, &str)| match declared {
            "doubtful" => Likeness::Doubtful,
            _ if declared.to_uppercase() == read => Likeness::Same,
            _ => Likeness::Different,
        };
        pairs.into_iter().flatten().map(likeness).reduce(|one, other| if one == Likeness::Same { other } else { one })
    }

    fn country(&self, code: &str) -> Option<Country> {
        match code {
            "ESP" => "ES".parse().ok(),
            "PRT" => "PT".parse().ok(),
            _ => None,
        }
    }
}

/// A credential that counts how often it is read.
pub struct Known {
    text: String,
    pub reads: AtomicUsize,
}

#[async_trait]
impl ProviderCredential for Known {
    async fn read(&self) -> Result<Private<String>, Unavailable> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        Ok(Private::new(self.text.clone()))
    }
}

/// A Google adapter with this credential, on AWS or elsewhere.
fn google_with(
    emulators: &Emulators,
    credential: Arc<Known>,
    aws: Option<AwsCaller>,
    clock: Arc<dyn Clock>,
) -> GoogleScorer {
    let endpoint = Some(emulators.google().parse().expect("a URL"));
    let settings = google::Settings { processor: PROCESSOR.parse().expect("a processor"), endpoint, aws };
    GoogleScorer::new(settings, credential, Outbound::default(), clock)
}

fn known(text: String) -> Arc<Known> {
    Arc::new(Known { text, reads: AtomicUsize::new(0) })
}

/// The session in the environment of a Lambda.
pub fn caller() -> AwsCaller {
    let private = |text: &str| Private::new(text.to_owned());
    AwsCaller {
        region: AWS_SESSION.region.to_owned(),
        access_key_id: private(AWS_SESSION.access_key_id),
        secret_access_key: private(AWS_SESSION.secret_access_key),
        session_token: Some(private(AWS_SESSION.session_token)),
    }
}

pub struct Rig {
    pub emulators: Emulators,
    pub google: GoogleScorer,
    pub veridas: VeridasScorer,
    pub clock: ManualClock,
    pub account: Arc<Known>,
    pub key: Arc<Known>,
}

impl Rig {
    pub async fn start() -> Self {
        let emulators = Emulators::start(Recording::On).await.expect("a port");
        let clock = ManualClock::default();
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let (account, key) = (known(emulators.service_account()), known(VERIDAS_KEY.to_owned()));
        let veridas = veridas::Settings {
            validas: emulators.validas().parse().expect("a URL"),
            xpressid: emulators.xpressid().parse().expect("a URL"),
        };
        Self {
            google: google_with(&emulators, account.clone(), None, shared.clone()),
            veridas: VeridasScorer::new(
                veridas,
                key.clone(),
                Arc::new(Plain),
                Outbound::default(),
                Arc::new(CountingEntropy::default()),
                shared,
            ),
            emulators,
            clock,
            account,
            key,
        }
    }

    /// Google with the configuration of an external account instead of a key.
    pub async fn federated(impersonation: Impersonation, aws: Option<AwsCaller>) -> Self {
        let rig = Self::start().await;
        let account = rig.emulators.external_account(impersonation);
        rig.with_credential(account, aws)
    }

    /// Google with this credential instead of the emulator's key.
    pub fn with_credential(self, text: String, aws: Option<AwsCaller>) -> Self {
        let account = known(text);
        let google = google_with(&self.emulators, account.clone(), aws, Arc::new(self.clock.clone()));
        Self { google, account, ..self }
    }
}

pub fn kind(document_type: DocumentType, country: &str) -> Option<DocumentKind> {
    Some(DocumentKind { document_type, country: country.parse().expect("a country") })
}

pub fn front() -> Picture {
    picture(PictureFormat::Jpeg, FRONT)
}

pub fn back() -> Picture {
    picture(PictureFormat::Png, BACK)
}

fn picture(format: PictureFormat, bytes: &[u8]) -> Picture {
    Picture { format, bytes: bytes.to_vec().into() }
}

pub fn request<'a>(
    document: Option<DocumentKind>,
    front: Option<&'a Picture>,
    back: Option<&'a Picture>,
) -> ScoreRequest<'a> {
    ScoreRequest { document, declared: None, front, back, now: beginning() }
}

/// A person who declared this number.
pub fn person(number: &str) -> Actor {
    serde_json::from_value(json!({ "language": "ES", "identity_document": { "document_number": number, "document_type": "NIF", "country": "ES" } }))
        .expect("an actor")
}

pub fn line(verdict: &Verdict, name: CheckName) -> Option<(CheckResult, Option<Reason>)> {
    verdict.breakdown.iter().find(|check| check.name == name).map(|check| (check.result, check.reason))
}

/// Method and path of each request.
pub fn calls(requests: &[Recorded]) -> Vec<String> {
    requests.iter().map(|request| format!("{} {}", request.method, request.path)).collect()
}

/// The names of a request's headers.
pub fn headers(request: &Recorded) -> Vec<&str> {
    request.headers.iter().map(|(name, _)| name.as_str()).collect()
}
