//! What can be told of one picture without knowing what it shows. Each check is a module with one function from a
//! [`View`] to a [`Finding`]; [`of_zone`] makes the same findings where a machine-readable zone was read.
//!
//! All but the resolution look at the picture at one size ([`crate::shrink::LOOK_AT`]), so their thresholds are in
//! pixels of that size, and in brightness levels of 0..=255.

mod blank;
mod exposure;
mod glare;
mod regions;
mod resolution;
mod sharpness;
mod zone;

pub(crate) use zone::of_zone;

use crate::shrink;
use acredita_domain::{
    pictures::{Luma, Side},
    scoring::{CheckName, Reason},
};

/// A picture as the checks see it.
pub(crate) struct View {
    /// Which side it shows.
    pub(crate) side: Side,
    /// Pixels a row of the original.
    pub(crate) width: usize,
    /// Rows of the original.
    pub(crate) height: usize,
    /// The picture at the size that is looked at.
    pub(crate) small: Luma,
    /// The distribution of its brightness.
    levels: Levels,
}

impl View {
    /// Prepares a picture.
    pub(crate) fn new(side: Side, luma: &Luma) -> Self {
        let small = shrink::for_looking(luma);
        let levels = Levels::of(small.pixels.iter().copied());
        Self { side, width: luma.width, height: luma.height, small, levels }
    }
}

/// What a check found in one picture.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    /// 0 (the worst) to 1; it holds from 0.5 on.
    pub(crate) score: f64,
    /// What is wrong, if it does not hold.
    pub(crate) fault: Reason,
    /// What was measured, for the back office.
    pub(crate) note: String,
}

impl Finding {
    /// Whether the check holds.
    pub(crate) fn holds(&self) -> bool {
        self.score >= 0.5
    }
}

/// A check of one picture.
pub(crate) type Judge = fn(&View) -> Finding;

/// The checks, in the order of the breakdown.
pub(crate) const JUDGES: [(CheckName, Judge); 5] = [
    (CheckName::Resolution, resolution::judge),
    (CheckName::Sharpness, sharpness::judge),
    (CheckName::Exposure, exposure::judge),
    (CheckName::Glare, glare::judge),
    (CheckName::NotBlank, blank::judge),
];

/// The score of a measured value: 0 at `worst` and beyond, exactly 0.5 at `limit`, 1 at `best` and beyond, straight
/// lines between.
pub(crate) fn grade(value: f64, worst: f64, limit: f64, best: f64) -> f64 {
    let above = (value - limit) / (best - limit);
    let below = (limit - value) / (limit - worst);
    if above >= 0.0 { 0.5 + 0.5 * above.min(1.0) } else { 0.5 - 0.5 * below.min(1.0) }
}

/// How brightness is distributed.
#[derive(Clone, Debug)]
struct Levels {
    counts: [u32; 256],
    total: u32,
}

impl Levels {
    fn of(pixels: impl Iterator<Item = u8>) -> Self {
        let mut levels = Self { counts: [0; 256], total: 0 };
        for pixel in pixels {
            levels.counts[usize::from(pixel)] += 1;
            levels.total += 1;
        }
        levels
    }

    fn mean(&self) -> f64 {
        let sum: u64 = (0_u64..).zip(&self.counts).map(|(level, &count)| level * u64::from(count)).sum();
        sum as f64 / f64::from(self.total.max(1))
    }

    /// The level that `percent` of the pixels do not exceed.
    fn percentile(&self, percent: u32) -> u8 {
        let wanted = u64::from(self.total) * u64::from(percent);
        let mut seen = 0;
        (0..=255_u8)
            .find(|&level| {
                seen += u64::from(self.counts[usize::from(level)]) * 100;
                seen >= wanted
            })
            .unwrap_or(255)
    }

    /// Between the darkest and the brightest twentieth: what a few black or white pixels cannot stretch.
    fn contrast(&self) -> u8 {
        self.percentile(95) - self.percentile(5)
    }
}

#[cfg(test)]
mod tests;
