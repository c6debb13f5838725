//! The stores of a deployment: one table and one bucket.

use crate::{AwsClients, DynamoStore, S3ExportFiles, S3Pictures};
use acredita_domain::app::Stores;
use std::sync::Arc;

/// The domain's stores in this table and this bucket.
pub fn stores(clients: &AwsClients, table: &str, bucket: &str) -> Stores {
    let store = Arc::new(DynamoStore::new(clients.dynamodb.clone(), table.to_owned()));
    Stores {
        identifications: store.clone(),
        scorings: store.clone(),
        chains: store.clone(),
        outbox: store.clone(),
        sightings: store.clone(),
        endpoints: store.clone(),
        deliveries: store.clone(),
        reviews: store.clone(),
        settings: store.clone(),
        midni_checks: store.clone(),
        housekeeping: store.clone(),
        requests: store.clone(),
        records: store.clone(),
        backfills: store.clone(),
        exports: store.clone(),
        events: store,
        pictures: Arc::new(S3Pictures::new(clients.s3.clone(), bucket.to_owned())),
        export_files: Arc::new(S3ExportFiles::new(clients.s3.clone(), bucket.to_owned())),
    }
}
