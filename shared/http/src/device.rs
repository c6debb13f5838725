//! The device headers of every validate.

use crate::{
    fault::Faults,
    request::{BodyKind, ParseRequest, RequestReader},
};
use acredita_domain::{
    device::{DeviceEvidence, UserAgent},
    ids::IdentificationId,
    text::Private,
};

pub const INSTALLATION_ID: &str = "x-installation_id";
/// What gateways and servers that take no underscore in a name make of it.
pub const INSTALLATION_ID_RENAMED: &str = "x-installation-id";
pub const FINGERPRINT: &str = "x-fingerprint";
pub const LOCATION: &str = "x-location";

pub fn device_evidence(request: &RequestReader<'_>, faults: &mut Faults) -> Option<DeviceEvidence> {
    let installation_id = request.required_header(&[INSTALLATION_ID, INSTALLATION_ID_RENAMED], faults);
    let fingerprint = request.required_header(&[FINGERPRINT], faults);
    let location = request.header_unless_empty(LOCATION, faults);
    let user_agent = user_agent(request, faults);
    let ip = request.client_ip().map(Private::new);
    Some(DeviceEvidence {
        installation_id: installation_id?,
        fingerprint: fingerprint?,
        location,
        user_agent: user_agent?,
        ip,
    })
}

/// The `User-Agent`, where it is required.
pub fn user_agent(request: &RequestReader<'_>, faults: &mut Faults) -> Option<UserAgent> {
    request.required_text_header("user-agent", faults)
}

/// A validate without a body.
pub struct DeviceRequest {
    pub id: IdentificationId,
    pub device: DeviceEvidence,
}

impl ParseRequest for DeviceRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = request.path("identification_id", faults);
        let device = device_evidence(request, faults);
        Some(Self { id: id?, device: device? })
    }
}
