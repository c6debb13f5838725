//! The network that sees faces. `models/README.md` says where it comes from.

use crate::models::{Failure, on_one_thread};
use rten::{Model, ModelOptions, NodeId, RunOptions};
use rten_tensor::{NdTensor, prelude::*};

static FACE: &[u8] = include_bytes!("../../models/face.onnx");

/// The sides of the network's picture.
pub(crate) const SIDE: usize = 128;
/// The network's squares: how many in a row, and how many answers it gives for each.
const GRIDS: [(usize, usize); 2] = [(16, 2), (8, 6)];
/// Values for the place of a face: its middle, from the middle of the square, and its width and height.
const PLACE: usize = 4;

/// The network, ready for use.
pub(crate) struct Network {
    model: Model,
    picture: NodeId,
    places: NodeId,
    scores: NodeId,
    options: RunOptions,
}

/// A face that the network may have seen, in shares of the picture's sides.
pub(crate) struct Sight {
    /// Right of the picture's middle.
    pub(crate) along: f32,
    /// Below the picture's middle.
    pub(crate) across: f32,
    /// Its width.
    pub(crate) size: f32,
    /// How sure the network is, in hundredths.
    pub(crate) score: u32,
}

impl Network {
    /// Unpacks the network.
    pub(crate) fn load() -> Result<Self, Failure> {
        // Only what the network consists of: a program holds no other operator.
        let options = ModelOptions::with_ops(rten::op_registry!(
            Add, Cast, Concat, Conv, MaxPool, Mul, Pad, Relu, Reshape, Transpose
        ));
        let model = options.load_static_slice(FACE).map_err(|_| Failure)?;
        let node = |name| model.node_id(name).map_err(|_| Failure);
        Ok(Self {
            picture: node("picture")?,
            places: node("places")?,
            scores: node("scores")?,
            options: on_one_thread(),
            model,
        })
    }

    /// Everything that could be a face in a picture of [`SIDE`] × [`SIDE`] values from -1 (black) to 1 (white).
    pub(crate) fn look(&self, pixels: &[f32]) -> Result<Vec<Sight>, Failure> {
        if pixels.len() != SIDE * SIDE {
            return Err(Failure);
        }
        let picture = NdTensor::<f32, 4>::from_data([1, 1, SIDE, SIDE], pixels.to_vec());
        let outputs = [self.places, self.scores];
        let answers = self.model.run_n(vec![(self.picture, picture.into())], outputs, Some(self.options.clone()));
        let [places, scores] = answers.map_err(|_| Failure)?;
        let places: NdTensor<f32, 3> = places.try_into().map_err(|_| Failure)?;
        let scores: NdTensor<f32, 3> = scores.try_into().map_err(|_| Failure)?;
        let (places, scores) = (places.to_vec(), scores.to_vec());
        Ok(squares()
            .zip(places.chunks_exact(PLACE))
            .zip(scores)
            .map(|((square, place), score)| sight(square, place, score))
            .collect())
    }
}

/// The middle of every square, in the order of the network's answers.
fn squares() -> impl Iterator<Item = (f32, f32)> {
    GRIDS.into_iter().flat_map(|(size, answers)| {
        let middle = move |index: usize| (index as f32 + 0.5) / size as f32;
        (0..size * size * answers).map(move |index| {
            let square = index / answers;
            (middle(square % size), middle(square / size))
        })
    })
}

fn sight((x, y): (f32, f32), place: &[f32], score: f32) -> Sight {
    let value = |index: usize| place.get(index).map_or(0.0, |value| value / SIDE as f32);
    let certainty = 1.0 / (1.0 + (-score).exp());
    Sight {
        along: x + value(0) - 0.5,
        across: y + value(1) - 0.5,
        size: value(2),
        score: (certainty * 100.0).round() as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_model_is_the_one_that_its_readme_names() {
        let digest: String = Sha256::digest(FACE).iter().map(|byte| format!("{byte:02x}")).collect();
        let readme = include_str!("../../models/README.md");
        let row = readme.lines().find(|line| line.starts_with("| `face.onnx`")).expect("a row");
        assert!(row.ends_with(&format!("`{digest}` |")), "it is {digest}");
    }

    #[test]
    fn it_loads_and_runs_with_the_operators_that_are_named() {
        let network = Network::load().expect("the model of the crate");
        let sights = network.look(&vec![0.0; SIDE * SIDE]).expect("an answer");
        assert_eq!(sights.len(), squares().count());
        assert!(sights.iter().all(|sight| sight.score < 10), "grey is no face");
        assert!(network.look(&[0.0; 5]).is_err());
    }
}
