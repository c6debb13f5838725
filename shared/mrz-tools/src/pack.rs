//! Packs the learnt weights into the bytes that the reader unpacks.

use crate::model::Parameters;
use acredita_mrz::network::{LAYERS, PACKED_MAX};

/// Packs weights into bytes, with one scale for every output of a layer: outputs differ in size, inputs hardly do.
pub fn pack(parameters: &Parameters) -> Vec<u8> {
    let mut out = Vec::new();
    for ((weights, biases), (_, outputs)) in parameters.weights.iter().zip(&parameters.biases).zip(LAYERS) {
        let scales: Vec<f32> = (0..outputs).map(|output| scale(weights[output..].iter().step_by(outputs))).collect();
        out.extend(scales.iter().chain(biases).flat_map(|value| value.to_le_bytes()));
        out.extend(weights.iter().enumerate().map(|(index, weight)| {
            let packed = (weight / scales[index % outputs]).round().clamp(-PACKED_MAX, PACKED_MAX);
            (packed as i8).cast_unsigned()
        }));
    }
    out
}

/// The scale that makes the largest weight just fit.
fn scale<'a>(weights: impl Iterator<Item = &'a f32>) -> f32 {
    (weights.fold(0.0_f32, |largest, weight| largest.max(weight.abs())) / PACKED_MAX).max(f32::MIN_POSITIVE)
}
