//! The back office's requests that all three methods share: cancel, close, delete.

use crate::{
    fault::{Faults, Place},
    jwt::Permission,
    principal::{Delete, Principal},
    request::{BodyKind, Check, MAX_JSON, RequestReader},
};
use acredita_domain::{ids::AdminIdentificationId, text::Reason, use_cases::Force};
use utoipa::ToSchema;

/// Why an identification is cancelled.
#[derive(ToSchema)]
pub struct CancelBody {
    /// Not blank, at most 1,000 characters.
    #[schema(example = "The customer changed their mind", max_length = 1_000)]
    pub reason: String,
}

/// Cancels an identification.
pub struct CancelRequest {
    /// Which one.
    pub id: AdminIdentificationId,
    /// Why.
    pub reason: Reason,
}

impl Check for CancelRequest {
    const BODY: BodyKind = BodyKind::Json(MAX_JSON);

    fn check(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = admin_id(request, faults);
        let reason = request.body(faults).and_then(|body| body.required_text("reason", faults));
        Some(Self { id: id?, reason: reason? })
    }
}

/// Closes an identification.
pub struct CloseRequest {
    /// Which one.
    pub id: AdminIdentificationId,
}

impl Check for CloseRequest {
    const BODY: BodyKind = BodyKind::None;

    fn check(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        Some(Self { id: admin_id(request, faults)? })
    }
}

/// Deletes an identification.
pub struct DeleteRequest {
    /// Which one.
    pub id: AdminIdentificationId,
    force: bool,
}

impl DeleteRequest {
    /// Force counts only with its permission; without, the request is one without force.
    pub fn force(&self, principal: &Principal<Delete>) -> Force {
        if self.force && principal.has(Permission::IdentificationsForceDelete) {
            Force::Permitted
        } else {
            Force::No
        }
    }
}

impl Check for DeleteRequest {
    const BODY: BodyKind = BodyKind::None;

    fn check(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = admin_id(request, faults);
        let force = match request.query("force", faults) {
            None => false,
            Some(text) if text.eq_ignore_ascii_case("true") => true,
            Some(text) if text.eq_ignore_ascii_case("false") => false,
            Some(_) => {
                faults.add(Place::Query("force"), "is neither true nor false");
                return None;
            }
        };
        Some(Self { id: id?, force })
    }
}

fn admin_id(request: &RequestReader<'_>, faults: &mut Faults) -> Option<AdminIdentificationId> {
    request.path("admin_identification_id", faults)
}
