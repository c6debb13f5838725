//! The characters of a font as distance fields: the distance of a point from the outline, in pitches, negative inside.
//!
//! Adding a number to a field makes a stroke bolder or thinner, and blurring it rounds corners. That is how one font
//! stands for other drawings of the same shapes and for the effects of printers.

use ab_glyph::{Font, FontVec, InvalidFont, PxScale, ScaleFont, point};
use acredita_mrz::network::ALPHABET;

/// Field samples per pitch. A stroke of OCR-B, about 0.14 pitches, is then nine samples wide.
const PITCH: usize = 64;
/// Size of a field: wider than a pitch, because bold strokes reach into the neighbour's cell.
const WIDTH: usize = PITCH * 3 / 2;
const HEIGHT: usize = PITCH * 2;
/// The blur of a field, in pitches, for the versions with rounder corners. More than half a stroke would melt it.
const ROUNDING: [f32; 3] = [0.0, 0.025, 0.05];
/// The number of [roundings](Glyphs::distance).
pub const ROUNDINGS: usize = ROUNDING.len();
/// The distance that stands for "far away", in pitches.
const FAR: f32 = 1.0;

/// All characters of the alphabet, in every rounding.
#[derive(Debug)]
pub struct Glyphs {
    fields: Vec<Vec<f32>>,
}

impl Glyphs {
    /// Draws the alphabet from the bytes of an OpenType font.
    pub fn from_font(bytes: Vec<u8>) -> Result<Self, InvalidFont> {
        let font = FontVec::try_from_vec(bytes)?;
        // Drawn at twice the resolution of the field: the outline is then placed to a quarter of a sample.
        let fine = 2 * PITCH;
        let advance = |scale: f32| font.as_scaled(PxScale::from(scale)).h_advance(font.glyph_id('0'));
        let scale = PxScale::from(100.0 * fine as f32 / advance(100.0));
        let capital = bounds(&font, 'H', scale).map_or(0.0, |(top, bottom)| (bottom - top) * 0.5);
        let mut fields = Vec::with_capacity(ALPHABET.len() * ROUNDINGS);
        for &character in ALPHABET {
            let (width, height) = (2 * WIDTH, 2 * HEIGHT);
            let inside = drawn(&font, char::from(character), scale, (width, height), height as f32 / 2.0 + capital);
            let sharp = halved(&distances(&inside, width, height), width);
            fields.extend(ROUNDING.iter().map(|&rounding| blurred(&sharp, rounding * PITCH as f32)));
        }
        Ok(Self { fields })
    }

    /// The distance of a point from the outline of a character; the point is given in pitches from the centre of its
    /// cell.
    pub fn distance(&self, character: usize, rounding: usize, x: f32, y: f32) -> f32 {
        let (x, y) = (x * PITCH as f32 + WIDTH as f32 / 2.0 - 0.5, y * PITCH as f32 + HEIGHT as f32 / 2.0 - 0.5);
        if !(x >= 0.0 && y >= 0.0 && x < (WIDTH - 1) as f32 && y < (HEIGHT - 1) as f32) {
            return FAR;
        }
        let (left, top) = (x as usize, y as usize);
        let (right_share, lower_share) = (x - left as f32, y - top as f32);
        let upper = &self.fields[character * ROUNDINGS + rounding][top * WIDTH + left..];
        let row = |row: &[f32]| row[0] + (row[1] - row[0]) * right_share;
        let (above, below) = (row(upper), row(&upper[WIDTH..]));
        above + (below - above) * lower_share
    }
}

fn bounds(font: &FontVec, character: char, scale: PxScale) -> Option<(f32, f32)> {
    let outline = font.outline_glyph(font.glyph_id(character).with_scale_and_position(scale, point(0.0, 0.0)))?;
    let bounds = outline.px_bounds();
    Some((bounds.min.y, bounds.max.y))
}

/// The samples of a tile that are ink. The character is centred by its advance, as a printer with a fixed pitch does.
fn drawn(font: &FontVec, character: char, scale: PxScale, (width, height): (usize, usize), baseline: f32) -> Vec<bool> {
    let mut inside = vec![false; width * height];
    let id = font.glyph_id(character);
    let left = (width as f32 - font.as_scaled(scale).h_advance(id)) / 2.0;
    let Some(outline) = font.outline_glyph(id.with_scale_and_position(scale, point(left, baseline))) else {
        return inside;
    };
    let bounds = outline.px_bounds();
    outline.draw(|x, y, coverage| {
        let (x, y) = (x as i32 + bounds.min.x as i32, y as i32 + bounds.min.y as i32);
        if (0..width as i32).contains(&x) && (0..height as i32).contains(&y) {
            inside[y as usize * width + x as usize] = coverage > 0.5;
        }
    });
    inside
}

/// The signed distance of every sample from the border of the ink, in pitches (two passes of the exact transform, rows
/// then columns).
fn distances(inside: &[bool], width: usize, height: usize) -> Vec<f32> {
    let to = |wanted: bool| squared_distances(inside, wanted, width, height);
    let (to_ink, to_paper) = (to(true), to(false));
    let scale = 1.0 / (2 * PITCH) as f32;
    to_ink.iter().zip(&to_paper).map(|(ink, paper)| ((ink.sqrt() - paper.sqrt()) * scale).min(FAR)).collect()
}

fn squared_distances(inside: &[bool], wanted: bool, width: usize, height: usize) -> Vec<f32> {
    let far = (width * width + height * height) as f32;
    let mut columns = vec![far; width * height];
    for x in 0..width {
        let mut last: Option<usize> = None;
        let mut visit = |y: usize, last: &mut Option<usize>| {
            if inside[y * width + x] == wanted {
                *last = Some(y);
            }
            if let Some(at) = *last {
                let distance = (y.abs_diff(at) * y.abs_diff(at)) as f32;
                let place: &mut f32 = &mut columns[y * width + x];
                *place = place.min(distance);
            }
        };
        (0..height).for_each(|y| visit(y, &mut last));
        last = None;
        (0..height).rev().for_each(|y| visit(y, &mut last));
    }
    let mut out = vec![far; width * height];
    for (row, target) in columns.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
        for (x, place) in target.iter_mut().enumerate() {
            *place = row
                .iter()
                .enumerate()
                .map(|(at, down)| (x.abs_diff(at) * x.abs_diff(at)) as f32 + down)
                .fold(far, f32::min);
        }
    }
    out
}

fn halved(fine: &[f32], width: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(fine.len() / 4);
    for rows in fine.chunks_exact(2 * width) {
        let (upper, lower) = rows.split_at(width);
        out.extend(
            upper
                .as_chunks::<2>()
                .0
                .iter()
                .zip(lower.as_chunks::<2>().0)
                .map(|([a, b], [c, d])| (a + b + c + d) * 0.25),
        );
    }
    out
}

fn blurred(field: &[f32], sigma: f32) -> Vec<f32> {
    let mut out = field.to_vec();
    if sigma > 0.0 {
        crate::camera::blur(&mut out, WIDTH, sigma);
    }
    out
}
