//! The order of work, and its bounds.

use crate::{
    above,
    front::Front,
    geometry::{Point, Quad},
    labels,
    layout::{Arrangement, Items},
    letters::Alphabet,
    lines::{self, Place},
    models::{Failure, Models},
    text::{self, Line},
    work::Work,
};
use acredita_pictures::Luma;
use std::{collections::BTreeMap, sync::OnceLock};

/// The most lines that are read. A card has twenty.
pub(crate) const MOST_LINES: usize = 40;
/// The most columns of all lines together, 48 pixels high. A card has five thousand.
pub(crate) const MOST_COLUMNS: usize = 8_000;
/// Lines that are read first, to know which way up the picture is.
const PROBES: usize = 3;
/// In hundredths: above this a picture is the right way up, and below it is read from the other end too. Upside down it
/// is 55, upright 95.
const UPRIGHT: u32 = 80;
/// In hundredths: a line below this says nothing.
const READABLE: u32 = 50;

/// Reads the printed side of documents. To be made once: the networks are unpacked for the first picture.
#[derive(Default)]
pub struct Reader(OnceLock<Result<(Models, Alphabet), Failure>>);

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reader")
    }
}

impl Reader {
    /// A reader that has done nothing yet.
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// Reads a picture, except for the machine-readable zones on it, which would agree with themselves. Labels are small:
    /// the part above a zone, or all print that is small in its picture, is looked at closely.
    ///
    /// # Errors
    ///
    /// Never for a picture's sake.
    pub fn read(&self, picture: &Luma, zones: &[Quad]) -> Result<Front, Failure> {
        let unpacked = self.0.get_or_init(|| {
            let models = Models::load()?;
            let alphabet = Alphabet::of(models.letters());
            Ok((models, alphabet))
        });
        let (models, alphabet) = unpacked.as_ref().map_err(|failure| *failure)?;
        let long_side = if zones.is_empty() { lines::LONG_SIDE } else { lines::GLANCE };
        let (mut places, mut detector_pixels) = lines::find(models, picture, long_side)?;
        let part = zones.first().map_or_else(|| small_print(&places, picture), |zone| Some(print_above(zone)));
        if let Some(part) = part {
            let (closer, pixels) = lines::find_within(models, picture, &part)?;
            places = replaced(places, closer, &part);
            detector_pixels += pixels;
        }
        places.retain(|place| !zones.iter().any(|zone| zone.contains(place.quad.centre())));
        let places = affordable(places);
        let mut work = Work { detector_pixels, ..Work::default() };
        let mut read = |quad: Quad| {
            work.lines += 1;
            work.columns += text::columns(&quad);
            text::read(models, alphabet, picture, quad)
        };
        let mut probed = probes(&places);
        let turned = upside_down(&places, &mut probed, &mut read)?;
        let mut found = Vec::new();
        for (index, place) in places.iter().enumerate() {
            let line = match probed.remove(&index) {
                Some(Some(line)) => line,
                _ => read(if turned { place.quad.turned() } else { place.quad })?,
            };
            if line.confidence() >= READABLE && !line.glyphs.is_empty() && !line.is_of_a_zone() {
                found.push(line);
            }
        }
        if turned {
            found.reverse();
        }
        let mut items = Items::of(found);
        for quad in above::places(&items, picture) {
            if items.layout().arrangement == Arrangement::Document {
                break;
            }
            work.lines += 1;
            work.columns += text::columns(&quad);
            if let Some(label) = labels::guess(&text::read(models, alphabet, picture, quad)?) {
                items.put_label(label);
            }
        }
        Ok(Front::of(items, work))
    }
}

/// Where all print is, if that is a small part of the picture.
fn small_print(places: &[Place], picture: &Luma) -> Option<Quad> {
    /// Shares of the picture's longer side: that of the print at most, and what is left around it.
    const SMALL: f32 = 0.65;
    const AROUND: f32 = 0.02;
    let long = picture.width.max(picture.height) as f32;
    let corners = places.iter().flat_map(|place| place.quad.0);
    let ends = |of: fn(&Point) -> f32| {
        corners
            .clone()
            .map(|corner| of(&corner))
            .fold((f32::MAX, f32::MIN), |(low, high), end| (low.min(end), high.max(end)))
    };
    let ((left, right), (top, bottom)) = (ends(|point| point.x), ends(|point| point.y));
    let is_small = (right - left).max(bottom - top) <= SMALL * long;
    let around = AROUND * long;
    let (left, right, top, bottom) = (left - around, right + around, top - around, bottom + around);
    let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
    (is_small && !places.is_empty()).then(|| Quad(corners.map(|(x, y)| Point { x, y })))
}

/// Where the print of a page is, by its zone: in shares of the zone's width, from its left end and upwards.
fn print_above(zone: &Quad) -> Quad {
    /// The portrait is to the left of it.
    const LEFT: f32 = 0.28;
    const RIGHT: f32 = 1.06;
    const UPPER: f32 = 0.66;
    let (from, to) = (zone.0[0], zone.0[1]);
    let (across, up) = ((to.x - from.x, to.y - from.y), (to.y - from.y, from.x - to.x));
    let place = |along: f32, above: f32| Point {
        x: from.x + across.0 * along + up.0 * above,
        y: from.y + across.1 * along + up.1 * above,
    };
    Quad([place(LEFT, UPPER), place(RIGHT, UPPER), place(RIGHT, 0.0), place(LEFT, 0.0)])
}

/// The lines of a part as they were found there, and all others, from top to bottom.
fn replaced(mut places: Vec<Place>, closer: Vec<Place>, part: &Quad) -> Vec<Place> {
    places.retain(|place| !place.quad.0.iter().all(|corner| part.contains(*corner)));
    let new = |place: &Place| !places.iter().any(|other| other.quad.contains(place.quad.centre()));
    let closer: Vec<Place> =
        closer.into_iter().filter(|place| part.contains(place.quad.centre()) && new(place)).collect();
    places.extend(closer);
    lines::sort(&mut places);
    places
}

/// As many lines as may be read: without the least sure ones, then without the widest, which prose has and a card has
/// not.
fn affordable(mut places: Vec<Place>) -> Vec<Place> {
    while places.len() > MOST_LINES {
        remove_last_by(&mut places, |place| -place.sure);
    }
    while places.iter().map(|place| text::columns(&place.quad)).sum::<usize>() > MOST_COLUMNS {
        remove_last_by(&mut places, |place| text::columns(&place.quad) as f32);
    }
    places
}

fn remove_last_by(places: &mut Vec<Place>, key: impl Fn(&Place) -> f32) {
    let last = (0..places.len()).max_by(|&a, &b| key(&places[a]).total_cmp(&key(&places[b])));
    if let Some(last) = last {
        places.remove(last);
    }
}

/// The longest lines, by their index: not read yet.
fn probes(places: &[Place]) -> BTreeMap<usize, Option<Line>> {
    let mut longest: Vec<usize> = (0..places.len()).collect();
    longest.sort_by(|&a, &b| places[b].quad.length().total_cmp(&places[a].quad.length()));
    longest.into_iter().take(PROBES).map(|index| (index, None)).collect()
}

/// Reads the probes, and both ways if it is not clear from the first. They are left as they are to be read.
fn upside_down(
    places: &[Place],
    probes: &mut BTreeMap<usize, Option<Line>>,
    read: &mut impl FnMut(Quad) -> Result<Line, Failure>,
) -> Result<bool, Failure> {
    let mut both = [BTreeMap::new(), BTreeMap::new()];
    let mut confidence = [0; 2];
    for (turned, lines) in both.iter_mut().enumerate() {
        for &index in probes.keys() {
            let quad = places[index].quad;
            let line = read(if turned == 1 { quad.turned() } else { quad })?;
            confidence[turned] += line.confidence();
            lines.insert(index, Some(line));
        }
        if confidence[0] >= UPRIGHT * probes.len() as u32 {
            break;
        }
    }
    let turned = confidence[1] > confidence[0];
    let [upright, upside_down] = both;
    *probes = if turned { upside_down } else { upright };
    Ok(turned)
}
