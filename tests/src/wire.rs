//! Counts the calls that go over the wire.

use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextRef};
use aws_smithy_runtime_api::{box_error::BoxError, client::orchestrator::Metadata};
use std::sync::{Arc, Mutex};

/// The names of the AWS operations that were called, in order, every attempt counted: `GetItem`, `TransactWriteItems`, `SendMessage` …
#[derive(Clone, Debug, Default)]
pub struct Wire(Arc<Mutex<Vec<String>>>);

impl Wire {
    /// What was called since the last look.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("no test panics while it holds this"))
    }
}

impl Intercept for Wire {
    fn name(&self) -> &'static str {
        "Wire"
    }

    fn read_before_transmit(&self, _: &BeforeTransmitInterceptorContextRef<'_>, _: &RuntimeComponents, cfg: &mut ConfigBag) -> Result<(), BoxError> {
        let operation = cfg.load::<Metadata>().map_or("?", |metadata| metadata.name()).to_owned();
        self.0.lock().expect("no test panics while it holds this").push(operation);
        Ok(())
    }
}
