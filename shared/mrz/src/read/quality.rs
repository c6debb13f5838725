//! Quality of the picture at the zone. Figures of the complete picture punish plain cards and reward noisy tables.

use crate::{
    find::grid::Place,
    read::{
        cells::{HALF_WIDTH, WIDTH},
        sheet::Look,
    },
    reading::Quality,
};

/// The least likelihood of a character whose cell counts.
const LEAST: f32 = 0.3;
/// The steepest change between samples that a sharp edge can show: the samples themselves blur.
const SHARPEST: f32 = 0.95;

/// Measures the cells of a zone.
pub(crate) fn measure(rows: &[&[Look]], places: &[&[Place]]) -> Quality {
    let looks = || rows.iter().flat_map(|row| row.iter());
    let count = looks().count().max(1) as f32;
    let pitch = places.iter().flat_map(|row| row.iter()).map(|place| place.pitch() as f32).sum::<f32>() / count;
    let sure = || looks().filter(|look| look.best() > LEAST);
    Quality {
        pixels_per_character: pitch,
        blur: blur(median(sure().map(|look| look.slope))),
        contrast: median(sure().map(|look| (look.tone.paper - look.tone.ink) / 255.0)),
        clipped: looks().map(|look| look.clipped).sum::<f32>() / count,
    }
}

/// The standard deviation, in pitches, of the Gaussian that makes an edge this steep: the slope of a blurred step is 1
/// / (σ √2π) at most. The blur of the samples themselves is subtracted.
fn blur(slope: f32) -> f32 {
    let deviation = |slope: f32| 1.0 / (slope.max(0.01) * std::f32::consts::TAU.sqrt());
    let samples = (deviation(slope).powi(2) - deviation(SHARPEST).powi(2)).max(0.0).sqrt();
    samples * 2.0 * HALF_WIDTH / WIDTH as f32
}

fn median(values: impl Iterator<Item = f32>) -> f32 {
    let mut values: Vec<f32> = values.collect();
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_edge_is_more_blur_than_a_steep_one_and_the_sharpest_is_none() {
        assert!(blur(0.1) > blur(0.3) && blur(0.3) > blur(0.9));
        assert_eq!(blur(1.2), 0.0);
        assert!((blur(0.2) - 0.12).abs() < 0.01);
    }

    #[test]
    fn nothing_has_no_median() {
        assert_eq!(median(std::iter::empty()), 0.0);
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), 2.0);
    }
}
