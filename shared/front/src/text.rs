//! What a line says.

use crate::{
    geometry::Quad,
    ink,
    letters::{Alphabet, CLASSES, separates},
    models::{BLANK, Failure, LINE_HEIGHT, Models},
};
use acredita_pictures::Luma;
use std::ops::Range;

/// The least and the most columns of a line's picture.
const COLUMNS: (usize, usize) = (16, 2_000);
/// As many samples across and down for one pixel of a line, at the most.
const MOST_SAMPLES: usize = 4;

/// A character as it was read.
#[derive(Clone, Copy)]
pub(crate) struct Glyph {
    pub(crate) letter: char,
    /// The step along the line at which it was read.
    pub(crate) step: usize,
    /// 0 to 1.
    pub(crate) likelihood: f32,
}

/// A line that was read.
pub(crate) struct Line {
    pub(crate) quad: Quad,
    pub(crate) glyphs: Vec<Glyph>,
    /// For every step and every class of letters, how much less likely it is than the likeliest output there, as the
    /// logarithm of the ratio: 0 is what was read.
    pub(crate) costs: Vec<[f32; CLASSES]>,
    /// Where its letters begin and end from top to bottom, as shares of its height.
    pub(crate) ink: Option<Range<f32>>,
}

// The text of a document does not belong in error output.
impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Line of {} characters", self.glyphs.len())
    }
}

impl Line {
    pub(crate) fn text(&self) -> String {
        self.glyphs.iter().map(|glyph| glyph.letter).collect()
    }

    /// Whether it is a line of a machine-readable zone, which nobody found: with fillers, or longer than any word.
    pub(crate) fn is_of_a_zone(&self) -> bool {
        const FILLERS: usize = 2;
        const LONGER_THAN_A_WORD: usize = 26;
        let fillers = self.glyphs.iter().filter(|glyph| matches!(glyph.letter, '<' | '«')).count();
        let mut words = self.glyphs.split(|glyph| separates(glyph.letter));
        fillers >= FILLERS || words.any(|word| word.len() > LONGER_THAN_A_WORD)
    }

    /// The mean distance of its characters in pixels, if there are several.
    pub(crate) fn pitch(&self) -> Option<f32> {
        let (first, last) = (self.glyphs.first()?, self.glyphs.last()?);
        let steps = last.step.checked_sub(first.step).filter(|steps| *steps > 0)? as f32;
        let between = self.glyphs.len() as f32 - 1.0;
        Some(steps * self.quad.length() / (self.costs.len() as f32 * between))
    }

    /// The height of its letters in pixels.
    pub(crate) fn letter_height(&self) -> Option<f32> {
        let ink = self.ink.as_ref()?;
        Some((ink.end - ink.start) * self.quad.height())
    }

    /// Whether most of its letters are capitals, so that their height is that of capitals.
    pub(crate) fn is_in_capitals(&self) -> bool {
        let count = |of: fn(char) -> bool| self.glyphs.iter().filter(|glyph| of(glyph.letter)).count();
        count(char::is_lowercase) <= count(|letter| letter.is_uppercase() || letter.is_ascii_digit())
    }

    /// The mean likelihood of its characters, in hundredths: processors differ in the digits behind.
    pub(crate) fn confidence(&self) -> u32 {
        let sum: f32 = self.glyphs.iter().map(|glyph| glyph.likelihood).sum();
        (100.0 * sum / self.glyphs.len().max(1) as f32).round() as u32
    }
}

/// The number of columns of a line's picture.
pub(crate) fn columns(quad: &Quad) -> usize {
    let columns = LINE_HEIGHT as f32 * quad.length() / quad.height().max(1.0);
    (columns.round() as usize).clamp(COLUMNS.0, COLUMNS.1)
}

/// Reads the line at a place.
pub(crate) fn read(models: &Models, alphabet: &Alphabet, picture: &Luma, quad: Quad) -> Result<Line, Failure> {
    let columns = columns(&quad);
    let pixels = straightened(picture, &quad, columns, LINE_HEIGHT);
    let steps = models.recognise(&pixels, columns)?;
    let mut line = Line { quad, glyphs: Vec::new(), costs: Vec::new(), ink: ink::of_line(&pixels, columns) };
    let mut last = BLANK;
    for (step, likelihoods) in steps.chunks_exact(models.letters().len()).enumerate() {
        let (best, likelihood) = likelihoods
            .iter()
            .enumerate()
            .fold((BLANK, f32::MIN), |best, (output, &value)| if value > best.1 { (output, value) } else { best });
        if best != BLANK && best != last {
            line.glyphs.push(Glyph { letter: models.letters()[best], step, likelihood });
        }
        last = best;
        line.costs.push(alphabet.costs(likelihoods, likelihood));
    }
    Ok(line)
}

/// The picture of a place, level and of this size, −1 (black) to 1 (white).
pub(crate) fn straightened(picture: &Luma, quad: &Quad, columns: usize, rows: usize) -> Vec<f32> {
    let samples = ((quad.height() / rows as f32).round() as usize).clamp(1, MOST_SAMPLES);
    let share = |index: usize, of: usize| (index as f32 + 0.5) / of as f32;
    let (width, height) = (columns * samples, rows * samples);
    let mut pixels = vec![0.0; columns * rows];
    for row in 0..height {
        let (from, to) = (quad.at(0.0, share(row, height)), quad.at(1.0, share(row, height)));
        let line = &mut pixels[row / samples * columns..][..columns];
        for column in 0..width {
            let place = from.towards(to, share(column, width));
            line[column / samples] += sample(picture, place.x - 0.5, place.y - 0.5);
        }
    }
    let scale = 1.0 / (127.5 * (samples * samples) as f32);
    pixels.iter_mut().for_each(|pixel| *pixel = *pixel * scale - 1.0);
    pixels
}

/// The brightness between four pixels; that of the edge outside.
fn sample(picture: &Luma, x: f32, y: f32) -> f32 {
    let (x, y) = (x.clamp(0.0, (picture.width - 1) as f32), y.clamp(0.0, (picture.height - 1) as f32));
    let (column, row) = (x as usize, y as usize);
    let (right, below) = ((column + 1).min(picture.width - 1), (row + 1).min(picture.height - 1));
    let pixel = |column: usize, row: usize| f32::from(picture.pixels[row * picture.width + column]);
    let (u, v) = (x - column as f32, y - row as f32);
    let above = pixel(column, row) * (1.0 - u) + pixel(right, row) * u;
    let under = pixel(column, below) * (1.0 - u) + pixel(right, below) * u;
    above * (1.0 - v) + under * v
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Point;

    #[test]
    fn a_line_is_straightened_from_where_it_lies() {
        // Columns of brightness along a line that stands.
        let picture = Luma { width: 60, height: 200, pixels: (0..200 * 60).map(|index| (index / 60) as u8).collect() };
        let quad = Quad([(50., 0.), (50., 200.), (10., 200.), (10., 0.)].map(|(x, y)| Point { x, y }));
        let columns = columns(&quad);
        assert_eq!(columns, 240);
        let pixels = straightened(&picture, &quad, columns, LINE_HEIGHT);
        for column in 10..230 {
            let expected = (column as f32 + 0.5) * 200.0 / 240.0 - 0.5;
            let found = (pixels[24 * columns + column] + 1.0) * 127.5;
            assert!((found - expected).abs() < 0.1, "{column}: {found} instead of {expected}");
        }
    }

    #[test]
    fn a_place_outside_the_picture_has_the_brightness_of_its_edge() {
        let picture = Luma { width: 1, height: 1, pixels: vec![77] };
        assert_eq!(sample(&picture, -5.0, 9.0), 77.0);
    }
}
