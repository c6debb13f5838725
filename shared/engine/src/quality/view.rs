//! A picture as the checks see it: at the size they look at, with the distribution of its brightness.

use super::levels::Levels;
use crate::shrink;
use acredita_domain::pictures::Side;
use acredita_pictures::Luma;

pub(crate) struct View {
    pub(crate) side: Side,
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) small: Luma,
    pub(super) levels: Levels,
}

impl View {
    pub(crate) fn new(side: Side, luma: &Luma) -> Self {
        let small = shrink::for_looking(luma);
        let levels = Levels::of(small.pixels.iter().copied());
        Self { side, width: luma.width, height: luma.height, small, levels }
    }
}
