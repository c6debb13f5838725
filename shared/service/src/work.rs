//! A worker as a Lambda behind a queue or a schedule.

use crate::{Booted, Error, WarmUp, boot, engine};
use acredita_aws::lambda::Settings;
use acredita_domain::App;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::{Serialize, de::DeserializeOwned};

/// Hands every event to `work` together with what `prepare` made of the settings once, until the environment is taken
/// down.
pub async fn work<Event, Answer, Tools>(
    warm_up: WarmUp,
    prepare: impl FnOnce(&Settings, &SharedHttpConnector) -> Result<Tools, Error>,
    work: impl AsyncFn(&App, &Tools, Event) -> Answer,
) -> Result<(), Error>
where
    Event: DeserializeOwned,
    Answer: Serialize,
{
    let Booted { settings, app, connector } = boot(engine::none)?;
    warm_up.read(&app).await;
    let tools = prepare(&settings, &connector)?;
    let (app, tools, work) = (&app, &tools, &work);
    lambda_runtime::run(service_fn(async move |event: LambdaEvent<Event>| {
        Ok::<_, Error>(work(app, tools, event.payload).await)
    }))
    .await
}
