//! Pictures in, text out: a passport, cards, visas, two documents at once, and pictures without a document. All are
//! drawn and name nobody.

use acredita_mrz::{Options, Reader, Reading, Status, Zone, icao::format::Outcome};
use serde_json::Value;
use std::{fs, path::PathBuf};

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(path(name)).expect(name)
}

fn read(name: &str) -> Reading {
    Reader::new().read(&acredita_pictures::decode(&bytes(name)).expect(name), Options::default())
}

fn truth() -> Vec<Value> {
    let text = fs::read(path("truth.json")).expect("truth.json");
    serde_json::from_slice(&text).expect("a list")
}

fn as_truth(zone: &Zone) -> Value {
    serde_json::json!({ "format": zone.format.as_str(), "lines": zone.texts() })
}

#[test]
fn every_zone_is_read_to_the_last_character_and_nothing_else_is_accepted() {
    for picture in truth() {
        let file = picture["file"].as_str().expect("a name");
        let reading = read(file);
        let mut found: Vec<Value> = reading.zones.iter().filter(|zone| zone.accepted()).map(as_truth).collect();
        let mut expected = picture["zones"].as_array().expect("a list").clone();
        found.sort_by_key(Value::to_string);
        expected.sort_by_key(Value::to_string);
        assert_eq!(found, expected, "{file}");
        assert_eq!(reading.status == Status::Read, !expected.is_empty(), "{file}");
    }
}

#[test]
fn the_same_picture_gives_the_same_reading() {
    let once =
        |reading: Reading| reading.zones.iter().map(|zone| (as_truth(zone), zone.score.to_bits())).collect::<Vec<_>>();
    assert_eq!(once(read("card-askew.jpg")), once(read("card-askew.jpg")));
}

#[test]
fn corners_go_around_the_text_as_it_is_read_whichever_way_it_lies() {
    // Upright, a quarter turn counter-clockwise, and upside down: the direction from the first to the last character.
    for (name, way) in [
        ("passport.jpg", (1.0, 0.0)),
        ("passport-turned.jpg", (0.0, -1.0)),
        ("large-card-upside-down.jpg", (-1.0, 0.0)),
    ] {
        let reading = read(name);
        let [from, to, _, below] = reading.accepted().expect(name).corners;
        let (right, down) = (to.x - from.x, to.y - from.y);
        let length = right.hypot(down);
        assert!((right * way.0 + down * way.1) / length > 0.9, "{name} leads {right} {down}");
        // Clockwise: the lower left corner is to the right of that direction.
        assert!(right * (below.y - from.y) - down * (below.x - from.x) > 0.0, "{name} is not mirrored");
    }
}

#[test]
fn quality_is_that_of_the_zone() {
    let reading = read("passport.jpg");
    let zone = reading.accepted().expect("read");
    let [from, to, ..] = zone.corners;
    let pitch = (to.x - from.x).hypot(to.y - from.y) / 44.0;
    assert!((zone.quality.pixels_per_character / pitch - 1.0).abs() < 0.05);
    assert!(
        zone.quality.blur < 0.06 && zone.quality.contrast > 0.4 && zone.quality.clipped < 0.5,
        "{:?}",
        zone.quality
    );
}

#[test]
fn neither_debug_output_nor_status_tells_the_text() {
    let reading = read("passport.jpg");
    let shown = format!("{reading:?}");
    for line in reading.accepted().expect("read").texts() {
        assert!(line.as_bytes().windows(5).all(|part| !shown.contains(std::str::from_utf8(part).expect("ASCII"))));
    }
}

#[test]
fn a_spent_budget_ends_early_and_says_so() {
    let luma = acredita_pictures::decode(&bytes("passport.jpg")).expect("a picture");
    let reading = Reader::new().read(&luma, Options { work: 3_000, expired: None });
    assert!(reading.exhausted && reading.accepted().is_none());
    let expired = || true;
    let reading = Reader::new().read(&luma, Options { expired: Some(&expired), ..Options::default() });
    assert!(reading.exhausted && reading.zones.is_empty());
}

#[test]
fn a_zone_that_is_covered_in_part_is_not_accepted() {
    let mut luma = acredita_pictures::decode(&bytes("passport.jpg")).expect("a picture");
    let reader = Reader::new();
    let cell = reader.read(&luma, Options::default()).accepted().expect("read").lines[1].cells[5];
    let (left, right) = (cell[0].x.min(cell[3].x) as usize, cell[1].x.max(cell[2].x) as usize);
    for y in cell[0].y as usize - 1..=cell[2].y as usize + 1 {
        let width = luma.width;
        luma.pixels[y * width..][left..=right].fill(210);
    }
    let reading = reader.read(&luma, Options::default());
    assert!(reading.accepted().is_none(), "a character of the number is painted over");
    assert!(matches!(reading.status, Status::ReadDoubtful | Status::Unreadable));
}

#[test]
fn a_printed_wrong_digit_is_read_as_it_is_and_not_accepted() {
    // The cell of one digit of the number is copied over another: as sharp as the original, and contradicting the check
    // digit.
    let mut luma = acredita_pictures::decode(&bytes("passport.jpg")).expect("a picture");
    let reader = Reader::new();
    let before = reader.read(&luma, Options::default());
    let line = &before.accepted().expect("read").lines[1];
    let text = line.text.as_str().as_bytes();
    let (from, to) = (13..19)
        .flat_map(|from| (13..19).map(move |to| (from, to)))
        .find(|&(from, to)| text[from] != text[to])
        .expect("a date of birth has two different digits");
    let (source, target) = (line.cells[from], line.cells[to]);
    let (width, height) = ((source[1].x - source[0].x) as usize + 1, (source[3].y - source[0].y) as usize + 4);
    let copied = luma.clone();
    for y in 0..height {
        let at = |corner: acredita_mrz::Point| (corner.y as usize + y - 2) * luma.width + corner.x as usize;
        let row = &copied.pixels[at(source[0])..][..width];
        luma.pixels[at(target[0])..][..width].copy_from_slice(row);
    }
    let after = reader.read(&luma, Options::default());
    let zone = after.best().expect("a zone");
    assert_eq!(zone.lines[1].text.as_str().as_bytes()[to], text[from], "what is printed is what is read");
    assert_eq!((zone.status, zone.accepted()), (Status::Read, false));
    assert!(zone.checks.iter().any(|&(_, outcome)| outcome == Outcome::Broken));
}
