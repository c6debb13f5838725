//! The stores of a deployment: one table and one bucket.

use crate::{AwsClients, DynamoStore, S3ExportFiles, S3Pictures};
use acredita_domain::{
    named::Named,
    ports::{
        Backfills, ById, Chains, Deliveries, Endpoints, EventLog, Events, ExportFiles, Exports, Housekeeping,
        IdempotencyRecords, Identifications, MidniChecks, Outbox, Pictures, Records, RequestCounts, Reviews, Scorings,
        SettingsStore, Sightings,
    },
    stores::AllStores,
};
use std::sync::Arc;

/// The domain's stores in a table and a bucket.
pub struct AwsStores {
    table: Arc<DynamoStore>,
    s3: aws_sdk_s3::Client,
    bucket: String,
}

impl AwsStores {
    pub fn new(clients: &AwsClients, table: &str, bucket: &str) -> Self {
        let table = Arc::new(DynamoStore::new(clients.dynamodb.clone(), table.to_owned()));
        Self { table, s3: clients.s3.clone(), bucket: bucket.to_owned() }
    }
}

macro_rules! all_stores {
    ($($store:ident: $port:ident,)+) => {
        impl AllStores for AwsStores {
            $(fn $store(&self) -> Named<dyn $port> {
                Named::new(self.table.clone())
            })+

            fn pictures(&self) -> Named<dyn Pictures> {
                Named::new(Arc::new(S3Pictures::new(self.s3.clone(), self.bucket.clone())))
            }

            fn export_files(&self) -> Named<dyn ExportFiles> {
                Named::new(Arc::new(S3ExportFiles::new(self.s3.clone(), self.bucket.clone())))
            }
        }
    };
}

// In the table.
all_stores! {
    by_id: ById,
    identifications: Identifications,
    scorings: Scorings,
    chains: Chains,
    idempotency: IdempotencyRecords,
    outbox: Outbox,
    housekeeping: Housekeeping,
    requests: RequestCounts,
    sightings: Sightings,
    log: EventLog,
    events: Events,
    endpoints: Endpoints,
    deliveries: Deliveries,
    settings: SettingsStore,
    midni_checks: MidniChecks,
    reviews: Reviews,
    records: Records,
    backfills: Backfills,
    exports: Exports,
}
