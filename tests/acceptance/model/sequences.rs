//! Chooses the steps of a sequence.

use super::{
    reference::{CODE_LIFE, DAY, HOUR, Identification, MINUTE, Model, RETENTION},
    steps::{Force, Kind, Step, Theme},
};
use proptest::{prelude::*, sample::select, strategy::Union};
use proptest_state_machine::ReferenceStateMachine;

/// Enough to reach the throttle, but few enough to keep a sequence short.
const MOST: usize = 7;

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        let themes = vec![Theme::Anything, Theme::Anything, Theme::Messages];
        select(themes).prop_map(Self::new).boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Step> {
        any(state)
    }

    fn preconditions(state: &Self, step: &Step) -> bool {
        can_be_taken(state, step)
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        state.take(step);
        state
    }
}

/// Any step that is possible now.
fn any(state: &Model) -> BoxedStrategy<Step> {
    let messages = state.theme == Theme::Messages;
    let kinds = if messages {
        vec![Kind::Otp { phone: 1 }]
    } else {
        let (agents, otps) =
            ([false, true].map(|picture| Kind::Agent { picture }), [1, 1, 2].map(|phone| Kind::Otp { phone }));
        [&agents[..], &otps, &[Kind::ExternalOtp, Kind::Document]].concat()
    };
    let lives = if messages { vec![HOUR, DAY] } else { vec![MINUTE, 15 * MINUTE, HOUR, DAY, 30 * DAY] };
    let mut waits = vec![29, 30, 31, 59, 60, 5 * MINUTE, CODE_LIFE - 1, CODE_LIFE];
    if !messages {
        waits.extend([1, HOUR, DAY, 4 * DAY, 30 * DAY, RETENTION]);
    }
    let mut steps = vec![
        (if messages { 8 } else { 4 }, select(waits).prop_map(Step::Wait).boxed()),
        (3, Just(Step::Deliver).boxed()),
        (2, Just(Step::Sweep).boxed()),
        (1, Just(Step::Restart).boxed()),
    ];
    let count = state.identifications.len();
    if count < MOST {
        steps.push((
            if count < 2 { 9 } else { 3 },
            (select(kinds), select(lives)).prop_map(|(kind, life)| Step::Create(kind, life)).boxed(),
        ));
    }
    if count > 0 {
        let which = 0..count;
        let force = select(vec![Force::No, Force::No, Force::WithoutPermission, Force::Permitted]);
        steps.extend([
            (6, which.clone().prop_map(Step::ValidateRight).boxed()),
            (6, which.clone().prop_map(Step::ValidateWrong).boxed()),
            (2, which.clone().prop_map(Step::ValidateOld).boxed()),
            (if messages { 12 } else { 4 }, which.clone().prop_map(Step::Resend).boxed()),
            (if messages { 1 } else { 3 }, which.clone().prop_map(Step::NewCode).boxed()),
            (1, which.clone().prop_map(Step::Cancel).boxed()),
            (1, which.clone().prop_map(Step::Close).boxed()),
            (1, (which.clone(), force).prop_map(|(which, force)| Step::Delete(which, force)).boxed()),
            (2, (which, proptest::bool::ANY).prop_map(|(which, enough)| Step::Score(which, enough)).boxed()),
        ]);
    }
    // Only possible steps: leaving one out is the same as taking another one.
    let state = state.clone();
    Union::new_weighted(steps).prop_filter("a step that can be taken", move |step| can_be_taken(&state, step)).boxed()
}

/// Whether the step has an identification to act on, and a code to use.
fn can_be_taken(state: &Model, step: &Step) -> bool {
    let it = |which: &usize| state.identifications.get(*which);
    match step {
        Step::Create(..) => state.identifications.len() < MOST,
        Step::ValidateRight(which) => it(which).is_some_and(|it| !it.is_otp() || it.code_until.is_some()),
        Step::ValidateWrong(which) => it(which).is_some_and(|it| it.kind != Kind::Document),
        Step::ValidateOld(which) => it(which).is_some_and(|it| it.codes > usize::from(it.code_until.is_some())),
        Step::Score(which, _) => it(which).is_some_and(|it| it.kind == Kind::Document),
        Step::Resend(which) | Step::NewCode(which) => it(which).is_some_and(Identification::is_otp),
        Step::Cancel(which) | Step::Close(which) | Step::Delete(which, _) => it(which).is_some(),
        Step::Deliver | Step::Sweep | Step::Wait(_) | Step::Restart => true,
    }
}
