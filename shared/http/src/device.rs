//! The device headers of every validate.

use crate::{
    fault::Faults,
    request::{BodyKind, Check, RequestReader},
};
use acredita_domain::{device::DeviceEvidence, ids::IdentificationId, text::Private};

/// The names of the headers, for the OpenAPI document.
pub const INSTALLATION_ID: &str = "x-installation_id";
/// See [`INSTALLATION_ID`].
pub const FINGERPRINT: &str = "x-fingerprint";
/// See [`INSTALLATION_ID`].
pub const LOCATION: &str = "x-location";

/// Reads the device headers.
pub fn device_evidence(request: &RequestReader<'_>, faults: &mut Faults) -> Option<DeviceEvidence> {
    let installation_id = request.required_header(INSTALLATION_ID, faults);
    let fingerprint = request.required_header(FINGERPRINT, faults);
    let location = request.header(LOCATION, faults);
    let user_agent = request.required_header("user-agent", faults);
    let ip = request.client_ip().map(Private::new);
    Some(DeviceEvidence {
        installation_id: installation_id?,
        fingerprint: fingerprint?,
        location,
        user_agent: user_agent?,
        ip,
    })
}

/// A validate without a body.
pub struct DeviceRequest {
    /// Which identification.
    pub id: IdentificationId,
    /// The device.
    pub device: DeviceEvidence,
}

impl Check for DeviceRequest {
    const BODY: BodyKind = BodyKind::None;

    fn check(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = request.path("identification_id", faults);
        let device = device_evidence(request, faults);
        Some(Self { id: id?, device: device? })
    }
}
