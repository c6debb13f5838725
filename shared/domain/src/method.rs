//! The methods of identification, and the one list of them. Creating and validating with a method is in the file of
//! [`crate::use_cases`] with its name.

use crate::{
    idempotency::Operation,
    ids::ScoringId,
    otp::Otp,
    scoring::{ConfigurationName, Provider},
    vocabulary::names,
};

names! {
    MethodKind("is not a method") {
        Agent = "AGENT",
        Otp = "OTP",
        IdentityDocument = "IDENTITY_DOCUMENT",
    }
}

impl MethodKind {
    /// The operation that creates an identification of this kind.
    pub const fn create_operation(self) -> Operation {
        match self {
            Self::Agent => Operation::CreateAgentIdentification,
            Self::Otp => Operation::CreateOtpIdentification,
            Self::IdentityDocument => Operation::CreateIdentityDocumentIdentification,
        }
    }
}

names! {
    /// Whether the person may show, or has to show, the DNI on their phone.
    #[derive(Default)]
    Midni("is not one of ACCEPTED, REQUIRED, REFUSED") {
        #[default]
        Accepted = "ACCEPTED",
        Required = "REQUIRED",
        Refused = "REFUSED",
    }
}

/// The method, with its own data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    Agent {
        /// Whether a picture of the person's document is taken as evidence.
        personal_document_image: bool,
        midni: Midni,
    },
    Otp(Otp),
    IdentityDocument {
        configuration: ConfigurationName,
        /// The scoring that was created with it.
        scoring_id: ScoringId,
        provider: Provider,
    },
}

impl Method {
    pub fn kind(&self) -> MethodKind {
        match self {
            Self::Agent { .. } => MethodKind::Agent,
            Self::Otp(_) => MethodKind::Otp,
            Self::IdentityDocument { .. } => MethodKind::IdentityDocument,
        }
    }

    pub fn otp(&self) -> Option<&Otp> {
        match self {
            Self::Otp(otp) => Some(otp),
            _ => None,
        }
    }

    /// The scoring that was created with the identification, and is shown and deleted with it.
    pub fn scoring_id(&self) -> Option<ScoringId> {
        match self {
            Self::IdentityDocument { scoring_id, .. } => Some(*scoring_id),
            _ => None,
        }
    }
}
