//! The states of former Yugoslavia, which kept its number.

use crate::icao::{
    control::{digits, weighted},
    country::{Country, STANDARD},
};

pub(super) const SUCCESSORS_OF_YUGOSLAVIA: Country =
    Country { codes: &["BIH", "MKD", "MNE", "RKS", "SRB", "SVN"], control, ..STANDARD };

/// JMBG and EMŠO: 13 digits by weights 7–2 twice; the last makes the sum a multiple of 11 (law on the register of 1976,
/// Official Gazette 58/76).
pub(super) fn control(number: &[u8]) -> Option<bool> {
    let digits = digits::<13>(number)?;
    Some((weighted(&digits[..12], &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) + digits[12]).is_multiple_of(11))
}
