//! What was seen before, and how often a number was scored on a day.

use super::{
    expressions::Values,
    items::{Key, SCHEMA, SEEN_SLACK, decode_seen, number, scorings_of_a_day_end, seen_entry, text, ttl},
    store::{Change, DynamoStore, corrupt},
    transitions::new_mark,
};
use acredita_domain::{
    Time,
    error::Unavailable,
    ids::OrgId,
    ports::{CountError, Sightings, StepError},
    scoring::Scoring,
    sightings::{NewSighting, Seen, Sighting},
};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use chrono::NaiveDate;

#[async_trait]
impl Sightings for DynamoStore {
    async fn find(&self, org: &OrgId, digests: &[String]) -> Result<Vec<Seen>, Unavailable> {
        let operation = "find sightings";
        let keys = digests.iter().map(|digest| Key::sighting(org, digest)).collect();
        let items = self.get_all(operation, keys).await?;
        let seen = items.iter().map(decode_seen).collect::<Result<_, _>>();
        seen.map_err(|fault| corrupt(operation, fault))
    }

    async fn count(&self, org: &OrgId, sighting: &Sighting, day: NaiveDate, most: u32) -> Result<(), CountError> {
        let mark = new_mark();
        let mut values = count_values(day, &mark);
        values.push(("most", number(most)));
        let key = Key::scorings_of_a_day(org, &sighting.digest, day);
        let update = "SET #schema = :schema, #ttl = :ttl, #count = if_not_exists(#count, :zero) + :one, #step = :step";
        let condition = "attribute_not_exists(#count) OR #count < :most";
        match self.step("count scoring", Change { key, update, condition, values }, &mark).await {
            Ok(_) => Ok(()),
            Err(StepError::Unavailable(unavailable)) => Err(CountError::Unavailable(unavailable)),
            Err(_) => Err(CountError::Full),
        }
    }

    async fn give_back(&self, org: &OrgId, sighting: &Sighting, day: NaiveDate) -> Result<(), Unavailable> {
        let mark = new_mark();
        let values = count_values(day, &mark);
        let key = Key::scorings_of_a_day(org, &sighting.digest, day);
        let update = "SET #count = #count - :one, #step = :step";
        let condition = "#count > :zero AND #step <> :step";
        match self.step("give back scoring", Change { key, update, condition, values }, &mark).await {
            Err(StepError::Unavailable(unavailable)) => Err(unavailable),
            // There is nothing to give back.
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

fn count_values(day: NaiveDate, mark: &str) -> Values {
    vec![
        ("schema", number(SCHEMA)),
        ("ttl", ttl(scorings_of_a_day_end(day))),
        ("zero", number(0)),
        ("one", number(1)),
        ("step", text(mark)),
    ]
}

impl DynamoStore {
    /// Remembers what a scoring saw, unless another one has seen it since it was looked up.
    pub(crate) fn remember(&self, scoring: &Scoring, new: &NewSighting) -> TransactWriteItem {
        let NewSighting { sighting, revision, keep_until } = new;
        let values = vec![
            ("schema", number(SCHEMA)),
            ("ttl", ttl(*keep_until + SEEN_SLACK)),
            ("revision", number(*revision)),
            ("next", number(*revision + 1)),
            ("entries", AttributeValue::Ss(vec![seen_entry(&sighting.person, scoring.id)])),
        ];
        let update = "SET #schema = :schema, #ttl = :ttl, #revision = :next ADD #seen :entries";
        let condition = "attribute_not_exists(#pk) OR #revision = :revision";
        self.change(Change { key: Key::sighting(&scoring.org, &sighting.digest), update, condition, values })
    }

    /// Forgets what a scoring saw.
    pub(crate) fn forget(&self, scoring: &Scoring, now: Time) -> impl Iterator<Item = TransactWriteItem> {
        scoring.sightings.iter().map(move |sighting| {
            let values = vec![
                ("schema", number(SCHEMA)),
                ("ttl", ttl(now + SEEN_SLACK)),
                ("zero", number(0)),
                ("one", number(1)),
                ("entries", AttributeValue::Ss(vec![seen_entry(&sighting.person, scoring.id)])),
            ];
            // The table may have dropped it: then what is left is an empty item, which ends soon.
            let update = "SET #schema = :schema, #ttl = if_not_exists(#ttl, :ttl), \
                          #revision = if_not_exists(#revision, :zero) + :one DELETE #seen :entries";
            let key = Key::sighting(&scoring.org, &sighting.digest);
            self.change(Change { key, update, condition: ALWAYS, values })
        })
    }
}

const ALWAYS: &str = "attribute_exists(#pk) OR attribute_not_exists(#pk)";
