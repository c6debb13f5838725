//! Lines for tests, as if they had been read without a doubt.

use crate::{
    geometry::{Point, Quad},
    letters::Alphabet,
    models,
    text::{Glyph, Line},
};

/// A line somewhere.
pub(crate) fn line(text: &str) -> Line {
    line_at(text, 0.0, 0.0, 10.0)
}

/// A line that begins there, and is so high.
pub(crate) fn line_at(text: &str, x: f32, y: f32, height: f32) -> Line {
    let letters = models::letters();
    let alphabet = Alphabet::of(&letters);
    let width = text.chars().count() as f32 * height * 0.5;
    let corner = |x: f32, y: f32| Point { x, y };
    let quad = Quad([corner(x, y), corner(x + width, y), corner(x + width, y + height), corner(x, y + height)]);
    let mut line = Line { quad, glyphs: Vec::new(), costs: Vec::new(), ink: Some(0.2..0.8) };
    let step = |output: usize| {
        let mut likelihoods = vec![0.0; letters.len()];
        likelihoods[output] = 1.0;
        alphabet.costs(&likelihoods, 1.0)
    };
    for letter in text.chars() {
        let output = letters.iter().position(|known| *known == letter).expect("a letter of the recogniser");
        line.costs.push(step(models::BLANK));
        line.glyphs.push(Glyph { letter, step: line.costs.len(), likelihood: 1.0 });
        line.costs.push(step(output));
    }
    line.costs.push(step(models::BLANK));
    line
}
