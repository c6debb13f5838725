//! Exports in the table: an item each, which one worker holds at a time.

use super::{
    commit::{Commit, telling},
    items::{Key, decode_export, encode_export, json, millis, number, text},
    store::{Change, DynamoStore, corrupt},
};
use acredita_domain::{
    Time,
    events::Story,
    exports::{Export, ExportStatus},
    ids::{ExportId, LeaseId, OrgId},
    ports::{Exports, FindError, StepError, limits::REKICK_AFTER},
};
use async_trait::async_trait;

/// One that nobody has, or this very call: an earlier attempt of it may have succeeded, and only its answer was lost.
const FREE: &str = "#org = :org AND #status = :running AND #expires_at >= :until AND \
                    (attribute_not_exists(#lease_until) OR #lease_until <= :now OR #lease = :lease)";
const MINE: &str = "#org = :org AND #status = :running AND #lease = :lease";

#[async_trait]
impl Exports for DynamoStore {
    async fn create(&self, export: &Export, story: Story) -> Result<(), StepError> {
        let operation = "create export";
        telling(operation, &story, |chapter| {
            let item = encode_export(export, &chapter.continued());
            Commit::new(self, operation, export.requested_at).put(item).tell(chapter)
        })
        .await
    }

    async fn find(&self, org: &OrgId, id: ExportId) -> Result<Option<Export>, FindError> {
        let found = DynamoStore::find(self, "find export", Key::export(id), decode_export).await?;
        Ok(found.filter(|export| export.org == *org))
    }

    async fn claim(
        &self,
        org: &OrgId,
        id: ExportId,
        lease: LeaseId,
        now: Time,
        until: Time,
    ) -> Result<Export, StepError> {
        let operation = "claim export";
        let values = vec![
            ("org", text(org)),
            ("running", text(ExportStatus::Running)),
            ("lease", text(lease)),
            ("now", millis(now)),
            ("until", millis(until)),
            ("one", number(1)),
        ];
        let update = "SET #lease = :lease, #lease_until = :until, #due_at = :until, #tries = #tries + :one";
        let item = self.update(operation, Change { key: Key::export(id), update, condition: FREE, values }).await?;
        decode_export(&item).map_err(|fault| StepError::Unavailable(corrupt(operation, fault)))
    }

    async fn save(&self, export: &Export, lease: LeaseId, until: Option<Time>, now: Time) -> Result<(), StepError> {
        let mut values = vec![
            ("org", text(&export.org)),
            ("running", text(ExportStatus::Running)),
            ("lease", text(lease)),
            ("progress", json(&export.progress)),
            ("zero", number(0)),
            ("due", millis(until.unwrap_or(now + REKICK_AFTER))),
        ];
        let update = match until {
            Some(until) => {
                values.push(("until", millis(until)));
                "SET #progress = :progress, #tries = :zero, #due_at = :due, #lease_until = :until"
            }
            None => "SET #progress = :progress, #tries = :zero, #due_at = :due REMOVE #lease, #lease_until",
        };
        self.update("save export", Change { key: Key::export(export.id), update, condition: MINE, values }).await?;
        Ok(())
    }

    async fn finish(&self, export: &Export, lease: LeaseId, story: Story) -> Result<(), StepError> {
        let operation = "finish export";
        let values = vec![
            ("org", text(&export.org)),
            ("running", text(ExportStatus::Running)),
            ("lease", text(lease)),
            ("status", text(export.status)),
            ("ended_at", millis(export.ended_at.unwrap_or(export.expires_at))),
            ("due", millis(export.expires_at)),
        ];
        let update = "SET #status = :status, #ended_at = :ended_at, #due_at = :due REMOVE #lease, #lease_until";
        telling(operation, &story, |chapter| {
            let change = Change { key: Key::export(export.id), update, condition: MINE, values: values.clone() };
            Commit::new(self, operation, Time::UNIX_EPOCH).step_telling(change, chapter)
        })
        .await
    }
}
