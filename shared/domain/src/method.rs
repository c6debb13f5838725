//! The ways of identifying, and the one list of them. Whatever else a method needs to be created and validated is in the
//! file of [`crate::use_cases`] that has its name.

use crate::{
    idempotency::Operation,
    ids::ScoringId,
    otp::Otp,
    scoring::{ConfigurationName, Provider},
    vocabulary::names,
};

names! {
    /// The way of identifying.
    MethodKind("is not a method") {
        /// A shop agent confirms the person.
        Agent = "AGENT",
        /// A one-time code.
        Otp = "OTP",
        /// An identity document is scored.
        IdentityDocument = "IDENTITY_DOCUMENT",
    }
}

impl MethodKind {
    /// The operation that creates an identification of this kind.
    pub const fn creation(self) -> Operation {
        match self {
            Self::Agent => Operation::CreateAgentIdentification,
            Self::Otp => Operation::CreateOtpIdentification,
            Self::IdentityDocument => Operation::CreateIdentityDocumentIdentification,
        }
    }
}

/// The method, with what only it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// A shop agent confirms the person.
    Agent {
        /// Whether a picture of the person's document is taken as evidence.
        personal_document_image: bool,
    },
    /// A one-time code.
    Otp(Otp),
    /// An identity document is scored.
    IdentityDocument {
        /// How sure one has to be.
        configuration: ConfigurationName,
        /// The scoring that was created with it.
        scoring_id: ScoringId,
        /// Who scores.
        provider: Provider,
    },
}

impl Method {
    /// The kind.
    pub fn kind(&self) -> MethodKind {
        match self {
            Self::Agent { .. } => MethodKind::Agent,
            Self::Otp(_) => MethodKind::Otp,
            Self::IdentityDocument { .. } => MethodKind::IdentityDocument,
        }
    }

    /// What only an OTP has.
    pub fn otp(&self) -> Option<&Otp> {
        match self {
            Self::Otp(otp) => Some(otp),
            _ => None,
        }
    }

    /// The scoring that was created with the identification, is shown with it and deleted with it.
    pub fn scoring_id(&self) -> Option<ScoringId> {
        match self {
            Self::IdentityDocument { scoring_id, .. } => Some(*scoring_id),
            _ => None,
        }
    }
}
