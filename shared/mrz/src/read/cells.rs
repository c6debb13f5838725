//! The cell: the small rectangle of brightness around one character, in the form in which the glyph network sees it.
//!
//! Reader and trainer share this convention. The centre of a cell is the centre of a capital letter of its line, one
//! *pitch* is the distance between neighbouring characters, and ink is 1, paper 0, whatever the light was.

/// Samples across a cell. With [`HALF_WIDTH`] that is 16 samples per pitch: the resolution of a good picture, and twice
/// that of a barely readable one.
pub const WIDTH: usize = 20;
/// Samples down a cell.
pub const HEIGHT: usize = 26;
/// Half the width of a cell, in pitches. The neighbours' edges are visible, which distinguishes a shifted cell from a
/// character.
pub const HALF_WIDTH: f32 = 0.62;
/// Half the height of a cell, in pitches. OCR-B capitals are one pitch high and digits a twelfth more; the rest is room
/// for a line that is not quite where it was expected.
pub const HALF_HEIGHT: f32 = 0.80;

/// Share of the samples, in percent, that is at least as dark as ink. Even a `1` or `<` covers more than that of its
/// cell.
const INK_PERCENTILE: usize = 4;
/// Share of the samples, in percent, that is darker than paper. Even an `M` or `8` leaves more than the rest free.
const PAPER_PERCENTILE: usize = 85;
/// Least difference between ink and paper, in levels of 255. Below that a cell is empty, and stretching it further
/// would turn noise into strokes.
const LEAST_CONTRAST: f32 = 6.0;
/// The remaining share of overshoot beyond ink and paper: enough to see a stroke's profile, not enough for glare to
/// dominate the cell.
const OVERSHOOT: f32 = 0.3;

/// Samples of one cell, row by row.
pub type Cell = [f32; WIDTH * HEIGHT];

/// Brightness of ink and paper in a cell, 0..=255.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tone {
    /// The dark end.
    pub ink: f32,
    /// The bright end.
    pub paper: f32,
}

impl Tone {
    /// Whether ink and paper are too close to distinguish: nothing is printed here, or nothing is visible.
    pub fn is_empty(self) -> bool {
        self.paper - self.ink < LEAST_CONTRAST
    }
}

/// The position of sample `index` on an axis with `count` samples, in pitches from the centre.
#[inline]
pub fn offset(index: usize, count: usize, half: f32) -> f32 {
    ((index as f32 + 0.5) / count as f32 - 0.5) * 2.0 * half
}

/// Turns brightness (0..=255) into ink: 1 is ink, 0 paper.
#[inline(always)]
pub fn normalise(cell: &mut Cell) -> Tone {
    let tone = tone(cell);
    let scale = 1.0 / (tone.paper - tone.ink).max(LEAST_CONTRAST);
    for sample in cell.iter_mut() {
        *sample = ((tone.paper - *sample) * scale).clamp(-OVERSHOOT, 1.0 + OVERSHOOT);
    }
    tone
}

/// Percentiles by counting: a cell is normalised some hundred times per picture, and sorting would take longer than the
/// network.
#[inline(always)]
fn tone(cell: &Cell) -> Tone {
    let mut counts = [0_u16; 256];
    for &sample in cell {
        counts[usize::from(sample as u8)] += 1;
    }
    let level = |percent: usize| {
        let wanted = cell.len() * percent / 100;
        let mut seen = 0;
        counts
            .iter()
            .position(|&count| {
                seen += usize::from(count);
                seen > wanted
            })
            .unwrap_or(255) as f32
    };
    Tone { ink: level(INK_PERCENTILE), paper: level(PAPER_PERCENTILE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_is_one_and_paper_is_zero_in_any_light() {
        for (ink, paper) in [(20.0, 220.0), (100.0, 140.0)] {
            let mut cell: Cell = std::array::from_fn(|i| if i % 5 == 0 { ink } else { paper });
            assert_eq!(normalise(&mut cell), Tone { ink, paper });
            assert_eq!((cell[0], cell[1]), (1.0, 0.0));
        }
    }

    #[test]
    fn an_empty_cell_stays_empty() {
        let mut cell: Cell = [200.0; WIDTH * HEIGHT];
        assert!(normalise(&mut cell).is_empty());
        assert!(cell.iter().all(|&sample| sample == 0.0));
    }

    #[test]
    fn samples_lie_symmetrically_around_the_centre() {
        assert!((offset(0, WIDTH, HALF_WIDTH) + offset(WIDTH - 1, WIDTH, HALF_WIDTH)).abs() < 1e-6);
    }
}
