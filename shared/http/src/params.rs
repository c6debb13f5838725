//! The parameters of operations, for the OpenAPI document. They are read in `request`, `device` and `idempotency`.

use crate::schemas::BooleanOrText;
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
    /// The back office's id of the identification: `admin_identification_id` of its create. The actor's is 404 here.
    pub admin_identification_id: Uuid,
}

/// The actor's side.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct IdentificationPath {
    /// The actor's side's id of the identification: `identification_id` of its create. The back office's is 404 here.
    pub identification_id: Uuid,
}

/// The back office's handle of a chain.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AdminChainPath {
    /// The back office's id of the chain: `admin_identification_chain_id` of its create. The actor's is 404 here.
    pub admin_identification_chain_id: Uuid,
}

/// A chain, on the actor's side.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ChainPath {
    /// The actor's side's id of the chain: `identification_chain_id` of its create. The back office's is 404 here.
    pub identification_chain_id: Uuid,
}

/// The client.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub struct UserAgentHeader {
    /// The client: any text of at most 1,024 characters.
    #[param(rename = "User-Agent", example = "example-app/1.0", max_length = 1_024, pattern = r"\S")]
    pub user_agent: String,
}

/// A scoring.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ScoringPath {
    /// The scoring: `scoring_id` of its create, or of that of its identification.
    pub scoring_id: Uuid,
}

/// An event.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct EventPath {
    /// The event: `event_id` of a list, or of a delivery.
    pub event_id: Uuid,
}

/// A record.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct RecordPath {
    /// The record: `record_id` of a list, which is the back office's id of an identification or of a chain, or the id of a
    /// scoring that stands alone.
    pub record_id: Uuid,
}

/// An export.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ExportPath {
    /// The export: `export_id` of its create.
    pub export_id: Uuid,
}

/// An endpoint that events are delivered to.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct EndpointPath {
    /// The endpoint: `endpoint_id` of its create.
    pub endpoint_id: Uuid,
}

/// A review.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ReviewPath {
    /// The review: `review_id` of a list.
    pub review_id: Uuid,
}

/// Whether to delete whatever the state.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ForceQuery {
    /// Effective only with the permission `identifications:force_delete`. Default: false.
    #[param(value_type = Option<BooleanOrText>, example = false)]
    pub force: Option<String>,
}

/// Makes a request repeatable.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IdempotencyHeader {
    /// 1 to 255 visible characters. For 24 hours the same key with the same body gets the first request's answer, with
    /// the header `Idempotent-Replayed: true`, and nothing is done twice. A refused request uses up no key.
    #[param(
        nullable = false,
        rename = "Idempotency-Key",
        example = "order-4711",
        max_length = 255,
        pattern = "^[!-~]+$"
    )]
    pub idempotency_key: Option<String>,
}

/// The device that validates. Kept as evidence.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub struct DeviceHeaders {
    /// The installation of the app, or of the browser: a UUID. The name `x-installation-id` is taken, too.
    // Without the format `uuid`: generated clients put what they make of it into the header as it is.
    #[param(
        rename = "x-installation_id",
        example = "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11",
        pattern = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
    )]
    pub installation_id: String,
    /// A fingerprint of the device, computed by the client: 1 to 128 visible characters.
    #[param(rename = "x-fingerprint", example = "f6a1c0", max_length = 128, pattern = "^[!-~]+$")]
    pub fingerprint: String,
    /// `latitude,longitude` in degrees. Absent when it is empty.
    #[param(
        nullable = false,
        rename = "x-location",
        example = "40.4168,-3.7038",
        pattern = r"^(\s*[-+]?(90(\.0{1,30})?|[0-8]?[0-9](\.[0-9]{1,30})?([eE]-[0-9]{1,3})?)\s*,\s*[-+]?(180(\.0{1,30})?|(1[0-7][0-9]|[0-9]{1,2})(\.[0-9]{1,30})?([eE]-[0-9]{1,3})?)\s*)?$"
    )]
    pub location: Option<String>,
    /// The client: any text of at most 1,024 characters.
    #[param(rename = "User-Agent", example = "example-app/1.0", max_length = 1_024, pattern = r"\S")]
    pub user_agent: String,
}
