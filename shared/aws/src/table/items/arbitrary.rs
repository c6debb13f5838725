//! Arbitrary values that the table may have to store.

use acredita_domain::{
    Time,
    actor::{Actor, Country, DocumentType, EmailAddress, IdentityDocument, Language, Msisdn},
    caller::Caller,
    chain::{Chain, ChainState, ChainStep, ChainValidation, Sequence, StepTerms},
    code::{CodeAlphabet, CodeFormat, OtpCode},
    delivery::{DeliveryFailure, DeliveryState, DeliveryStatus},
    device::DeviceEvidence,
    events::{EventHash, Head, Log, LogKey},
    idempotency::{RequestMark, TakenOnce},
    identification::{AgentEvidence, Identification, Method, Midni, ScoringEvidence, State, Validation},
    ids::{
        AdminChainId, AdminIdentificationId, ChainId, DelegationId, IdentificationId, InstallationId, LeaseId,
        MessageId, OrgId, ReviewId, ScoringId,
    },
    keys::{CodeContext, Keyring},
    membership::Membership,
    midni::{self, DeclaredMatch},
    otp::{Channel, Delivery, Destination, LiveCode, Otp, SecondFactor},
    pictures::{Capture, PictureFormat, Sha256Digest, Side},
    ports::{Effect, Entropy, MessageRef, OutboxMessage},
    reference::{ClientMetadata, MetadataKey, MetadataText, Reference},
    review::{
        Decided, Decision, DecisionReason, Review, ReviewMark, ReviewNote, ReviewState, ReviewStatus, ReviewedScore,
        Reviewer,
    },
    scoring::{
        self, Assessment, Check, CheckName, CheckResult, ConfigurationName, DocumentKind, Extracted, HostedDelegation,
        MaxScoreRetries, Provider, Score, Scoring, Verdict,
    },
    sightings::Sighting,
    text::{CancellationReason, Private},
};
use chrono::DateTime;
use proptest::{option, prelude::*, sample::select};
use std::{fmt::Debug, str::FromStr};

struct Bytes([u8; 16]);

impl Entropy for Bytes {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0);
    }
}

macro_rules! ids {
    ($($name:ident -> $id:ident),+ $(,)?) => {
        $(pub fn $name() -> impl Strategy<Value = $id> {
            any::<[u8; 16]>().prop_map(|bytes| $id::generate(&Bytes(bytes)))
        })+
    };
}

ids! {
    identification_id -> IdentificationId,
    admin_id -> AdminIdentificationId,
    scoring_id -> ScoringId,
    chain_id -> ChainId,
    admin_chain_id -> AdminChainId,
    message_id -> MessageId,
    installation_id -> InstallationId,
    lease_id -> LeaseId,
    delegation_id -> DelegationId,
    review_id -> ReviewId,
}

/// A domain value from the texts of a pattern that parse.
fn parsed<T: FromStr + Debug>(pattern: &'static str) -> impl Strategy<Value = T> {
    pattern.prop_filter_map("not a value", |text: String| text.parse().ok())
}

pub fn org() -> impl Strategy<Value = OrgId> {
    parsed("[A-Za-z0-9._-]{1,64}")
}

/// Until the year 2096, to the millisecond.
pub fn time() -> impl Strategy<Value = Time> {
    (0..4_000_000_000_000_i64).prop_map(|millis| DateTime::from_timestamp_millis(millis).expect("within range"))
}

fn private(pattern: &'static str) -> impl Strategy<Value = Private<String>> {
    pattern.prop_map(Private::new)
}

fn phone() -> impl Strategy<Value = Msisdn> {
    (parsed("[0-9]{1,20}"), parsed("[0-9]{1,4}")).prop_map(|(number, country)| Msisdn::new(number, country))
}

fn email() -> impl Strategy<Value = EmailAddress> {
    parsed("[a-zA-Z0-9+']{1,20}@[a-z0-9]{1,20}\\.[a-z]{2,3}")
}

fn country() -> impl Strategy<Value = Country> {
    select(vec!["ES", "DE", "PT"]).prop_map(|code| code.parse().expect("a country"))
}

pub fn actor() -> impl Strategy<Value = Actor> {
    let document =
        (option::of(parsed("\\PC{1,30}")), option::of(select(DocumentType::ALL)), option::of(country())).prop_map(
            |(document_number, document_type, country)| IdentityDocument { document_number, document_type, country },
        );
    let name = || option::of(parsed("\\PC{1,30}"));
    (
        name(),
        option::of(parsed("\\PC{1,30}")),
        option::of(document),
        option::of(email()),
        option::of(phone()),
        select(Language::ALL),
    )
        .prop_map(|(name, last_name, identity_document, email, msisdn, language)| Actor {
            name,
            last_name,
            identity_document,
            email,
            msisdn,
            language,
        })
}

fn reference() -> impl Strategy<Value = Reference> {
    let texts = proptest::collection::btree_map(
        parsed::<MetadataKey>("\\PC{1,20}"),
        parsed::<MetadataText>("\\PC{1,30}"),
        0..4,
    );
    let metadata = texts.prop_map(|texts| ClientMetadata::try_from(texts).expect("fewer than 50"));
    (option::of(parsed("\\PC{1,30}")), metadata).prop_map(|(id, metadata)| Reference::new(id, metadata))
}

fn digest() -> impl Strategy<Value = Sha256Digest> {
    any::<[u8; 4]>().prop_map(|bytes| Sha256Digest::of(&bytes))
}

fn live_code() -> impl Strategy<Value = LiveCode> {
    (org(), identification_id(), "[a-z2-9]{6}", time()).prop_map(|(org, id, code, expires_at)| {
        let keys = Keyring::new(vec![[7; 32]]).expect("a key");
        LiveCode {
            hash: keys.hash_code(CodeContext { org: &org, id, generation: 1 }, &OtpCode::unsealed(code)),
            expires_at,
        }
    })
}

fn delivery() -> impl Strategy<Value = Delivery> {
    prop_oneof![
        phone().prop_map(|phone| Delivery::Sent(Destination::Sms(phone))),
        phone().prop_map(|phone| Delivery::Sent(Destination::Whatsapp(phone))),
        email().prop_map(|email| Delivery::Sent(Destination::Email(email))),
        select(Channel::ALL).prop_map(Delivery::External),
    ]
}

fn delivery_state() -> impl Strategy<Value = DeliveryState> {
    (select(DeliveryStatus::ALL), time(), option::of(select(DeliveryFailure::ALL)))
        .prop_map(|(status, updated_at, reason)| DeliveryState { status, updated_at, reason })
}

fn otp() -> impl Strategy<Value = Otp> {
    (
        delivery(),
        option::of(select(SecondFactor::ALL)),
        (any::<u32>(), any::<u32>(), option::of(time())),
        any::<u32>(),
        any::<u32>(),
        time(),
        option::of(live_code()),
        option::of(delivery_state()),
        (code_format(), any::<bool>(), option::of(select(Channel::ALL))),
    )
        .prop_map(
            |(
                delivery,
                second_factor,
                tries,
                generation,
                sends,
                last_send_at,
                code,
                message,
                (code_format, is_test, fallback),
            )| {
                Otp {
                    delivery,
                    second_factor,
                    tries: tries.0,
                    judged_wrong: tries.1,
                    tried_at: tries.2,
                    generation,
                    sends,
                    last_send_at,
                    code,
                    message,
                    code_format,
                    is_test,
                    fallback,
                }
            },
        )
}

fn code_format() -> impl Strategy<Value = CodeFormat> {
    let digits = |length| CodeFormat::new(CodeAlphabet::Digits, length).expect("a length of digits");
    prop_oneof![Just(CodeFormat::STANDARD), (6..=10_usize).prop_map(digits)]
}

pub fn method() -> impl Strategy<Value = Method> {
    prop_oneof![
        (any::<bool>(), select(Midni::ALL))
            .prop_map(|(personal_document_image, midni)| Method::Agent { personal_document_image, midni }),
        otp().prop_map(Method::Otp),
        (select(ConfigurationName::ALL), scoring_id(), select(Provider::ALL)).prop_map(
            |(configuration, scoring_id, provider)| Method::IdentityDocument { configuration, scoring_id, provider }
        ),
    ]
}

pub fn validation() -> impl Strategy<Value = Validation> {
    let ip = option::of(any::<std::net::IpAddr>().prop_map(Private::new));
    let location =
        option::of(select(vec!["40.4168,-3.7038", "0,0"]).prop_map(|text| text.parse().expect("a location")));
    let device = (installation_id(), parsed("[!-~]{1,128}"), location, parsed("[ -~]{1,200}"), ip).prop_map(
        |(installation_id, fingerprint, location, user_agent, ip)| DeviceEvidence {
            installation_id,
            fingerprint,
            location,
            user_agent,
            ip,
        },
    );
    let metadata = private("\\{\"note\":\"[a-z]{0,20}\"\\}");
    let digests = (option::of(digest()), option::of(digest()));
    let agent = (parsed("\\PC{1,30}"), digests, option::of(metadata), option::of(midni()), option::of(caller()))
        .prop_map(|(agent, (picture, received_picture), metadata, midni, caller)| AgentEvidence {
            agent,
            picture,
            received_picture,
            metadata,
            midni,
            caller,
        });
    let captures = proptest::collection::vec(capture(), 0..3);
    let scoring = scoring().boxed().prop_map(ScoringEvidence::of);
    (time(), device, option::of(agent), captures, scoring)
        .prop_map(|(at, device, agent, captures, scoring)| Validation { at, device, agent, captures, scoring })
}

pub(crate) fn midni() -> impl Strategy<Value = midni::Evidence> {
    let declared_match = (select(CheckResult::ALL), select(CheckResult::ALL))
        .prop_map(|(document_number, name)| DeclaredMatch { document_number, name });
    (select(midni::Kind::ALL), declared_match, "[0-9A-F]{32}", digest(), time(), time()).prop_map(
        |(kind, declared_match, certificate, digest, valid_until, checked_at)| midni::Evidence {
            kind,
            declared_match,
            certificate,
            digest,
            valid_until,
            checked_at,
        },
    )
}

fn caller() -> impl Strategy<Value = Caller> {
    let name = || option::of(parsed("\\PC{1,30}"));
    (name(), name(), name()).prop_map(|(subject, client_id, issuer)| Caller { subject, client_id, issuer })
}

pub fn state() -> impl Strategy<Value = State> {
    prop_oneof![
        Just(State::Created),
        Just(State::Expired),
        validation().prop_map(State::Validated),
        (time(), option::of(validation())).prop_map(|(at, validation)| State::Closed { at, validation }),
        (time(), parsed::<CancellationReason>("\\PC{1,60}")).prop_map(|(at, reason)| State::Cancelled { at, reason }),
        time().prop_map(|at| State::Failed { at }),
    ]
}

/// Boxed parts, because the whole would not fit on a test's stack.
pub fn identification() -> impl Strategy<Value = Identification> {
    let asked = (actor(), method(), reference()).boxed();
    let times = (time(), time(), option::of(membership()), option::of(log()), (once(), option::of(mark()))).boxed();
    (identification_id(), admin_id(), org(), asked, state().boxed(), times).prop_map(
        |(
            id,
            admin_id,
            org,
            (actor, method, reference),
            state,
            (created_at, expires_at, membership, log, (once, review)),
        )| {
            Identification {
                id,
                admin_id,
                org,
                actor,
                method,
                reference,
                state,
                created_at,
                expires_at,
                membership,
                review,
                log,
                lookups: once.iter().map(|taken| taken.mark.key.clone()).collect(),
                once,
            }
        },
    )
}

fn mark() -> impl Strategy<Value = ReviewMark> {
    (review_id(), select(ReviewStatus::ALL)).prop_map(|(id, status)| ReviewMark { id, status })
}

fn reviewer() -> impl Strategy<Value = Reviewer> {
    (option::of(parsed("\\PC{1,30}")), parsed("\\PC{1,30}")).prop_map(|(issuer, name)| Reviewer { issuer, name })
}

fn review_state() -> impl Strategy<Value = ReviewState> {
    prop_oneof![
        Just(ReviewState::Open),
        (reviewer(), time()).prop_map(|(by, until)| ReviewState::Claimed { by, until }),
        Just(ReviewState::Approved),
        Just(ReviewState::Rejected),
        Just(ReviewState::Withdrawn),
    ]
}

fn decided() -> impl Strategy<Value = Decided> {
    let note = option::of(parsed::<ReviewNote>("\\PC{1,60}"));
    (select(Decision::ALL), select(DecisionReason::ALL), note, reviewer(), time())
        .prop_map(|(decision, reason, note, by, at)| Decided { decision, reason, note, by, at })
}

pub fn review() -> impl Strategy<Value = Review> {
    let reasons = proptest::collection::vec(select(scoring::Reason::ALL), 0..4);
    let about = (scoring_id(), any::<u32>(), score(), reasons)
        .prop_map(|(scoring_id, number, score, reasons)| ReviewedScore { scoring_id, number, score, reasons });
    let ids = (review_id(), org(), identification_id(), (option::of(chain_id()), admin_id()), reference()).boxed();
    let made = (about, any::<bool>(), time(), time()).boxed();
    let changed = (review_state(), proptest::collection::vec(decided(), 0..3), any::<u64>(), log()).boxed();
    (ids, made, changed).prop_map(|(ids, (about, four_eyes, opened_at, expires_at), changed)| {
        let (id, org, identification_id, (chain_id, record_id), reference) = ids;
        let (state, decisions, revision, log) = changed;
        let record_id = record_id.into();
        Review {
            id,
            org,
            identification_id,
            chain_id,
            record_id,
            reference,
            about,
            four_eyes,
            opened_at,
            expires_at,
            state,
            decisions,
            revision,
            log,
        }
    })
}

fn once() -> impl Strategy<Value = Vec<TakenOnce>> {
    let mark = ("[0-9a-f]{32}", "[0-9a-f]{32}").prop_map(|(key, body)| RequestMark { key, body });
    let taken = (mark, time()).prop_map(|(mark, valid_until)| TakenOnce { mark, valid_until });
    proptest::collection::vec(taken, 0..3)
}

fn membership() -> impl Strategy<Value = Membership> {
    (chain_id(), 0..3_usize, any::<bool>()).prop_map(|(chain_id, step, asks_for_email)| Membership {
        chain_id,
        step,
        asks_for_email,
    })
}

fn sequence() -> impl Strategy<Value = Sequence> {
    let terms = (option::of(select(Channel::ALL)), scoring_id()).prop_map(|(sent_on, scoring_id)| {
        [StepTerms::Agent, StepTerms::Otp { sent_on }, StepTerms::IdentityDocument { scoring_id }]
    });
    let steps =
        terms.prop_shuffle().prop_flat_map(|terms| {
            terms.map(|terms| {
                (identification_id(), admin_id()).prop_map(move |(identification_id, admin_identification_id)| {
                    ChainStep { identification_id, admin_identification_id, terms }
                })
            })
        });
    (steps, 1..=3_usize)
        .prop_map(|(steps, number)| Sequence::try_from(steps[..number].to_vec()).expect("different steps"))
}

fn chain_validation() -> impl Strategy<Value = ChainValidation> {
    validation().prop_map(|Validation { at, device, .. }| ChainValidation { at, device })
}

fn chain_state() -> impl Strategy<Value = ChainState> {
    prop_oneof![
        Just(ChainState::Created),
        Just(ChainState::Expired),
        chain_validation().prop_map(ChainState::Validated),
        (time(), option::of(chain_validation())).prop_map(|(at, validation)| ChainState::Closed { at, validation }),
        (time(), parsed::<CancellationReason>("\\PC{1,60}"))
            .prop_map(|(at, reason)| ChainState::Cancelled { at, reason }),
        time().prop_map(|at| ChainState::Failed { at }),
    ]
}

pub fn chain() -> impl Strategy<Value = Chain> {
    let ids = (chain_id(), admin_chain_id(), org());
    let asked = (sequence(), 0..=3_usize, reference()).boxed();
    let times = (time(), time(), log(), once()).boxed();
    (ids, asked, chain_state().boxed(), times).prop_map(|((id, admin_id, org), asked, state, times)| {
        let (sequence, step, reference) = asked;
        let (created_at, expires_at, log, once) = times;
        let is_validated = matches!(state, ChainState::Validated(_));
        let current_step = if is_validated { sequence.len() } else { step.min(sequence.len()) };
        let lookups = once.iter().map(|taken| taken.mark.key.clone()).collect();
        Chain {
            id,
            admin_id,
            org,
            sequence,
            current_step,
            reference,
            state,
            created_at,
            expires_at,
            log,
            once,
            lookups,
        }
    })
}

fn score() -> impl Strategy<Value = Score> {
    (0.0..=1.0_f64).prop_map(Score::new)
}

fn assessment() -> impl Strategy<Value = Assessment> {
    let check = (
        select(CheckName::ALL),
        select(CheckResult::ALL),
        option::of(score()),
        option::of(select(scoring::Reason::ALL)),
        "\\PC{0,40}",
    )
        .prop_map(|(name, result, score, reason, operator_details)| Check {
            name,
            result,
            score,
            reason,
            operator_details,
        });
    let read = || option::of(private("\\PC{0,20}"));
    let extracted = (read(), read(), read(), read(), read(), read(), read()).prop_map(
        |(document_number, name, last_name, nationality, birth_date, expiry_date, sex)| Extracted {
            document_number,
            name,
            last_name,
            nationality,
            birth_date,
            expiry_date,
            sex,
        },
    );
    let found = (score(), proptest::collection::vec(check, 0..4), option::of(extracted), score());
    (found, "[a-z0-9.+-]{0,20}", "[a-z0-9.+-]{0,20}", time()).prop_map(
        |((score, breakdown, extracted, coverage), provider_version, mapping_version, scored_at)| Assessment {
            verdict: Verdict { score, breakdown, extracted, coverage, provider_version, mapping_version },
            scored_at,
        },
    )
}

fn capture() -> impl Strategy<Value = Capture> {
    (select(Side::ALL), select(PictureFormat::ALL), any::<u32>(), digest(), option::of(digest()), time()).prop_map(
        |(side, format, size, sha256, received_sha256, captured_at)| Capture {
            side,
            format,
            size_bytes: u64::from(size),
            sha256,
            received_sha256,
            captured_at,
        },
    )
}

fn delegation() -> impl Strategy<Value = HostedDelegation> {
    (delegation_id(), parsed("[A-Za-z0-9_-]{1,128}"), time()).prop_map(|(id, reference, expires_at)| HostedDelegation {
        id,
        reference,
        expires_at,
    })
}

pub fn scoring() -> impl Strategy<Value = Scoring> {
    let document = option::of(
        (select(DocumentType::ALL), country())
            .prop_map(|(document_type, country)| DocumentKind { document_type, country }),
    );
    let asked = (document, option::of(actor()), select(Provider::ALL), 1..=10_u32, reference()).boxed();
    let done = (
        any::<u32>(),
        any::<bool>(),
        option::of(assessment()),
        proptest::collection::vec(capture(), 0..3),
        option::of(delegation()).boxed(),
        (
            (proptest::collection::vec(sighting(), 0..3), proptest::collection::vec(review_id(), 0..3)),
            any::<u64>(),
            option::of(identification_id()),
            option::of(membership()),
            option::of(log()),
        )
            .boxed(),
        once(),
    );
    (scoring_id(), org(), asked, done, time(), time()).prop_map(|(id, org, asked, done, created_at, expires_at)| {
        let (document, declared, provider, max_retries, reference) = asked;
        let (retries_used, closed, assessment, captures, delegation, seen, once) = done;
        let ((sightings, reviews), version, identification, membership, log) = seen;
        let max_retries = MaxScoreRetries::try_from(max_retries).expect("1 to 10");
        Scoring {
            id,
            org,
            document,
            declared,
            provider,
            max_retries,
            reference,
            retries_used,
            closed,
            assessment,
            captures,
            delegation,
            sightings,
            reviews,
            created_at,
            expires_at,
            version,
            identification,
            membership,
            log,
            lookups: once.iter().map(|taken| taken.mark.key.clone()).collect(),
            once,
        }
    })
}

fn log() -> impl Strategy<Value = Log> {
    ("[0-9a-f]{64}", "[0-9a-f]{64}", 1..=u64::MAX, option::of(time())).prop_map(|(key, hash, sequence, told_at)| Log {
        key: LogKey::stored(&key).expect("a key"),
        head: Some(Head { sequence, hash: EventHash::stored(&hash).expect("a hash") }),
        told_at,
    })
}

fn sighting() -> impl Strategy<Value = Sighting> {
    ("[0-9a-f]{32}", "[0-9a-f]{32}").prop_map(|(digest, person)| Sighting { digest, person })
}

pub fn message() -> impl Strategy<Value = OutboxMessage> {
    let reference = (message_id(), identification_id())
        .prop_map(|(message_id, identification_id)| MessageRef { message_id, identification_id });
    let effect = prop_oneof![
        any::<u32>().prop_map(|generation| Effect::Code { generation }),
        any::<u32>().prop_map(|generation| Effect::Fallback { generation }),
        any::<u32>().prop_map(|generation| Effect::Overdue { generation }),
    ];
    (reference, org(), effect, any::<u32>()).prop_map(|(reference, org, effect, attempts)| OutboxMessage {
        reference,
        org,
        effect,
        attempts,
    })
}
