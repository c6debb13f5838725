//! The parameters of operations, for the OpenAPI document. They are read in `request`, `device` and `idempotency`.

use utoipa::IntoParams;
use uuid::Uuid;

/// The organisation, which every path begins with.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OrgPath {
    /// One of the token's organisations.
    #[param(example = "yoigo")]
    pub org_id: String,
}

/// The back office's handle.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AdminPath {
    /// The back office's id of the identification.
    pub admin_identification_id: Uuid,
}

/// The actor's side.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct IdentificationPath {
    /// The actor's side's id of the identification.
    pub identification_id: Uuid,
}

/// A scoring.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ScoringPath {
    /// The scoring.
    pub scoring_id: Uuid,
}

/// Whether to delete whatever the state.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ForceQuery {
    /// `true` or `false`, in upper or lower case. Effective only with the permission `identifications:force_delete`.
    #[param(example = "false")]
    pub force: Option<String>,
}

/// Makes a create repeatable.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IdempotencyHeader {
    /// 1 to 255 visible characters. For 24 hours the same key with the same body gets the first request's answer, with
    /// the header `Idempotent-Replayed: true`, and nothing new is created.
    #[param(rename = "Idempotency-Key", example = "order-4711", max_length = 255)]
    pub idempotency_key: Option<String>,
}

/// The device that validates. Kept as evidence.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub struct DeviceHeaders {
    /// The installation of the app, or of the browser. The name `x-installation-id` is taken, too.
    #[param(rename = "x-installation_id")]
    pub installation_id: Uuid,
    /// A fingerprint of the device, computed by the client: 1 to 128 visible characters.
    #[param(rename = "x-fingerprint", example = "f6a1c0", max_length = 128)]
    pub fingerprint: String,
    /// `latitude,longitude` in degrees. Absent when it is empty.
    #[param(rename = "x-location", example = "40.4168,-3.7038")]
    pub location: Option<String>,
    /// The client: any text.
    #[param(rename = "User-Agent", example = "example-app/1.0")]
    pub user_agent: String,
}
