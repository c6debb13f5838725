//! The one place where an [`App`] is built.

use acredita_aws::{AwsClients, AwsStores, SqsExports, SqsQueue, SqsWakes};
use acredita_domain::{
    App,
    app::{Engine, Policy},
    named::Named,
    ports::{Clock, CodeKeys, Entropy, Receivers},
    stores::Stores,
};
use std::sync::Arc;

pub struct Parts {
    pub clients: AwsClients,
    pub places: Places,
    pub keys: Arc<dyn CodeKeys>,
    pub engine: Option<Engine>,
    /// Where events are delivered to: [`HttpReceivers`](crate::HttpReceivers).
    pub receivers: Named<dyn Receivers>,
    pub policy: Policy,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// Where the state is stored in AWS.
#[derive(Clone, Debug)]
pub struct Places {
    pub table: String,
    pub bucket: String,
    pub queue_url: String,
    /// The queue of deliveries.
    pub dispatch_queue_url: String,
    /// The queue of exports.
    pub exports_queue_url: String,
}

/// The use cases over these parts, and over the stores that are named.
pub fn app(parts: Parts, stores: impl FnOnce(&AwsStores) -> Stores) -> App {
    let Parts { clients, places, keys, engine, receivers, policy, clock, entropy } = parts;
    App {
        stores: stores(&AwsStores::new(&clients, &places.table, &places.bucket)),
        queue: Arc::new(SqsQueue::new(clients.sqs.clone(), places.queue_url)),
        wakes: Arc::new(SqsWakes::new(clients.sqs.clone(), places.dispatch_queue_url)),
        export_queue: Arc::new(SqsExports::new(clients.sqs, places.exports_queue_url)),
        receivers,
        engine,
        policy,
        clock,
        entropy,
        keys,
        throttle: Arc::default(),
        known_settings: Arc::default(),
    }
}
