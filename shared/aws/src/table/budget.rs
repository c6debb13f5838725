//! The budgets of an organisation: how many messages it sends in a day, in all and to each country.
//!
//! A budget is cut into the shares of [`SHARDS`] counters, so that messages sent at once do not wait for one item. One
//! update counts a message in both budgets of one shard, on the condition that both have room. A full shard is no full
//! budget: then all of them are read, and one that has room is tried instead.

use super::{
    expressions::Values,
    items::{Corrupt, Item, Key, SCHEMA, SLACK, number, text, ttl},
    store::{Change, DynamoStore, corrupt},
};
use acredita_domain::{
    Time,
    actor::Country,
    error::Unavailable,
    ids::OrgId,
    ports::{NewOutboxMessage, SendBudget},
};
use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::{NaiveTime, TimeDelta};

/// Counters of a budget.
const SHARDS: u32 = 16;
/// How often another shard is tried: others may fill it meanwhile.
const TRIES: u32 = 20;
const OPERATION: &str = "find room in a budget";
/// The attribute of the messages to all countries.
const ALL: &str = "all";

/// The shard that a commit counts its message in.
pub(crate) struct Room<'a> {
    store: &'a DynamoStore,
    now: Time,
    /// `None` if no message of the commit costs.
    spent: Option<(&'a OrgId, SendBudget)>,
    shard: u32,
    tries: u32,
}

impl<'a> Room<'a> {
    /// At most one message of a commit costs.
    pub fn of(store: &'a DynamoStore, outbox: &'a [NewOutboxMessage], now: Time) -> Self {
        let costs = outbox.iter().find_map(|new| Some((new, new.counted.as_ref()?.budget?)));
        let shard = costs.map_or(0, |(new, budget)| new.message.reference.message_id.drawn(shards(budget)));
        let spent = costs.map(|(new, budget)| (&new.message.org, budget));
        Self { store, now, spent, shard, tries: 0 }
    }

    /// Counts the message that costs, or refuses the transaction.
    pub fn count_send(&self) -> Option<TransactWriteItem> {
        let (org, budget) = self.spent?;
        let country = to(budget.country);
        let values: Values = vec![
            ("schema", number(SCHEMA)),
            ("ttl", ttl(end_of_day(self.now) + SLACK)),
            ("one", number(1)),
            ("share", number(share(budget.daily, self.shard))),
            ("country_share", number(share(budget.country_daily, self.shard))),
        ];
        let update = format!("SET #schema = :schema, #ttl = :ttl ADD #{ALL} :one, #{country} :one");
        let has_room = |name: &str, share: u32, value: &str| match share {
            0 => format!("#{name} < :{value}"),
            _ => format!("(attribute_not_exists(#{name}) OR #{name} < :{value})"),
        };
        let in_all = has_room(ALL, share(budget.daily, self.shard), "share");
        let there = has_room(&country, share(budget.country_daily, self.shard), "country_share");
        let key = Key::budget(org, self.now.date_naive(), self.shard);
        Some(self.store.change(Change { key, update: &update, condition: &format!("{in_all} AND {there}"), values }))
    }

    /// Moves to a shard with room, after the one before refused. Whether there is one.
    pub async fn moves(&mut self) -> Result<bool, Unavailable> {
        let Some((org, budget)) = self.spent else { return Ok(false) };
        self.tries += 1;
        let counters = self.counters(org).await?;
        let free =
            (0..shards(budget)).map(|shard| self.has_room(&counters, (org, budget), shard).map(|has| (shard, has)));
        let free: Vec<(u32, bool)> = free.collect::<Result<_, _>>().map_err(|fault| corrupt(OPERATION, fault))?;
        let free: Vec<u32> = free.into_iter().filter_map(|(shard, has_room)| has_room.then_some(shard)).collect();
        // Those who look at once should not all go the same way.
        match free.get((self.shard + self.tries) as usize % free.len().max(1)) {
            Some(shard) if self.tries <= TRIES => self.shard = *shard,
            _ => {
                tracing::warn!(target: "acredita::counted", over_budget = true, "a budget of today is used up");
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn counters(&self, org: &OrgId) -> Result<Vec<Item>, Unavailable> {
        let day = Key::budget(org, self.now.date_naive(), 0);
        self.store.query_all(OPERATION, "#pk = :pk", None, &[("pk", text(day.partition()))]).await
    }

    fn has_room(&self, counters: &[Item], (org, budget): (&OrgId, SendBudget), shard: u32) -> Result<bool, Corrupt> {
        let key = Key::budget(org, self.now.date_naive(), shard);
        let counter = counters.iter().find(|item| Key::of(item).is_ok_and(|found| found == key));
        let has_room =
            |name: &str, budget| -> Result<bool, Corrupt> { Ok(spent(counter, name)? < share(budget, shard)) };
        Ok(has_room(ALL, budget.daily)? && has_room(&to(budget.country), budget.country_daily)?)
    }
}

/// When the budgets of the day of `now` are over.
pub(crate) fn end_of_day(now: Time) -> Time {
    (now + TimeDelta::days(1)).with_time(NaiveTime::MIN).single().unwrap_or(now)
}

/// A shard's part of a budget: together they are the budget.
fn share(budget: u32, shard: u32) -> u32 {
    budget / SHARDS + u32::from(shard < budget % SHARDS)
}

/// How many shards have a part of both budgets: the first ones.
fn shards(budget: SendBudget) -> u32 {
    SHARDS.min(budget.daily).min(budget.country_daily)
}

/// The attribute of the messages to a country.
fn to(country: Option<Country>) -> String {
    country.map_or_else(|| "to_others".to_owned(), |country| format!("to_{country}"))
}

fn spent(counter: Option<&Item>, name: &str) -> Result<u32, Corrupt> {
    let Some(spent) = counter.and_then(|counter| counter.get(name)) else { return Ok(0) };
    spent.as_n().ok().and_then(|spent| spent.parse().ok()).ok_or(Corrupt("count of a budget"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_of_a_budget_are_the_budget() {
        for budget in [0, 1, 15, 16, 17, 5_000, 10_000, 999_999] {
            assert_eq!((0..SHARDS).map(|shard| share(budget, shard)).sum::<u32>(), budget);
        }
    }

    #[test]
    fn a_small_budget_is_in_few_shards() {
        let spain = "ES".parse().ok();
        for (daily, country_daily, expected) in [(0, 5, 0), (3, 5, 3), (5, 1, 1), (10_000, 5_000, SHARDS)] {
            let budget = SendBudget { daily, country: spain, country_daily };
            assert_eq!(shards(budget), expected);
            let has_part = (0..SHARDS).map(|shard| share(daily, shard) > 0 && share(country_daily, shard) > 0);
            assert_eq!(has_part.filter(|has| *has).count(), expected as usize);
        }
    }
}
