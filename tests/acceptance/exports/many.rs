//! More records than a test could create.

use acredita_domain::{
    Time,
    events::Subject,
    ids::{AdminIdentificationId, IdentificationId, OrgId, RecordId},
    ports::{FindError, FoundRecord, RecordPage, RecordQuery, RecordRange, RecordStream, Records, WalkedRecord},
    records::{RecordKind, RecordPerson, RecordPosition, RecordRow, RecordStatus},
};
use acredita_testing::beginning;
use async_trait::async_trait;
use chrono::TimeDelta;
use futures_util::{StreamExt, stream};
use std::collections::HashMap;

/// So many, of which each says its number: 0 is the newest.
pub struct Many(usize);

impl Many {
    pub fn new(records: usize) -> Self {
        Self(records)
    }
}

fn record(number: usize) -> WalkedRecord {
    let id = |kind: u8| format!("{number:08x}-0000-4000-8000-{kind:012x}");
    let (admin, own): (AdminIdentificationId, IdentificationId) =
        (id(1).parse().expect("an id"), id(2).parse().expect("an id"));
    let created_at: Time = beginning() - TimeDelta::milliseconds(i64::try_from(number).expect("not so many"));
    WalkedRecord {
        subject: Subject::Identification { identification_id: own, admin_identification_id: admin },
        row: RecordRow {
            id: admin.into(),
            kind: RecordKind::Agent,
            stored: RecordStatus::Created,
            created_at,
            expires_at: created_at + TimeDelta::hours(1),
            // As long as it may be.
            client_reference_id: format!("{}{number}", "x".repeat(200 - number.to_string().len())).parse().ok(),
            score: None,
            review: None,
        },
    }
}

#[async_trait]
impl Records for Many {
    async fn list(&self, _: &OrgId, _: RecordQuery) -> Result<RecordPage, FindError> {
        unreachable!("an export walks")
    }

    async fn search(
        &self,
        _: &OrgId,
        _: &[String],
        _: Option<RecordPosition>,
        _: usize,
    ) -> Result<RecordPage, FindError> {
        unreachable!("an export walks")
    }

    fn walk<'a>(&'a self, _: &'a OrgId, range: RecordRange) -> RecordStream<'a> {
        let first = range.after.map_or(0, |after| {
            let millis = u64::try_from(beginning().timestamp_millis()).expect("after 1970");
            usize::try_from(millis - after.millis).expect("not so many") + 1
        });
        stream::iter((first..self.0).map(|number| Ok(record(number)))).boxed()
    }

    async fn persons(&self, _: &OrgId, _: &[Subject]) -> Result<HashMap<Subject, RecordPerson>, FindError> {
        unreachable!("the columns are plain")
    }

    async fn find(&self, _: &OrgId, _: RecordId) -> Result<Option<FoundRecord>, FindError> {
        unreachable!("an export walks")
    }
}
