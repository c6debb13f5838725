//! What makes a Lambda of a router or a worker: settings from the environment, clients that are warm before the first event, logs in JSON.
//!
//! It is the only crate that knows the Lambda runtime. A function's `main.rs` calls one of [`serve`] and [`work()`] and has nothing else to say.

mod http;
mod jwks;
mod work;

pub use acredita_aws::lambda::senders;
pub use http::{prepare, serve};
pub use jwks::HttpsJwks;
pub use lambda_http::Error;
pub use work::work;

use acredita_aws::lambda::{self, Settings};
use acredita_domain::App;
use acredita_http::logs;
use acredita_scoring::{InternalPictureReader, InternalScorer};
use std::sync::Arc;

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

/// Starts the logs, reads the settings and builds the use cases. A function whose settings are not whole does not start, and says all that is missing.
async fn boot(warm_up: WarmUp) -> Result<(Settings, App), Error> {
    logs::start_json();
    let settings = Settings::from_env(|name| std::env::var(name).ok())?;
    let app = lambda::app(&settings, vec![Arc::new(InternalScorer::new())], Arc::new(InternalPictureReader::new())).await?;
    match warm_up {
        WarmUp::Identifications => lambda::warm_up(&app).await,
        WarmUp::Codes => {
            lambda::warm_up(&app).await;
            lambda::warm_up_keys(&app).await;
        }
        WarmUp::Scorings => lambda::warm_up_scorings(&app).await,
    }
    Ok((settings, app))
}
