//! The vocabularies of reviews.

use acredita_domain::review::{Decision, DecisionReason, ReviewStatus};

crate::schema_of_names! {
    /// How far a review has come.
    ReviewStatusName as "ReviewStatus": ReviewStatus
}

crate::schema_of_names! {
    /// What a reviewer decides.
    DecisionName as "Decision": Decision
}

crate::schema_of_names! {
    /// Why a reviewer decides so.
    DecisionReasonName as "DecisionReason": DecisionReason
}
