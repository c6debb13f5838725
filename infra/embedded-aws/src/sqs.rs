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

use crate::home::Home;
use crate::host::{Host, Listening};
use crate::{Doors, Service, StartError, TimeSource, private};

pub(crate) fn start(home: &Home, clock: TimeSource, doors: &Doors) -> Result<Host, StartError> {
    let failed = |reason: String| StartError::Open { service: Service::Sqs, reason };
    let file = home.sqs_file();
    file.as_deref().map_or(Ok(()), |file| private::make(file).map(drop)).map_err(|error| failed(error.to_string()))?;
    let store = store::Store::open(file.as_deref()).map_err(|error| failed(error.to_string()))?;
    let listening = Listening::on(Service::Sqs, doors.ports.sqs)?;
    let sqs = service::Sqs::new(store, clock, listening.endpoint().to_owned(), listening.draining());
    // Any path: some SDKs post to the queue's URL, others to the endpoint.
    let state = (Arc::new(sqs), Arc::new(home.credentials().clone()));
    let router = Router::new().fallback(operations::answer).with_state(state);
    let access = listening.access();
    listening.serve(router, access)
}
