//! Measures how well a network recognises characters that it has never seen.

use crate::{
    glyphs::Glyphs,
    scene::{Conditions, Studio},
};
use acredita_mrz::{
    cells::{Cell, HEIGHT, WIDTH},
    network::{CLASSES, Network},
};

/// The share of `count` newly drawn examples that is recognised, under the conditions of training or under given ones.
pub fn recognised(network: &Network, glyphs: &Glyphs, seed: u64, count: usize, conditions: Option<Conditions>) -> f32 {
    let mut studio = Studio::new(glyphs, seed, 1.0);
    let mut cell: Cell = [0.0; WIDTH * HEIGHT];
    let mut right = 0;
    for _ in 0..count {
        let label = match conditions {
            Some(conditions) => studio.draw_under(conditions, &mut cell),
            None => studio.draw(&mut cell),
        };
        let likelihoods = network.look_at(&cell);
        let best = (0..CLASSES).max_by(|&a, &b| likelihoods[a].total_cmp(&likelihoods[b]));
        right += usize::from(best == Some(label));
    }
    right as f32 / count as f32
}
