//! A chain and its steps change together, on the condition that the chain is as it was read.

use crate::{
    samples::{
        self, LIFE, TICK, created, document, first, message, now, org, other_org, otp, told, validate, validation,
    },
    stage::{Ports, sixteen_at_once, successes, use_up_the_tries},
};
use acredita_aws::SystemEntropy;
use acredita_domain::{
    Time,
    chain::{Chain, ChainState, ChainStep, ChainTransition, ChainValidation, Sequence, StepTerms},
    events::Story,
    identification::{Closable, Identification, State, Status, Transition},
    ids::{AdminChainId, ChainId},
    membership::Membership,
    otp::{Channel, MAX_DESTINATION_SENDS},
    ports::{Due, FoundStep, NewChain, NewStep, Opening, StepChange, StepError},
    reference::Reference,
    scoring::{Scoring, ScoringStatus},
};

const LOST: Result<(), StepError> = Err(StepError::Lost);

/// A chain of an agent, a code that we send, and a document.
pub struct Sample {
    pub chain: Chain,
    pub steps: Vec<Identification>,
    scoring: Scoring,
}

fn sample() -> Sample {
    let (document, scoring) = document();
    let mut code = otp();
    if let acredita_domain::identification::Method::Otp(otp) = &mut code.method {
        (otp.generation, otp.sends) = (0, 0);
    }
    let id = ChainId::generate(&SystemEntropy);
    let steps = [samples::agent(), code, document].into_iter().enumerate();
    let steps: Vec<Identification> = steps
        .map(|(step, identification)| Identification {
            membership: Some(Membership { chain_id: id, step, asks_for_email: false }),
            ..identification
        })
        .collect();
    let terms = [
        StepTerms::Agent,
        StepTerms::Otp { sent_on: Some(Channel::Sms) },
        StepTerms::IdentityDocument { scoring_id: scoring.id },
    ];
    let sequence = steps.iter().zip(terms).map(|(step, terms)| ChainStep {
        identification_id: step.id,
        admin_identification_id: step.admin_id,
        terms,
    });
    let mut chain = Chain {
        id,
        admin_id: AdminChainId::generate(&SystemEntropy),
        org: org(),
        sequence: Sequence::try_from(sequence.collect::<Vec<_>>()).expect("different steps"),
        current_step: 0,
        reference: Reference::default(),
        state: ChainState::Created,
        created_at: now(),
        expires_at: now() + LIFE,
        log: first(&org(), steps[0].subject()).log,
        once: Vec::new(),
        lookups: Vec::new(),
    };
    chain.log = created(&org(), chain.subject()).continued();
    Sample { chain, steps, scoring }
}

pub async fn create(ports: &Ports) -> Sample {
    let sample = sample();
    let step = |identification: &Identification| NewStep {
        identification: identification.clone(),
        scoring: identification.method.scoring_id().map(|_| sample.scoring.clone()),
        story: first(&org(), identification.subject()),
    };
    let new = NewChain {
        chain: sample.chain.clone(),
        steps: sample.steps.iter().map(step).collect(),
        keep_until: now() + LIFE,
        outbox: Vec::new(),
        idempotency: None,
        story: first(&org(), sample.chain.subject()),
    };
    ports.chains.create(new, now()).await.expect("created");
    sample
}

fn told_of_chain(chain: &Chain) -> Story {
    samples::story(&chain.org, chain.subject(), chain.log.clone())
}

fn of_step(identification: &Identification, transition: Transition) -> StepChange {
    StepChange { identification: identification.clone(), transition, story: told(identification) }
}

async fn found(ports: &Ports, sample: &Sample) -> (Chain, Vec<FoundStep>) {
    let chain = ports.by_id.chain(&org(), sample.chain.id).await.expect("an answer").expect("a chain");
    let steps = ports.chains.steps(&chain).await.expect("an answer").expect("steps");
    let identifications: Vec<Identification> = steps.iter().map(|step| step.identification.clone()).collect();
    assert!(chain.agrees_with(&identifications), "{chain:?} {identifications:?}");
    (chain, steps)
}

async fn advance(ports: &Ports, chain: &Chain, step: &Identification, at: Time) -> Result<(), StepError> {
    advance_and(ports, chain, step, Opening::Nothing, at).await
}

async fn advance_and(
    ports: &Ports,
    chain: &Chain,
    step: &Identification,
    opening: Opening,
    at: Time,
) -> Result<(), StepError> {
    ports.chains.advance(chain, of_step(step, validate()), opening, told_of_chain(chain), at).await
}

/// The steps that a change concerns, as it takes them.
fn changes(chain: &Chain, steps: &[FoundStep], transition: &ChainTransition, at: Time) -> Vec<StepChange> {
    let of =
        |(index, step): (usize, &FoundStep)| Some(of_step(&step.identification, transition.of_step(chain, index, at)?));
    steps.iter().enumerate().filter_map(of).collect()
}

async fn change(ports: &Ports, sample: &Sample, transition: ChainTransition, at: Time) -> Result<(), StepError> {
    let (chain, steps) = found(ports, sample).await;
    let changes = changes(&chain, &steps, &transition, at);
    ports.chains.transition(&chain, transition, changes, told_of_chain(&chain), at).await
}

fn statuses(steps: &[FoundStep]) -> Vec<Status> {
    steps.iter().map(|step| step.identification.status(now())).collect()
}

async fn a_chain_comes_back_with_its_steps_by_each_of_its_ids(ports: &Ports) {
    let sample = create(ports).await;
    let (chain, steps) = found(ports, &sample).await;
    assert_eq!(chain, sample.chain);
    let identifications: Vec<Identification> = steps.iter().map(|step| step.identification.clone()).collect();
    assert_eq!(identifications, sample.steps);
    let scorings: Vec<Option<Scoring>> = steps.into_iter().map(|step| step.scoring).collect();
    assert_eq!(scorings.iter().flatten().map(|scoring| scoring.id).collect::<Vec<_>>(), [sample.scoring.id]);
    let by_admin_id = ports.chains.find_by_admin_id(&org(), chain.admin_id).await;
    assert_eq!(by_admin_id, Ok(Some(chain.clone())));
    let both = ports.chains.find_with_scoring(&org(), chain.id, sample.scoring.id).await.expect("an answer");
    assert_eq!(both.0, Some(chain.clone()));
    assert_eq!(both.1.map(|scoring| scoring.id), Some(sample.scoring.id));
    for step in &sample.steps {
        let alone = ports.identifications.find_by_admin_id(&org(), step.admin_id).await.expect("an answer");
        assert_eq!(alone.as_ref(), Some(step));
    }
}

async fn no_id_and_no_organisation_opens_another_ones_door(ports: &Ports) {
    let Sample { chain, steps, .. } = create(ports).await;
    assert_eq!(ports.by_id.chain(&other_org(), chain.id).await, Ok(None));
    assert_eq!(ports.chains.find_by_admin_id(&other_org(), chain.admin_id).await, Ok(None));
    let of_step = steps[0].admin_id.to_string().parse().expect("an id");
    assert_eq!(ports.chains.find_by_admin_id(&org(), of_step).await, Ok(None));
    let of_chain = chain.admin_id.to_string().parse().expect("an id");
    assert_eq!(ports.identifications.find_by_admin_id(&org(), of_chain).await, Ok(None));
    let foreign = Chain { org: other_org(), ..chain.clone() };
    assert_eq!(advance(ports, &foreign, &steps[0], now()).await, LOST);
    assert_eq!(ports.chains.steps(&foreign).await, Ok(None));
}

async fn a_step_is_validated_only_while_it_is_the_open_one(ports: &Ports) {
    let sample = create(ports).await;
    let Sample { chain, steps, .. } = &sample;
    let later = Chain { current_step: 1, ..chain.clone() };
    assert_eq!(advance(ports, &later, &steps[1], now()).await, LOST, "the first one is open");
    assert_eq!(advance(ports, chain, &steps[0], now() + LIFE).await, LOST, "it is over");
    advance(ports, chain, &steps[0], now() + LIFE - TICK).await.expect("validated");
    assert_eq!(advance(ports, chain, &steps[0], now()).await, LOST, "it was validated");
    let (chain, steps) = found(ports, &sample).await;
    assert_eq!(chain.current_step, 1);
    assert_eq!(statuses(&steps), [Status::Validated, Status::Created, Status::Created]);
}

async fn the_next_steps_code_is_committed_with_the_validation(ports: &Ports) {
    let Sample { chain, steps, .. } = &create(ports).await;
    let code = message(&steps[1], 1, "phone");
    advance_and(ports, chain, &steps[0], Opening::Code(code.clone()), now()).await.expect("validated");
    let next = ports.by_id.identification(&org(), steps[1].id).await.expect("an answer").expect("a step");
    let otp = next.otp().expect("an OTP");
    assert_eq!((otp.generation, otp.sends, otp.last_send_at), (1, 1, now()));
    let due = ports.due(now() + LIFE).await;
    assert!(due.contains(&Due::Message(code.message.reference)));
}

async fn a_destination_that_is_full_refuses_the_code_and_not_the_validation(ports: &Ports) {
    let sample = create(ports).await;
    let Sample { chain, steps, .. } = &sample;
    for _ in 0..MAX_DESTINATION_SENDS {
        ports.identifications.create(samples::with_message(&otp(), "phone"), now()).await.expect("created");
    }
    let code = Opening::Code(message(&steps[1], 1, "phone"));
    let refused = advance_and(ports, chain, &steps[0], code, now()).await;
    assert!(matches!(refused, Err(StepError::TooManyMessages { .. })), "{refused:?}");
    assert_eq!(found(ports, &sample).await.0.current_step, 0, "all or nothing");
    let without = Opening::CodeNotSent { identification_id: steps[1].id, story: Box::new(told(&steps[1])) };
    advance_and(ports, chain, &steps[0], without, now()).await.expect("validated");
    let next = ports.by_id.identification(&org(), steps[1].id).await.expect("an answer").expect("a step");
    let otp = next.otp().expect("an OTP");
    assert_eq!((otp.generation, otp.sends), (1, 0));
    assert_eq!(next.log.expect("a log").sequence(), 2, "it is told");
}

async fn a_resend_needs_the_open_step(ports: &Ports) {
    let sample = create(ports).await;
    let Sample { chain, steps, .. } = &sample;
    let resend = async |chain: &Chain, step: &Identification, generation: u32| {
        let change = of_step(step, Transition::Resend { generation });
        ports.chains.resend(chain, change, vec![message(step, generation, "phone")], now()).await
    };
    let later = Chain { current_step: 1, ..chain.clone() };
    assert_eq!(resend(&later, &steps[1], 1).await, LOST);
    let code = Opening::Code(message(&steps[1], 1, "phone"));
    advance_and(ports, chain, &steps[0], code, now()).await.expect("validated");
    resend(&found(ports, &sample).await.0, &steps[1], 2).await.expect("sent again");
    assert_eq!(found(ports, &sample).await.0.current_step, 1, "the chain stays as it is");
}

async fn a_cancel_ends_what_is_created_with_its_scoring_and_leaves_what_is_validated(ports: &Ports) {
    let sample = create(ports).await;
    advance(ports, &sample.chain, &sample.steps[0], now()).await.expect("validated");
    let cancel = || ChainTransition::Cancel { reason: "no".parse().expect("a reason") };
    change(ports, &sample, cancel(), now()).await.expect("cancelled");
    let (chain, steps) = found(ports, &sample).await;
    assert_eq!(chain.status(now()), Status::Cancelled);
    assert_eq!(statuses(&steps), [Status::Validated, Status::Cancelled, Status::Cancelled]);
    assert_eq!(steps[2].scoring.as_ref().map(|scoring| scoring.status(now())), Some(ScoringStatus::Closed));
    assert_eq!(ports.chains.transition(&chain, cancel(), Vec::new(), told_of_chain(&chain), now()).await, LOST);
}

async fn a_cancel_of_a_chain_that_went_on_is_lost(ports: &Ports) {
    let sample = create(ports).await;
    let (chain, steps) = found(ports, &sample).await;
    advance(ports, &sample.chain, &sample.steps[0], now()).await.expect("validated");
    let cancel = ChainTransition::Cancel { reason: "no".parse().expect("a reason") };
    let changes = changes(&chain, &steps, &cancel, now());
    assert_eq!(ports.chains.transition(&chain, cancel, changes, told_of_chain(&chain), now()).await, LOST);
    found(ports, &sample).await;
}

async fn a_chain_fails_with_its_open_step_and_not_without(ports: &Ports) {
    let sample = create(ports).await;
    let code = Opening::Code(message(&sample.steps[1], 1, "phone"));
    advance_and(ports, &sample.chain, &sample.steps[0], code, now()).await.expect("validated");
    assert_eq!(change(ports, &sample, ChainTransition::Fail, now()).await, LOST, "there are tries left");
    use_up_the_tries(ports, &sample.steps[1]).await;
    let (chain, steps) = found(ports, &sample).await;
    let failed = chain.status_with(steps.iter().map(|step| &step.identification), now());
    assert_eq!((chain.status(now()), failed), (Status::Created, Status::Failed), "the count alone decides");
    let cancel = ChainTransition::Cancel { reason: "no".parse().expect("a reason") };
    assert_eq!(change(ports, &sample, cancel, now()).await, LOST);
    change(ports, &sample, ChainTransition::Fail, now()).await.expect("failed");
    let (chain, steps) = found(ports, &sample).await;
    assert_eq!(chain.status(now()), Status::Failed);
    assert_eq!(statuses(&steps), [Status::Validated, Status::Failed, Status::Cancelled]);
}

async fn a_chain_is_validated_when_no_step_is_left_and_closes_with_its_steps(ports: &Ports) {
    let sample = create(ports).await;
    let validate = || {
        let validation = ChainValidation { at: now(), device: validation().device };
        ChainTransition::Validate { validation: Box::new(validation) }
    };
    for at in 0..3 {
        let (chain, steps) = found(ports, &sample).await;
        let early = Chain { current_step: 3, ..chain.clone() };
        assert_eq!(ports.chains.transition(&early, validate(), Vec::new(), told_of_chain(&chain), now()).await, LOST);
        let opening = match at {
            0 => Opening::Code(message(&sample.steps[1], 1, "phone")),
            _ => Opening::Nothing,
        };
        advance_and(ports, &chain, &steps[at].identification, opening, now()).await.expect("validated");
    }
    change(ports, &sample, validate(), now()).await.expect("validated");
    assert_eq!(change(ports, &sample, validate(), now()).await, LOST, "once");
    change(ports, &sample, ChainTransition::Expire, now() + LIFE).await.expect_err("it does not expire any more");
    change(ports, &sample, ChainTransition::Close { from: Closable::Validated }, now()).await.expect("closed");
    let (chain, steps) = found(ports, &sample).await;
    assert!(matches!(chain.state, ChainState::Closed { validation: Some(_), .. }));
    let kept = |step: &FoundStep| matches!(step.identification.state, State::Closed { validation: Some(_), .. });
    assert!(steps.iter().all(kept), "{steps:?}");
}

async fn a_chain_expires_with_its_steps_and_is_due_for_them(ports: &Ports) {
    let sample = create(ports).await;
    assert_eq!(ports.due(now() + LIFE).await, [Due::Chain(org(), sample.chain.id)], "no step is due alone");
    assert_eq!(change(ports, &sample, ChainTransition::Expire, now() + LIFE - TICK).await, LOST);
    change(ports, &sample, ChainTransition::Expire, now() + LIFE).await.expect("expired");
    let (chain, steps) = found(ports, &sample).await;
    assert_eq!(chain.state, ChainState::Expired);
    assert!(steps.iter().all(|step| step.identification.state == State::Expired));
    ports.housekeeping.postpone(&Due::Chain(org(), chain.id), now() + LIFE * 2).await.expect("postponed");
    assert!(!ports.due(now() + LIFE).await.contains(&Due::Chain(org(), chain.id)));
}

async fn a_deletion_takes_everything_and_leaves_what_is_to_erase(ports: &Ports) {
    let sample = create(ports).await;
    advance(ports, &sample.chain, &sample.steps[0], now()).await.expect("validated");
    let delete = async |force: bool, at: Time| {
        let (chain, steps) = found(ports, &sample).await;
        let stories = |step: FoundStep| (step.identification.clone(), told(&step.identification));
        let steps = steps.into_iter().map(stories).collect();
        ports.chains.delete(&chain, steps, force, told_of_chain(&chain), at).await
    };
    assert_eq!(delete(false, now() + LIFE).await, Err(StepError::Lost), "it has expired");
    let erasure = delete(false, now()).await.expect("deleted, whatever its steps are");
    assert_eq!(erasure.prefixes.len(), 5);
    assert_eq!(ports.by_id.chain(&org(), sample.chain.id).await, Ok(None));
    assert_eq!(ports.chains.steps(&sample.chain).await, Ok(None));
    for step in &sample.steps {
        assert_eq!(ports.by_id.identification(&org(), step.id).await, Ok(None));
    }
    assert_eq!(ports.scorings.find(&org(), sample.scoring.id).await, Ok(None));
    assert!(ports.due(now() + LIFE).await.contains(&Due::Erasure(erasure)));
}

async fn of_sixteen_that_validate_a_step_one_does(ports: &Ports) {
    let sample = create(ports).await;
    let results = sixteen_at_once(|_| {
        let (ports, chain, step) = (ports.clone(), sample.chain.clone(), sample.steps[0].clone());
        async move { advance(&ports, &chain, &step, now()).await }
    })
    .await;
    assert_eq!(successes(&results), 1, "{results:?}");
    assert_eq!(found(ports, &sample).await.0.current_step, 1);
}

on_aws! {
    a_chain_comes_back_with_its_steps_by_each_of_its_ids,
    no_id_and_no_organisation_opens_another_ones_door,
    a_step_is_validated_only_while_it_is_the_open_one,
    the_next_steps_code_is_committed_with_the_validation,
    a_destination_that_is_full_refuses_the_code_and_not_the_validation,
    a_resend_needs_the_open_step,
    a_cancel_ends_what_is_created_with_its_scoring_and_leaves_what_is_validated,
    a_cancel_of_a_chain_that_went_on_is_lost,
    a_chain_fails_with_its_open_step_and_not_without,
    a_chain_is_validated_when_no_step_is_left_and_closes_with_its_steps,
    a_chain_expires_with_its_steps_and_is_due_for_them,
    a_deletion_takes_everything_and_leaves_what_is_to_erase,
}

mod races {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn of_sixteen_that_validate_a_step_one_does() {
        let stage = crate::stage::Stage::start().await;
        super::of_sixteen_that_validate_a_step_one_does(&stage.ports).await;
    }
}
