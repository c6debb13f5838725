//! The model: the promises of the contract, in the simplest words.

use super::steps::{Force, Kind, Step, Theme};
use std::collections::BTreeMap;

/// Seconds since the sequence began.
pub type Time = i64;

pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
pub const CODE_LIFE: i64 = 10 * MINUTE;
const RESEND_PAUSE: i64 = 30;
const REKICK: i64 = 60;
pub const RETENTION: i64 = 90 * DAY;
/// How long the queue keeps a message that nobody receives.
const QUEUE_RETENTION: i64 = 4 * DAY;
const MAX_TRIES: u32 = 5;
const MAX_SENDS: u32 = 5;
const MAX_CODES: u32 = 5;
const MAX_DESTINATION_SENDS: usize = 5;
const MAX_DAILY_SENDS: usize = 20;
const MAX_SCORES: u32 = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Created,
    Validated,
    Closed,
    Cancelled,
    Gone,
}

#[derive(Clone, Debug)]
pub struct Identification {
    pub kind: Kind,
    expires_at: Time,
    state: State,
    pub tries: u32,
    generation: u32,
    sends: u32,
    last_send: Time,
    /// The end of the live code; `None` while it is on its way.
    pub code_until: Option<Time>,
    /// The number of codes sent.
    pub codes: usize,
    scores: u32,
    scored: Option<bool>,
}

#[derive(Clone, Debug)]
struct Message {
    of: usize,
    generation: u32,
    pending: bool,
    due_at: Time,
    /// The times at which it was queued, for each time that it is still in the queue.
    queued: Vec<Time>,
}

/// The complete state, and the expected answer to the last step.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub theme: Theme,
    pub now: Time,
    pub identifications: Vec<Identification>,
    messages: Vec<Message>,
    sends: BTreeMap<u8, Vec<Time>>,
    pub sent: usize,
    /// The expected status; `None` for a step that is not a request.
    pub answer: Option<u16>,
}

/// The view of the actor's side.
pub struct Seen {
    pub status: &'static str,
    pub attempts_left: Option<u32>,
    pub resend_available_at: Option<Time>,
}

impl Identification {
    pub fn is_otp(&self) -> bool {
        matches!(self.kind, Kind::Otp { .. } | Kind::ExternalOtp)
    }

    fn status(&self, now: Time) -> &'static str {
        match self.state {
            State::Created if self.tries >= MAX_TRIES => "FAILED",
            State::Created if now >= self.expires_at => "EXPIRED",
            State::Created => "CREATED",
            State::Validated => "VALIDATED",
            State::Closed => "CLOSED",
            State::Cancelled => "CANCELLED",
            State::Gone => "GONE",
        }
    }

    pub fn seen(&self, now: Time) -> Option<Seen> {
        let status = self.status(now);
        let may_resend = matches!(self.kind, Kind::Otp { .. }) && status == "CREATED" && self.sends < MAX_SENDS;
        (self.state != State::Gone).then(|| Seen {
            status,
            attempts_left: self.is_otp().then(|| MAX_TRIES - self.tries),
            resend_available_at: may_resend.then_some(self.last_send + RESEND_PAUSE),
        })
    }

    /// 404 and 409 for a step that needs a CREATED identification.
    fn refuses(&self, now: Time) -> Option<u16> {
        match self.status(now) {
            "GONE" => Some(404),
            "CREATED" => None,
            _ => Some(409),
        }
    }
}

impl Model {
    pub fn new(theme: Theme) -> Self {
        Self { theme, ..Self::default() }
    }

    fn may_send(&mut self, phone: u8) -> bool {
        let now = self.now;
        let sends = self.sends.entry(phone).or_default();
        let within = |time| sends.iter().filter(|at| **at > now - time).count();
        let may = within(CODE_LIFE) < MAX_DESTINATION_SENDS && within(DAY) < MAX_DAILY_SENDS;
        if may {
            sends.push(now);
        }
        may
    }

    fn queue(&mut self, of: usize, generation: u32) {
        self.messages.push(Message {
            of,
            generation,
            pending: true,
            due_at: self.now + REKICK,
            queued: vec![self.now],
        });
    }

    fn create(&mut self, kind: Kind, life: i64) -> u16 {
        if let Kind::Otp { phone } = kind {
            if !self.may_send(phone) {
                return 429;
            }
            self.queue(self.identifications.len(), 1);
        }
        let expires_at = self.now + life;
        let external = kind == Kind::ExternalOtp;
        self.identifications.push(Identification {
            kind,
            expires_at,
            state: State::Created,
            tries: 0,
            generation: 1,
            sends: 1,
            last_send: self.now,
            code_until: external.then_some(expires_at),
            codes: usize::from(external),
            scores: 0,
            scored: None,
        });
        if kind == Kind::Document { 200 } else { 201 }
    }

    fn validate(&mut self, which: usize, right: bool) -> u16 {
        let now = self.now;
        let it = &mut self.identifications[which];
        // An unrequested picture, or a requested one that is missing, is checked before the state.
        if matches!(it.kind, Kind::Agent { .. }) && !right && it.state != State::Gone {
            return 400;
        }
        if let Some(refused) = it.refuses(now) {
            return refused;
        }
        match it.kind {
            Kind::Document if it.scored != Some(true) => return 409,
            Kind::Otp { .. } | Kind::ExternalOtp if !right => {
                it.tries += 1;
                return 400;
            }
            // Right but too late costs no try.
            Kind::Otp { .. } | Kind::ExternalOtp if it.code_until.is_none_or(|until| now >= until) => return 400,
            _ => {}
        }
        it.state = State::Validated;
        204
    }

    fn resend(&mut self, which: usize) -> u16 {
        let now = self.now;
        let it = &self.identifications[which];
        let Kind::Otp { phone } = it.kind else {
            return if it.state == State::Gone { 404 } else { 409 };
        };
        if let Some(refused) = it.refuses(now) {
            return refused;
        }
        if it.sends >= MAX_SENDS {
            return 409;
        }
        if now < it.last_send + RESEND_PAUSE || !self.may_send(phone) {
            return 429;
        }
        let it = &mut self.identifications[which];
        it.generation += 1;
        it.sends += 1;
        it.last_send = now;
        it.code_until = None;
        let generation = it.generation;
        self.queue(which, generation);
        204
    }

    fn new_code(&mut self, which: usize) -> u16 {
        let now = self.now;
        let it = &mut self.identifications[which];
        if it.kind != Kind::ExternalOtp {
            return if it.state == State::Gone { 404 } else { 409 };
        }
        if let Some(refused) = it.refuses(now) {
            return refused;
        }
        if it.generation >= MAX_CODES || now < it.last_send + RESEND_PAUSE {
            return 429;
        }
        it.generation += 1;
        it.last_send = now;
        200
    }

    fn cancel(&mut self, which: usize) -> u16 {
        let it = &mut self.identifications[which];
        it.refuses(self.now).unwrap_or_else(|| {
            it.state = State::Cancelled;
            204
        })
    }

    fn close(&mut self, which: usize) -> u16 {
        let it = &mut self.identifications[which];
        match it.status(self.now) {
            "GONE" => 404,
            "CREATED" | "VALIDATED" => {
                it.state = State::Closed;
                204
            }
            _ => 409,
        }
    }

    fn delete(&mut self, which: usize, force: Force) -> u16 {
        let it = &mut self.identifications[which];
        match it.status(self.now) {
            "GONE" => 404,
            status if status == "CREATED" || force == Force::Permitted => {
                it.state = State::Gone;
                204
            }
            _ => 403,
        }
    }

    fn score(&mut self, which: usize, enough: bool) -> u16 {
        let it = &mut self.identifications[which];
        if it.state == State::Gone {
            return 404;
        }
        // Every end of an identification is the end of its scoring.
        if it.state != State::Created || self.now >= it.expires_at || it.scores >= MAX_SCORES {
            return 409;
        }
        it.scores += 1;
        it.scored = Some(enough);
        204
    }

    fn deliver(&mut self) {
        let now = self.now;
        for message in &mut self.messages {
            let woken = message.queued.iter().any(|at| *at > now - QUEUE_RETENTION);
            message.queued.clear();
            if !(woken && message.pending) {
                continue;
            }
            message.pending = false;
            let it = &mut self.identifications[message.of];
            if it.status(now) == "CREATED" && it.generation == message.generation {
                it.code_until = Some(it.expires_at.min(now + CODE_LIFE));
                it.codes += 1;
                self.sent += 1;
            }
        }
    }

    fn sweep(&mut self) {
        let now = self.now;
        for message in self.messages.iter_mut().filter(|message| message.pending && now >= message.due_at) {
            message.queued.push(now);
            message.due_at = now + REKICK;
        }
        for it in self.identifications.iter_mut().filter(|it| now >= it.expires_at + RETENTION) {
            it.state = State::Gone;
        }
    }

    /// Takes a step, and sets the expected answer.
    pub fn take(&mut self, step: &Step) {
        self.answer = match *step {
            Step::Create(kind, life) => Some(self.create(kind, life)),
            Step::ValidateRight(which) => Some(self.validate(which, true)),
            Step::ValidateWrong(which) | Step::ValidateOld(which) => Some(self.validate(which, false)),
            Step::Resend(which) => Some(self.resend(which)),
            Step::NewCode(which) => Some(self.new_code(which)),
            Step::Cancel(which) => Some(self.cancel(which)),
            Step::Close(which) => Some(self.close(which)),
            Step::Delete(which, force) => Some(self.delete(which, force)),
            Step::Score(which, enough) => Some(self.score(which, enough)),
            Step::Deliver => {
                self.deliver();
                None
            }
            Step::Sweep => {
                self.sweep();
                None
            }
            Step::Wait(seconds) => {
                self.now += seconds;
                None
            }
            Step::Restart => None,
        };
    }
}
