//! A worker as a Lambda behind a queue or a schedule.

use crate::{Error, Root, WarmUp};
use acredita_aws::AwsStores;
use acredita_domain::{App, stores::Stores};
use acredita_http::logs;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::{Serialize, de::DeserializeOwned};

/// Passes every event to `work` together with `tools`, which are built once, until the environment is shut down. `parts`
/// adds what only some have: one of [`crate::engine`] or [`crate::receivers`].
pub async fn work<Event, Answer, Tools>(
    stores: impl FnOnce(&AwsStores) -> Stores,
    warm_up: WarmUp,
    parts: impl FnOnce(&Root, App) -> App,
    tools: impl FnOnce(&Root) -> Tools,
    work: impl AsyncFn(&App, &Tools, Event) -> Answer,
) -> Result<(), Error>
where
    Event: DeserializeOwned,
    Answer: Serialize,
{
    logs::start_json();
    let root = Root::of_environment()?;
    let app = parts(&root, root.app(stores));
    warm_up.read(&app).await;
    let tools = tools(&root);
    let (app, tools, work) = (&app, &tools, &work);
    lambda_runtime::run(service_fn(async move |event: LambdaEvent<Event>| {
        Ok::<_, Error>(work(app, tools, event.payload).await)
    }))
    .await
}
