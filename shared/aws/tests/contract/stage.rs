//! A fresh AWS for one test.

use acredita_aws::{
    AwsClients, Config, DynamoStore, Endpoints, S3Pictures, SqsQueue, StaticCredentials,
    provision::{Names, provision},
};
use acredita_domain::{
    Time,
    ports::{Due, Housekeeping, Identifications, Outbox, Pictures, Queue, Scorings},
};
use acredita_embedded_aws::{EmbeddedAws, LOCAL_CREDENTIALS, REGION, Storage};
use aws_sdk_dynamodb::config::SharedInterceptor;
use futures_util::{StreamExt, TryStreamExt};
use std::{future::Future, sync::Arc};

/// The ports that a suite is about.
#[derive(Clone)]
pub struct Ports {
    pub identifications: Arc<dyn Identifications>,
    pub scorings: Arc<dyn Scorings>,
    pub outbox: Arc<dyn Outbox>,
    pub housekeeping: Arc<dyn Housekeeping>,
    pub pictures: Arc<dyn Pictures>,
    pub queue: Arc<dyn Queue>,
}

impl Ports {
    /// Everything that is due at `now`, stuck messages first.
    pub async fn due(&self, now: Time) -> Vec<Due> {
        let all = self.housekeeping.stuck_messages(now).chain(self.housekeeping.over(now));
        all.try_collect().await.expect("what is due")
    }
}

/// Embedded AWS, provisioned, and our adapters on it.
pub struct Stage {
    pub aws: EmbeddedAws,
    pub clients: AwsClients,
    pub names: Names,
    /// Where the queue is.
    pub queue_url: String,
    pub ports: Ports,
}

impl Stage {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// As [`Stage::start`]; the interceptors see what happens once everything is provisioned.
    pub async fn start_with(interceptors: &[SharedInterceptor]) -> Self {
        let clock = Arc::new(|| crate::samples::now().into());
        let aws = EmbeddedAws::start(Storage::Memory, clock).await.expect("embedded AWS");
        let names = Names {
            region: REGION.to_owned(),
            table: "identity".to_owned(),
            bucket: "pictures".to_owned(),
            queue: "messages".to_owned(),
            dead_letter_queue: "dead-letters".to_owned(),
        };
        let config = Config {
            region: REGION.to_owned(),
            endpoints: Endpoints {
                dynamodb: aws.dynamodb_endpoint().to_owned(),
                s3: aws.s3_endpoint().to_owned(),
                sqs: aws.sqs_endpoint().to_owned(),
            },
            credentials: StaticCredentials {
                access_key_id: LOCAL_CREDENTIALS.access_key_id.to_owned(),
                secret_access_key: LOCAL_CREDENTIALS.secret_access_key.to_owned(),
            },
        };
        let clients = AwsClients::new(&config, &[]);
        let queue_url = provision(&clients, &names).await.expect("provisioned").queue;
        let clients = if interceptors.is_empty() { clients } else { AwsClients::new(&config, interceptors) };
        let store = Arc::new(DynamoStore::new(clients.dynamodb.clone(), names.table.clone()));
        let ports = Ports {
            identifications: store.clone(),
            scorings: store.clone(),
            outbox: store.clone(),
            housekeeping: store,
            pictures: Arc::new(S3Pictures::new(clients.s3.clone(), names.bucket.clone())),
            queue: Arc::new(SqsQueue::new(clients.sqs.clone(), queue_url.clone())),
        };
        Self { aws, clients, names, queue_url, ports }
    }
}

/// Sixteen tasks that do the same at once, and what came of each.
pub async fn sixteen_at_once<F>(mut make: impl FnMut(usize) -> F) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let tasks: Vec<_> = (0..16).map(|number| tokio::spawn(make(number))).collect();
    let mut results = Vec::with_capacity(tasks.len());
    for task in tasks {
        results.push(task.await.expect("a task that does not panic"));
    }
    results
}

/// How many of the results are `Ok`.
pub fn successes<T, E>(results: &[Result<T, E>]) -> usize {
    results.iter().filter(|result| result.is_ok()).count()
}
