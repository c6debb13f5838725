//! Where a document should be, according to its zone.
//!
//! Documents have standardised sizes, and so has the zone (Doc 9303 parts 4–6): ten characters are an inch, and the zone
//! is centred, some 5 mm above the lower edge. Its corners give the plane of the document in perspective.

use super::{
    edge::{Line, Search, Side},
    plane::{Place, Plane, towards},
    scene::Scene,
};
use acredita_mrz::{Zone, icao::Format};

/// Width of a character, in millimetres (Doc 9303 part 3 §4.1: 10 an inch).
const PITCH: f32 = 2.54;
/// From the lower edge of the document to the feet of the last line, in millimetres.
const BELOW: f32 = 4.5;
/// From the upper edge to what certainly lies on the document, as a share of its height: the zone is far away.
const UPPER: f32 = 0.12;
/// The error of an edge's place, as a share of the document's width: of the upper one, and of the others.
const ERROR: (f32, f32) = (0.04, 0.02);

/// The part above the zone in cells, and places in each of them either way.
const CELLS: (usize, usize) = (32, 13);
const PLACES: usize = 6;
/// The least difference of brightness within a cell that has print. Noise of a poor camera stays below.
const PRINT: f32 = 25.0;

pub(super) struct Expected {
    corners: [Place; 4],
    /// What certainly lies within the edges.
    inside: [Place; 4],
    zone: [Place; 4],
    /// Of the document, in pixels.
    pub(super) width: f32,
    /// Its width over its height.
    pub(super) shape: f32,
    /// From what lies inside to each edge, in pixels.
    margins: [f32; 4],
}

impl Expected {
    /// `None` if the corners of the zone form no quadrangle.
    pub(super) fn of(zone: &Zone, scene: &Scene) -> Option<Self> {
        let corners = zone.corners.map(|corner| scene.place(corner.x, corner.y));
        let plane = Plane::through(corners)?;
        let (card_width, card_height) = size(zone.format);
        let text_width = zone.format.columns() as f32 * PITCH;
        // The distance of the lines is not the same on all documents, so it is taken from the picture.
        let text_height = text_width * plane.aspect();
        let beside = (card_width - text_width) / 2.0;
        let (left, right) = (-beside / text_width, 1.0 + beside / text_width);
        let (top, bottom) = (1.0 - (card_height - BELOW) / text_height, 1.0 + BELOW / text_height);
        let upper = top + card_height * UPPER / text_height;
        let pixels = |millimetres: f32| millimetres * plane.text_width() / text_width;
        Some(Self {
            corners: [plane.at(left, top)?, plane.at(right, top)?, plane.at(right, bottom)?, plane.at(left, bottom)?],
            inside: [plane.at(0.0, upper)?, plane.at(1.0, upper)?, corners[2], corners[3]],
            zone: corners,
            width: pixels(card_width),
            shape: card_width / card_height,
            margins: [pixels(card_height * UPPER), pixels(beside), pixels(BELOW), pixels(beside)],
        })
    }

    /// The direction of reading.
    pub(super) fn along(&self) -> Place {
        (self.zone[1].0 - self.zone[0].0, self.zone[1].1 - self.zone[0].1)
    }

    /// Where an edge should be.
    pub(super) fn line(&self, side: Side) -> Line {
        Line { from: self.corners[side as usize], to: self.corners[(side as usize + 1) % 4] }
    }

    /// An edge is looked for around the place where it should be.
    pub(super) fn search(&self, side: Side) -> Search<'_> {
        let Line { from, to } = self.line(side);
        let away = 1.0..=2.0 * self.margins[side as usize];
        Search { inside: &self.inside, direction: (to.0 - from.0, to.1 - from.1), away }
    }

    /// How far within the picture an edge should be, in errors of that estimate.
    pub(super) fn room(&self, side: Side, scene: &Scene) -> f32 {
        let error = if side == Side::Top { ERROR.0 } else { ERROR.1 };
        self.line(side).within(scene) / (error * self.width)
    }

    /// How much of the part above the zone has print, 0 to 1.
    pub(super) fn printed_above(&self, scene: &Scene) -> f32 {
        let part =
            |cell: usize, place: usize, of: usize| (cell as f32 + (place as f32 + 0.5) / PLACES as f32) / of as f32;
        let place = |across: f32, down: f32| {
            let (left, right) =
                (towards(self.inside[0], self.zone[0], down), towards(self.inside[1], self.zone[1], down));
            towards(left, right, across)
        };
        let has_print = |column: usize, row: usize| {
            let places = (0..PLACES * PLACES)
                .map(|index| place(part(column, index % PLACES, CELLS.0), part(row, index / PLACES, CELLS.1)));
            let seen = places.map(|place| scene.brightness(place)).filter(|value| !value.is_nan());
            let (low, high) = seen.fold((f32::MAX, f32::MIN), |(low, high), value| (low.min(value), high.max(value)));
            high - low > PRINT
        };
        // The lowest row of cells touches the zone.
        let rows = CELLS.1 - 1;
        let printed = (0..rows * CELLS.0).filter(|cell| has_print(cell % CELLS.0, cell / CELLS.0)).count();
        printed as f32 / (rows * CELLS.0) as f32
    }
}

/// Width and height in millimetres: ID-1, ID-2 and ID-3 (ISO/IEC 7810). Visas stand on the pages of passports.
const fn size(format: Format) -> (f32, f32) {
    match format {
        Format::Td1 => (85.60, 53.98),
        Format::Td2 | Format::MrvB | Format::FrenchId => (105.0, 74.0),
        Format::Td3 | Format::MrvA => (125.0, 88.0),
    }
}
