//! What makes a Lambda of a router or a worker: settings from the environment, clients that are warm before the first event, logs in JSON.
//!
//! It is the only crate that knows the Lambda runtime. A function's `main.rs` calls one of [`serve`] and [`work()`] and has nothing else to say.

mod external;
mod http;
mod jwks;
mod work;

pub use acredita_aws::lambda::senders;
pub use http::{prepare, serve, serve_scoring};
pub use jwks::HttpsJwks;
pub use lambda_http::Error;
pub use work::work;

use acredita_aws::{
    connector,
    lambda::{self, Eyes, Settings},
};
use acredita_domain::{App, ports::Scorer};
use acredita_http::logs;
use acredita_scoring::{InternalDocumentNumbers, InternalPictureReader, InternalScorer};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
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

/// Starts the logs, reads the settings and builds the use cases. A function whose settings are not whole does not start, and says all that is missing.
///
/// `external` makes the external providers. Only who scores has any: what is not called is not in the binary.
async fn boot(external: impl AsyncFnOnce(&Settings) -> Result<Vec<Arc<dyn Scorer>>, Error>) -> Result<Booted, Error> {
    logs::start_json();
    let settings = Settings::from_env(|name| std::env::var(name).ok())?;
    let connector = connector();
    let mut scorers: Vec<Arc<dyn Scorer>> = vec![Arc::new(InternalScorer::new())];
    scorers.extend(external(&settings).await?);
    let app = lambda::app(&settings, &connector, scorers, eyes()).await?;
    Ok(Booted { settings, app, connector })
}

/// One reader for all: it is what bounds the memory.
fn eyes() -> Eyes {
    let reader = InternalPictureReader::new();
    Eyes { picture_reader: Arc::new(reader.clone()), document_numbers: Arc::new(InternalDocumentNumbers::new(reader)) }
}
