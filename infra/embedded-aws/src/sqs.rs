//! SQS: a small endpoint of our own for standard queues, in AWS JSON 1.0, durable in SQLite.
//!
//! It knows CreateQueue, GetQueueAttributes, SendMessage, ReceiveMessage, DeleteMessage and ChangeMessageVisibility. It
//! refuses anything else (FIFO queues, other operations, fields or attributes) rather than ignoring it. It is stricter
//! than AWS in one way that exposes bugs sooner: a receipt handle stops working as soon as its message is received
//! again.

mod error;
mod messages;
mod operations;
mod queue;
mod service;
mod store;
mod wire;

use std::sync::Arc;

use axum::Router;
use axum::serve::ListenerExt;

use crate::home::Home;
use crate::host::{Host, Listening};
use crate::{Service, StartError, TimeSource};

pub(crate) fn start(home: &Home, clock: TimeSource, port: u16) -> Result<Host, StartError> {
    let store = store::Store::open(home.sqs_file().as_deref())
        .map_err(|error| StartError::Open { service: Service::Sqs, reason: error.to_string() })?;
    let listening = Listening::on(Service::Sqs, port)?;
    let endpoint = listening.endpoint().to_owned();
    listening.serve(|listener, draining| async move {
        let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
        let sqs = Arc::new(service::Sqs::new(store, clock, endpoint, draining.clone()));
        // Any path: some SDKs post to the queue's URL, others to the endpoint.
        let router = Router::new().fallback(operations::answer).with_state(sqs);
        if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(draining.begun()).await {
            tracing::error!(%error, "the embedded SQS stopped serving");
        }
    })
}
