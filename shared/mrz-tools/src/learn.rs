//! Learning: batches of examples, Adam, a learning rate that falls like a cosine.

use crate::{
    glyphs::Glyphs,
    model::{self, Parameters, Trace},
    random::Random,
    scene::Studio,
};
use acredita_mrz::{
    cells::{Cell, HEIGHT, WIDTH},
    network::NOTHING,
};

/// Examples per step.
const BATCH: usize = 96;
/// Newly drawn examples per step; the others were seen before. Drawing costs several times as much as learning.
const FRESH: usize = 24;
/// Examples that are remembered. Each is seen about four times in all.
const MEMORY: usize = 120_000;
/// The highest learning rate, and the share of it that is left at the end.
const RATE: f32 = 0.002;
const LAST_RATE_SHARE: f32 = 0.004;
/// The share of a weight that decays per step, times the learning rate.
const DECAY: f32 = 2e-4;
/// How long Adam's averages remember.
const MOMENTA: (f32, f32) = (0.9, 0.999);

#[derive(Clone, Copy, Debug)]
pub struct Progress {
    pub step: usize,
    /// Mean cross-entropy of newly drawn examples since the last report, in nats.
    pub surprise: f32,
    /// Share of newly drawn examples recognised since the last report.
    pub recognised: f32,
}

/// An example in bytes takes a quarter of the memory.
struct Memory {
    samples: Box<[u8; WIDTH * HEIGHT]>,
    label: u8,
}

/// Trains a network. `report` is called every thousand steps.
pub fn learn(glyphs: &Glyphs, seed: u64, steps: usize, mut report: impl FnMut(Progress, &Parameters)) -> Parameters {
    let mut random = Random::new(seed);
    let mut studio = Studio::new(glyphs, seed ^ 0xA5A5_A5A5, 1.0);
    let mut parameters = Parameters::random(&mut random);
    let (mut mean, mut square) = (Parameters::zero(), Parameters::zero());
    let mut memory: Vec<Memory> = Vec::with_capacity(MEMORY);
    let mut trace = Trace::default();
    let mut cell: Cell = [0.0; WIDTH * HEIGHT];
    let (mut surprise, mut recognised, mut seen) = (0.0, 0_usize, 0_usize);
    for step in 1..=steps {
        let mut gradient = Parameters::zero();
        for example in 0..BATCH {
            let fresh = example < FRESH || memory.len() < BATCH;
            let label = if fresh {
                let label = studio.draw(&mut cell);
                remember(&mut memory, &mut random, &cell, label);
                label
            } else {
                recall(&memory[random.below(memory.len())], &mut cell)
            };
            model::forward(&parameters, &cell, &mut trace);
            if fresh {
                surprise -= trace.output[label].max(1e-9).ln();
                let best = (0..=NOTHING).max_by(|&a, &b| trace.output[a].total_cmp(&trace.output[b]));
                recognised += usize::from(best == Some(label));
                seen += 1;
            }
            model::backward(&parameters, label, &mut trace, &mut gradient);
        }
        let rate = RATE * (0.5 + 0.5 * (std::f32::consts::PI * step as f32 / steps as f32).cos()).max(LAST_RATE_SHARE);
        adam(&mut parameters, &mut gradient, (&mut mean, &mut square), step, rate);
        if step % 1000 == 0 {
            report(
                Progress { step, surprise: surprise / seen as f32, recognised: recognised as f32 / seen as f32 },
                &parameters,
            );
            (surprise, recognised, seen) = (0.0, 0, 0);
        }
    }
    parameters
}

fn remember(memory: &mut Vec<Memory>, random: &mut Random, cell: &Cell, label: usize) {
    let samples = Box::new(cell.map(|sample| ((sample + 0.3) * (255.0 / 1.6)).round() as u8));
    let example = Memory { samples, label: label as u8 };
    if memory.len() < MEMORY {
        memory.push(example);
    } else {
        let at = random.below(MEMORY);
        memory[at] = example;
    }
}

fn recall(memory: &Memory, cell: &mut Cell) -> usize {
    for (sample, &byte) in cell.iter_mut().zip(memory.samples.iter()) {
        *sample = f32::from(byte) * (1.6 / 255.0) - 0.3;
    }
    usize::from(memory.label)
}

/// One step of Adam (Kingma and Ba 2015) with decoupled decay of the weights.
fn adam(
    parameters: &mut Parameters,
    gradient: &mut Parameters,
    moments: (&mut Parameters, &mut Parameters),
    step: usize,
    rate: f32,
) {
    let correct = |momentum: f32| 1.0 / (1.0 - momentum.powi(step.min(100_000) as i32));
    let (correct_mean, correct_square) = (correct(MOMENTA.0), correct(MOMENTA.1));
    let moments = moments.0.slices().zip(moments.1.slices());
    for (((values, are_weights), (gradient, _)), ((mean, _), (square, _))) in
        parameters.slices().zip(gradient.slices()).zip(moments)
    {
        let decay = if are_weights { DECAY } else { 0.0 };
        for index in 0..values.len() {
            let slope = gradient[index] / BATCH as f32;
            mean[index] = MOMENTA.0 * mean[index] + (1.0 - MOMENTA.0) * slope;
            square[index] = MOMENTA.1 * square[index] + (1.0 - MOMENTA.1) * slope * slope;
            let stride = mean[index] * correct_mean / ((square[index] * correct_square).sqrt() + 1e-8);
            values[index] -= rate * (stride + decay * values[index]);
        }
    }
}
