use super::{records::Remembered, *};
use acredita_domain::{
    chain::ChainState,
    idempotency::{IDEMPOTENCY_WINDOW, Operation, RequestMark},
    identification::{AgentEvidence, Method, State},
    messages::Refusal,
    midni::Check,
    otp::{DESTINATION_WINDOW, MAX_DESTINATION_SENDS},
    pictures::PicturePrefix,
    ports::limits::REKICK_AFTER,
    ports::{Due, Effect, Erasure, FirstAnswer, IdempotencyRecord, OutboxMessage, Settlement},
    review::ReviewState,
};
use proptest::prelude::*;

#[path = "arbitrary.rs"]
mod arbitrary;

/// Attributes of most items that decoding ignores.
const UNREAD: [&str; 9] =
    ["sk", "ttl", "due_at", "due_shard", "record_shard", "record_at", "record_kind", "client_reference_id", "score"];

fn one<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>) -> T {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    strategy.new_tree(&mut TestRunner::deterministic()).expect("a value").current()
}

fn without(item: &Item, name: &str) -> Item {
    item.iter().filter(|(key, _)| *key != name).map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn with(item: &Item, name: &str, value: AttributeValue) -> Item {
    let mut item = item.clone();
    item.insert(name.to_owned(), value);
    item
}

/// Decoding fails without any attribute that it needs, and for any of the wrong type.
fn assert_nothing_is_guessed<T: std::fmt::Debug + PartialEq>(
    item: &Item,
    optional: &[&str],
    decode: impl Fn(&Item) -> Result<T, Corrupt>,
) {
    for name in item.keys().filter(|name| !optional.contains(&name.as_str())) {
        assert!(decode(&without(item, name)).is_err(), "{name} missing");
    }
    for name in item.keys().filter(|name| !UNREAD.contains(&name.as_str())) {
        assert!(decode(&with(item, name, AttributeValue::Null(true))).is_err(), "{name} of another type");
    }
    assert_eq!(decode(&with(item, "schema", number(SCHEMA + 1))), Err(Corrupt("schema")));
}

#[test]
fn an_agents_evidence_from_before_callers_were_kept_is_still_read() {
    let evidence: AgentEvidence = serde_json::from_str(r#"{"agent":"maria"}"#).expect("evidence");
    assert_eq!(evidence.caller, None);
    assert_eq!(serde_json::to_string(&evidence).expect("JSON"), r#"{"agent":"maria"}"#);
}

proptest! {
    #[test]
    fn an_identification_comes_back_as_it_went(identification in arbitrary::identification()) {
        let item = encode_identification(&identification, identification.expires_at);
        prop_assert_eq!(decode_identification(&item), Ok(identification.clone()));
        prop_assert_eq!(item.contains_key("due_at"), identification.membership.is_none(), "a step is due with its chain");
        prop_assert_eq!(decode_due(&item), Ok(Due::Identification(identification.org, identification.id)));
    }

    #[test]
    fn a_chain_comes_back_as_it_went(chain in arbitrary::chain()) {
        let item = encode_chain(&chain, chain.expires_at);
        prop_assert_eq!(decode_chain(&item), Ok(chain.clone()));
        prop_assert_eq!(decode_due(&item), Ok(Due::Chain(chain.org.clone(), chain.id)));
        let pointer = decode_pointer(&encode_chain_pointer(&chain, chain.expires_at));
        prop_assert_eq!(pointer, Ok(Pointer { org: chain.org, to: PointsTo::Chain(chain.id) }));
    }

    #[test]
    fn a_handle_leads_to_its_identification(identification in arbitrary::identification()) {
        let pointer = decode_pointer(&encode_pointer(&identification, identification.expires_at));
        prop_assert_eq!(pointer, Ok(Pointer { org: identification.org, to: PointsTo::Identification(identification.id) }));
    }

    #[test]
    fn a_scoring_comes_back_as_it_went(scoring in arbitrary::scoring()) {
        for standing in [Standing::Alone, Standing::Linked] {
            let item = encode_scoring(&scoring, standing, scoring.expires_at);
            prop_assert_eq!(decode_scoring(&item), Ok(scoring.clone()));
            prop_assert_eq!(item.contains_key("due_at"), standing == Standing::Alone);
            prop_assert_eq!(decode_due(&item), Ok(Due::Scoring(scoring.org.clone(), scoring.id)));
        }
    }

    #[test]
    fn a_review_comes_back_as_it_went(review in arbitrary::review()) {
        let item = encode_review(&review, &review.log, review.expires_at);
        prop_assert_eq!(decode_review(&item), Ok(review.clone()));
        prop_assert_eq!(decode_due(&item), Ok(Due::Review(review.org.clone(), review.id)));
        let is_due = matches!(review.state, ReviewState::Open | ReviewState::Claimed { .. });
        prop_assert_eq!(item.contains_key("due_at"), is_due);
    }

    #[test]
    fn captures_from_before_pictures_were_cleaned_are_understood(mut scoring in arbitrary::scoring()) {
        let item = encode_scoring(&scoring, Standing::Alone, scoring.expires_at);
        let stored = item["captures"].as_s().expect("JSON");
        let mut captures: Vec<serde_json::Map<String, serde_json::Value>> =
            serde_json::from_str(stored).expect("a list");
        captures.iter_mut().for_each(|capture| drop(capture.remove("received_sha256")));
        let old = with(&item, "captures", json(&captures));
        scoring.captures.iter_mut().for_each(|capture| capture.received_sha256 = None);
        prop_assert_eq!(decode_scoring(&old), Ok(scoring));
    }

    #[test]
    fn a_message_comes_back_as_it_went(message in arbitrary::message(), now in arbitrary::time()) {
        let item = encode_message(&message, now);
        prop_assert_eq!(item.get("due_at"), Some(&millis(now + REKICK_AFTER)));
        prop_assert_eq!(decode_due(&item), Ok(Due::Message(message.reference)));
        prop_assert_eq!(decode_message(&item), Ok(StoredMessage { message, state: MessageState::Pending, lease: None }));
    }

    #[test]
    fn a_messages_state_and_lease_come_back(message in arbitrary::message(), lease in arbitrary::lease_id()) {
        let refused = Refusal::ALL.iter().map(|refusal| Settlement::Refused(*refusal));
        for how in [Settlement::Sent, Settlement::Dropped, Settlement::FellBack].into_iter().chain(refused) {
            let state = MessageState::Settled(how);
            let mut item = with(&with(&encode_message(&message, Time::UNIX_EPOCH), "state", text(state.as_str())), "lease", text(lease));
            if let Settlement::Refused(refusal) = how {
                item = with(&item, "refusal", text(refusal));
            }
            let stored = StoredMessage { message: message.clone(), state, lease: Some(lease) };
            prop_assert_eq!(decode_message(&item), Ok(stored));
        }
    }

    #[test]
    fn a_check_comes_back_as_it_went(evidence in arbitrary::midni(), expires_at in arbitrary::time()) {
        let check = Check { evidence, expires_at };
        // Nothing is read from its key.
        let item = without(&encode_check("digest", &check), "pk");
        assert_nothing_is_guessed(&item, &["sk", "ttl"], decode_check);
        prop_assert_eq!(decode_check(&item), Ok(check));
    }

    #[test]
    fn a_first_answer_comes_back_as_it_went(org in arbitrary::org(), answer in "\\PC{0,200}", body in any::<[u8; 8]>(), now in arbitrary::time()) {
        let record = record(&answer, &body);
        let mark = &record.marks[0];
        let remembered = Remembered { body_digest: mark.body.clone(), answer: FirstAnswer(answer), valid_until: now + IDEMPOTENCY_WINDOW };
        prop_assert_eq!(decode_remembered(&encode_remembered(&org, &record, mark, now)), Ok(remembered));
    }

    #[test]
    fn an_erasure_comes_back_as_it_went(org in arbitrary::org(), id in arbitrary::scoring_id(), of in arbitrary::identification_id(), now in arbitrary::time()) {
        let prefixes = vec![PicturePrefix::identification(&org, of), PicturePrefix::scoring(&org, id)];
        let erasure = Erasure { id: id.to_string(), prefixes };
        let item = encode_erasure(&erasure, now);
        prop_assert!(!item.contains_key("ttl"), "an erasure waits until it is done");
        prop_assert_eq!(decode_due(&item), Ok(Due::Erasure(erasure)));
    }

    #[test]
    fn leftovers_come_back_as_they_went(org in arbitrary::org(), id in arbitrary::scoring_id(), now in arbitrary::time()) {
        let item = encode_leftovers(&org, id, now);
        prop_assert!(!item.contains_key("ttl"), "they wait until they are erased");
        prop_assert_eq!(decode_due(&item), Ok(Due::Leftovers(org, id)));
    }

    #[test]
    fn an_id_is_always_in_the_same_shard(id in arbitrary::identification_id()) {
        let id = id.to_string();
        for partitions in [DuePartitions::Messages, DuePartitions::Ends] {
            prop_assert!(partitions.all().any(|partition| partition == partitions.of(&id)));
            prop_assert_eq!(partitions.of(&id), partitions.of(&id.clone()));
        }
    }

    #[test]
    fn an_item_outlives_its_retention(identification in arbitrary::identification()) {
        let keep_until = identification.expires_at + TimeDelta::days(30);
        let item = encode_identification(&identification, keep_until);
        let ttl: i64 = read_number(&item, "ttl").map_err(|_| TestCaseError::fail("no ttl"))?;
        prop_assert!(ttl >= keep_until.timestamp() + 6 * 24 * 60 * 60);
    }
}

fn record(answer: &str, body: &[u8]) -> IdempotencyRecord {
    let mark = RequestMark { key: "key".to_owned(), body: format!("{body:?}") };
    let answer = FirstAnswer(answer.to_owned());
    IdempotencyRecord { operation: Operation::CreateScoring, marks: vec![mark], answer }
}

#[test]
fn shards_are_used_evenly() {
    let mut counts = DuePartitions::Ends.all().map(|partition| (partition, 0_u32)).collect::<Vec<_>>();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..4_000 {
        use proptest::strategy::ValueTree;
        let id = arbitrary::identification_id().new_tree(&mut runner).expect("an id").current();
        let partition = DuePartitions::Ends.of(&id.to_string());
        counts.iter_mut().filter(|(name, _)| *name == partition).for_each(|(_, count)| *count += 1);
    }
    assert!(counts.iter().all(|(_, count)| (350..650).contains(count)), "{counts:?}");
}

proptest! {
    #[test]
    fn an_item_that_is_not_understood_is_corrupt(
        identification in arbitrary::identification(),
        scoring in arbitrary::scoring(),
        message in arbitrary::message(),
        chain in arbitrary::chain(),
    ) {
        let optional = [&UNREAD[..], &["code", "reference", "validation", "assessment", "delegation", "sightings", "reviews", "identification_id", "chain", "once", "judged_wrong", "tried_at", "told_at", "fallback", "lookups"]].concat();
        let validated = matches!(identification.state, State::Validated(_));
        let mut optional_now: Vec<&str> = optional.iter().copied().filter(|name| !(validated && *name == "validation")).collect();
        let its_message = identification.otp().map(|otp| message_of(otp.generation)).unwrap_or_default();
        optional_now.push(&its_message);
        assert_nothing_is_guessed(&encode_identification(&identification, identification.expires_at), &optional_now, decode_identification);
        assert_nothing_is_guessed(&encode_scoring(&scoring, Standing::Alone, scoring.expires_at), &optional, decode_scoring);
        let optional = [&UNREAD[..], &["reference", "validation", "once", "told_at", "lookups"]].concat();
        let is_validated = matches!(chain.state, ChainState::Validated(_));
        let optional: Vec<&str> = optional.into_iter().filter(|name| !(is_validated && *name == "validation")).collect();
        assert_nothing_is_guessed(&encode_chain(&chain, chain.expires_at), &optional, decode_chain);
        let optional = [&UNREAD[1..], &["effect"]].concat();
        assert_nothing_is_guessed(&encode_message(&message, Time::UNIX_EPOCH), &optional, decode_message);
        let pointer = without(&without(&encode_pointer(&identification, identification.expires_at), "pk"), "sk");
        assert_nothing_is_guessed(&pointer, &UNREAD, decode_pointer);
    }
}

#[test]
fn all_tries_were_wrong_before_they_had_verdicts() {
    let mut identification = one(arbitrary::identification().prop_filter("an OTP", |one| one.otp().is_some()));
    let item = encode_identification(&identification, identification.expires_at);
    let Method::Otp(otp) = &mut identification.method else { unreachable!("an OTP") };
    (otp.judged_wrong, otp.tried_at) = (otp.tries, None);
    let older = without(&without(&item, "judged_wrong"), "tried_at");
    assert_eq!(decode_identification(&older), Ok(identification));
}

#[test]
fn a_status_a_state_and_a_method_that_nobody_knows_are_corrupt() {
    let identification = one(arbitrary::identification());
    let item = encode_identification(&identification, identification.expires_at);
    assert_eq!(decode_identification(&with(&item, "status", text("PAUSED"))), Err(Corrupt("status")));
    assert_eq!(decode_identification(&with(&item, "method", text(r#"{"PALM":{}}"#))), Err(Corrupt("method")));
    assert_eq!(decode_identification(&with(&item, "pk", text("SCO#1"))), Err(Corrupt("identification id")));
    let item = encode_message(&one(arbitrary::message()), Time::UNIX_EPOCH);
    assert_eq!(decode_message(&with(&item, "state", text("LOST"))), Err(Corrupt("state")));
    assert_eq!(decode_message(&with(&item, "effect", text("PIGEON"))), Err(Corrupt("effect")));
    assert_eq!(decode_message(&with(&item, "state", text("REFUSED"))), Err(Corrupt("state")), "nobody knows why");
    assert_eq!(decode_message(&with(&item, "refusal", text("MOOD"))), Err(Corrupt("refusal")));
    assert_eq!(decode_due(&with(&item, "pk", text("XYZ#1"))), Err(Corrupt("due kind")));
}

#[test]
fn a_destination_may_have_as_many_sends_as_it_has_slots() {
    let at = Time::UNIX_EPOCH + DESTINATION_WINDOW;
    let item = Item::from([("schema".to_owned(), number(SCHEMA)), ("s5".to_owned(), millis(at))]);
    assert_eq!(decode_oldest_send(&item, MAX_DESTINATION_SENDS), Ok(at));
    assert_eq!(decode_oldest_send(&without(&item, "s5"), MAX_DESTINATION_SENDS), Err(Corrupt("s5")));
}

#[test]
fn a_message_from_before_there_were_kinds_of_effects_sends_a_code() {
    let message = one(arbitrary::message());
    let effect = Effect::Code { generation: message.effect.generation() };
    let item = encode_message(&OutboxMessage { effect, ..message }, Time::UNIX_EPOCH);
    assert_eq!(decode_message(&without(&item, "effect")), decode_message(&item));
}
