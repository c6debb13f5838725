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
    work::{MOST_COLUMNS, Work},
};
use acredita_pictures::Luma;
use std::sync::OnceLock;

/// Lines that are read first, to know which way up the picture is.
const PROBES: usize = 3;
/// A longer line is none of them: reading them both ways has to be possible.
const LONGEST_PROBE: usize = MOST_COLUMNS / (2 * PROBES);
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
        let mut first = Reading { models, alphabet, picture, work: Work::default() };
        let mut items = Items::of(first.lines(places)?);
        let mut second = Reading { work: Work::default(), ..first };
        second.missing_labels(&mut items)?;
        let (lines, columns) = (first.work.lines + second.work.lines, first.work.columns + second.work.columns);
        Ok(Front::of(items, Work { detector_pixels, lines, columns }))
    }
}

/// A reading of a picture, within what one may take.
struct Reading<'a> {
    models: &'a Models,
    alphabet: &'a Alphabet,
    picture: &'a Luma,
    work: Work,
}

impl Reading<'_> {
    /// What lines at these places say, in the order of reading.
    fn lines(&mut self, places: Vec<Place>) -> Result<Vec<Line>, Failure> {
        let (probes, others) = apart(affordable(places, self.work));
        let (turned, mut lines) = self.probe(&probes)?;
        for Place { quad, .. } in affordable(others, self.work) {
            lines.extend(self.read(if turned { quad.turned() } else { quad })?);
        }
        lines.retain(|line| line.confidence() >= READABLE && !line.glyphs.is_empty() && !line.is_of_a_zone());
        lines.sort_by(|a, b| a.quad.centre().y.total_cmp(&b.quad.centre().y));
        if turned {
            lines.reverse();
        }
        Ok(lines)
    }

    /// Looks for labels above the values that have none, until there are enough.
    fn missing_labels(&mut self, items: &mut Items) -> Result<(), Failure> {
        for (quad, value) in above::places(items, self.picture) {
            if items.layout().arrangement == Arrangement::Document {
                break;
            }
            if let Some(label) = self.read(quad)?.and_then(|line| labels::guess(&line, value)) {
                items.put_label(label);
            }
        }
        Ok(())
    }

    /// Nothing, where that would be too much work.
    fn read(&mut self, quad: Quad) -> Result<Option<Line>, Failure> {
        let columns = text::columns(&quad);
        if !self.work.allows(1, columns) {
            return Ok(None);
        }
        self.work.lines += 1;
        self.work.columns += columns;
        text::read(self.models, self.alphabet, self.picture, quad).map(Some)
    }

    /// Whether the picture is upside down, and its probes as they are to be read: both ways if it is not clear from the
    /// first.
    fn probe(&mut self, probes: &[Place]) -> Result<(bool, Vec<Line>), Failure> {
        let sum = |lines: &[Line]| lines.iter().map(Line::confidence).sum::<u32>();
        let mut read = |turned: bool| -> Result<Vec<Line>, Failure> {
            let quads = probes.iter().map(|place| if turned { place.quad.turned() } else { place.quad });
            quads.filter_map(|quad| self.read(quad).transpose()).collect()
        };
        let upright = read(false)?;
        if sum(&upright) >= UPRIGHT * probes.len() as u32 {
            return Ok((false, upright));
        }
        let upside_down = read(true)?;
        let turned = sum(&upside_down) > sum(&upright);
        Ok((turned, if turned { upside_down } else { upright }))
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

/// As many lines as may be read after this work: without the least sure ones, then without the widest, which prose has
/// and a card has not.
fn affordable(mut places: Vec<Place>, work: Work) -> Vec<Place> {
    while !work.allows(places.len(), 0) {
        remove_last_by(&mut places, |place| -place.sure);
    }
    while !work.allows(0, places.iter().map(|place| text::columns(&place.quad)).sum()) {
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

/// The longest lines, as probes, and the others.
fn apart(mut places: Vec<Place>) -> (Vec<Place>, Vec<Place>) {
    places.sort_by(|a, b| b.quad.length().total_cmp(&a.quad.length()));
    let mut probes = 0;
    places.into_iter().partition(|place| {
        let is_probe = probes < PROBES && text::columns(&place.quad) <= LONGEST_PROBE;
        probes += usize::from(is_probe);
        is_probe
    })
}
