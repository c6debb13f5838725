//! What is known about the device that validated, kept as evidence of the validation.

use crate::{
    ids::InstallationId,
    text::{Private, checked, is_invisible, private_text},
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
    /// The client's `User-Agent`: any text of at most 1,024 characters (one header line has no reason to be longer).
    UserAgent,
    |text| {
        let text = text.trim();
        let shown = text.chars().any(|c| !c.is_whitespace() && !is_invisible(c));
        checked(text, shown && text.chars().count() <= 1_024, "is not 1 to 1,024 characters")
    }
}

private_text! {
    /// The device's position as it reports it: `latitude,longitude` in decimal degrees.
    Location,
    |text| checked(text, is_location(text), "is not latitude,longitude in degrees")
}

/// No device prints a number with more characters.
const MAX_DEGREES: usize = 40;

/// Small numbers may have an exponent: Java prints 0.0009485 as `9.485E-4`.
fn is_location(text: &str) -> bool {
    let degrees = |text: &str, most: f64| {
        let text = text.trim();
        let numeric = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E');
        let plain = text.len() <= MAX_DEGREES && text.bytes().all(numeric);
        plain && text.parse::<f64>().is_ok_and(|degrees| degrees.abs() <= most)
    };
    text.split_once(',').is_some_and(|(latitude, longitude)| degrees(latitude, 90.0) && degrees(longitude, 180.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_on_the_globe() {
        for text in [
            "40.4168,-3.7038",
            "90,180",
            "-90,-180",
            "0,0",
            "40.4168, -3.7038",
            "39.9,9.485E-4",
            "-1e1,1.8e+2",
            "1E-400,0",
        ] {
            assert!(text.parse::<Location>().is_ok(), "{text}");
        }
        for text in
            ["", "40", "91,0", "0,181", "a,b", "NaN,0", "inf,0", "1,2,3", "1e2,0", "1e,0", "1e400,0", "infinity,0", ","]
        {
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
