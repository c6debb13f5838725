//! What makes a Lambda of a router or a worker: settings from the environment, clients that are warm before the first
//! event, logs in JSON.
//!
//! It is the only crate that knows the Lambda runtime. A function's `main.rs` calls one of [`serve`] and [`work()`] and
//! has nothing else to say.

pub mod engine;
mod external;
mod http;
mod jwks;
mod work;

pub use acredita_aws::lambda::senders;
pub use http::{prepare, serve};
pub use jwks::HttpsJwks;
pub use lambda_http::Error;
pub use work::work;

use acredita_aws::{
    connector,
    lambda::{self, Settings},
};
use acredita_domain::{App, app::Engine};
use acredita_http::logs;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;

/// What a function reads before its first event: what its role lets it read, so that no start begins with a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarmUp {
    /// Identifications.
    Identifications,
    /// Identifications, and the keys of codes.
    Codes,
    /// Scorings.
    Scorings,
}

impl WarmUp {
    /// Reads it, all of it at once.
    async fn read(self, app: &App) {
        match self {
            Self::Identifications => lambda::warm_up(app).await,
            Self::Codes => {
                tokio::join!(lambda::warm_up(app), lambda::warm_up_keys(app));
            }
            Self::Scorings => lambda::warm_up_scorings(app).await,
        }
    }
}

/// What every function is made of.
struct Booted {
    settings: Settings,
    app: App,
    connector: SharedHttpConnector,
}

/// Starts the logs, reads the settings and builds the use cases. A function whose settings are not whole does not
/// start, and says all that is missing.
fn boot(
    engine: impl FnOnce(&Settings, &SharedHttpConnector) -> Result<Option<Engine>, Error>,
) -> Result<Booted, Error> {
    logs::start_json();
    let settings = Settings::from_env(|name| std::env::var(name).ok())?;
    let connector = connector();
    let app = lambda::app(&settings, &connector, engine(&settings, &connector)?)?;
    Ok(Booted { settings, app, connector })
}
