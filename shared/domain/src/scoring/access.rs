//! Which organisations may use which external scoring provider.

use super::Provider;
use crate::{ids::OrgId, invalid::Invalid};
use std::{collections::BTreeMap, str::FromStr};

/// The external providers of each organisation. Our own engine is available to all.
///
/// Written `yoigo=VERIDAS,GOOGLE; *=GOOGLE`: an organisation's providers, the first of which is the one that `EXTERNAL`
/// means; `*` is for all that are not named. `yoigo=` is an organisation without any. An empty text gives none to
/// anybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderAccess {
    named: BTreeMap<String, Vec<Provider>>,
    others: Vec<Provider>,
}

impl ProviderAccess {
    /// All organisations may use these.
    pub const fn everybody(providers: Vec<Provider>) -> Self {
        Self { named: BTreeMap::new(), others: providers }
    }

    fn of(&self, org: &OrgId) -> &[Provider] {
        self.named.get(org.as_str()).unwrap_or(&self.others)
    }

    pub fn allows(&self, org: &OrgId, provider: Provider) -> bool {
        provider == Provider::Internal || self.of(org).contains(&provider)
    }

    /// The provider that `EXTERNAL` means for an organisation, if it has one.
    pub fn external(&self, org: &OrgId) -> Option<Provider> {
        self.of(org).first().copied()
    }

    /// Whether any organisation may use the provider.
    pub fn mentions(&self, provider: Provider) -> bool {
        self.named.values().chain([&self.others]).any(|providers| providers.contains(&provider))
    }
}

impl FromStr for ProviderAccess {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        const PROBLEM: Invalid = Invalid("is not a list such as yoigo=VERIDAS,GOOGLE; *=GOOGLE");
        let mut access = Self::default();
        let mut everybody = false;
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (org, providers) = part.split_once('=').ok_or(PROBLEM)?;
            let names = providers.split(',').map(str::trim).filter(|name| !name.is_empty());
            let providers: Vec<Provider> = names.map(str::parse).collect::<Result<_, _>>().map_err(|_| PROBLEM)?;
            let twice = match org.trim() {
                "*" => {
                    access.others = providers.clone();
                    std::mem::replace(&mut everybody, true)
                }
                org => access
                    .named
                    .insert(String::from(org.parse::<OrgId>().map_err(|_| PROBLEM)?), providers.clone())
                    .is_some(),
            };
            let own = providers.contains(&Provider::Internal);
            if twice || own {
                return Err(PROBLEM);
            }
        }
        Ok(access)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn org(name: &str) -> OrgId {
        name.parse().expect("an organisation")
    }

    #[test]
    fn the_first_provider_of_an_organisation_is_its_external_one() {
        let access: ProviderAccess = " yoigo = VERIDAS, GOOGLE ;*=GOOGLE; shop= ".parse().expect("a list");
        assert_eq!(access.external(&org("yoigo")), Some(Provider::Veridas));
        assert_eq!(access.external(&org("anybody")), Some(Provider::Google));
        assert_eq!(access.external(&org("shop")), None);
        assert!(access.allows(&org("yoigo"), Provider::Google) && !access.allows(&org("anybody"), Provider::Veridas));
        assert!(!access.allows(&org("shop"), Provider::Google), "named is named");
        assert!(access.mentions(Provider::Veridas));
    }

    #[test]
    fn without_a_word_nobody_has_any_and_our_own_engine_is_everybodys() {
        let access: ProviderAccess = "".parse().expect("a list");
        assert_eq!(access.external(&org("yoigo")), None);
        assert!(access.allows(&org("yoigo"), Provider::Internal) && !access.allows(&org("yoigo"), Provider::Google));
        assert!(!access.mentions(Provider::Google));
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for text in [
            "GOOGLE",
            "*",
            "*=google",
            "*=INTERNAL",
            "a/b=GOOGLE",
            "=GOOGLE",
            "a=GOOGLE;a=VERIDAS",
            "*=GOOGLE;*=GOOGLE",
        ] {
            assert!(text.parse::<ProviderAccess>().is_err(), "{text}");
        }
    }
}
