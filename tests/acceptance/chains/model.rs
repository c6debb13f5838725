//! Random walks through chains, compared with a small model of §8.
//!
//! A walk begins with a chain of one to three steps in any order, and goes on with requests of every kind at any step,
//! deliveries, sweeps, clock jumps and restarts. After each of them the answer, the chain and every step have to be as the
//! model has them, and at the end the table has to be consistent. `PROPTEST_RNG_SEED=<number>` repeats the walks of a run.

use acceptance::{
    Answer, World,
    chains::{ChainSubject, body, steps},
    subject::Method,
    world::Setup,
};
use chrono::TimeDelta;
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any},
    prop_oneof,
    sample::{Index, select, subsequence},
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

const HOUR: i64 = 3_600;
const RETENTION: i64 = 90 * 24 * HOUR;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Agent,
    /// With a code that the caller delivers.
    Otp,
    SentOtp,
    Document,
}

impl Kind {
    fn step(self) -> Value {
        match self {
            Self::Agent => steps::agent(),
            Self::Otp => steps::otp(),
            Self::SentOtp => steps::sent_otp(),
            Self::Document => steps::document(),
        }
    }
}

#[derive(Clone, Debug)]
enum Move {
    /// With the right code, where one is known, or with a score that was good enough.
    Validate(Index),
    WrongCode(Index),
    Resend(Index),
    NewCode(Index),
    Score(Index),
    /// Cancel, close or delete a step by its own id.
    EndStep(Index),
    ValidateChain,
    Cancel,
    Close,
    Delete {
        by_force: bool,
    },
    Deliver,
    Sweep,
    Restart,
    Wait(i64),
}

fn moves() -> impl Strategy<Value = Move> {
    let at = any::<Index>;
    prop_oneof![
        12 => at().prop_map(Move::Validate),
        5 => at().prop_map(Move::WrongCode),
        3 => at().prop_map(Move::Resend),
        2 => at().prop_map(Move::NewCode),
        5 => at().prop_map(Move::Score),
        1 => at().prop_map(Move::EndStep),
        3 => Just(Move::ValidateChain),
        1 => Just(Move::Cancel),
        1 => Just(Move::Close),
        1 => any::<bool>().prop_map(|by_force| Move::Delete { by_force }),
        4 => Just(Move::Deliver),
        2 => Just(Move::Sweep),
        1 => Just(Move::Restart),
        3 => select(vec![1, 31, 600, HOUR, RETENTION]).prop_map(Move::Wait),
    ]
}

fn kinds() -> impl Strategy<Value = Vec<Kind>> {
    (any::<bool>(), 1..=3_usize).prop_flat_map(|(sent, number)| {
        let otp = if sent { Kind::SentOtp } else { Kind::Otp };
        subsequence(vec![Kind::Agent, otp, Kind::Document], number).prop_shuffle()
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Created,
    Validated,
    Closed,
    Cancelled,
    Failed,
}

#[derive(Clone, Debug)]
struct Step {
    kind: Kind,
    state: State,
    tries: u32,
    sends: u32,
    codes: u32,
    asked_at: i64,
    /// Until when the code is good that the person has; `None` while none has arrived.
    code_until: Option<i64>,
    /// Whether a message waits to be delivered.
    waits: bool,
    scored: bool,
}

/// The chain as the contract has it. Times are seconds since its create.
#[derive(Clone, Debug)]
struct Model {
    now: i64,
    state: Option<State>,
    current: usize,
    steps: Vec<Step>,
    sent: usize,
    /// When messages were sent to the phone.
    asked: Vec<i64>,
}

impl Model {
    fn new(kinds: &[Kind]) -> Self {
        let step = |kind: &Kind| Step {
            kind: *kind,
            state: State::Created,
            tries: 0,
            sends: 0,
            codes: 1,
            asked_at: 0,
            code_until: (*kind == Kind::Otp).then_some(HOUR),
            waits: false,
            scored: false,
        };
        let steps = kinds.iter().map(step).collect();
        let mut model = Self { now: 0, state: Some(State::Created), current: 0, steps, sent: 0, asked: Vec::new() };
        model.open();
        model
    }

    fn status(&self) -> &'static str {
        match self.state.expect("it is there") {
            State::Created if self.now >= HOUR => "EXPIRED",
            State::Created => "CREATED",
            State::Validated => "VALIDATED",
            State::Closed => "CLOSED",
            State::Cancelled => "CANCELLED",
            State::Failed => "FAILED",
        }
    }

    fn status_of(&self, at: usize) -> &'static str {
        match self.steps[at].state {
            State::Created if self.now >= HOUR => "EXPIRED",
            State::Created => "CREATED",
            State::Validated => "VALIDATED",
            State::Closed => "CLOSED",
            State::Cancelled => "CANCELLED",
            State::Failed => "FAILED",
        }
    }

    fn may_send(&mut self) -> bool {
        let may = self.asked.iter().filter(|at| **at > self.now - 600).count() < 5;
        if may {
            self.asked.push(self.now);
        }
        may
    }

    /// A step opens, and its code is asked for.
    fn open(&mut self) {
        let now = self.now;
        let sends = self.steps.get(self.current).is_some_and(|step| step.kind == Kind::SentOtp);
        if sends && self.may_send() {
            let step = &mut self.steps[self.current];
            (step.sends, step.asked_at, step.waits) = (1, now, true);
        }
    }

    fn end(&mut self, state: State) {
        self.state = Some(state);
        for step in &mut self.steps {
            step.state = match (state, step.state) {
                (State::Closed, State::Created | State::Validated) => State::Closed,
                (_, State::Created) => State::Cancelled,
                (_, as_it_is) => as_it_is,
            };
        }
    }

    /// What is refused at a step whatever is asked: it is gone, over, or not open.
    fn refusal(&self, at: usize) -> Option<u16> {
        match () {
            () if self.state.is_none() => Some(404),
            () if self.status_of(at) != "CREATED" || at != self.current => Some(409),
            () => None,
        }
    }

    fn validate(&mut self, at: usize) -> u16 {
        if let Some(refusal) = self.refusal(at) {
            return refusal;
        }
        let step = &mut self.steps[at];
        match step.kind {
            Kind::Document if !step.scored => return 409,
            Kind::Otp | Kind::SentOtp if step.code_until.is_none_or(|until| self.now >= until) => return 400,
            _ => {}
        }
        step.state = State::Validated;
        self.current += 1;
        self.open();
        204
    }

    fn wrong_code(&mut self, at: usize) -> u16 {
        if let Some(refusal) = self.refusal(at) {
            return refusal;
        }
        self.steps[at].tries += 1;
        if self.steps[at].tries == 5 {
            self.steps[at].state = State::Failed;
            self.end(State::Failed);
        }
        400
    }

    fn resend(&mut self, at: usize) -> u16 {
        if self.state.is_none() {
            return 404;
        }
        if self.steps[at].kind == Kind::Otp {
            return 409;
        }
        if let Some(refusal) = self.refusal(at) {
            return refusal;
        }
        if self.steps[at].sends >= 5 {
            return 409;
        }
        if self.now < self.steps[at].asked_at + 30 || !self.may_send() {
            return 429;
        }
        let now = self.now;
        let step = &mut self.steps[at];
        (step.sends, step.asked_at, step.waits, step.code_until) = (step.sends + 1, now, true, None);
        204
    }

    /// Good before the step opens, too.
    fn new_code(&mut self, at: usize) -> u16 {
        match () {
            () if self.state.is_none() => return 404,
            () if self.steps[at].kind == Kind::SentOtp || self.status_of(at) != "CREATED" => return 409,
            () if self.steps[at].codes >= 5 || self.now < self.steps[at].asked_at + 30 => return 429,
            () => {}
        }
        let now = self.now;
        let step = &mut self.steps[at];
        (step.codes, step.asked_at) = (step.codes + 1, now);
        200
    }

    fn score(&mut self, at: usize) -> u16 {
        if let Some(refusal) = self.refusal(at) {
            return refusal;
        }
        if self.steps[at].codes > 5 {
            return 409;
        }
        // Its retries.
        self.steps[at].codes += 1;
        self.steps[at].scored = true;
        204
    }

    fn of_chain(&mut self, action: &Move) -> u16 {
        let Some(state) = self.state else { return 404 };
        match (action, self.status()) {
            (Move::ValidateChain, "CREATED") if self.current == self.steps.len() => self.state = Some(State::Validated),
            (Move::Cancel, "CREATED") => self.end(State::Cancelled),
            (Move::Close, "CREATED" | "VALIDATED") => self.end(State::Closed),
            (Move::Delete { .. }, "CREATED") | (Move::Delete { by_force: true }, _) => self.state = None,
            (Move::Delete { .. }, _) => return 403,
            _ => {
                self.state = Some(state);
                return 409;
            }
        }
        204
    }

    fn deliver(&mut self) {
        let (there, now) = (self.state.is_some(), self.now);
        for at in 0..self.steps.len() {
            let open = there && self.status_of(at) == "CREATED";
            let step = &mut self.steps[at];
            if std::mem::take(&mut step.waits) && open {
                step.code_until = Some(HOUR.min(now + 600));
                self.sent += 1;
            }
        }
    }
}

struct Walk {
    world: World,
    chain: ChainSubject,
    codes: Vec<Option<String>>,
}

impl Walk {
    async fn begin(kinds: &[Kind]) -> Self {
        let world = World::with(Setup { external: true, ..Setup::default() }).await;
        let chain = ChainSubject::by(&world, body(kinds.iter().map(|kind| kind.step()).collect())).await;
        let codes = chain.steps.iter().map(|step| step.code.clone()).collect();
        Self { world, chain, codes }
    }

    async fn validate(&self, at: usize) -> Answer {
        let step = &self.chain.steps[at];
        match step.method {
            Method::Otp => {
                let sent = self.world.sender.sent();
                let latest = sent.iter().rev().find(|message| message.identification_id == step.id);
                let code = self.codes[at].clone().or(latest.map(|message| message.code.clone()));
                // Nobody has one yet: any try is a wrong one.
                step.try_code(&self.world, code.as_deref().unwrap_or("222222")).await
            }
            Method::Agent | Method::IdentityDocument => step.validate(&self.world).await,
        }
    }

    /// Takes a move that the model takes, too.
    async fn take(&mut self, model: &mut Model, next: &Move) {
        let number = model.steps.len();
        let of = |kinds: &[Kind], index: &Index| {
            let places: Vec<usize> = (0..number).filter(|at| kinds.contains(&model.steps[*at].kind)).collect();
            (!places.is_empty()).then(|| places[index.index(places.len())])
        };
        let all = [Kind::Agent, Kind::Otp, Kind::SentOtp, Kind::Document];
        let world = &self.world;
        let (answer, expected) = match next {
            Move::Validate(index) => {
                let at = of(&all, index).expect("a step");
                let step = &model.steps[at];
                // Without a code there is nothing right to say.
                if step.kind == Kind::SentOtp && step.code_until.is_none() && model.refusal(at).is_none() {
                    return;
                }
                (self.validate(at).await, model.validate(at))
            }
            Move::WrongCode(index) => {
                let Some(at) = of(&[Kind::Otp, Kind::SentOtp], index) else { return };
                (self.chain.steps[at].try_code(world, "untrue").await, model.wrong_code(at))
            }
            Move::Resend(index) => {
                let Some(at) = of(&[Kind::Otp, Kind::SentOtp], index) else { return };
                let path = self.chain.steps[at].actor_path("/resend");
                (world.call("POST", &path, None).await, model.resend(at))
            }
            Move::NewCode(index) => {
                let Some(at) = of(&[Kind::Otp, Kind::SentOtp], index) else { return };
                let path = self.chain.steps[at].admin_path("/code");
                let answer = world.call("POST", &path, None).await;
                if answer.status == 200 {
                    self.codes[at] = Some(answer.text("code"));
                }
                (answer, model.new_code(at))
            }
            Move::Score(index) => {
                let Some(at) = of(&[Kind::Document], index) else { return };
                world.scorer.answer(0.95, Vec::new());
                let path = self.chain.steps[at].scoring_path("/score");
                let score = world.request("PUT", &path, None);
                let answer = world.send(score.pictures(&[("front", &acceptance::bodies::png(1))])).await;
                (answer, model.score(at))
            }
            Move::EndStep(index) => {
                let at = of(&all, index).expect("a step");
                let step = &self.chain.steps[at];
                let expected = if model.state.is_none() { 404 } else { 409 };
                step.cancel(world).await.expect(expected);
                step.close(world).await.expect(expected);
                (step.delete_by_force(world, true).await, expected)
            }
            Move::ValidateChain => (self.chain.validate(world).await, model.of_chain(next)),
            Move::Cancel => (self.chain.cancel(world).await, model.of_chain(next)),
            Move::Close => (self.chain.close(world).await, model.of_chain(next)),
            Move::Delete { by_force } => {
                let call = if *by_force { self.chain.forced_deletion(world) } else { self.chain.deletion(world) };
                (world.send(call).await, model.of_chain(next))
            }
            Move::Deliver => {
                assert_eq!(world.deliver().await, 0);
                return model.deliver();
            }
            Move::Sweep => {
                assert_eq!(world.sweep().await.failed, 0);
                if model.now >= HOUR + RETENTION {
                    model.state = None;
                }
                return;
            }
            Move::Restart => {
                let app = world.app.clone();
                return self.world.serve(app);
            }
            Move::Wait(seconds) => {
                // What waits in the queue is delivered before, so that no message is lost for good.
                world.deliver().await;
                model.deliver();
                world.clock.advance(TimeDelta::seconds(*seconds));
                model.now += seconds;
                return;
            }
        };
        assert_eq!(answer.status.as_u16(), expected, "{next:?}: {}\n{model:#?}", answer.json());
    }

    async fn assert_as(&self, model: &Model) {
        assert_eq!(self.world.sender.sent().len(), model.sent, "{model:#?}");
        let read = self.chain.read(&self.world).await;
        if model.state.is_none() {
            read.expect(404);
            return;
        }
        let read = read.expect(200).json();
        assert_eq!(
            (&read["status"], &read["current_step"]),
            (&json!(model.status()), &json!(model.current)),
            "{model:#?}"
        );
        for (at, step) in read["sequence"].as_array().expect("steps").iter().enumerate() {
            assert_eq!(step["status"], model.status_of(at), "step {at} of {model:#?}");
            if matches!(model.steps[at].kind, Kind::Otp | Kind::SentOtp) {
                assert_eq!(step["attempts_left"], 5 - model.steps[at].tries, "step {at} of {model:#?}");
            }
        }
    }
}

/// In each of the tests below: 300 in all, and as many as `PROPTEST_CASES` says for each in `tests/nightly`.
const WALKS: u32 = 25;

fn walks() {
    let cases = std::env::var_os("PROPTEST_CASES").map_or(WALKS, |_| Config::default().cases);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let outcome = TestRunner::new(config).run(&(kinds(), vec(moves(), 8..22)), |(kinds, moves)| {
        runtime.block_on(async {
            let (mut walk, mut model) = (Walk::begin(&kinds).await, Model::new(&kinds));
            walk.assert_as(&model).await;
            for next in &moves {
                walk.take(&mut model, next).await;
                walk.assert_as(&model).await;
            }
            walk.world.settle().await;
            walk.world.assert_whole().await;
        });
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// Tests that differ only in their names, to run in parallel.
macro_rules! side_by_side {
    ($($name:ident)+) => { $(#[test] fn $name() { walks(); })+ };
}

mod chains_do_what_the_model_does {
    use super::walks;

    side_by_side! { _01 _02 _03 _04 _05 _06 _07 _08 _09 _10 _11 _12 }
}
