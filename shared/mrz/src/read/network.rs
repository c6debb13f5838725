//! The glyph network: a cell in, the likelihood of every character out.
//!
//! Two convolutions and two dense layers, about 460,000 multiplications per cell. The weights are bytes with one scale
//! for every output, and are unpacked once; `weights/README.md` describes them.

use crate::read::cells::{Cell, HEIGHT, WIDTH};
use acredita_pictures::vectors;

/// The characters of a machine-readable zone in the order of the network's outputs.
pub const ALPHABET: &[u8; 37] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<";
/// Outputs: the characters, then [`NOTHING`].
pub const CLASSES: usize = ALPHABET.len() + 1;
/// The output for a cell without a character in its middle.
pub const NOTHING: usize = ALPHABET.len();
/// The output of the filler.
pub const FILLER: usize = ALPHABET.len() - 1;

/// Features of the first layer.
pub const FEATURES_1: usize = 16;
/// Features of the second layer.
pub const FEATURES_2: usize = 48;
/// Width of the hidden dense layer.
pub const HIDDEN: usize = 96;
/// Side of the first layer's window.
pub const WINDOW_1: usize = 5;
/// Side of the second layer's window.
pub const WINDOW_2: usize = 3;
/// Size of the map after the first layer; both layers have a stride of 2.
pub const MAP_1: (usize, usize) = (WIDTH / 2, HEIGHT / 2);
/// Size of the map after the second layer.
pub const MAP_2: (usize, usize) = (MAP_1.0.div_ceil(2), MAP_1.1.div_ceil(2));
/// Inputs and outputs of every layer; the weights are stored input by input.
pub const LAYERS: [(usize, usize); 4] = [
    (WINDOW_1 * WINDOW_1, FEATURES_1),
    (WINDOW_2 * WINDOW_2 * FEATURES_1, FEATURES_2),
    (MAP_2.0 * MAP_2.1 * FEATURES_2, HIDDEN),
    (HIDDEN, CLASSES),
];
/// The slope for negative sums, so that no unit dies in training.
pub const LEAK: f32 = 0.05;

/// The largest magnitude of a packed weight: symmetric, so −128 is not used.
pub const PACKED_MAX: f32 = 127.0;

/// Likelihood of every class; their sum is 1.
pub type Likelihoods = [f32; CLASSES];

/// Outputs rounded up to complete vector registers.
const PADDED_CLASSES: usize = 40;
/// Half the hidden layer: as many sums as fit the registers of the smallest vector unit.
const HALF_HIDDEN: usize = HIDDEN / 2;

/// The trained weights, ready for use.
#[derive(Clone)]
pub struct Network {
    first: Layer<FEATURES_1>,
    second: Layer<FEATURES_2>,
    hidden: [Layer<HALF_HIDDEN>; 2],
    output: Layer<PADDED_CLASSES>,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Network")
    }
}

impl Network {
    /// The network that comes with this crate.
    pub fn trained() -> Self {
        Self::unpack(include_bytes!("../../weights/ocr-b.bin"))
            .expect("the weights in the crate have the size of the network, a test holds it to that")
    }

    /// Unpacks weights: for each layer the scales of its outputs, its biases (32-bit floats, little endian), and its
    /// weights (bytes). `None` if the size does not match this network.
    pub fn unpack(packed: &[u8]) -> Option<Self> {
        let mut rest = packed;
        let first = Layer::unpack(&mut rest, LAYERS[0], 0..FEATURES_1)?;
        let second = Layer::unpack(&mut rest, LAYERS[1], 0..FEATURES_2)?;
        let mut same = rest;
        let low = Layer::unpack(&mut same, LAYERS[2], 0..HALF_HIDDEN)?;
        let high = Layer::unpack(&mut rest, LAYERS[2], HALF_HIDDEN..HIDDEN)?;
        let output = Layer::unpack(&mut rest, LAYERS[3], 0..CLASSES)?;
        rest.is_empty().then_some(Self { first, second, hidden: [low, high], output })
    }

    /// The likelihoods of a cell, which must be [normalised](crate::read::cells::normalise) and not
    /// [empty](crate::read::cells::Tone::is_empty).
    pub fn look_at(&self, cell: &Cell) -> Likelihoods {
        vectors::widest(
            #[inline(always)]
            || self.through(cell),
        )
    }

    #[inline(always)]
    fn through(&self, cell: &Cell) -> Likelihoods {
        let second = self.convolve_2(&self.convolve_1(cell));
        let mut hidden = [0.0; HIDDEN];
        for (half, layer) in hidden.as_chunks_mut::<HALF_HIDDEN>().0.iter_mut().zip(&self.hidden) {
            *half = layer.start();
            layer.add(half, &second, 0);
            bend(half);
        }
        let mut output = self.output.start();
        self.output.add(&mut output, &hidden, 0);
        likelihoods(&output)
    }

    #[inline(always)]
    fn convolve_1(&self, cell: &Cell) -> [f32; FRAMED_1] {
        const FRAME: usize = WINDOW_1 / 2;
        const STRIDE: usize = WIDTH + 2 * FRAME;
        let mut framed = [0.0; STRIDE * (HEIGHT + 2 * FRAME)];
        for (row, samples) in cell.chunks_exact(WIDTH).enumerate() {
            framed[(row + FRAME) * STRIDE + FRAME..][..WIDTH].copy_from_slice(samples);
        }
        let mut map = [0.0; FRAMED_1];
        for y in 0..MAP_1.1 {
            for x in 0..MAP_1.0 {
                let mut sums = self.first.start();
                for row in 0..WINDOW_1 {
                    let samples = &framed[(2 * y + row) * STRIDE + 2 * x..][..WINDOW_1];
                    self.first.add(&mut sums, samples, row * WINDOW_1);
                }
                bend(&mut sums);
                map[((y + 1) * FRAMED_WIDTH_1 + x + 1) * FEATURES_1..][..FEATURES_1].copy_from_slice(&sums);
            }
        }
        map
    }

    #[inline(always)]
    fn convolve_2(&self, map: &[f32; FRAMED_1]) -> [f32; MAP_2.0 * MAP_2.1 * FEATURES_2] {
        let mut out = [0.0; MAP_2.0 * MAP_2.1 * FEATURES_2];
        for (index, place) in out.as_chunks_mut::<FEATURES_2>().0.iter_mut().enumerate() {
            let (x, y) = (index % MAP_2.0, index / MAP_2.0);
            let mut sums = self.second.start();
            for row in 0..WINDOW_2 {
                let features = &map[((2 * y + row) * FRAMED_WIDTH_1 + 2 * x) * FEATURES_1..][..WINDOW_2 * FEATURES_1];
                self.second.add(&mut sums, features, row * WINDOW_2 * FEATURES_1);
            }
            bend(&mut sums);
            *place = sums;
        }
        out
    }
}

/// The first map with a frame of zeros, so that the second window never leaves it.
const FRAMED_WIDTH_1: usize = MAP_1.0 + 2;
const FRAMED_1: usize = FRAMED_WIDTH_1 * (MAP_1.1 + 2) * FEATURES_1;

/// One layer: a row of weights for each input.
#[derive(Clone)]
struct Layer<const N: usize> {
    weights: Box<[[f32; N]]>,
    biases: [f32; N],
}

impl<const N: usize> Layer<N> {
    /// Takes one layer off the front of `rest` and unpacks the wanted outputs of it.
    fn unpack(rest: &mut &[u8], (inputs, outputs): (usize, usize), wanted: std::ops::Range<usize>) -> Option<Self> {
        let scales = floats(rest, outputs)?;
        let biases = floats(rest, outputs)?;
        let packed = rest.split_off(..inputs * outputs)?;
        let row = |packed: &[u8]| {
            let mut row = [0.0; N];
            for (weight, output) in row.iter_mut().zip(wanted.clone()) {
                *weight = f32::from(packed[output].cast_signed()) * scales[output];
            }
            row
        };
        let weights = packed.chunks_exact(outputs).map(row).collect();
        let mut padded = [0.0; N];
        padded[..wanted.len()].copy_from_slice(&biases[wanted.clone()]);
        Some(Self { weights, biases: padded })
    }

    #[inline(always)]
    fn start(&self) -> [f32; N] {
        self.biases
    }

    #[inline(always)]
    fn add(&self, sums: &mut [f32; N], inputs: &[f32], from: usize) {
        let mut local = *sums;
        for (&input, weights) in inputs.iter().zip(&self.weights[from..]) {
            for (sum, weight) in local.iter_mut().zip(weights) {
                *sum += input * weight;
            }
        }
        *sums = local;
    }
}

fn floats(rest: &mut &[u8], count: usize) -> Option<Vec<f32>> {
    let bytes = rest.split_off(..4 * count)?;
    Some(bytes.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())
}

#[inline(always)]
fn bend(sums: &mut [f32]) {
    for sum in sums {
        *sum = sum.max(LEAK * *sum);
    }
}

#[inline(always)]
fn likelihoods(sums: &[f32]) -> Likelihoods {
    let mut out: Likelihoods = std::array::from_fn(|class| sums[class]);
    let largest = out.iter().copied().fold(f32::MIN, f32::max);
    out.iter_mut().for_each(|value| *value = (*value - largest).exp());
    let total: f32 = out.iter().sum();
    out.iter_mut().for_each(|value| *value /= total);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_of_the_crate_fit_the_network() {
        // Half a cell of ink: no character looks like that.
        let likelihoods = Network::trained()
            .look_at(&std::array::from_fn(|index| if index < WIDTH * HEIGHT / 2 { 1.0 } else { 0.0 }));
        assert!((likelihoods.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert!(likelihoods[NOTHING] > 0.5);
    }

    #[test]
    fn the_version_names_the_weights() {
        let sum = crc32fast::hash(include_bytes!("../../weights/ocr-b.bin"));
        assert!(crate::VERSION.ends_with(&format!(".ocr-b.{sum:08x}")), "these weights are {sum:08x}");
    }

    #[test]
    fn the_wider_vector_unit_changes_no_bit() {
        let network = Network::trained();
        for shape in 1..40_usize {
            let cell: Cell = std::array::from_fn(|index| (index * shape % 17) as f32 / 13.0 - 0.3);
            assert_eq!(network.look_at(&cell).map(f32::to_bits), network.through(&cell).map(f32::to_bits));
        }
    }

    #[test]
    fn weights_of_another_size_are_refused() {
        let packed = include_bytes!("../../weights/ocr-b.bin");
        assert!(Network::unpack(&packed[1..]).is_none());
        assert!(Network::unpack(&[&packed[..], &[0]].concat()).is_none());
    }
}
