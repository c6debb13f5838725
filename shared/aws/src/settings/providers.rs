//! External providers, as the environment says. What the texts mean is for the providers' adapters, which this crate
//! does not know.

use super::Reader;
use acredita_domain::{
    scoring::{Provider, ProviderAccess},
    text::Private,
};

/// External providers.
#[derive(Clone, Debug, Default)]
pub struct ProviderSettings {
    /// Which organisations may use which.
    pub access: ProviderAccess,
    /// Google, if anybody may use it.
    pub google: Option<GoogleSettings>,
    /// Veridas, if anybody may use it.
    pub veridas: Option<VeridasSettings>,
}

/// How Google is reached.
#[derive(Clone, Debug)]
pub struct GoogleSettings {
    /// The processor's full name.
    pub processor: String,
    /// Where it is served, if not by Google.
    pub endpoint: Option<String>,
    /// The secret with the service account's key file, or the configuration of an external account, by ARN or name.
    pub secret: String,
    /// Who the function is to AWS, where its environment says so whole. An external account needs it.
    pub caller: Option<CallerSettings>,
}

/// Who the function is to AWS, as the Lambda runtime has it.
#[derive(Clone, Debug)]
pub struct CallerSettings {
    /// The region.
    pub region: String,
    /// The id of the key of the role's session.
    pub access_key_id: Private<String>,
    /// The key.
    pub secret_access_key: Private<String>,
    /// The session's token.
    pub session_token: Option<Private<String>>,
}

/// How Veridas is reached.
#[derive(Clone, Debug)]
pub struct VeridasSettings {
    /// The URL of vali-Das.
    pub validas_url: String,
    /// The URL of XpressID.
    pub xpressid_url: String,
    /// The secret with the API key, by ARN or name.
    pub secret: String,
}

impl<E: Fn(&str) -> Option<String>> Reader<E> {
    /// What is not used asks for nothing.
    pub(super) fn providers(&mut self) -> ProviderSettings {
        let (name, value) = ("ACREDITA_EXTERNAL_PROVIDERS", self.optional("ACREDITA_EXTERNAL_PROVIDERS"));
        let access = self.check(name, "a list such as yoigo=VERIDAS,GOOGLE; *=GOOGLE", value, |list| {
            list.parse::<ProviderAccess>().ok()
        });
        let access = access.unwrap_or_default();
        let google = access.mentions(Provider::Google).then(|| GoogleSettings {
            processor: self.required("ACREDITA_GOOGLE_PROCESSOR"),
            endpoint: self.optional("ACREDITA_GOOGLE_ENDPOINT"),
            secret: self.required("ACREDITA_GOOGLE_SECRET"),
            caller: self.caller(),
        });
        let veridas = access.mentions(Provider::Veridas).then(|| VeridasSettings {
            validas_url: self.required("ACREDITA_VERIDAS_VALIDAS_URL"),
            xpressid_url: self.required("ACREDITA_VERIDAS_XPRESSID_URL"),
            secret: self.required("ACREDITA_VERIDAS_SECRET"),
        });
        ProviderSettings { access, google, veridas }
    }

    fn caller(&self) -> Option<CallerSettings> {
        let private = |name| self.optional(name).map(Private::new);
        Some(CallerSettings {
            region: self.optional("AWS_REGION")?,
            access_key_id: private("AWS_ACCESS_KEY_ID")?,
            secret_access_key: private("AWS_SECRET_ACCESS_KEY")?,
            session_token: private("AWS_SESSION_TOKEN"),
        })
    }
}
