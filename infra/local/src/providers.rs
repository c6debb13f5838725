//! External providers of a local server: emulators, so that an EXTERNAL scoring can be seen to work without an account.

use acredita_domain::{
    Invalid,
    error::Unavailable,
    ports::{Clock, Entropy, ProviderCredential, Scorer},
    scoring::{Provider, ProviderAccess},
    text::Private,
};
use acredita_emulators::{Emulators, PROCESSOR, Recording, VERIDAS_KEY};
use acredita_engine::InternalComparison;
use acredita_providers::{deadline::Deadlines, google, http::BaseUrl, veridas};
use async_trait::async_trait;
use clap::ValueEnum;
use std::{io, sync::Arc};

/// Which external providers a local server has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Providers {
    /// None: GOOGLE, VERIDAS and EXTERNAL are refused, as on AWS where nothing is configured.
    #[default]
    None,
    /// Emulators of both, started with the server. They judge no picture: they answer what they are told to.
    Emulated,
}

/// External providers that run.
pub struct External {
    /// The providers.
    pub scorers: Vec<Arc<dyn Scorer>>,
    /// Who may use which.
    pub access: ProviderAccess,
    /// What they are, if they are emulated.
    pub emulators: Option<Emulators>,
}

/// A credential that is no secret.
struct Known(String);

#[async_trait]
impl ProviderCredential for Known {
    async fn read(&self) -> Result<Private<String>, Unavailable> {
        Ok(Private::new(self.0.clone()))
    }
}

fn unfit(problem: Invalid) -> io::Error {
    io::Error::other(problem)
}

/// The adapters of both providers, pointed at emulators.
pub fn emulated(
    emulators: &Emulators,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<Vec<Arc<dyn Scorer>>, Invalid> {
    let deadlines = Deadlines::default();
    let endpoint: BaseUrl = emulators.google().parse()?;
    let google = google::Settings { processor: PROCESSOR.parse()?, endpoint: Some(endpoint), aws: None, deadlines };
    let account = Arc::new(Known(emulators.service_account()));
    let veridas =
        veridas::Settings { validas: emulators.validas().parse()?, xpressid: emulators.xpressid().parse()?, deadlines };
    let key = Arc::new(Known(VERIDAS_KEY.to_owned()));
    Ok(vec![
        Arc::new(google::GoogleScorer::new(google, account, clock.clone())?),
        Arc::new(veridas::VeridasScorer::new(
            veridas,
            key,
            Arc::new(InternalComparison),
            entropy.clone(),
            clock.clone(),
        )),
    ])
}

impl External {
    /// Starts what was chosen. Emulated ones are everybody's, and `EXTERNAL` is VERIDAS: it takes documents of any
    /// country.
    pub async fn start(providers: Providers, clock: &Arc<dyn Clock>, entropy: &Arc<dyn Entropy>) -> io::Result<Self> {
        match providers {
            Providers::None => Ok(Self { scorers: Vec::new(), access: ProviderAccess::default(), emulators: None }),
            Providers::Emulated => {
                let emulators = Emulators::start(Recording::Off).await?;
                let scorers = emulated(&emulators, clock, entropy).map_err(unfit)?;
                let access = ProviderAccess::everybody(vec![Provider::Veridas, Provider::Google]);
                Ok(Self { scorers, access, emulators: Some(emulators) })
            }
        }
    }
}
