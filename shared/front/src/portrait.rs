//! Whether there is something like a face where a document has its portrait.
//!
//! Presence only: nothing is measured that would tell one face from another, and a drawn one counts. The place follows
//! from the print: to the left of it, on cards and on data pages of passports.

mod network;
mod window;

use crate::{geometry::Quad, models::Failure};
use acredita_pictures::Luma;
use network::{Network, Sight};
use std::sync::OnceLock;
use window::Window;

/// In hundredths: from here on it is a face. Typed sheets reach 63, portraits 72 and more. The publisher's limit is 50.
const FACE: u32 = 70;
/// The print is at least this wide, in pixels. In smaller pictures too little of it is read to say where it begins.
const NARROWEST: f32 = 180.0;
/// Where the middle of the portrait is looked for, and the side of the square around it: widths of the print, from the
/// left end of its middle line. One is enough for nearly all documents; the others are for print that was read in part.
const SQUARES: [(f32, f32); 3] = [(0.18, 0.60), (0.20, 0.80), (0.16, 0.45)];
/// The middle of a face, from the left end of the print's middle line, in widths of the print.
const ALONG: std::ops::RangeInclusive<f32> = -0.15..=0.45;
/// The same, up or down, at most.
const ACROSS: f32 = 0.35;
/// The width of a face, in widths of the print. It is 0.15 to 0.20 on documents.
const WIDTH: std::ops::RangeInclusive<f32> = 0.07..=0.35;

/// Looks for portraits. To be made once: the network is unpacked for the first picture.
#[derive(Default)]
pub struct Portraits(OnceLock<Result<Network, Failure>>);

impl std::fmt::Debug for Portraits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Portraits")
    }
}

/// What is at the place of the portrait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Portrait {
    /// Something like a face.
    Found(Face),
    /// Nothing like a face.
    Missing,
    /// The picture is too small to see faces in it.
    TooSmall,
}

/// Something like a face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Face {
    /// The square around it, from the eyebrows to the chin.
    pub place: Quad,
    /// How sure that is, in hundredths: rounded, because processors differ in the last digits.
    pub score: u32,
}

/// The answer for one picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// What is at the place of the portrait.
    pub portrait: Portrait,
    /// How often the network ran, at most three times: the same on every machine, unlike time.
    pub windows: usize,
}

impl Portraits {
    /// One that has not unpacked its network yet.
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// Looks for a face to the left of what is printed on the document. `print` surrounds all of the document's
    /// print, in the direction of reading: [`Front::print`](crate::Front::print).
    pub fn look(&self, picture: &Luma, print: Quad) -> Result<Look, Failure> {
        let mut look = Look { portrait: Portrait::TooSmall, windows: 0 };
        let width = print.length();
        if !(width >= NARROWEST && width.is_finite()) || picture.pixels.len() != picture.width * picture.height {
            return Ok(look);
        }
        let network = self.0.get_or_init(Network::load).as_ref().map_err(|failure| *failure)?;
        look.portrait = Portrait::Missing;
        for (along, side) in SQUARES {
            look.windows += 1;
            let window = Window::level(print, along, side * width);
            let belongs = |sight: &Sight| belongs(&window, sight, print);
            let sights = network.look(&window.pixels(picture))?;
            let Some(best) = sights.iter().filter(|sight| belongs(sight)).max_by_key(|sight| sight.score) else {
                continue;
            };
            if best.score >= FACE {
                look.portrait = Portrait::Found(Face { place: window.square(best), score: best.score });
                break;
            }
        }
        Ok(look)
    }
}

/// Whether a face is where the portrait belongs, and as large.
fn belongs(window: &Window, sight: &Sight, print: Quad) -> bool {
    let (along, across) = window.offset_from_start(sight, print);
    let width = print.length();
    ALONG.contains(&(along / width))
        && (across / width).abs() <= ACROSS
        && WIDTH.contains(&(window.side_of(sight) / width))
}
