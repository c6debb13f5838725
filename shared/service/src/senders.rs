//! Senders: the variables that configure them, and their construction. To add one, add a file to `shared/senders`, a
//! line to each of the functions here, and its variables to the table of [`settings`](crate::settings).

use crate::{
    environment::{EnvironmentReader, SettingsError},
    providers::Configured,
};
use acredita_domain::{
    Invalid,
    otp::Channel,
    ports::{Clock, ProviderCredential},
};
use acredita_outbound::Outbound;
use acredita_senders::{EmailSender, InfobipSender, Senders, SmsSender, email, infobip, sms};
use aws_types::SdkConfig;
use std::sync::Arc;

#[derive(Clone, Debug, Default)]
pub struct SenderSettings {
    pub sms: Option<SmsSettings>,
    pub email: Option<email::Settings>,
}

/// Who sends text messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SmsSettings {
    /// AWS End User Messaging.
    Aws(sms::Settings),
    /// Infobip. Its secret is the API key.
    Infobip(Configured<infobip::Settings>),
}

impl SenderSettings {
    /// Of an environment, which may be that of a deployed function. All missing or wrong variables are reported together.
    pub fn from_env(env: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let mut read = EnvironmentReader::new(&env);
        let settings = Self::read(&mut read);
        read.finish(Some(settings))
    }

    /// A channel that is off requires no variables, and a sender that is not chosen needs none.
    pub(crate) fn read(read: &mut EnvironmentReader) -> Self {
        let channels = read.parsed("ACREDITA_CHANNELS", channels).unwrap_or_default();
        Self {
            sms: channels.contains(&Channel::Sms).then(|| read_sms(read)).flatten(),
            email: channels.contains(&Channel::Email).then(|| read_email(read)).flatten(),
        }
    }

    pub(crate) fn channels(&self) -> Vec<Channel> {
        let sms = self.sms.is_some().then_some(Channel::Sms);
        let email = self.email.is_some().then_some(Channel::Email);
        sms.into_iter().chain(email).collect()
    }

    /// Those whose providers report what became of messages: AWS's do.
    pub(crate) fn reporting(&self) -> Vec<Channel> {
        let is_heard = |channel: &Channel| *channel != Channel::Sms || matches!(self.sms, Some(SmsSettings::Aws(_)));
        self.channels().into_iter().filter(is_heard).collect()
    }

    /// The senders. `credential` finds a secret.
    pub(crate) fn build(
        &self,
        sdk: &SdkConfig,
        credential: impl Fn(&str) -> Arc<dyn ProviderCredential>,
        outbound: &Outbound,
        clock: &Arc<dyn Clock>,
    ) -> Senders {
        let mut senders = Senders::default();
        match &self.sms {
            Some(SmsSettings::Aws(settings)) => {
                let sender = SmsSender::new(sdk, settings.clone(), clock.clone());
                senders = senders.with(Channel::Sms, Arc::new(sender));
            }
            Some(SmsSettings::Infobip(Configured { settings, secret })) => {
                let sender = InfobipSender::new(settings.clone(), credential(secret), outbound.clone(), clock.clone());
                senders = senders.with(Channel::Sms, Arc::new(sender));
            }
            None => {}
        }
        if let Some(settings) = &self.email {
            senders = senders.with(Channel::Email, Arc::new(EmailSender::new(sdk, settings.clone())));
        }
        senders
    }
}

fn channels(list: &str) -> Result<Vec<Channel>, Invalid> {
    const PROBLEM: Invalid = Invalid("is not a list of SMS and EMAIL, the only channels that can be sent on yet");
    let channel = |name: &str| match name.trim().parse() {
        Ok(channel @ (Channel::Sms | Channel::Email)) => Ok(channel),
        _ => Err(PROBLEM),
    };
    list.split(',').map(channel).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SmsProvider {
    Aws,
    Infobip,
}

fn sms_provider(name: &str) -> Result<SmsProvider, Invalid> {
    match name {
        "AWS" => Ok(SmsProvider::Aws),
        "INFOBIP" => Ok(SmsProvider::Infobip),
        _ => Err(Invalid("is neither AWS nor INFOBIP")),
    }
}

fn read_sms(read: &mut EnvironmentReader) -> Option<SmsSettings> {
    let provider = match read.optional("ACREDITA_SMS_SENDER") {
        Some(_) => read.parsed("ACREDITA_SMS_SENDER", sms_provider)?,
        None => SmsProvider::Aws,
    };
    match provider {
        SmsProvider::Aws => read_aws(read).map(SmsSettings::Aws),
        SmsProvider::Infobip => read_infobip(read).map(SmsSettings::Infobip),
    }
}

fn read_aws(read: &mut EnvironmentReader) -> Option<sms::Settings> {
    let max_price = read.parsed("ACREDITA_SMS_MAX_PRICE", str::parse);
    Some(sms::Settings {
        origination_identity: read.required("ACREDITA_SMS_ORIGINATION_IDENTITY")?,
        configuration_set: read.optional("ACREDITA_SMS_CONFIGURATION_SET"),
        max_price,
    })
}

fn read_infobip(read: &mut EnvironmentReader) -> Option<Configured<infobip::Settings>> {
    let url = read.required_parsed("ACREDITA_INFOBIP_URL", str::parse);
    let sender = read.required_parsed("ACREDITA_INFOBIP_SENDER", str::parse);
    let secret = read.required("ACREDITA_INFOBIP_SECRET");
    let settings = infobip::Settings { url: url?, sender: sender? };
    Some(Configured { settings, secret: secret? })
}

fn read_email(read: &mut EnvironmentReader) -> Option<email::Settings> {
    Some(email::Settings {
        from: read.required_parsed("ACREDITA_EMAIL_FROM", str::parse)?,
        configuration_set: read.optional("ACREDITA_EMAIL_CONFIGURATION_SET"),
    })
}
