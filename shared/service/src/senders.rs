//! Senders: the variables that configure them, and their construction. To add one, add a file to `shared/senders`, a
//! line to each of the functions here, and its variables to the table of [`settings`](crate::settings).

use crate::environment::EnvironmentReader;
use acredita_domain::{Invalid, otp::Channel, ports::Clock};
use acredita_senders::{EmailSender, Senders, SmsSender, email, sms};
use aws_types::SdkConfig;
use std::sync::Arc;

#[derive(Clone, Debug, Default)]
pub struct SenderSettings {
    pub sms: Option<sms::Settings>,
    pub email: Option<email::Settings>,
}

impl SenderSettings {
    /// A channel that is off requires no variables.
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

    pub(crate) fn build(&self, sdk: &SdkConfig, clock: &Arc<dyn Clock>) -> Senders {
        let mut senders = Senders::default();
        if let Some(settings) = &self.sms {
            senders = senders.with(Channel::Sms, Arc::new(SmsSender::new(sdk, settings.clone(), clock.clone())));
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

fn read_sms(read: &mut EnvironmentReader) -> Option<sms::Settings> {
    let max_price = read.parsed("ACREDITA_SMS_MAX_PRICE", str::parse);
    Some(sms::Settings {
        origination_identity: read.required("ACREDITA_SMS_ORIGINATION_IDENTITY")?,
        configuration_set: read.optional("ACREDITA_SMS_CONFIGURATION_SET"),
        max_price,
    })
}

fn read_email(read: &mut EnvironmentReader) -> Option<email::Settings> {
    Some(email::Settings {
        from: read.required_parsed("ACREDITA_EMAIL_FROM", str::parse)?,
        configuration_set: read.optional("ACREDITA_EMAIL_CONFIGURATION_SET"),
    })
}
