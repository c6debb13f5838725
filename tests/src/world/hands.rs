//! The parts of a world that the test controls: the sender and a scorer.

use acredita_domain::{
    actor::Actor,
    error::Unavailable,
    ids::MessageId,
    otp::Channel,
    ports::{DelegatedCapture, OutgoingMessage, ScoreError, ScoreRequest, Scored, Scorer, SendError, Sender},
    scoring::{Check, CheckName, CheckResult, Provider, Score, Verdict},
};
use async_trait::async_trait;
use std::sync::{Arc, Mutex};

#[derive(Clone)]
pub struct SentMessage {
    pub message_id: MessageId,
    pub identification_id: String,
    pub channel: Channel,
    /// The destination.
    pub to: String,
    pub code: String,
    pub text: String,
}

/// Records what is sent, and fails as often as the test wants.
#[derive(Clone, Default)]
pub struct RecordingSender(Arc<Mutex<SenderState>>);

#[derive(Default)]
struct SenderState {
    sent: Vec<SentMessage>,
    failures: Vec<SendError>,
}

impl RecordingSender {
    /// Oldest first.
    pub fn sent(&self) -> Vec<SentMessage> {
        self.0.lock().expect("no test panics while it holds this").sent.clone()
    }

    /// The next sends fail with these errors, in order.
    pub fn fail_next(&self, failures: &[SendError]) {
        self.0.lock().expect("no test panics while it holds this").failures = failures.iter().rev().copied().collect();
    }
}

#[async_trait]
impl Sender for RecordingSender {
    async fn send(&self, message: OutgoingMessage<'_>) -> Result<(), SendError> {
        let mut state = self.0.lock().expect("no test panics while it holds this");
        if let Some(failure) = state.failures.pop() {
            return Err(failure);
        }
        state.sent.push(SentMessage {
            message_id: message.reference.message_id,
            channel: message.destination.channel(),
            identification_id: message.reference.identification_id.to_string(),
            to: message.destination.address().expose().clone(),
            code: message.code.expose().to_owned(),
            text: message.rendered.text.expose().clone(),
        });
        Ok(())
    }
}

/// A provider that returns the answer set by the test. It stands for GOOGLE, which is not otherwise configured in this
/// deployment.
#[derive(Clone, Default)]
pub struct ScriptedScorer(Arc<Mutex<Option<Verdict>>>);

impl ScriptedScorer {
    /// From now on it returns this score and these checks. It confirms a declared number and name as the document's,
    /// unless the checks say otherwise; it says nothing about what was not declared.
    pub fn answer(&self, score: f64, breakdown: Vec<Check>) {
        let verdict = Verdict {
            score: Score::new(score),
            breakdown,
            extracted: None,
            coverage: Score::ONE,
            provider_version: "scripted".to_owned(),
            mapping_version: "1".to_owned(),
        };
        *self.0.lock().expect("no test panics while it holds this") = Some(verdict);
    }

    /// From now on it does not answer.
    pub fn go_down(&self) {
        *self.0.lock().expect("no test panics while it holds this") = None;
    }
}

#[async_trait]
impl Scorer for ScriptedScorer {
    fn provider(&self) -> Provider {
        Provider::Google
    }

    fn delegated_capture(&self) -> DelegatedCapture<'_> {
        DelegatedCapture::NotOffered
    }

    async fn score(&self, request: ScoreRequest<'_>) -> Result<Scored, ScoreError> {
        let answer = self.0.lock().expect("no test panics while it holds this").clone();
        let mut verdict = answer.ok_or(Unavailable("the provider"))?;
        let number = |declared: &Actor| {
            declared.identity_document.as_ref().is_some_and(|document| document.document_number.is_some())
        };
        let name = |declared: &Actor| declared.name.is_some() || declared.last_name.is_some();
        let is_declared = [
            (CheckName::DeclaredMatch, request.declared.is_some_and(number)),
            (CheckName::NameMatch, request.declared.is_some_and(name)),
        ];
        for (check, _) in is_declared.into_iter().filter(|&(_, is_declared)| is_declared) {
            if verdict.breakdown.iter().all(|line| line.name != check) {
                verdict.breakdown.push(Check::new(check, CheckResult::Pass));
            }
        }
        Ok(verdict.into())
    }
}
