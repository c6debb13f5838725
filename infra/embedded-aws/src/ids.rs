//! Ids that Amazon's services make.

use uuid::Uuid;

/// A new id. Callers cannot supply it.
#[expect(clippy::disallowed_methods, reason = "the service's own randomness is not an input of its callers")]
pub(crate) fn random() -> Uuid {
    Uuid::new_v4()
}
