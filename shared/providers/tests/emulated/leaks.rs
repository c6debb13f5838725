//! No credential and no personal data is ever logged or shown.

use crate::rig::{BACK, FRONT, Rig, back, caller, front, kind, request};
use acredita_domain::{
    actor::DocumentType::{IdentityCard, Nif},
    ports::{CaptureRequest, HostedCapture, Scorer},
};
use acredita_emulators::{AWS_SESSION, Impersonation, Scenario, VERIDAS_KEY};
use base64::{Engine, prelude::BASE64_STANDARD};
use std::{
    fmt::Write as _,
    io,
    sync::{Arc, Mutex},
};
use tracing_subscriber::{Layer, filter::filter_fn, fmt::MakeWriter, layer::SubscriberExt};

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no test panics while it holds this").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Written {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_credential_token_picture_or_word_of_a_provider_is_logged_or_shown() {
    let written = Written::default();
    // Everything that the service may log: all of our own, and warnings of its dependencies. See `logs` in shared/http.
    let harmless =
        filter_fn(|metadata| metadata.target().starts_with("acredita") || *metadata.level() <= tracing::Level::WARN);
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(written.clone()).with_filter(harmless);
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));

    let (front, back) = (front(), back());
    let mut shown = String::new();
    let mut secrets = vec![
        VERIDAS_KEY.to_owned(),
        "provider-text".to_owned(),
        "ya29.".to_owned(),
        "emulated-access-token".to_owned(),
    ];
    secrets.extend(
        [AWS_SESSION.access_key_id, AWS_SESSION.secret_access_key, AWS_SESSION.session_token, "federated."]
            .map(str::to_owned),
    );
    for scenario in Scenario::ALL.into_iter().filter(|scenario| *scenario != Scenario::Slow) {
        let rig = Rig::start().await;
        let account: serde_json::Value = serde_json::from_str(&rig.emulators.service_account()).expect("a key file");
        secrets.extend(account["private_key"].as_str().expect("a key").lines().map(str::to_owned));
        let opened = rig.veridas.open(CaptureRequest { document: None }).await.expect("opened");
        rig.emulators.capture(opened.reference.as_str());
        rig.emulators.play(scenario);
        let google = rig.google.score(request(kind(IdentityCard, "US"), Some(&front), Some(&back))).await;
        let federated = Rig::federated(Impersonation::Account, Some(caller())).await;
        federated.emulators.play(scenario);
        let without_key = federated.google.score(request(kind(IdentityCard, "US"), Some(&front), None)).await;
        let veridas = rig.veridas.score(request(kind(Nif, "ES"), Some(&front), Some(&back))).await;
        let collected = rig.veridas.collect(&opened.reference, request(kind(Nif, "ES"), None, None)).await;
        let _ = write!(
            shown,
            "{google:?} {without_key:?} {:?} {veridas:?} {collected:?} {:?} {:?}",
            caller(),
            opened.access_token,
            opened.url
        );
        if let Err(error) = collected {
            let _ = write!(shown, "{error}");
        }
    }
    let unusable = Rig::start().await.with_credential("canary-of-the-credential".to_owned(), None);
    let refused = unusable.google.score(request(kind(IdentityCard, "US"), Some(&front), None)).await;
    let _ = write!(shown, "{refused:?}");
    for picture in [FRONT, BACK] {
        let encoded = BASE64_STANDARD.encode(picture);
        secrets.extend([encoded[8..].to_owned(), "canary-of-the".to_owned(), format!("{picture:?}")]);
    }
    secrets.extend(["CARMEN", "99999999R", "CAA000000", "SPECIMEN"].map(str::to_owned));
    let logged =
        String::from_utf8(written.0.lock().expect("no test panics while it holds this").clone()).expect("text");
    assert!(
        logged.contains("GOOGLE") && logged.contains("VERIDAS") && logged.contains("status=500"),
        "failures are logged: {logged}"
    );
    assert!(
        logged.contains("no new token") && logged.contains("neither a service account's key file"),
        "why there is no token: {logged}"
    );
    for secret in secrets.iter().filter(|secret| !secret.is_empty() && !secret.starts_with("-----")) {
        assert!(!logged.contains(secret), "{secret} in {logged}");
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
