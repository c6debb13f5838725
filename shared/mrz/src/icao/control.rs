//! The check characters of states in their own numbers, in addition to the check digits of ICAO.

use super::personal::Personal;

/// The outcome of a number's control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Control {
    /// Its control is correct.
    Holds,
    /// It has the shape of a number with a control, and the control is wrong.
    Broken,
    /// There is no rule for it here.
    Unknown,
}

/// A document's number with a control of its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlledNumber {
    /// The number.
    pub number: Personal,
    /// The outcome of its control; never unknown.
    pub control: Control,
}

/// Exactly `N` digits.
pub(super) fn digits<const N: usize>(number: &[u8]) -> Option<[u32; N]> {
    let number: &[u8; N] = number.try_into().ok()?;
    number.iter().all(u8::is_ascii_digit).then(|| number.map(|digit| u32::from(digit - b'0')))
}

pub(super) fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

pub(super) fn base36(character: u8) -> u32 {
    char::from(character).to_digit(36).unwrap_or_default()
}
