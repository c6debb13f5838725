//! Finds where zones may be: from the picture at all sizes to the grids of cells that are worth reading.

mod algebra;
pub(crate) mod candidates;
pub(crate) mod chains;
pub(crate) mod components;
pub(crate) mod grid;
mod homography;
mod neighbours;
pub(crate) mod pyramid;
pub(crate) mod threshold;
