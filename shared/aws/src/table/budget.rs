//! The budgets of an organisation: how many messages it sends in a day, in all and to each country.
//!
//! A budget is cut into the shares of up to [`SHARDS`] counters, so that messages sent at once do not wait for one item. One
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

/// The most counters of a budget.
const SHARDS: u32 = 16;
/// A counter has at least so many messages, if there are several.
const LEAST_SHARE: u32 = 64;
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
        let part = |of: u32| share(of, shards(budget), self.shard);
        let (in_all, there) = (part(budget.daily), part(budget.country_daily));
        let values: Values = vec![
            ("schema", number(SCHEMA)),
            ("ttl", ttl(end_of_day(self.now) + SLACK)),
            ("one", number(1)),
            ("share", number(in_all)),
            ("country_share", number(there)),
        ];
        let update = format!("SET #schema = :schema, #ttl = :ttl ADD #{ALL} :one, #{country} :one");
        let has_room = |name: &str, share: u32, value: &str| match share {
            0 => format!("#{name} < :{value}"),
            _ => format!("(attribute_not_exists(#{name}) OR #{name} < :{value})"),
        };
        let condition =
            format!("{} AND {}", has_room(ALL, in_all, "share"), has_room(&country, there, "country_share"));
        let key = Key::budget(org, self.now.date_naive(), self.shard);
        Some(self.store.change(Change { key, update: &update, condition: &condition, values }))
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
        let has_room = |name: &str, of: u32| -> Result<bool, Corrupt> {
            Ok(spent(counter, name)? < share(of, shards(budget), shard))
        };
        Ok(has_room(ALL, budget.daily)? && has_room(&to(budget.country), budget.country_daily)?)
    }
}

/// When the budgets of the day of `now` are over.
pub(crate) fn end_of_day(now: Time) -> Time {
    (now + TimeDelta::days(1)).with_time(NaiveTime::MIN).single().unwrap_or(now)
}

/// How many shards the budgets are cut into: small ones are not, so that both are kept to the last message.
fn shards(budget: SendBudget) -> u32 {
    (budget.daily.min(budget.country_daily) / LEAST_SHARE).clamp(1, SHARDS)
}

/// The part of a budget that is in one of so many shards: together they are the budget.
fn share(budget: u32, shards: u32, shard: u32) -> u32 {
    budget / shards + u32::from(shard < budget % shards)
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

    fn budget(daily: u32, country_daily: u32) -> SendBudget {
        SendBudget { daily, country: "ES".parse().ok(), country_daily }
    }

    #[test]
    fn the_shares_of_both_budgets_are_the_budgets() {
        for (daily, country_daily) in [(0, 5), (10, 2), (10_000, 2), (127, 129), (10_000, 5_000), (999_999, 1_000_000)]
        {
            let shards = shards(budget(daily, country_daily));
            for budget in [daily, country_daily] {
                assert_eq!((0..shards).map(|shard| share(budget, shards, shard)).sum::<u32>(), budget);
            }
        }
    }

    #[test]
    fn a_small_budget_is_in_one_shard() {
        for (daily, country_daily, expected) in
            [(0, 5, 1), (10, 2, 1), (10_000, 127, 1), (128, 200, 2), (10_000, 5_000, 16)]
        {
            assert_eq!(shards(budget(daily, country_daily)), expected);
        }
    }
}
