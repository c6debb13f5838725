//! Reads a grid of cells: from the brightness of a cell to the text of a zone.

mod ambiguity;
pub mod cells;
mod codes;
mod decode;
pub mod network;
mod positions;
mod quality;
mod repair;
pub(crate) mod sheet;
mod spelling;
#[cfg(test)]
mod testing;
mod twins;
mod window;
pub(crate) mod zones;
