//! The back office's operations that all methods share: cancel, close, delete. Their handlers are written once, in
//! [`admin_operations`](crate::admin_operations).

use crate::{
    answers::StepAnswer,
    api::Api,
    error::ApiError,
    fault::{Faults, Place},
    request::{BodyKind, MAX_JSON, ParseRequest, RequestReader},
    schemas::Lines,
};
use acredita_domain::{
    Error,
    ids::AdminIdentificationId,
    text::CancellationReason,
    use_cases::{Done, Force},
};
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
    /// Whether force was asked for.
    pub forced: bool,
}

/// The answer to a deletion. Only force that the token does not permit is refused where it was asked for.
pub fn deleted(api: &Api, forced: bool, force: Force, outcome: Result<Done, Error>) -> Result<StepAnswer, ApiError> {
    match outcome {
        Err(Error::DeleteForbidden) if forced => {
            Err(ApiError::Forbidden("the token lacks the permission to delete by force"))
        }
        outcome => {
            if force == Force::Permitted && outcome != Ok(Done::Before) {
                tracing::info!(target: "acredita::counted", by_force = true, "a deletion by force");
            }
            api.done(outcome)
        }
    }
}

impl ParseRequest for DeleteRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = admin_id(request, faults);
        let forced = force(request, faults);
        Some(Self { id: id?, forced: forced? })
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
            params($crate::params::OrgPath, $crate::params::AdminPath, $crate::params::IdempotencyHeader),
            request_body(
                content = $crate::admin::CancelBody,
                example = json!({"reason": "The customer changed their mind"})
            ),
            responses(
                (status = 204, description = "Cancelled."),
                (status = 404, description = "No such identification."),
                (status = 409, description = "The identification is not CREATED, the idempotency key was used with another body, or the first request with it is still running."),
            ),
        )]
        async fn $cancel(
            axum::extract::State(api): axum::extract::State<$crate::Api>,
            principal: $crate::Principal<$crate::principal::Admin>,
            $crate::Checked($crate::idempotency::Keyed { request, idempotency }): $crate::Checked<
                $crate::idempotency::Keyed<$crate::admin::CancelRequest>,
            >,
        ) -> Result<$crate::answers::StepAnswer, $crate::ApiError> {
            let (by, $crate::admin::CancelRequest { id, reason }) = (&principal.request, request);
            let cancelled =
                acredita_domain::use_cases::cancel_identification(api.app(), by, $kind, id, reason, idempotency);
            api.done(cancelled.await)
        }

        /// Closes an identification.
        #[utoipa::path(
            post,
            path = $close_path,
            tag = $tag,
            params($crate::params::OrgPath, $crate::params::AdminPath, $crate::params::IdempotencyHeader),
            responses(
                (status = 204, description = "Closed."),
                (status = 404, description = "No such identification."),
                (status = 409, description = "The identification is neither CREATED nor VALIDATED, the idempotency key was used with another body, or the first request with it is still running."),
            ),
        )]
        async fn $close(
            axum::extract::State(api): axum::extract::State<$crate::Api>,
            principal: $crate::Principal<$crate::principal::Admin>,
            $crate::Checked($crate::idempotency::Keyed { request, idempotency }): $crate::Checked<
                $crate::idempotency::Keyed<$crate::admin::CloseRequest>,
            >,
        ) -> Result<$crate::answers::StepAnswer, $crate::ApiError> {
            let (by, id) = (&principal.request, request.id);
            let closed = acredita_domain::use_cases::close_identification(api.app(), by, $kind, id, idempotency);
            api.done(closed.await)
        }

        /// Deletes an identification and everything that belongs to it.
        #[utoipa::path(
            delete,
            path = $delete_path,
            tag = $tag,
            params(
                $crate::params::OrgPath,
                $crate::params::AdminPath,
                $crate::params::ForceQuery,
                $crate::params::IdempotencyHeader
            ),
            responses(
                (status = 204, description = "Deleted."),
                (status = 403, description = "The identification is not CREATED, or the token does not allow this."),
                (status = 404, description = "No such identification."),
                (status = 409, description = "Another request changed the identification at the same time, the idempotency key was used with another body, or the first request with it is still running."),
            ),
        )]
        async fn $delete(
            axum::extract::State(api): axum::extract::State<$crate::Api>,
            principal: $crate::Principal<$crate::principal::Delete>,
            $crate::Checked($crate::idempotency::Keyed { request, idempotency }): $crate::Checked<
                $crate::idempotency::Keyed<$crate::admin::DeleteRequest>,
            >,
        ) -> Result<$crate::answers::StepAnswer, $crate::ApiError> {
            let $crate::admin::DeleteRequest { id, forced } = request;
            let (by, force) = (&principal.request, principal.force(forced));
            let deleted =
                acredita_domain::use_cases::delete_identification(api.app(), by, $kind, id, force, idempotency);
            $crate::admin::deleted(&api, forced, force, deleted.await)
        }
    };
}
