//! Codes of MiDNI, signed by an authority that every world trusts.

use crate::{
    request::base64,
    world::{AUTHORITY, World},
};
use acredita_domain::ports::Clock;
use acredita_local::midni::{Kind, TestCard};
use acredita_seals::Draft;
use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};

/// The card of the published actor, valid for five minutes.
pub fn card(kind: Kind) -> TestCard {
    TestCard {
        kind,
        document_number: "12345678A".to_owned(),
        name: "JAMES".to_owned(),
        last_name: "SMITH".to_owned(),
        birth_date: NaiveDate::from_ymd_opt(1980, 1, 31).expect("a date"),
        valid_for: TimeDelta::minutes(5),
    }
}

/// A code of a card, made now.
pub fn code(world: &World, card: &TestCard) -> Vec<u8> {
    AUTHORITY.draw(card, world.clock.now()).expect("it fits")
}

/// A code of this number: a card is shown more often than once, and makes a new code each time.
pub fn nth_code(world: &World, number: i64) -> Vec<u8> {
    let valid_for = TimeDelta::minutes(5) - TimeDelta::seconds(number);
    code(world, &TestCard { valid_for, ..card(Kind::Simple) })
}

/// A code whose draft was changed before it was signed.
pub fn changed_code(world: &World, change: impl FnOnce(&mut Draft)) -> Vec<u8> {
    let mut draft = card(Kind::Simple).draft(AUTHORITY.reference(), world.clock.now());
    change(&mut draft);
    AUTHORITY.seal(&draft).expect("it can be written")
}

/// The body of a check.
pub fn body(code: &[u8]) -> Value {
    json!({ "code": base64(code) })
}

/// The body of a validation with a check.
pub fn confirmation(check: &str) -> Value {
    json!({ "agent": "shop-042/maria", "midni_check_id": check })
}
