//! The reader: pictures in, readings out.

use crate::{
    budget::{Budget, Options},
    find::pyramid::Pyramid,
    read::{network::Network, zones},
    reading::{Reading, Status, Zone},
    search::Search,
};
use acredita_pictures::Luma;

/// Reads machine-readable zones. Make one and share it: it only holds the network.
#[derive(Clone, Debug)]
pub struct Reader {
    network: Network,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// A reader with the network of this crate.
    pub fn new() -> Self {
        Self { network: Network::trained() }
    }

    /// A reader with another network, to measure it.
    pub fn with_network(network: Network) -> Self {
        Self { network }
    }

    /// Finds and reads the zones of a picture, at any angle. It never fails: a picture without a zone is
    /// [`Status::Absent`].
    pub fn read(&self, picture: &Luma, options: Options<'_>) -> Reading {
        let budget = Budget::new(options);
        let mut found: Vec<Zone> = Vec::new();
        if picture.width > 0 && picture.height > 0 && picture.pixels.len() == picture.width * picture.height {
            let pyramid = Pyramid::new(picture);
            let mut search = Search::new(&self.network, &pyramid, &budget);
            search.run();
            found = search.zones;
        }
        found.sort_by(|a, b| zones::worth(b).partial_cmp(&zones::worth(a)).unwrap_or(std::cmp::Ordering::Equal));
        let status = found.first().map_or(Status::Absent, |zone| zone.status);
        Reading { status, zones: found, exhausted: budget.is_over() }
    }
}
