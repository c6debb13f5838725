//! The frame header (T.81 §B.2.2): size, components, and the number of blocks of each.

use super::BROKEN;
use crate::Fault;

/// T.81 allows 4 components in an interleaved scan; a picture has 1 (grey), 3 (colour) or 4 (print colours).
const COMPONENTS: [usize; 3] = [1, 3, 4];
/// The most blocks of an interleaved unit (T.81 §B.2.3).
const MAX_UNIT_BLOCKS: u32 = 10;
/// The side of a block in pixels.
const BLOCK: u32 = 8;

/// The coding of the coefficients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Process {
    /// Every block at once.
    Sequential,
    /// In several scans, each refining the picture.
    Progressive,
}

/// A colour component.
#[derive(Clone, Copy, Debug)]
pub(super) struct Component {
    /// Its identifier in scans.
    pub(super) id: u8,
    /// Blocks across in an interleaved unit.
    pub(super) across: u32,
    /// Blocks down in an interleaved unit.
    pub(super) down: u32,
    /// The index of its quantisation table.
    pub(super) quantisation: u8,
}

#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// Pixels per row.
    pub(super) width: u32,
    /// Rows.
    pub(super) height: u32,
    pub(super) process: Process,
    pub(super) components: Vec<Component>,
    /// Whether its coefficients are kept until the end: it is progressive, or its first scan lacks a component.
    pub(super) buffered: bool,
}

impl Frame {
    /// Parses the segment of a marker SOF0, SOF1 or SOF2. The others (lossless, hierarchical, arithmetic) are not
    /// supported, nor are 12-bit samples or a height that comes later (DNL).
    pub(super) fn parse(marker: u8, payload: &[u8]) -> Result<Self, Fault> {
        let process = match marker {
            0xC0 | 0xC1 => Process::Sequential,
            0xC2 => Process::Progressive,
            _ => return Err(BROKEN),
        };
        let [precision, h1, h0, w1, w0, count, rest @ ..] = payload else {
            return Err(BROKEN);
        };
        let height = u32::from(u16::from_be_bytes([*h1, *h0]));
        let width = u32::from(u16::from_be_bytes([*w1, *w0]));
        let (triples, extra) = rest.as_chunks::<3>();
        if *precision != 8
            || !extra.is_empty()
            || triples.len() != usize::from(*count)
            || !COMPONENTS.contains(&triples.len())
        {
            return Err(BROKEN);
        }
        let components = triples.iter().map(|&[id, sampling, quantisation]| Component {
            id,
            across: u32::from(sampling >> 4),
            down: u32::from(sampling & 15),
            quantisation,
        });
        let frame = Self {
            width,
            height,
            process,
            components: components.collect(),
            buffered: process == Process::Progressive,
        };
        if frame.sampling_is_sound() { Ok(frame) } else { Err(BROKEN) }
    }

    /// The first component must be the finest and a multiple of the others. Everything that cameras and editors write
    /// conforms; the decoder gets the rest wrong.
    fn sampling_is_sound(&self) -> bool {
        let first = self.components[0];
        let divides = |whole: u32, part: u32| (1..=4).contains(&part) && whole.is_multiple_of(part);
        let even = self.components.iter().all(|c| divides(first.across, c.across) && divides(first.down, c.down));
        let blocks: u32 = self.components.iter().map(|c| c.across * c.down).sum();
        let distinct =
            self.components.iter().enumerate().all(|(i, c)| self.components[..i].iter().all(|other| other.id != c.id));
        even && distinct && (blocks <= MAX_UNIT_BLOCKS || self.components.len() == 1)
    }

    /// Whether the names of its components are red, green and blue, which some encoders write without any other sign.
    pub(super) fn is_named_rgb(&self) -> bool {
        self.components.iter().map(|component| component.id).eq(*b"RGB")
    }

    /// Pixels of the complete picture.
    pub(super) fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Interleaved units: across and down.
    pub(super) fn units(&self) -> (u32, u32) {
        let first = self.components[0];
        (self.width.div_ceil(BLOCK * first.across), self.height.div_ceil(BLOCK * first.down))
    }

    /// Blocks of a component that is alone in its scan: across and down (T.81 §A.2.2: only those that contain pixels).
    pub(super) fn blocks(&self, component: usize) -> (u32, u32) {
        let (first, this) = (self.components[0], self.components[component]);
        let across = (self.width * this.across).div_ceil(first.across).div_ceil(BLOCK);
        let down = (self.height * this.down).div_ceil(first.down).div_ceil(BLOCK);
        (across, down)
    }

    /// Bytes that the decoder keeps for coefficients.
    pub(super) fn coefficient_bytes(&self) -> u64 {
        if !self.buffered {
            return 0;
        }
        let (across, down) = self.units();
        let blocks: u64 = self.components.iter().map(|c| u64::from(c.across * c.down)).sum();
        u64::from(across) * u64::from(down) * blocks * 64 * 2
    }

    /// zune-jpeg 0.5.15 gives a wrong picture or panics if a sequential picture comes component by component and its
    /// colours have fewer rows than its brightness. Hardly anybody writes these. Fixed since, but not released:
    /// <https://github.com/etemesi254/zune-image/issues/419>.
    pub(super) fn is_beyond_the_decoder(&self) -> bool {
        self.components.len() > 1 && self.process == Process::Sequential && self.buffered && self.components[0].down > 1
    }

    /// zune-jpeg 0.5.15 produces twice the rows when it decodes a progressive picture with half the rows of colour
    /// straight to brightness, as <https://github.com/etemesi254/zune-image/issues/134> once reported of others.
    pub(super) fn needs_rgb(&self) -> bool {
        let first = self.components[0];
        self.components.len() > 1 && self.process == Process::Progressive && (first.across, first.down) == (1, 2)
    }
}
