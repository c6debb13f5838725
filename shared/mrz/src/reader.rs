//! The reader: stage after stage, and again with other eyes where the first look was not enough.

use crate::{
    budget::{Budget, Options},
    candidates::{self, Candidate},
    chains,
    components::{self, Component},
    decode::{self, Decoded},
    grid::{Grid, Pose},
    icao::format::Format,
    network::Network,
    picture::Luma,
    pyramid::Pyramid,
    quality,
    reading::{Line, Point, Reading, Status, Text, Zone},
    sheet::{Look, Looker, Sheet},
    threshold::{self, Threshold},
    window::{self, Window},
};

/// One way of looking at the whole picture.
struct Pass {
    /// Long side, in pixels, to which the picture is resized.
    side: f32,
    threshold: Threshold,
}

/// Tried in turn until a zone is found whose digits hold. At 1500 a card that fills the picture has characters of 20 to 40 pixels. Then come small zones, blurred ones
/// whose strokes only show together, and patterned paper that a stricter threshold keeps apart.
const PASSES: [Pass; 4] = [
    Pass { side: 1500.0, threshold: Threshold { radius: 17, deviations: 0.45 } },
    Pass { side: 2200.0, threshold: Threshold { radius: 17, deviations: 0.45 } },
    Pass { side: 1000.0, threshold: Threshold { radius: 14, deviations: 0.35 } },
    Pass { side: 1500.0, threshold: Threshold { radius: 12, deviations: 0.75 } },
];
/// A picture is not enlarged more than this: there is nothing more to see.
const LARGEST_FACTOR: f32 = 3.0;
/// Pixels of a pass that one unit of the budget pays for.
const PIXELS_A_UNIT: u64 = 100;
/// Heights of the characters that are tried until a zone is accepted, as shares of what they should be for their pitch: a card that leans away
/// from the camera is lower than wide, and the other way round. The network sees past a tenth by itself.
const HEIGHTS: [f64; 3] = [1.0, 0.84, 1.18];
/// Least score of a zone for which other heights are tried. What has no check digit right stays below.
const PROMISING_SCORE: f32 = -0.3;
/// What the window counts in a zone's score.
const WINDOW_WORTH: f32 = 2.0;
/// Least score of something that is reported at all.
const LEAST_SCORE: f32 = -1.5;
/// Least mean confidence of a zone that counts as read.
const LEAST_CONFIDENCE: f32 = 0.7;
/// Least score of a candidate that is looked at beside an accepted zone. A second document is as clear as the first; other print is not.
const BESIDE_SCORE: f64 = 0.5;
/// Zones whose centres are closer than this share of the larger one's height are the same.
const SAME: f32 = 1.0;

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

    /// Finds and reads the zones of a picture, at any angle. It never fails: a picture without a zone is [`Status::Absent`].
    pub fn read(&self, picture: &Luma, options: Options<'_>) -> Reading {
        let budget = Budget::new(options);
        let mut zones: Vec<Zone> = Vec::new();
        if picture.width > 0 && picture.height > 0 && picture.pixels.len() == picture.width * picture.height {
            let pyramid = Pyramid::new(picture);
            let mut tried: Vec<(f32, Threshold)> = Vec::new();
            for pass in &PASSES {
                let factor = (pass.side / picture.width.max(picture.height) as f32).min(LARGEST_FACTOR);
                if tried.contains(&(factor, pass.threshold)) {
                    continue;
                }
                tried.push((factor, pass.threshold));
                self.pass(&pyramid, factor, pass.threshold, &budget, &mut zones);
                if zones.iter().any(settled) || budget.is_over() {
                    break;
                }
            }
        }
        zones.sort_by(|a, b| worth(b).partial_cmp(&worth(a)).unwrap_or(std::cmp::Ordering::Equal));
        let status = zones.first().map_or(Status::Absent, |zone| zone.status);
        Reading { status, zones, exhausted: budget.is_over() }
    }

    fn pass(&self, pyramid: &Pyramid<'_>, factor: f32, threshold: Threshold, budget: &Budget<'_>, zones: &mut Vec<Zone>) {
        let components = {
            let resized = pyramid.resized(factor);
            if !budget.spend(resized.pixels.len() as u64 / PIXELS_A_UNIT) {
                return;
            }
            components::find(&threshold::ink(&resized, threshold))
        };
        let chains = chains::find(&components, budget);
        for candidate in candidates::find(&chains) {
            if candidate.score < BESIDE_SCORE && zones.iter().any(Zone::accepted) {
                break;
            }
            if let Some(zone) = self.candidate(pyramid, &candidate, &components, f64::from(factor), budget, zones) {
                keep(zones, zone);
            }
        }
    }

    fn candidate(
        &self,
        pyramid: &Pyramid<'_>,
        candidate: &Candidate,
        components: &[Component],
        factor: f64,
        budget: &Budget<'_>,
        known: &[Zone],
    ) -> Option<Zone> {
        let grid = Grid::fit(candidate, components, factor)?;
        if known.iter().any(|zone| zone.accepted() && covers(zone, &grid)) {
            return None;
        }
        let looker = Looker { network: &self.network, pyramid, grid: &grid, budget };
        let mut best: Option<Zone> = None;
        for pose in looker.poses()? {
            for height in HEIGHTS {
                let zone = looker.sheet(Pose { height, ..pose }).and_then(|sheet| read_sheet(&sheet));
                let promising = zone.as_ref().is_some_and(|zone| zone.score > PROMISING_SCORE);
                best = better(best, zone);
                if !promising || best.as_ref().is_some_and(Zone::accepted) {
                    break;
                }
            }
        }
        best
    }
}

/// The best reading of a sheet.
fn read_sheet(sheet: &Sheet) -> Option<Zone> {
    let lines = sheet.rows.len();
    let mut widths: Vec<usize> = Format::ALL.into_iter().filter(|format| format.lines() == lines).map(Format::columns).collect();
    widths.dedup();
    let windows = window::find(sheet, widths.into_iter());
    let readings = windows.iter().flat_map(|window| {
        let rows: Vec<&[Look]> = sheet.rows.iter().map(|row| &row[window.from..window.from + window.columns]).collect();
        Format::of_size(lines, window.columns).map(move |format| (window, decode::decode(format, &rows)))
    });
    let rated = readings.map(|(window, decoded)| (decoded.score + WINDOW_WORTH * window.score, window, decoded));
    let (score, window, decoded) = rated.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (score > LEAST_SCORE).then(|| zone(sheet, window, decoded, score))
}

fn zone(sheet: &Sheet, window: &Window, decoded: Decoded, score: f32) -> Zone {
    let columns = window.from..window.from + window.columns;
    let looks: Vec<&[Look]> = sheet.rows.iter().map(|row| &row[columns.clone()]).collect();
    let places: Vec<_> = sheet.places.iter().map(|row| &row[columns.clone()]).collect();
    let confidences = || decoded.confidence.iter().flatten().copied();
    let min_confidence = confidences().fold(1.0, f32::min);
    let mean = confidences().sum::<f32>() / (looks.len() * window.columns) as f32;
    let doubtful: Vec<Vec<bool>> = decoded
        .confidence
        .iter()
        .zip(&decoded.unprotected_doubt)
        .map(|(confidence, doubt)| {
            confidence
                .iter()
                .zip(doubt)
                .map(|(&sure, &doubt)| sure < Zone::GATE || doubt > 1.0 - Zone::UNPROTECTED_GATE)
                .collect()
        })
        .collect();
    let status = if doubtful.iter().flatten().all(|&doubtful| !doubtful) && decoded.repaired == 0 {
        Status::Read
    } else if mean >= LEAST_CONFIDENCE {
        Status::ReadDoubtful
    } else {
        Status::Unreadable
    };
    let lines = (0..looks.len()).map(|line| Line {
        raw: Text::new(&decoded.raw[line]),
        masked: Text::new(&decoded.masked[line]),
        text: Text::new(&decoded.text[line]),
        confidence: decoded.confidence[line].clone(),
        doubtful: doubtful[line].clone(),
        // Half a pitch to each side and to the top and bottom of a capital.
        cells: places[line]
            .iter()
            .map(|place| [(-0.5, -0.55), (0.5, -0.55), (0.5, 0.55), (-0.5, 0.55)].map(|(x, y)| place.at(x, y)))
            .collect(),
    });
    let lines: Vec<Line> = lines.collect();
    let (top, bottom) = (&lines[0].cells, &lines[lines.len() - 1].cells);
    let last = window.columns - 1;
    Zone {
        format: decoded.format,
        corners: [top[0][0], top[last][1], bottom[last][2], bottom[0][3]],
        quality: quality::measure(&looks, &places),
        status,
        dates_real: decoded.dates_real,
        repaired: decoded.repaired,
        min_confidence,
        score,
        lines,
        checks: decoded.checks,
    }
}

/// Whether another look at the whole picture would find nothing new: what is doubtful in a zone whose digits hold is so in every size.
fn settled(zone: &Zone) -> bool {
    zone.repaired == 0 && zone.digits_hold() && zone.dates_real
}

fn better(first: Option<Zone>, second: Option<Zone>) -> Option<Zone> {
    match (first, second) {
        (Some(first), Some(second)) => Some(if worth(&second) > worth(&first) { second } else { first }),
        (first, second) => first.or(second),
    }
}

fn worth(zone: &Zone) -> (bool, f32) {
    (zone.accepted(), zone.score)
}

/// Keeps a zone, or the better one of two at the same place.
fn keep(zones: &mut Vec<Zone>, zone: Zone) {
    match zones.iter_mut().find(|known| same_place(known, &zone)) {
        Some(known) if worth(&zone) > worth(known) => *known = zone,
        Some(_) => {}
        None => zones.push(zone),
    }
}

fn centre(corners: &[Point; 4]) -> Point {
    let mean = |along: fn(&Point) -> f32| corners.iter().map(along).sum::<f32>() / 4.0;
    Point { x: mean(|corner| corner.x), y: mean(|corner| corner.y) }
}

fn height(corners: &[Point; 4]) -> f32 {
    (corners[3].x - corners[0].x).hypot(corners[3].y - corners[0].y)
}

fn same_place(a: &Zone, b: &Zone) -> bool {
    let (from, to) = (centre(&a.corners), centre(&b.corners));
    (from.x - to.x).hypot(from.y - to.y) < SAME * height(&a.corners).max(height(&b.corners))
}

/// Whether a zone that was read lies where a grid is.
fn covers(zone: &Zone, grid: &Grid) -> bool {
    let middle = grid.place(f64::from(grid.first + grid.last) / 2.0, (grid.rows() - 1) as f64 / 2.0).at(0.0, 0.0);
    let from = centre(&zone.corners);
    // Candidates of one zone differ by a line or half a line's length at most.
    (from.x - middle.x).hypot(from.y - middle.y) < SAME * height(&zone.corners)
}
