//! The terms of a scored identity document in a body: their schemas and their reader, shared by two creates.

use crate::{
    api::Api,
    error::ApiError,
    fault::{Place, RequestFault},
};
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
    /// The provider that is meant. `EXTERNAL` needs one that this deployment has configured for the organisation; the fault
    /// is at `pointer`.
    pub fn provider(self, api: &Api, org: &OrgId, pointer: &str) -> Result<Provider, ApiError> {
        let provider = match self {
            Self::Internal => Some(Provider::Internal),
            Self::External => api.external_provider(org),
        };
        let fault = RequestFault {
            place: Place::Body(pointer.to_owned()),
            problem: "no external provider is configured for this organisation",
        };
        provider.ok_or(ApiError::Faults(vec![fault]))
    }
}
