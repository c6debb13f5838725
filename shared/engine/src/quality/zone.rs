//! The same checks if a zone was read: measured on its characters. Figures of the complete picture punish plain cards
//! and reward noisy tables, and a picture whose zone can be read is good enough where it counts.

use super::finding::{Finding, grade};
use acredita_domain::scoring::{CheckName, Reason};
use acredita_mrz::Quality;

/// Pixels per character. Of synthetic pictures below 10, 40 % are read; from 12 on most, from 20 on all.
const PIXELS: (f64, f64, f64) = (6.0, 12.0, 20.0);
/// Standard deviation of the blur as a share of the characters' pitch. Up to 0.06 all pictures are read, up to 0.10
/// nearly all, above 0.13 none.
const BLUR: (f64, f64, f64) = (0.20, 0.12, 0.08);
/// The difference between paper and ink as a share of the range: print on a tinted card keeps 0.4 and more.
const CONTRAST: (f64, f64, f64) = (0.04, 0.12, 0.25);
/// The burnt-out share of the characters' cells. White paper may burn out and leave the print on it intact; if all of
/// it does, print is missing.
const CLIPPED: (f64, f64, f64) = (1.0, 0.85, 0.60);

/// The finding of a check; `None` for checks that do not need a zone.
pub(crate) fn of_zone(name: CheckName, quality: &Quality) -> Option<Finding> {
    let by = |value: f32, (worst, limit, best): (f64, f64, f64)| grade(f64::from(value), worst, limit, best);
    let (score, fault, note) = match name {
        CheckName::Resolution => {
            let pixels = quality.pixels_per_character;
            (by(pixels, PIXELS), Reason::PictureTooSmall, format!("{pixels:.1} pixels a character"))
        }
        CheckName::Sharpness => {
            let blur = quality.blur;
            (by(blur, BLUR), Reason::Blurred, format!("blur {blur:.2} of a character"))
        }
        CheckName::Exposure => {
            let contrast = quality.contrast;
            (by(contrast, CONTRAST), Reason::LowContrast, format!("contrast {contrast:.2} on the zone"))
        }
        CheckName::Glare => {
            let clipped = quality.clipped;
            (by(clipped, CLIPPED), Reason::Glare, format!("{clipped:.2} of the zone burnt out"))
        }
        CheckName::NotBlank => (1.0, Reason::Blank, "a zone".to_owned()),
        _ => return None,
    };
    Some(Finding { score, fault, note })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::JUDGES;

    const GOOD: Quality = Quality { pixels_per_character: 28.0, blur: 0.05, contrast: 0.6, clipped: 0.0 };

    #[test]
    fn a_good_zone_passes_every_check_of_a_picture_in_full() {
        for (name, _) in JUDGES {
            assert_eq!(of_zone(name, &GOOD).map(|finding| finding.score), Some(1.0), "{name}");
        }
        assert!(of_zone(CheckName::MrzRead, &GOOD).is_none());
    }

    #[test]
    fn each_defect_of_a_zone_fails_its_own_check() {
        for (name, fault, quality) in [
            (CheckName::Resolution, Reason::PictureTooSmall, Quality { pixels_per_character: 9.0, ..GOOD }),
            (CheckName::Sharpness, Reason::Blurred, Quality { blur: 0.15, ..GOOD }),
            (CheckName::Exposure, Reason::LowContrast, Quality { contrast: 0.07, ..GOOD }),
            (CheckName::Glare, Reason::Glare, Quality { clipped: 0.95, ..GOOD }),
        ] {
            for (checked, _) in JUDGES {
                let finding = of_zone(checked, &quality).expect("a check of pictures");
                assert_eq!(finding.holds(), checked != name, "{name} {checked}");
            }
            assert_eq!(of_zone(name, &quality).map(|finding| finding.fault), Some(fault));
        }
    }
}
