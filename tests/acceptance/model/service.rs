//! The complete service, driven by the model.

use super::{
    reference::Model,
    steps::{Force, Kind, Step},
};
use acceptance::{Answer, Call, World, bodies, request::base64, subject::forcing_token, world::Setup};
use acredita_domain::{Time, ports::Clock};
use acredita_embedded_aws::Storage;
use chrono::{SecondsFormat, TimeDelta};
use proptest_state_machine::StateMachineTest;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The service in memory, or in a folder that a restart takes over.
pub struct Service<const FOLDER: bool> {
    world: Option<World>,
    start: Time,
    handles: Vec<Handle>,
    // Dropped after the world that uses them.
    folder: Option<TempDir>,
    runtime: Runtime,
}

struct Handle {
    kind: Kind,
    id: String,
    admin_id: String,
    scoring_id: String,
    external_code: Option<String>,
}

impl Handle {
    fn path(&self) -> &'static str {
        match self.kind {
            Kind::Agent { .. } => "agent",
            Kind::Otp { .. } | Kind::ExternalOtp => "otp",
            Kind::Document => "identity_document",
        }
    }
}

fn setup(folder: Option<&TempDir>, clock: Option<Time>) -> Setup {
    let default = Setup::default();
    let storage = folder.map_or(Storage::Memory, |folder| Storage::Folder(folder.path().to_owned()));
    Setup { storage, clock: clock.unwrap_or(default.clock), external: true, ..default }
}

impl<const FOLDER: bool> StateMachineTest for Service<FOLDER> {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(_: &Model) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let folder = FOLDER.then(|| tempfile::tempdir().expect("a folder"));
        let world = runtime.block_on(World::with(setup(folder.as_ref(), None)));
        let start = world.clock.now();
        Self { world: Some(world), start, handles: Vec::new(), folder, runtime }
    }

    fn apply(mut service: Self, model: &Model, step: Step) -> Self {
        // Everything set up outlives the step, so the runtime can be taken out of the service meanwhile.
        let runtime = std::mem::replace(&mut service.runtime, idle());
        runtime.block_on(service.step(model, step));
        service.runtime = runtime;
        service
    }

    fn teardown(service: Self, model: Model) {
        let world = service.world();
        service.runtime.block_on(async {
            for which in 0..model.identifications.len() {
                service.assert_seen(&model, which).await;
            }
            world.settle().await;
            world.assert_whole().await;
        });
    }
}

/// A runtime without tasks.
fn idle() -> Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime")
}

impl<const FOLDER: bool> Service<FOLDER> {
    fn world(&self) -> &World {
        self.world.as_ref().expect("it runs")
    }

    async fn step(&mut self, model: &Model, step: Step) {
        let answer = match step {
            Step::Create(kind, life) => Some(self.create(kind, life).await),
            Step::ValidateRight(which) => Some(self.validate_right(which).await),
            Step::ValidateWrong(which) => Some(self.validate_wrong(which).await),
            Step::ValidateOld(which) => {
                let sent = self.world().sender.sent();
                let first = sent.iter().find(|message| message.identification_id == self.handles[which].id);
                Some(self.try_code(which, &first.expect("a code went out").code).await)
            }
            Step::Resend(which) => Some(self.send(self.actor(which, "POST", "/resend", None)).await),
            Step::NewCode(which) => {
                let answer = self.send(self.admin(which, "POST", "/code", None)).await;
                // The code before is wrong from now on, which every right one after it shows.
                if answer.status == 200 {
                    self.handles[which].external_code = Some(answer.text("code"));
                }
                Some(answer)
            }
            Step::Cancel(which) => {
                Some(self.send(self.admin(which, "POST", "/cancel", Some(json!({ "reason": "no" })))).await)
            }
            Step::Close(which) => Some(self.send(self.admin(which, "POST", "/close", None)).await),
            Step::Delete(which, force) => Some(self.delete(which, force).await),
            Step::Score(which, enough) => Some(self.score(which, enough).await),
            Step::Deliver => {
                assert_eq!(self.world().deliver().await, 0);
                None
            }
            Step::Sweep => {
                assert_eq!(self.world().sweep().await.failed, 0);
                None
            }
            Step::Wait(seconds) => {
                self.world().clock.advance(TimeDelta::seconds(seconds));
                None
            }
            Step::Restart => {
                self.restart().await;
                None
            }
        };
        assert_eq!(
            answer.as_ref().map(|answer| answer.status.as_u16()),
            model.answer,
            "{step:?}: {answer:?}\n{model:#?}"
        );
        assert_eq!(self.world().sender.sent().len(), model.sent, "{step:?}\n{model:#?}");
        match step {
            Step::ValidateRight(which)
            | Step::ValidateWrong(which)
            | Step::ValidateOld(which)
            | Step::Resend(which)
            | Step::NewCode(which) => {
                self.assert_seen(model, which).await;
            }
            Step::Cancel(which) | Step::Close(which) | Step::Delete(which, _) | Step::Score(which, _) => {
                self.assert_seen(model, which).await
            }
            // One that may have changed with time; all are checked at the end.
            Step::Sweep | Step::Restart if !self.handles.is_empty() => {
                self.assert_seen(model, model.identifications.len() - 1).await
            }
            _ => {}
        }
    }

    async fn send(&self, call: Call) -> Answer {
        self.world().send(call).await
    }

    fn call(&self, method: &str, path: &str, body: Option<Value>) -> Call {
        self.world().request(method, path, body)
    }

    fn actor(&self, which: usize, method: &str, action: &str, body: Option<Value>) -> Call {
        let handle = &self.handles[which];
        self.call(method, &format!("/identifications/{}/{}{action}", handle.path(), handle.id), body)
    }

    fn admin(&self, which: usize, method: &str, action: &str, body: Option<Value>) -> Call {
        let handle = &self.handles[which];
        self.call(method, &format!("/identifications/{}/{}{action}", handle.path(), handle.admin_id), body)
    }

    async fn create(&mut self, kind: Kind, life: i64) -> Answer {
        let (path, mut body) = match kind {
            Kind::Agent { picture } => ("agent", bodies::agent(picture)),
            Kind::Otp { phone } => ("otp", bodies::otp_to(600_000_000 + u64::from(phone))),
            Kind::ExternalOtp => ("otp", bodies::external_otp()),
            Kind::Document => ("identity_document", bodies::identity_document("MEDIUM")),
        };
        body["expires_in"] = json!(format!("PT{life}S"));
        if kind == Kind::Document {
            body["scoring"] = json!({ "provider": "EXTERNAL" });
        }
        let answer = self.send(self.call("POST", &format!("/identifications/{path}"), Some(body))).await;
        if answer.status.is_success() {
            let field = |name: &str| answer.json()[name].as_str().map(str::to_owned);
            let (id, admin_id) = (answer.text("identification_id"), answer.text("admin_identification_id"));
            let scoring_id = field("scoring_id").unwrap_or_default();
            self.handles.push(Handle { kind, id, admin_id, scoring_id, external_code: field("code") });
        }
        answer
    }

    async fn validate_right(&self, which: usize) -> Answer {
        let handle = &self.handles[which];
        match handle.kind {
            Kind::Agent { picture } => self.confirm(which, picture).await,
            Kind::Otp { .. } => self.try_code(which, &self.world().code_of(&handle.id)).await,
            Kind::ExternalOtp => self.try_code(which, handle.external_code.as_deref().expect("an external code")).await,
            Kind::Document => self.send(self.actor(which, "POST", "/validate", None)).await,
        }
    }

    async fn validate_wrong(&self, which: usize) -> Answer {
        match self.handles[which].kind {
            Kind::Agent { picture } => self.confirm(which, !picture).await,
            // No code contains a zero.
            _ => self.try_code(which, "untrue").await,
        }
    }

    async fn confirm(&self, which: usize, picture: bool) -> Answer {
        let mut body = json!({ "agent": "maria" });
        if picture {
            body["evidence"] = json!(base64(&bodies::evidence_png(which as u32)));
        }
        self.send(self.actor(which, "POST", "/validate", Some(body))).await
    }

    async fn try_code(&self, which: usize, code: &str) -> Answer {
        self.send(self.actor(which, "PUT", "/validate", Some(json!({ "code": code })))).await
    }

    async fn delete(&self, which: usize, force: Force) -> Answer {
        let call = self.admin(which, "DELETE", if force == Force::No { "" } else { "?force=true" }, None);
        let call = if force == Force::Permitted {
            call.without("authorization").token(&forcing_token(self.world()))
        } else {
            call
        };
        self.send(call).await
    }

    async fn score(&self, which: usize, enough: bool) -> Answer {
        self.world().scorer.answer(if enough { 0.9 } else { 0.4 }, Vec::new());
        let path = format!("/scorings/identity_document/{}/score", self.handles[which].scoring_id);
        self.send(self.call("PUT", &path, None).pictures(&[("front", &bodies::png(which as u32))])).await
    }

    /// Ends the process and starts another. In memory, only the state of the process itself is rebuilt.
    async fn restart(&mut self) {
        let mut old = self.world.take().expect("it runs");
        if FOLDER {
            let (now, sender) = (old.clock.now(), old.sender.clone());
            drop(old);
            let mut world = World::with(setup(self.folder.as_ref(), Some(now))).await;
            // The sender stands for the phones, which keep the received messages.
            world.sender = sender;
            self.world = Some(world);
        } else {
            old.serve(old.app.clone());
            self.world = Some(old);
        }
    }

    /// Requires that the actor's side sees the model's state.
    async fn assert_seen(&self, model: &Model, which: usize) {
        let answer = self.send(self.actor(which, "GET", "", None)).await;
        let Some(seen) = model.identifications[which].seen(model.now) else {
            answer.expect(404);
            return;
        };
        let metadata = answer.expect(200).json();
        let time = |at: i64| (self.start + TimeDelta::seconds(at)).to_rfc3339_opts(SecondsFormat::Secs, true);
        let expected = (json!(seen.status), json!(seen.attempts_left), json!(seen.resend_available_at.map(time)));
        let found =
            (metadata["status"].clone(), metadata["attempts_left"].clone(), metadata["resend_available_at"].clone());
        assert_eq!(found, expected, "identification {which}\n{model:#?}");
    }
}
