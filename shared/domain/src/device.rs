//! What is known about the device that validated, kept as evidence of the validation.

use crate::{
    ids::InstallationId,
    text::{Private, checked, private_text},
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// The device headers of a validate, and the address that the gateway saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceEvidence {
    pub installation_id: InstallationId,
    pub fingerprint: Fingerprint,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    pub user_agent: UserAgent,
    /// The client's address as the gateway reports it; a client cannot choose it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<Private<IpAddr>>,
}

private_text! {
    /// The client's own fingerprint of its device: 1 to 128 visible characters.
    Fingerprint,
    |text| {
        let good = (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        checked(text, good, "is not 1 to 128 visible characters")
    }
}

private_text! {
    /// The client's `User-Agent`: printable, at most 1,024 characters (one header line has no reason to be longer).
    UserAgent,
    |text| {
        let good = !text.trim().is_empty() && text.len() <= 1_024 && !text.chars().any(char::is_control);
        checked(text, good, "is not 1 to 1,024 printable characters")
    }
}

private_text! {
    /// The device's position as it reports it: `latitude,longitude` in decimal degrees.
    Location,
    |text| checked(text, is_location(text), "is not latitude,longitude in degrees")
}

fn is_location(text: &str) -> bool {
    let degrees = |text: &str, most: f64| {
        let text = text.trim();
        let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+'));
        plain && text.parse::<f64>().is_ok_and(|degrees| degrees.abs() <= most)
    };
    text.split_once(',').is_some_and(|(latitude, longitude)| degrees(latitude, 90.0) && degrees(longitude, 180.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_on_the_globe() {
        for text in ["40.4168,-3.7038", "90,180", "-90,-180", "0,0", "40.4168, -3.7038"] {
            assert!(text.parse::<Location>().is_ok(), "{text}");
        }
        for text in ["", "40", "91,0", "0,181", "a,b", "NaN,0", "inf,0", "1,2,3", "1e1,0", ","] {
            assert!(text.parse::<Location>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_fingerprint_is_visible_and_bounded() {
        assert!("a".repeat(128).parse::<Fingerprint>().is_ok());
        for text in ["", "a b", "é", &"a".repeat(129)] {
            assert!(text.parse::<Fingerprint>().is_err(), "{text}");
        }
    }
}
