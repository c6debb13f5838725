//! The back office's operations that all methods share: cancel, close, delete. Their handlers are written once, in
//! [`admin_operations`](crate::admin_operations).

use crate::{
    api::Api,
    error::ApiError,
    fault::{Faults, Place},
    principal::{Delete, Principal},
    request::{BodyKind, MAX_JSON, ParseRequest, RequestReader},
    schemas::Lines,
};
use acredita_domain::{Error, ids::AdminIdentificationId, text::CancellationReason, use_cases::Force};
use utoipa::ToSchema;

/// The reason for cancelling an identification.
#[derive(ToSchema)]
pub struct CancelBody {
    /// Why. It is kept with the identification.
    #[schema(value_type = Lines)]
    pub reason: String,
}

pub struct CancelRequest {
    pub id: AdminIdentificationId,
    pub reason: CancellationReason,
}

impl ParseRequest for CancelRequest {
    const BODY: BodyKind = BodyKind::Json(MAX_JSON);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = admin_id(request, faults);
        let reason = request.body(faults).and_then(|body| body.required_text("reason", faults));
        Some(Self { id: id?, reason: reason? })
    }
}

pub struct CloseRequest {
    pub id: AdminIdentificationId,
}

impl ParseRequest for CloseRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        Some(Self { id: admin_id(request, faults)? })
    }
}

pub struct DeleteRequest {
    pub id: AdminIdentificationId,
    force: bool,
}

impl DeleteRequest {
    pub fn force(&self, principal: &Principal<Delete>) -> Force {
        principal.force(self.force)
    }

    pub fn refused(&self, api: &Api, error: Error) -> ApiError {
        delete_refused(api, self.force, error)
    }
}

/// The answer to a refused deletion. Only force that the token does not permit is refused where it was asked for.
pub fn delete_refused(api: &Api, forced: bool, error: Error) -> ApiError {
    match error {
        Error::DeleteForbidden if forced => ApiError::Forbidden("the token lacks the permission to delete by force"),
        error => api.refused(error),
    }
}

impl ParseRequest for DeleteRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = admin_id(request, faults);
        let force = force(request, faults);
        Some(Self { id: id?, force: force? })
    }
}

/// Whether the query asks for force.
pub fn force(request: &RequestReader<'_>, faults: &mut Faults) -> Option<bool> {
    match request.query("force", faults).as_deref() {
        None => Some(false),
        Some(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Some(_) => {
            faults.add(Place::Query("force"), "is neither true nor false");
            None
        }
    }
}

pub fn admin_id(request: &RequestReader<'_>, faults: &mut Faults) -> Option<AdminIdentificationId> {
    request.path("admin_identification_id", faults)
}

/// Declares the handlers that cancel, close and delete the identifications of one kind. Only their names, their paths
/// and the kind differ.
#[macro_export]
#[rustfmt::skip] // It would indent the attributes by 36 columns.
macro_rules! admin_operations {
    (
        kind: $kind:expr,
        tag: $tag:literal,
        cancel: $cancel:ident at $cancel_path:literal,
        close: $close:ident at $close_path:literal,
        delete: $delete:ident at $delete_path:literal,
    ) => {
        /// Cancels an identification.
        #[utoipa::path(
            post,
            path = $cancel_path,
            tag = $tag,
            params($crate::params::OrgPath, $crate::params::AdminPath),
            request_body(
                content = $crate::admin::CancelBody,
                example = json!({"reason": "The customer changed their mind"})
            ),
            responses(
                (status = 204, description = "Cancelled."),
                (status = 404, description = "No such identification."),
                (status = 409, description = "The identification is not CREATED."),
            ),
        )]
        async fn $cancel(
            axum::extract::State(api): axum::extract::State<$crate::Api>,
            principal: $crate::Principal<$crate::principal::Admin>,
            $crate::Checked(request): $crate::Checked<$crate::admin::CancelRequest>,
        ) -> Result<axum::http::StatusCode, $crate::ApiError> {
            let $crate::admin::CancelRequest { id, reason } = request;
            api.done(acredita_domain::use_cases::cancel_identification(api.app(), &principal.request, $kind, id, reason).await)
        }

        /// Closes an identification.
        #[utoipa::path(
            post,
            path = $close_path,
            tag = $tag,
            params($crate::params::OrgPath, $crate::params::AdminPath),
            responses(
                (status = 204, description = "Closed."),
                (status = 404, description = "No such identification."),
                (status = 409, description = "The identification is neither CREATED nor VALIDATED."),
            ),
        )]
        async fn $close(
            axum::extract::State(api): axum::extract::State<$crate::Api>,
            principal: $crate::Principal<$crate::principal::Admin>,
            $crate::Checked(request): $crate::Checked<$crate::admin::CloseRequest>,
        ) -> Result<axum::http::StatusCode, $crate::ApiError> {
            api.done(acredita_domain::use_cases::close_identification(api.app(), &principal.request, $kind, request.id).await)
        }

        /// Deletes an identification and everything that belongs to it.
        #[utoipa::path(
            delete,
            path = $delete_path,
            tag = $tag,
            params($crate::params::OrgPath, $crate::params::AdminPath, $crate::params::ForceQuery),
            responses(
                (status = 204, description = "Deleted."),
                (status = 403, description = "The identification is not CREATED, or the token does not allow this."),
                (status = 404, description = "No such identification."),
                (status = 409, description = "Another request changed the identification at the same time."),
            ),
        )]
        async fn $delete(
            axum::extract::State(api): axum::extract::State<$crate::Api>,
            principal: $crate::Principal<$crate::principal::Delete>,
            $crate::Checked(request): $crate::Checked<$crate::admin::DeleteRequest>,
        ) -> Result<axum::http::StatusCode, $crate::ApiError> {
            let force = request.force(&principal);
            acredita_domain::use_cases::delete_identification(api.app(), &principal.request, $kind, request.id, force)
                .await
                .map(|()| axum::http::StatusCode::NO_CONTENT)
                .map_err(|error| request.refused(&api, error))
        }
    };
}
