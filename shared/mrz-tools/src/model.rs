//! The network during training: the same layers as `acredita_mrz::network`, with backpropagation.

use crate::random::Random;
use acredita_mrz::{
    cells::{Cell, HEIGHT, WIDTH},
    network::{CLASSES, FEATURES_1, FEATURES_2, HIDDEN, LAYERS, LEAK, MAP_1, MAP_2, WINDOW_1, WINDOW_2},
};

/// The probability of the label; the rest is spread over all classes, so that the network does not become
/// overconfident.
const LABEL_SHARE: f32 = 0.98;

const FLAT: usize = MAP_2.0 * MAP_2.1 * FEATURES_2;
const FRAMED_IN: usize = WIDTH + WINDOW_1 - 1;
const FRAMED_1: usize = MAP_1.0 + WINDOW_2 - 1;

/// Weights and biases of every layer, or anything of the same shape: gradients, moments.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// Weights, input by input.
    pub weights: [Vec<f32>; LAYERS.len()],
    pub biases: [Vec<f32>; LAYERS.len()],
}

impl Parameters {
    pub fn zero() -> Self {
        Self {
            weights: LAYERS.map(|(inputs, outputs)| vec![0.0; inputs * outputs]),
            biases: LAYERS.map(|(_, outputs)| vec![0.0; outputs]),
        }
    }

    /// Normal weights with the variance that keeps signals alive through leaky units (He et al. 2015).
    pub fn random(random: &mut Random) -> Self {
        let mut parameters = Self::zero();
        for (weights, (inputs, _)) in parameters.weights.iter_mut().zip(LAYERS) {
            let deviation = (2.0 / inputs as f32).sqrt();
            weights.iter_mut().for_each(|weight| *weight = deviation * random.normal());
        }
        parameters
    }

    /// All numbers, weights first, and whether they are weights.
    pub fn slices(&mut self) -> impl Iterator<Item = (&mut Vec<f32>, bool)> {
        self.weights
            .iter_mut()
            .map(|weights| (weights, true))
            .chain(self.biases.iter_mut().map(|biases| (biases, false)))
    }
}

/// The inputs and outputs of every layer for one example.
#[derive(Debug)]
pub struct Trace {
    framed: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
    hidden: Vec<f32>,
    pub output: [f32; CLASSES],
    d_first: Vec<f32>,
    d_second: Vec<f32>,
}

impl Default for Trace {
    fn default() -> Self {
        let map = FRAMED_1 * (MAP_1.1 + WINDOW_2 - 1) * FEATURES_1;
        Self {
            framed: vec![0.0; FRAMED_IN * (HEIGHT + WINDOW_1 - 1)],
            first: vec![0.0; map],
            second: vec![0.0; FLAT],
            hidden: vec![0.0; HIDDEN],
            output: [0.0; CLASSES],
            d_first: vec![0.0; map],
            d_second: vec![0.0; FLAT],
        }
    }
}

/// Runs the forward pass.
pub fn forward(parameters: &Parameters, cell: &Cell, trace: &mut Trace) {
    let frame = WINDOW_1 / 2;
    for (row, samples) in cell.chunks_exact(WIDTH).enumerate() {
        trace.framed[(row + frame) * FRAMED_IN + frame..][..WIDTH].copy_from_slice(samples);
    }
    for y in 0..MAP_1.1 {
        for x in 0..MAP_1.0 {
            let mut sums = start::<FEATURES_1>(&parameters.biases[0]);
            for row in 0..WINDOW_1 {
                let inputs = &trace.framed[(2 * y + row) * FRAMED_IN + 2 * x..][..WINDOW_1];
                add(&mut sums, inputs, &parameters.weights[0][row * WINDOW_1 * FEATURES_1..]);
            }
            trace.first[((y + 1) * FRAMED_1 + x + 1) * FEATURES_1..][..FEATURES_1].copy_from_slice(&sums.map(bend));
        }
    }
    let span = WINDOW_2 * FEATURES_1;
    for y in 0..MAP_2.1 {
        for x in 0..MAP_2.0 {
            let mut sums = start::<FEATURES_2>(&parameters.biases[1]);
            for row in 0..WINDOW_2 {
                let inputs = &trace.first[((2 * y + row) * FRAMED_1 + 2 * x) * FEATURES_1..][..span];
                add(&mut sums, inputs, &parameters.weights[1][row * span * FEATURES_2..]);
            }
            trace.second[(y * MAP_2.0 + x) * FEATURES_2..][..FEATURES_2].copy_from_slice(&sums.map(bend));
        }
    }
    let mut sums = start::<HIDDEN>(&parameters.biases[2]);
    add(&mut sums, &trace.second, &parameters.weights[2]);
    trace.hidden.copy_from_slice(&sums.map(bend));
    let mut sums = start::<CLASSES>(&parameters.biases[3]);
    add(&mut sums, &trace.hidden, &parameters.weights[3]);
    let largest = sums.iter().copied().fold(f32::MIN, f32::max);
    let grown = sums.map(|sum| (sum - largest).exp());
    let total: f32 = grown.iter().sum();
    trace.output = grown.map(|value| value / total);
}

/// Runs the backward pass from the label and adds to the gradient.
pub fn backward(parameters: &Parameters, label: usize, trace: &mut Trace, gradient: &mut Parameters) {
    let mut delta = trace.output;
    delta.iter_mut().for_each(|value| *value -= (1.0 - LABEL_SHARE) / CLASSES as f32);
    delta[label] -= LABEL_SHARE;
    let mut d_hidden = [0.0; HIDDEN];
    gather(&mut gradient.biases[3], &delta);
    back(&delta, &trace.hidden, &parameters.weights[3], &mut gradient.weights[3], &mut d_hidden);
    unbend(&mut d_hidden, &trace.hidden);
    gather(&mut gradient.biases[2], &d_hidden);
    trace.d_second.fill(0.0);
    back(&d_hidden, &trace.second, &parameters.weights[2], &mut gradient.weights[2], &mut trace.d_second);
    unbend(&mut trace.d_second, &trace.second);
    trace.d_first.fill(0.0);
    let span = WINDOW_2 * FEATURES_1;
    for (index, delta) in trace.d_second.as_chunks::<FEATURES_2>().0.iter().enumerate() {
        let (x, y) = (index % MAP_2.0, index / MAP_2.0);
        gather(&mut gradient.biases[1], delta);
        for row in 0..WINDOW_2 {
            let at = ((2 * y + row) * FRAMED_1 + 2 * x) * FEATURES_1;
            let of = row * span * FEATURES_2..(row + 1) * span * FEATURES_2;
            let (inputs, into) = (&trace.first[at..at + span], &mut trace.d_first[at..at + span]);
            back(delta, inputs, &parameters.weights[1][of.clone()], &mut gradient.weights[1][of], into);
        }
    }
    for y in 0..MAP_1.1 {
        for x in 0..MAP_1.0 {
            let at = ((y + 1) * FRAMED_1 + x + 1) * FEATURES_1;
            let mut delta = start::<FEATURES_1>(&trace.d_first[at..]);
            unbend(&mut delta, &trace.first[at..at + FEATURES_1]);
            gather(&mut gradient.biases[0], &delta);
            for row in 0..WINDOW_1 {
                let inputs = &trace.framed[(2 * y + row) * FRAMED_IN + 2 * x..][..WINDOW_1];
                let into = &mut gradient.weights[0][row * WINDOW_1 * FEATURES_1..][..WINDOW_1 * FEATURES_1];
                for (&input, sums) in inputs.iter().zip(into.as_chunks_mut::<FEATURES_1>().0) {
                    sums.iter_mut().zip(&delta).for_each(|(sum, delta)| *sum += input * delta);
                }
            }
        }
    }
}

fn start<const N: usize>(values: &[f32]) -> [f32; N] {
    std::array::from_fn(|index| values[index])
}

#[inline(always)]
fn add<const N: usize>(sums: &mut [f32; N], inputs: &[f32], weights: &[f32]) {
    let mut local = *sums;
    for (&input, weights) in inputs.iter().zip(weights.as_chunks::<N>().0) {
        local.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += input * weight);
    }
    *sums = local;
}

/// Backpropagation through one window: the gradients of its weights and of its inputs.
#[inline(always)]
fn back<const N: usize>(delta: &[f32; N], inputs: &[f32], weights: &[f32], gradient: &mut [f32], into: &mut [f32]) {
    let rows = weights.as_chunks::<N>().0.iter().zip(gradient.as_chunks_mut::<N>().0);
    for ((&input, into), (weights, gradient)) in inputs.iter().zip(into).zip(rows) {
        let mut parts = [0.0; N];
        for index in 0..N {
            gradient[index] += input * delta[index];
            parts[index] = weights[index] * delta[index];
        }
        // Eight independent sums: with a single one, each addition would wait for the last.
        let mut sums = [0.0; 8];
        for parts in parts.chunks(8) {
            sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        }
        *into += sums.iter().sum::<f32>();
    }
}

fn gather(into: &mut [f32], delta: &[f32]) {
    into.iter_mut().zip(delta).for_each(|(sum, delta)| *sum += delta);
}

fn bend(sum: f32) -> f32 {
    sum.max(LEAK * sum)
}

fn unbend(delta: &mut [f32], said: &[f32]) {
    delta.iter_mut().zip(said).filter(|(_, said)| **said <= 0.0).for_each(|(delta, _)| *delta *= LEAK);
}
