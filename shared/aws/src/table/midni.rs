//! Checks of codes of MiDNI, and the codes that were presented.

use super::{
    commit::Commit,
    items::{Key, decode_check, encode_check, encode_presented},
    store::DynamoStore,
    transitions::{OPEN, open_values},
};
use acredita_domain::{
    Time,
    identification::Identification,
    midni::Check,
    ports::{CheckError, FindError, MidniChecks, NewCheck},
};
use async_trait::async_trait;

#[async_trait]
impl MidniChecks for DynamoStore {
    async fn keep(&self, identification: &Identification, new: NewCheck, now: Time) -> Result<(), CheckError> {
        let NewCheck { digest, check, idempotency } = new;
        let org = &identification.org;
        let open = self.check(Key::identification(identification.id), OPEN, open_values(org, now));
        Commit::new(self, "keep check", now)
            .guarded(open)
            .presented(encode_presented(&check.evidence.digest, check.evidence.valid_until))
            .put(encode_check(&digest, &check))
            .remember(org, idempotency)
            .present()
            .await
    }

    async fn find(&self, digests: &[String]) -> Result<Option<Check>, FindError> {
        for digest in digests {
            if let Some(check) = DynamoStore::find(self, "find check", Key::check(digest), decode_check).await? {
                return Ok(Some(check));
            }
        }
        Ok(None)
    }
}
