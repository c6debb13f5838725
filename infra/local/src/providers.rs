//! External providers of a local server: emulators, so that an EXTERNAL scoring, and text messages by Infobip, can be
//! tried without an account.

use acredita_domain::{
    error::Unavailable,
    ports::{Clock, Entropy, ProviderCredential, Scorer},
    scoring::{Provider, ProviderAccess},
    text::Private,
};
use acredita_emulators::{Emulators, INFOBIP_KEY, INFOBIP_SENDER, PROCESSOR, Recording, VERIDAS_KEY};
use acredita_outbound::Outbound;
use acredita_providers::{google, veridas};
use acredita_senders::{InfobipSender, infobip};
use acredita_service::{Configured, ProviderSettings, external_scorers};
use async_trait::async_trait;
use clap::ValueEnum;
use std::{io, sync::Arc};

/// The choice of external providers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Providers {
    /// None: GOOGLE, VERIDAS and EXTERNAL are refused, as on AWS without a configured provider.
    #[default]
    None,
    /// Emulators of both, started with the server. They judge no picture, and return the answers they are given.
    Emulated,
}

/// Who sends text messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum SmsProvider {
    /// Nobody: they are in the inbox.
    #[default]
    Inbox,
    /// The code for Infobip, to an emulator that keeps them.
    InfobipEmulated,
}

/// Running external providers.
pub struct External {
    pub scorers: Vec<Arc<dyn Scorer>>,
    /// Which organisations may use which provider.
    pub access: ProviderAccess,
    /// Set if a provider is emulated.
    pub emulators: Option<Emulators>,
}

/// A credential that is not secret.
struct Known(String);

#[async_trait]
impl ProviderCredential for Known {
    async fn read(&self) -> Result<Private<String>, Unavailable> {
        Ok(Private::new(self.0.clone()))
    }
}

fn unfit(problem: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::other(problem)
}

/// The adapters of both providers, pointed at emulators.
pub fn emulated(
    emulators: &Emulators,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> io::Result<Vec<Arc<dyn Scorer>>> {
    let google = google::Settings {
        processor: PROCESSOR.parse().map_err(unfit)?,
        endpoint: Some(emulators.google().parse().map_err(unfit)?),
        aws: None,
    };
    let veridas = veridas::Settings {
        validas: emulators.validas().parse().map_err(unfit)?,
        xpressid: emulators.xpressid().parse().map_err(unfit)?,
    };
    // On AWS this is the name of a secret; here it is the credential itself.
    let settings = ProviderSettings {
        google: Some(Configured { settings: google, secret: emulators.service_account() }),
        veridas: Some(Configured { settings: veridas, secret: VERIDAS_KEY.to_owned() }),
    };
    let credential = |secret: &str| Arc::new(Known(secret.to_owned())) as _;
    Ok(external_scorers(&settings, credential, &Outbound::default(), entropy, clock))
}

impl External {
    /// Starts the chosen providers. Every organisation may use the emulated ones, and `EXTERNAL` is VERIDAS, because it
    /// takes documents of any country.
    pub async fn start(
        providers: Providers,
        sms: SmsProvider,
        clock: &Arc<dyn Clock>,
        entropy: &Arc<dyn Entropy>,
    ) -> io::Result<Self> {
        let emulators = match (providers, sms) {
            (Providers::None, SmsProvider::Inbox) => None,
            _ => Some(Emulators::start(Recording::Off).await?),
        };
        let (scorers, access) = match (providers, &emulators) {
            (Providers::Emulated, Some(emulators)) => {
                let access = ProviderAccess::everybody(vec![Provider::Veridas, Provider::Google]);
                (emulated(emulators, clock, entropy)?, access)
            }
            _ => (Vec::new(), ProviderAccess::default()),
        };
        Ok(Self { scorers, access, emulators })
    }
}

/// The sender of text messages by Infobip, pointed at its emulator.
pub fn emulated_infobip(emulators: &Emulators, clock: &Arc<dyn Clock>) -> io::Result<InfobipSender> {
    let settings = infobip::Settings {
        url: emulators.infobip().parse().map_err(unfit)?,
        sender: INFOBIP_SENDER.parse().map_err(unfit)?,
    };
    let key = Arc::new(Known(INFOBIP_KEY.to_owned()));
    Ok(InfobipSender::new(settings, key, Outbound::default(), clock.clone()))
}
