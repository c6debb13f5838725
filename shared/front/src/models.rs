//! The two networks: one says where lines are, the other what they say. `models/README.md` says where they come from.

use rten::{Model, ModelOptions, RunOptions, ThreadPool};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};
use std::sync::Arc;

static DETECTOR: &[u8] = include_bytes!("../models/detector.onnx");
static RECOGNISER: &[u8] = include_bytes!("../models/recogniser.onnx");
const LETTERS: &str = include_str!("../models/letters.txt");

/// Rows of the recogniser's picture of a line.
pub(crate) const LINE_HEIGHT: usize = 48;
/// The detector's sides are multiples of this.
pub(crate) const DETECTOR_STEP: usize = 32;
/// The recogniser's output for "nothing new here".
pub(crate) const BLANK: usize = 0;

/// A network could not be loaded or run. That is a fault of this crate, not of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the networks that read print do not run")]
pub struct Failure;

/// On one thread: a function has one processor, and a server looks at several pictures at once.
pub(crate) fn on_one_thread() -> RunOptions {
    RunOptions::default().with_thread_pool(Some(Arc::new(ThreadPool::with_num_threads(1))))
}

/// The networks, ready for use.
pub(crate) struct Models {
    detector: Model,
    recogniser: Model,
    letters: Vec<char>,
    options: RunOptions,
}

impl Models {
    /// Unpacks the networks: some ten milliseconds.
    pub(crate) fn load() -> Result<Self, Failure> {
        // Only what the two networks consist of: a program holds no other operator.
        let options = ModelOptions::with_ops(rten::op_registry!(
            Add,
            AveragePool,
            BatchNormalization,
            Cast,
            Concat,
            Conv,
            ConvTranspose,
            Div,
            Erf,
            GlobalAveragePool,
            HardSigmoid,
            Identity,
            MatMul,
            MaxPool,
            Mul,
            ReduceMean,
            Relu,
            Resize,
            Sigmoid,
            Softmax,
            Squeeze,
            Transpose,
            Unsqueeze
        ));
        Ok(Self {
            detector: options.load_static_slice(DETECTOR).map_err(|_| Failure)?,
            recogniser: options.load_static_slice(RECOGNISER).map_err(|_| Failure)?,
            letters: letters(),
            options: on_one_thread(),
        })
    }

    /// The characters that the recogniser's outputs stand for; the first output is none.
    pub(crate) fn letters(&self) -> &[char] {
        &self.letters
    }

    /// For every pixel of a picture whose sides are multiples of [`DETECTOR_STEP`], how sure it is that it belongs to
    /// the middle of a line.
    pub(crate) fn detect(&self, pixels: &[u8], width: usize, height: usize) -> Result<Vec<f32>, Failure> {
        // The means and deviations of the pictures that the network was trained on: blue, green, red.
        const TRAINED_ON: [(f32, f32); 3] = [(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)];
        let input: Vec<f32> = TRAINED_ON
            .iter()
            .flat_map(|(mean, deviation)| {
                pixels.iter().map(move |&pixel| (f32::from(pixel) / 255.0 - mean) / deviation)
            })
            .collect();
        let input = NdTensor::<f32, 4>::from_data([1, 3, height, width], input);
        let output: NdTensor<f32, 4> = self.run(&self.detector, input.view())?.try_into().map_err(|_| Failure)?;
        if output.shape() != [1, 1, height, width] {
            return Err(Failure);
        }
        Ok(output.to_vec())
    }

    /// The likelihood of every output for every step along a line, step by step. `pixels` are [`LINE_HEIGHT`] rows.
    pub(crate) fn recognise(&self, pixels: &[f32], width: usize) -> Result<Vec<f32>, Failure> {
        let input = NdTensor::<f32, 4>::from_data([1, 3, LINE_HEIGHT, width], pixels.repeat(3));
        let output: NdTensor<f32, 3> = self.run(&self.recogniser, input.view())?.try_into().map_err(|_| Failure)?;
        if output.size(2) != self.letters.len() {
            return Err(Failure);
        }
        Ok(output.to_vec())
    }

    fn run(&self, model: &Model, input: NdTensorView<f32, 4>) -> Result<rten::Value, Failure> {
        model.run_one(input.into(), Some(self.options.clone())).map_err(|_| Failure)
    }
}

/// Blank, the characters, space.
pub(crate) fn letters() -> Vec<char> {
    let listed = LETTERS.lines().filter_map(|line| line.chars().next());
    std::iter::once('\0').chain(listed).chain(std::iter::once(' ')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_models_are_the_ones_that_their_readme_names() {
        let readme = include_str!("../models/README.md");
        for (name, bytes) in
            [("detector.onnx", DETECTOR), ("recogniser.onnx", RECOGNISER), ("letters.txt", LETTERS.as_bytes())]
        {
            let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            let row = readme.lines().find(|line| line.starts_with(&format!("| `{name}`"))).expect(name);
            assert!(row.ends_with(&format!("`{digest}` |")), "{name} is {digest}");
        }
    }

    #[test]
    fn they_load_and_run_with_the_operators_that_are_named() {
        let models = Models::load().expect("the models of the crate");
        let (width, height) = (2 * DETECTOR_STEP, DETECTOR_STEP);
        assert_eq!(models.detect(&vec![200; width * height], width, height).map(|map| map.len()), Ok(width * height));
        let steps = models.recognise(&[0.0; 64 * LINE_HEIGHT], 64).expect("a line");
        assert_eq!(steps.len() % models.letters().len(), 0);
        assert_eq!(models.letters().len(), 324);
    }
}
