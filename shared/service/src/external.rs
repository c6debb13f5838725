//! External providers out of the environment. Their credentials are read when they are first needed: a function that
//! scores nothing with them reads none.

use crate::Error;
use acredita_aws::{
    SystemClock, SystemEntropy,
    lambda::{CallerSettings, GoogleSettings, Settings, VeridasSettings, credential},
};
use acredita_domain::ports::{Clock, Scorer};
use acredita_engine::InternalComparison;
use acredita_providers::{deadline::Deadlines, google, veridas};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use std::sync::Arc;

fn aws_caller(caller: CallerSettings) -> google::AwsCaller {
    let CallerSettings { region, access_key_id, secret_access_key, session_token } = caller;
    google::AwsCaller { region, access_key_id, secret_access_key, session_token }
}

/// The external providers of a deployment.
pub(crate) fn scorers(settings: &Settings, connector: &SharedHttpConnector) -> Result<Vec<Arc<dyn Scorer>>, Error> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mut scorers: Vec<Arc<dyn Scorer>> = Vec::new();
    if let Some(GoogleSettings { processor, endpoint, secret, caller }) = &settings.providers.google {
        let processor = processor.parse().map_err(|problem| format!("ACREDITA_GOOGLE_PROCESSOR {problem}"))?;
        let endpoint = endpoint.as_deref().map(str::parse).transpose();
        let endpoint = endpoint.map_err(|problem| format!("ACREDITA_GOOGLE_ENDPOINT {problem}"))?;
        let key = Arc::new(credential(secret.clone(), connector)?);
        let settings = google::Settings {
            processor,
            endpoint,
            aws: caller.clone().map(aws_caller),
            deadlines: Deadlines::default(),
        };
        scorers.push(Arc::new(google::GoogleScorer::new(settings, key, clock.clone())?));
    }
    if let Some(VeridasSettings { validas_url, xpressid_url, secret }) = &settings.providers.veridas {
        let validas = validas_url.parse().map_err(|problem| format!("ACREDITA_VERIDAS_VALIDAS_URL {problem}"))?;
        let xpressid = xpressid_url.parse().map_err(|problem| format!("ACREDITA_VERIDAS_XPRESSID_URL {problem}"))?;
        let key = Arc::new(credential(secret.clone(), connector)?);
        let settings = veridas::Settings { validas, xpressid, deadlines: Deadlines::default() };
        scorers.push(Arc::new(veridas::VeridasScorer::new(
            settings,
            key,
            Arc::new(InternalComparison),
            Arc::new(SystemEntropy),
            clock,
        )));
    }
    Ok(scorers)
}
