//! The terms of a scored identity document in a body: their schemas and their reader, shared by two creates.

use crate::api::Api;
use acredita_domain::{
    ids::OrgId,
    names,
    scoring::{ConfigurationName, Provider},
};

crate::schema_of_names! {
    /// The level of assurance: a minimum score of 0.50, 0.70 or 0.90.
    Configuration as "Configuration": ConfigurationName
}

crate::schema_of_names! {
    /// Whose engine.
    ProviderChoice as "ProviderChoice": Choice
}

names! {
    /// Our own engine, or the organisation's external provider.
    Choice("is not one of INTERNAL, EXTERNAL") {
        Internal = "INTERNAL",
        External = "EXTERNAL",
    }
}

impl Choice {
    /// The provider that is meant; `None` for `EXTERNAL` if this deployment has configured none for the organisation.
    pub fn provider(self, api: &Api, org: &OrgId) -> Option<Provider> {
        match self {
            Self::Internal => Some(Provider::Internal),
            Self::External => api.external_provider(org),
        }
    }
}
