//! Certificates that a deployment adds. What becomes of a code is tested with the operation.

use super::*;
use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

const PRODUCTION: &str = include_str!("../../../seals/certificates/4D393EEC9AD3289964D22FB9F744A884.pem");
const PRE_PRODUCTION: &str = include_str!("../../../seals/certificates/tests/2274948240B9368F65E5C80FEBFE5CE4.pem");

/// Answers these texts, one after the other; `None` is an outage.
struct Scripted {
    answers: Mutex<Vec<Option<&'static str>>>,
    reads: AtomicUsize,
}

#[async_trait]
impl CertificateSource for Scripted {
    async fn read(&self) -> Result<Private<String>, Unavailable> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers.lock().expect("no test panics while it holds this").remove(0);
        answer.map(|text| Private::new(text.to_owned())).ok_or(Unavailable("secrets"))
    }
}

fn verifier(answers: &[Option<&'static str>]) -> (InternalCardVerifier, Arc<Scripted>) {
    let source = Arc::new(Scripted { answers: Mutex::new(answers.to_vec()), reads: AtomicUsize::new(0) });
    let certificates = TrustedCertificates::of_the_police_and(source.clone());
    (InternalCardVerifier::new(PictureMemory::default(), certificates), source)
}

async fn verify(verifier: &InternalCardVerifier) -> CardError {
    let nothing = Presented::Code(Bytes::new());
    verifier.verify(nothing, Time::UNIX_EPOCH).await.expect_err("nothing is no code")
}

const READ: CardError = CardError::Refused(CodeRefusal::NotASeal);

#[tokio::test]
async fn certificates_are_read_when_the_first_code_comes_and_after_an_outage_again() {
    let (verifier, source) = verifier(&[None, Some(PRODUCTION)]);
    assert_eq!(source.reads.load(Ordering::SeqCst), 0);
    assert_eq!(verify(&verifier).await, CardError::Unavailable(Unavailable("secrets")));
    for _ in 0..3 {
        assert_eq!(verify(&verifier).await, READ);
    }
    assert_eq!(source.reads.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn no_certificate_for_tests_can_be_added_and_nothing_that_is_none() {
    for text in [PRE_PRODUCTION, "", "PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let (verifier, _) = verifier(&[Some(text), Some(PRODUCTION)]);
        assert_eq!(verify(&verifier).await, CardError::Unavailable(Unavailable("certificates")), "{text}");
        assert_eq!(verify(&verifier).await, READ, "once it is corrected");
    }
}
