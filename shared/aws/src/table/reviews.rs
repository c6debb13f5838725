//! Reviews in the table: an item each, and two attributes of the identification, which always agree with it.

use super::{
    commit::Commit,
    expressions::bind,
    items::{
        DuePartitions, Item, Key, decode_review, due_at, millis, review_place, review_position, reviews_partition, text,
    },
    store::{Change, DynamoStore, unreadable},
};
use crate::{
    errors::{STORE, unavailable},
    provision::LIST_INDEX,
};
use acredita_domain::{
    Time,
    events::ReviewChange,
    identification::Status,
    ids::OrgId,
    ports::{FindError, ReviewPage, ReviewQuery, Reviews, StepError, WaitingReviews},
    review::{Review, ReviewStatus},
};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::try_join_all;

/// The latest review of an identification that is CREATED at `:now`.
const LATEST: &str = "#org = :org AND #status = :created AND #expires_at > :now AND #review_id = :review_id";

#[async_trait]
impl Reviews for DynamoStore {
    async fn change(&self, change: ReviewChange, now: Time) -> Result<(), StepError> {
        let Some(after) = &change.after else { return Err(StepError::Lost) };
        let values = vec![
            ("org", text(&after.org)),
            ("created", text(Status::Created)),
            ("now", millis(now)),
            ("review_id", text(after.id)),
            ("review", text(after.state.status())),
        ];
        let key = Key::identification(after.identification_id);
        let mark = Change { key, update: "SET #review = :review", condition: LATEST, values };
        let commit =
            Commit::new(self, "change review", now).step(mark).review(&change).mark_chain(change.after.as_ref());
        commit.take_once().await
    }

    async fn list(&self, org: &OrgId, query: ReviewQuery) -> Result<ReviewPage, FindError> {
        let keys = query.statuses.iter().map(|status| self.review_rows(org, *status, &query));
        let mut rows: Vec<(String, Key)> = try_join_all(keys).await?.into_iter().flatten().collect();
        rows.sort_by(|(one, _), (other, _)| one.cmp(other));
        let more = rows.len() > query.limit;
        rows.truncate(query.limit);
        let keys: Vec<Key> = rows.into_iter().map(|(_, key)| key).collect();
        if keys.is_empty() {
            return Ok(ReviewPage { reviews: Vec::new(), next: None });
        }
        let items = self.read_all("read reviews", keys).await?;
        let decoded = items.iter().map(|item| decode_review(item).map_err(unreadable("read reviews")));
        let mut reviews = decoded.collect::<Result<Vec<Review>, FindError>>()?;
        reviews.sort_by_key(review_position);
        let next = reviews.last().map(review_position).filter(|_| more);
        Ok(ReviewPage { reviews, next })
    }

    async fn waiting(&self) -> Result<WaitingReviews, FindError> {
        let partitions = try_join_all(DuePartitions::Reviews.all().map(|partition| self.waiting_in(partition))).await?;
        Ok(WaitingReviews {
            open: partitions.iter().map(|part| part.open).sum(),
            oldest: partitions.iter().filter_map(|part| part.oldest).min(),
        })
    }
}

impl DynamoStore {
    async fn waiting_in(&self, partition: AttributeValue) -> Result<WaitingReviews, FindError> {
        let request = self.query_of_due("#due_shard = :partition", &[("partition", partition)]);
        let mut rows = request.into_paginator().items().send();
        let mut waiting = WaitingReviews::default();
        while let Some(row) = rows.next().await {
            let row = row.map_err(|error| FindError::Unavailable(unavailable(STORE, "reviews that wait", &error)))?;
            waiting.open += 1;
            // The longest due comes first.
            if waiting.oldest.is_none() {
                waiting.oldest = Some(due_at(&row).map_err(unreadable("reviews that wait"))?);
            }
        }
        Ok(waiting)
    }

    /// Rows of the list, by their places: one more than asked for, if there are as many.
    async fn review_rows(
        &self,
        org: &OrgId,
        status: ReviewStatus,
        query: &ReviewQuery,
    ) -> Result<Vec<(String, Key)>, FindError> {
        let condition = "#list_shard = :shard AND #list_at > :after";
        let after = query.after.map_or_else(|| "0".to_owned(), review_place);
        let bound = bind(&[condition], &[("shard", text(reviews_partition(org, status))), ("after", text(after))]);
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(LIST_INDEX)
            .limit(i32::try_from(query.limit).unwrap_or(i32::MAX - 1) + 1)
            .key_condition_expression(condition)
            .set_expression_attribute_names(bound.names)
            .set_expression_attribute_values(bound.values);
        let found = request.send().await;
        let found = found.map_err(|error| FindError::Unavailable(unavailable(STORE, "list reviews", &error)))?;
        found.items().iter().map(row).collect()
    }
}

fn row(item: &Item) -> Result<(String, Key), FindError> {
    let place = item.get("list_at").and_then(|place| place.as_s().ok()).ok_or(FindError::Corrupt("list_at"))?;
    Ok((place.clone(), Key::of(item).map_err(|fault| FindError::Corrupt(fault.0))?))
}
