//! Identifications and the back office's ids.

use super::{
    Corrupt, DuePartitions, GRACE, Item, Key, check_schema, decode_log,
    due::set_due,
    event::set_log,
    if_there, json,
    listed::{set_lookups, set_record},
    millis, number, read_json, read_number, read_parsed, read_text, read_time,
    records::{read_taken_once, set_taken_once},
    review::{read_mark, set_mark},
    set_ttl,
    state::{decode_state, encode_state},
    text,
};
use acredita_domain::{
    Time,
    code::CodeFormat,
    delivery::DeliveryState,
    identification::{Identification, Method, Midni},
    ids::{ChainId, IdentificationId, OrgId, ScoringId},
    otp::{Delivery, Otp, SecondFactor},
    scoring::{ConfigurationName, Provider},
};
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::DateTime;
use serde::{Deserialize, Serialize};

/// The immutable request: `method`. The destination is kept as it was when the identification was created, rather than
/// derived from the actor again.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
enum Terms {
    Agent {
        personal_document_image: bool,
        #[serde(default, skip_serializing_if = "is_default")]
        midni: Midni,
    },
    Otp {
        delivery: Delivery,
        second_factor: Option<SecondFactor>,
        #[serde(default, skip_serializing_if = "is_default")]
        code_format: CodeFormat,
        #[serde(default, skip_serializing_if = "is_default")]
        is_test: bool,
    },
    IdentityDocument {
        configuration: ConfigurationName,
        scoring_id: ScoringId,
        provider: Provider,
    },
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Due when its time is over, unless its chain is; it may be dropped some days after its retention.
pub(crate) fn encode_identification(identification: &Identification, keep_until: Time) -> Item {
    let mut item = Key::identification(identification.id).item();
    let mut set = |name: &str, value| item.insert(name.to_owned(), value);
    set("org", text(&identification.org));
    set("admin_id", text(identification.admin_id));
    set("created_at", millis(identification.created_at));
    set("expires_at", millis(identification.expires_at));
    set("actor", json(&identification.actor));
    if !identification.reference.is_empty() {
        set("reference", json(&identification.reference));
    }
    match &identification.method {
        Method::Agent { personal_document_image, midni } => {
            set("method", json(&Terms::Agent { personal_document_image: *personal_document_image, midni: *midni }));
        }
        Method::IdentityDocument { configuration, scoring_id, provider } => {
            set(
                "method",
                json(&Terms::IdentityDocument {
                    configuration: *configuration,
                    scoring_id: *scoring_id,
                    provider: *provider,
                }),
            );
        }
        Method::Otp(otp) => {
            let Otp { delivery, second_factor, code_format, is_test, .. } = otp.clone();
            set("method", json(&Terms::Otp { delivery, second_factor, code_format, is_test }));
            set("tries", number(otp.tries));
            set("judged_wrong", number(otp.judged_wrong));
            if let Some(at) = otp.tried_at {
                set("tried_at", millis(at));
            }
            set("generation", number(otp.generation));
            set("sends", number(otp.sends));
            set("last_send_at", millis(otp.last_send_at));
            if let Some(channel) = otp.fallback {
                set("fallback", text(channel));
            }
            if let Some(code) = &otp.code {
                set("code", json(code));
            }
            if let Some(state) = &otp.message {
                set(&message_of(otp.generation), encode_delivery_state(state));
            }
        }
    }
    encode_state(&mut item, &identification.state);
    set_mark(&mut item, identification.review.as_ref());
    set_log(&mut item, identification.log.as_ref());
    set_taken_once(&mut item, &identification.once);
    set_lookups(&mut item, &identification.lookups);
    match &identification.membership {
        Some(membership) => drop(item.insert("chain".to_owned(), json(membership))),
        None => {
            set_due(&mut item, DuePartitions::Ends.of(&identification.id.to_string()), identification.expires_at);
            let Identification { ref org, admin_id, ref method, created_at, ref reference, .. } = *identification;
            set_record(&mut item, org, (admin_id.into(), method.kind().into()), created_at, reference);
        }
    }
    set_ttl(&mut item, keep_until + GRACE);
    item
}

pub(crate) fn decode_identification(item: &Item) -> Result<Identification, Corrupt> {
    check_schema(item)?;
    Ok(Identification {
        id: read_text(item, "pk")?
            .strip_prefix("IDN#")
            .and_then(|id| id.parse().ok())
            .ok_or(Corrupt("identification id"))?,
        admin_id: read_parsed(item, "admin_id")?,
        org: read_parsed(item, "org")?,
        actor: read_json(item, "actor")?,
        method: decode_method(item)?,
        reference: if_there(item, "reference", read_json)?.unwrap_or_default(),
        state: decode_state(item)?,
        created_at: read_time(item, "created_at")?,
        expires_at: read_time(item, "expires_at")?,
        membership: if_there(item, "chain", read_json)?,
        review: read_mark(item)?,
        log: decode_log(item)?,
        once: read_taken_once(item)?,
        lookups: if_there(item, "lookups", read_json)?.unwrap_or_default(),
    })
}

fn decode_method(item: &Item) -> Result<Method, Corrupt> {
    Ok(match read_json(item, "method")? {
        Terms::Agent { personal_document_image, midni } => Method::Agent { personal_document_image, midni },
        Terms::IdentityDocument { configuration, scoring_id, provider } => {
            Method::IdentityDocument { configuration, scoring_id, provider }
        }
        Terms::Otp { delivery, second_factor, code_format, is_test } => Method::Otp(Otp {
            delivery,
            second_factor,
            tries: read_number(item, "tries")?,
            // Older identifications have only the one count.
            judged_wrong: if_there(item, "judged_wrong", read_number)?
                .map_or_else(|| read_number(item, "tries"), Ok)?,
            tried_at: if_there(item, "tried_at", read_time)?,
            generation: read_number(item, "generation")?,
            sends: read_number(item, "sends")?,
            last_send_at: read_time(item, "last_send_at")?,
            code: if_there(item, "code", read_json)?,
            message: read_delivery_state(item, read_number(item, "generation")?)?,
            code_format,
            is_test,
            fallback: if_there(item, "fallback", read_parsed)?,
        }),
    })
}

/// The attribute with the state of a generation's message: whatever is written late is of its own generation.
pub(crate) fn message_of(generation: u32) -> String {
    format!("message_{generation}")
}

/// The status, the time, and of a failure the reason.
pub(crate) fn encode_delivery_state(DeliveryState { status, updated_at, reason }: &DeliveryState) -> AttributeValue {
    let reason = reason.map(|reason| format!(" {reason}")).unwrap_or_default();
    text(format!("{status} {}{reason}", updated_at.timestamp_millis()))
}

/// What became of the messages that we sent, by their generation.
pub(crate) fn decode_deliveries(item: &Item, otp: &Otp) -> Result<Vec<(u32, DeliveryState)>, Corrupt> {
    let mut states = Vec::new();
    for generation in 1..=otp.generation {
        let is_live = generation == otp.generation;
        let known = if is_live { otp.delivery_state() } else { read_delivery_state(item, generation)? };
        states.extend(known.map(|state| (generation, state)));
    }
    Ok(states)
}

fn read_delivery_state(item: &Item, generation: u32) -> Result<Option<DeliveryState>, Corrupt> {
    let Some(stored) = item.get(&message_of(generation)) else { return Ok(None) };
    let state = |stored: &String| {
        let mut words = stored.split(' ');
        let status = words.next()?.parse().ok()?;
        let updated_at = DateTime::from_timestamp_millis(words.next()?.parse().ok()?)?;
        let reason = words.next().map(str::parse).transpose().ok()?;
        words.next().is_none().then_some(DeliveryState { status, updated_at, reason })
    };
    stored.as_s().ok().and_then(state).map(Some).ok_or(Corrupt("state of a message"))
}

/// What is behind a back office's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pointer {
    pub org: OrgId,
    pub to: PointsTo,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PointsTo {
    Identification(IdentificationId),
    Chain(ChainId),
}

/// It outlives its identification, by whose ids its events are found.
pub(crate) fn encode_pointer(identification: &Identification, keep_until: Time) -> Item {
    let mut item = Key::pointer(identification.admin_id).item();
    item.insert("org".to_owned(), text(&identification.org));
    item.insert("identification_id".to_owned(), text(identification.id));
    set_ttl(&mut item, keep_until + GRACE);
    item
}

pub(crate) fn decode_pointer(item: &Item) -> Result<Pointer, Corrupt> {
    check_schema(item)?;
    let to = match if_there(item, "chain_id", read_parsed)? {
        Some(chain) => PointsTo::Chain(chain),
        None => PointsTo::Identification(read_parsed(item, "identification_id")?),
    };
    Ok(Pointer { org: read_parsed(item, "org")?, to })
}
