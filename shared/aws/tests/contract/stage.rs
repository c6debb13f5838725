//! A new AWS for one test.

use crate::samples::{now, org};
use acredita_aws::{
    AwsClients, AwsStores, SqsQueue,
    provision::{ResourceNames, provision},
    sdk_config,
};
use acredita_domain::{
    Time,
    identification::{Identification, Transition},
    otp::MAX_TRIES,
    ports::{Due, NewOutboxMessage, Queue, StepError},
    stores::Stores,
};
use acredita_embedded_aws::{EmbeddedAws, REGION, Storage};
use acredita_outbound::Outbound;
use aws_sdk_dynamodb::config::SharedInterceptor;
use futures_util::{StreamExt, TryStreamExt};
use std::{future::Future, ops::Deref, sync::Arc};

/// The ports that a suite tests.
#[derive(Clone)]
pub struct Ports {
    pub stores: Stores,
    pub queue: Arc<dyn Queue>,
}

impl Deref for Ports {
    type Target = Stores;

    fn deref(&self) -> &Stores {
        &self.stores
    }
}

impl Ports {
    /// All work due at `now`, stuck messages first.
    pub async fn due(&self, now: Time) -> Vec<Due> {
        let all = self.housekeeping.stuck_messages(now).chain(self.housekeeping.over(now));
        all.try_collect().await.expect("what is due")
    }

    /// Takes the step to the generation of this message's code, with the message as its effect.
    pub async fn resend(
        &self,
        identification: &Identification,
        new: NewOutboxMessage,
        at: Time,
    ) -> Result<(), StepError> {
        let generation = new.message.effect.generation();
        let step = Transition::Resend { generation };
        self.identifications.transition(identification, step, vec![new], crate::samples::told(identification), at).await
    }
}

/// Embedded AWS, provisioned, with our adapters.
pub struct Stage {
    pub aws: EmbeddedAws,
    pub clients: AwsClients,
    pub names: ResourceNames,
    pub queue_url: String,
    pub ports: Ports,
}

impl Stage {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// As [`Stage::start`]; the interceptors see the calls after provisioning.
    pub async fn start_with(interceptors: &[SharedInterceptor]) -> Self {
        let clock = Arc::new(|| crate::samples::now().into());
        let aws = EmbeddedAws::start(Storage::Memory, clock).await.expect("embedded AWS");
        let names = ResourceNames {
            region: REGION.to_owned(),
            table: "identity".to_owned(),
            bucket: "pictures".to_owned(),
            queue: "messages".to_owned(),
            dead_letter_queue: "dead-letters".to_owned(),
            dispatch_queue: "dispatch".to_owned(),
            dispatch_dead_letter_queue: "dispatch-dead-letters".to_owned(),
            exports_queue: "exports".to_owned(),
            exports_dead_letter_queue: "exports-dead-letters".to_owned(),
        };
        let variables = aws.variables();
        let variable = move |name: &str| variables.get(name).cloned();
        let sdk = sdk_config(Outbound::default().connector(), variable).expect("a region");
        let clients = AwsClients::new(&sdk, &[]);
        let queue_url = provision(&clients, &names).await.expect("provisioned").queue;
        let clients = if interceptors.is_empty() { clients } else { AwsClients::new(&sdk, interceptors) };
        let stores = Stores::all(&AwsStores::new(&clients, &names.table, &names.bucket));
        let queue = Arc::new(SqsQueue::new(clients.sqs.clone(), queue_url.clone()));
        let ports = Ports { stores, queue };
        Self { aws, clients, names, queue_url, ports }
    }
}

/// The results of sixteen concurrent tasks.
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

/// Makes as many wrong tries as there may be, without a word of the failure.
pub async fn use_up_the_tries(ports: &Ports, identification: &Identification) {
    for _ in 0..MAX_TRIES {
        ports.identifications.count_try(identification, now()).await.expect("a try is left");
        ports.identifications.judge_wrong(&org(), identification.id).await.expect("judged");
    }
}

/// The number of results that are `Ok`.
pub fn successes<T, E>(results: &[Result<T, E>]) -> usize {
    results.iter().filter(|result| result.is_ok()).count()
}
