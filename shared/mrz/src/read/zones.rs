//! Zones: turns a sheet into a zone, and recognises zones that are the same.

use crate::{
    find::grid::{Grid, Pose},
    icao::{
        alphabet::{CHARACTERS, CharSet, FILLER},
        confusable,
        format::Format,
    },
    read::{
        decode::{self, Decoded},
        network::NOTHING,
        quality,
        sheet::{Look, Looker, Sheet},
        window::{self, Window},
    },
    reading::{Line, Point, Status, Text, Zone},
};

/// The least score at first sight of a sheet whose lines are settled. No zone that was read in five hundred pictures
/// began below -1.3; other print, legible or not, is below -3.5.
const SETTLE_SCORE: f32 = -2.5;
/// The least score of a settled sheet that is looked at closely: that adds a quarter at most.
const CLOSER_SCORE: f32 = -0.8;
/// Heights of OCR-B in pitches, and the fewest characters that show how high they are printed.
const DIGIT_HEIGHT: f32 = 1.075;
const LETTER_HEIGHT: f32 = 0.99;
const FEWEST_HEIGHTS: usize = 8;
/// How far they may be off: less is a matter of blur, more is no OCR-B.
const OTHER_HEIGHT: std::ops::Range<f32> = 0.03..0.6;
/// The weight of the window in a zone's score.
const WINDOW_WORTH: f32 = 2.0;
/// The least score of a zone that is reported at all.
const LEAST_SCORE: f32 = -1.5;
/// The least mean confidence of a zone that counts as read.
const LEAST_CONFIDENCE: f32 = 0.7;
/// Zones whose centres are closer than this share of the larger one's height are the same.
const SAME: f32 = 1.0;

/// How closely a sheet was looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Closeness {
    /// Every cell once; faint ones are not checked.
    First,
    /// Doubtful cells again, and faint ones doubted.
    Close,
}

/// Reads a sheet, closely if that is worth it. A sheet that was not looked at closely is doubtful at best.
pub(crate) fn read(looker: &Looker<'_>, pose: Pose) -> Option<Zone> {
    let sheet = looker.sheet(pose)?;
    let first = best_reading(&sheet, &windows(&sheet))?.0;
    if first < SETTLE_SCORE {
        return None;
    }
    let mut sheet = looker.settle(sheet)?;
    let mut windows = windows(&sheet);
    let mut best = best_reading(&sheet, &windows)?;
    if let Some(height) = printed_height(&sheet, &best).filter(|height| OTHER_HEIGHT.contains(&(height - 1.0).abs())) {
        sheet = looker.settle(looker.sheet(Pose { height: pose.height * f64::from(height), ..pose })?)?;
        windows = self::windows(&sheet);
        best = best_reading(&sheet, &windows)?;
    }
    let (score, window, decoded) = best;
    if score < CLOSER_SCORE {
        return (score > LEAST_SCORE).then(|| zone(&sheet, window, decoded, score, Closeness::First));
    }
    let from = windows.iter().map(|window| window.from).min()?;
    let to = windows.iter().map(|window| window.from + window.columns).max()?;
    let (format, begin) = (decoded.format, window.from);
    let alike = |row: usize, column: usize, look: &Look| match column.checked_sub(begin) {
        Some(column) if column < format.columns() => alikes(format.mask(row, column), look),
        _ => Vec::new(),
    };
    let sheet = looker.closer(sheet, from..to, alike)?;
    let windows = self::windows(&sheet);
    let (score, window, decoded) = best_reading(&sheet, &windows)?;
    (score > LEAST_SCORE).then(|| zone(&sheet, window, decoded, score, Closeness::Close))
}

/// The possible beginnings and ends of the lines.
fn windows(sheet: &Sheet) -> Vec<Window> {
    let lines = sheet.rows.len();
    let mut widths: Vec<usize> =
        Format::ALL.into_iter().filter(|format| format.lines() == lines).map(Format::columns).collect();
    widths.dedup();
    window::find(sheet, widths.into_iter())
}

/// The best reading of a sheet, with its score.
fn best_reading<'a>(sheet: &Sheet, windows: &'a [Window]) -> Option<(f32, &'a Window, Decoded)> {
    let lines = sheet.rows.len();
    let readings = windows.iter().flat_map(|window| {
        let rows: Vec<&[Look]> = sheet.rows.iter().map(|row| &row[window.from..window.from + window.columns]).collect();
        Format::of_size(lines, window.columns).map(move |format| (window, decode::decode(format, &rows)))
    });
    let rated = readings.map(|(window, decoded)| (decoded.score + WINDOW_WORTH * window.score, window, decoded));
    rated.max_by(|a, b| a.0.total_cmp(&b.0))
}

/// The positions of a format's names.
fn names(format: Format) -> impl Iterator<Item = (usize, usize)> {
    let layout = format.layout();
    [Some(layout.names), layout.given]
        .into_iter()
        .flatten()
        .flat_map(|span| (span.from..span.to).map(move |column| (span.line, column)))
}

/// The characters of the same shape as the likeliest one that may stand at a position, by their indices.
fn alikes(mask: CharSet, look: &Look) -> Vec<usize> {
    let likeliest = (0..NOTHING).max_by(|&a, &b| look.likelihoods[a].total_cmp(&look.likelihoods[b]));
    let is_alike = |index: usize| likeliest.is_some_and(|best| confusable::alike(CHARACTERS[index], CHARACTERS[best]));
    (0..NOTHING).filter(|&index| mask.has_index(index) && is_alike(index)).collect()
}

/// The height of the characters of a reading, as a share of what their pitch lets expect: only of those that may not be
/// of another height, as zeros in a date and letters in a name. `None` if there are too few.
fn printed_height(sheet: &Sheet, (_, window, decoded): &(f32, &Window, Decoded)) -> Option<f32> {
    let mut heights = Vec::new();
    for (line, row) in sheet.rows.iter().enumerate() {
        for column in 0..window.columns {
            let mask = decoded.format.mask(line, column);
            let (digits, letters) = (mask.has(b'0'), mask.has(b'O'));
            let expected = match decoded.masked[line][column] {
                b'0'..=b'9' if !letters => DIGIT_HEIGHT,
                b'A'..=b'Z' if !digits => LETTER_HEIGHT,
                _ => continue,
            };
            heights.extend(row[window.from + column].height.map(|height| height / expected));
        }
    }
    let middle = heights.len() / 2;
    (heights.len() >= FEWEST_HEIGHTS).then(|| *heights.select_nth_unstable_by(middle, f32::total_cmp).1)
}

fn zone(sheet: &Sheet, window: &Window, decoded: Decoded, score: f32, closeness: Closeness) -> Zone {
    let columns = window.from..window.from + window.columns;
    let looks: Vec<&[Look]> = sheet.rows.iter().map(|row| &row[columns.clone()]).collect();
    let places: Vec<_> = sheet.places.iter().map(|row| &row[columns.clone()]).collect();
    let confidences = || decoded.confidence.iter().flatten().copied();
    let min_confidence = confidences().fold(1.0, f32::min);
    let mean = confidences().sum::<f32>() / (looks.len() * window.columns) as f32;
    let mut doubtful: Vec<Vec<bool>> = decoded
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
    for (line, column) in names(decoded.format) {
        let sure = decoded.confidence[line][column];
        doubtful[line][column] |= decoded.text[line][column] != FILLER && sure < Zone::NAME_GATE;
    }
    decoded.ambiguous.iter().for_each(|&(line, column)| doubtful[line][column] = true);
    let sure =
        closeness == Closeness::Close && decoded.repaired == 0 && doubtful.iter().flatten().all(|&doubtful| !doubtful);
    let status = if sure {
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

/// The order of zones by quality.
pub(crate) fn worth(zone: &Zone) -> (bool, f32) {
    (zone.accepted(), zone.score)
}

/// Keeps a zone, or the better one of two at the same place.
pub(crate) fn keep(zones: &mut Vec<Zone>, zone: Zone) {
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

/// Whether a zone that was read lies at a grid.
pub(crate) fn covers(zone: &Zone, grid: &Grid) -> bool {
    let middle = grid.place(f64::from(grid.first + grid.last) / 2.0, (grid.rows() - 1) as f64 / 2.0).at(0.0, 0.0);
    let from = centre(&zone.corners);
    // A candidate with a line too many or too few is half a line off, and one that begins some columns late is a few
    // pitches off: less than the height, which is four to five. A candidate farther off is another document, or too
    // little of this one to be taken for it.
    (from.x - middle.x).hypot(from.y - middle.y) < SAME * height(&zone.corners)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        find::grid::Place,
        read::testing::{PASSPORT, look, looks},
    };

    const PLACE: Place = Place { centre: (0.0, 0.0), along: (20.0, 0.0), down: (0.0, 20.0) };

    /// The zone of a passport whose every cell is clear, at a pitch of 20 pixels.
    fn passport(closeness: Closeness) -> Zone {
        let place = |row: usize, column: usize| Place {
            centre: (100.0 + 20.0 * column as f64, 100.0 + 40.0 * row as f64),
            along: (20.0, 0.0),
            down: (0.0, 20.0),
        };
        let sheet = Sheet {
            rows: PASSPORT.iter().map(|line| looks(line)).collect(),
            places: (0..2).map(|row| (0..44).map(|column| place(row, column)).collect()).collect(),
        };
        let windows = windows(&sheet);
        let (score, window, decoded) = best_reading(&sheet, &windows).expect("a window");
        zone(&sheet, window, decoded, score, closeness)
    }

    #[test]
    fn what_was_not_looked_at_closely_is_doubtful_at_best() {
        assert_eq!(passport(Closeness::Close).status, Status::Read);
        let first = passport(Closeness::First);
        assert_eq!((first.status, first.accepted()), (Status::ReadDoubtful, false));
        assert!(first.digits_hold() && first.lines.iter().flat_map(|line| &line.doubtful).all(|&doubtful| !doubtful));
    }

    #[test]
    fn a_name_with_one_letter_that_dust_may_have_changed_is_doubtful() {
        let read = |likelihood: f32| {
            let mut rows: Vec<Vec<Look>> = PASSPORT.iter().map(|line| looks(line)).collect();
            rows[0][8] = look(&[(b'K', likelihood)]);
            let places = rows.iter().map(|row| vec![PLACE; row.len()]).collect();
            let sheet = Sheet { rows, places };
            let windows = windows(&sheet);
            let (score, window, decoded) = best_reading(&sheet, &windows).expect("a window");
            zone(&sheet, window, decoded, score, Closeness::Close)
        };
        assert!(read(0.97).accepted());
        let dirty = read(0.90);
        assert_eq!((dirty.status, dirty.accepted(), dirty.lines[0].doubtful[8]), (Status::ReadDoubtful, false, true));
    }

    #[test]
    fn only_characters_of_one_height_show_how_high_a_zone_is_printed() {
        let measured = |high: f32, of: &[u8]| {
            let mut rows: Vec<Vec<Look>> = PASSPORT.iter().map(|line| looks(line)).collect();
            for (row, line) in rows.iter_mut().zip(PASSPORT) {
                for (look, character) in row.iter_mut().zip(line.bytes()) {
                    let usual = if character.is_ascii_digit() { DIGIT_HEIGHT } else { LETTER_HEIGHT };
                    look.height = of.contains(&character).then_some(high * usual);
                }
            }
            let places = rows.iter().map(|row| vec![PLACE; row.len()]).collect();
            let sheet = Sheet { rows, places };
            printed_height(&sheet, &best_reading(&sheet, &windows(&sheet)).expect("a window"))
        };
        let all = measured(0.75, b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ").expect("enough characters");
        assert!((all - 0.75).abs() < 0.01);
        assert_eq!(measured(0.75, b"9L8C3ZEB"), None, "most of these may be either");
        assert_eq!(measured(0.75, b"<"), None);
    }

    #[test]
    fn of_two_zones_at_one_place_the_accepted_one_stays_however_they_come() {
        let sound = || passport(Closeness::Close);
        let poor = || Zone { score: 9.0, ..passport(Closeness::First) };
        for (first, second) in [(sound(), poor()), (poor(), sound())] {
            let mut zones = vec![first];
            keep(&mut zones, second);
            assert!(zones.len() == 1 && zones[0].accepted());
        }
    }

    #[test]
    fn a_zone_farther_off_than_a_zone_is_high_is_another() {
        let mut below = passport(Closeness::Close);
        below.corners.iter_mut().for_each(|corner| corner.y += 100.0);
        let mut zones = vec![passport(Closeness::Close)];
        keep(&mut zones, below);
        assert_eq!(zones.len(), 2);
    }
}
