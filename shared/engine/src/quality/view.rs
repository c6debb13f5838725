//! A picture as the checks see it: at the size that is looked at, with the distribution of its brightness.

use super::levels::Levels;
use crate::shrink;
use acredita_domain::pictures::{Luma, Side};

pub(crate) struct View {
    /// Which side it shows.
    pub(crate) side: Side,
    /// Pixels a row of the original.
    pub(crate) width: usize,
    /// Rows of the original.
    pub(crate) height: usize,
    /// The picture at the size that is looked at.
    pub(crate) small: Luma,
    /// The distribution of its brightness.
    pub(super) levels: Levels,
}

impl View {
    /// Prepares a picture.
    pub(crate) fn new(side: Side, luma: &Luma) -> Self {
        let small = shrink::for_looking(luma);
        let levels = Levels::of(small.pixels.iter().copied());
        Self { side, width: luma.width, height: luma.height, small, levels }
    }
}
