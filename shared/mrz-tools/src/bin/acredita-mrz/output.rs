//! The lines of JSON.

use crate::stopwatch::Stopwatch;
use acredita_mrz::{Reading, Status, Zone, icao::format::Outcome};
use serde_json::{Map, Value, json};

/// The line of a picture that was read.
pub fn read(file: &str, reading: &Reading, watch: &Stopwatch, details: bool) -> Value {
    let mut line = Map::new();
    line.insert("file".into(), json!(file));
    line.insert("status".into(), json!(reading.status.as_str()));
    let best = reading.best().map_or_else(nothing, |best| zone(best, details));
    line.extend(best.into_iter().filter(|(name, _)| name != "status"));
    times(&mut line, watch);
    if reading.zones.len() > 1 {
        let zones: Vec<Value> = reading.zones.iter().map(|found| Value::Object(zone(found, details))).collect();
        line.insert("zones".into(), json!(zones));
    }
    if reading.exhausted {
        line.insert("exhausted".into(), json!(true));
    }
    Value::Object(line)
}

/// The line of a file that is not a picture.
pub fn failed(file: &str, error: &str, watch: &Stopwatch) -> Value {
    let mut line = Map::new();
    line.insert("file".into(), json!(file));
    line.insert("status".into(), json!(Status::Unreadable.as_str()));
    line.extend(nothing());
    times(&mut line, watch);
    line.insert("error".into(), json!(error));
    Value::Object(line)
}

fn nothing() -> Map<String, Value> {
    [("format", Value::Null), ("lines", json!([])), ("accepted", json!(false)), ("min_confidence", Value::Null)]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

fn zone(zone: &Zone, details: bool) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("status".into(), json!(zone.status.as_str()));
    members.insert("format".into(), json!(zone.format.as_str()));
    members.insert("lines".into(), json!(zone.texts()));
    members.insert("accepted".into(), json!(zone.accepted()));
    members.insert("min_confidence".into(), json!(rounded(f64::from(zone.min_confidence))));
    if details {
        members.extend(more(zone));
    }
    members
}

fn more(zone: &Zone) -> impl Iterator<Item = (String, Value)> {
    let checks =
        zone.checks.iter().map(|(checked, outcome)| (format!("{checked:?}"), json!(*outcome == Outcome::Holds)));
    let quality = zone.quality;
    let members = [
        ("score", json!(rounded(f64::from(zone.score)))),
        ("repaired", json!(zone.repaired)),
        ("dates_real", json!(zone.dates_real)),
        ("checks", Value::Object(checks.collect())),
        ("raw", zone.lines.iter().map(|line| json!(line.raw.as_str())).collect()),
        ("masked", zone.lines.iter().map(|line| json!(line.masked.as_str())).collect()),
        (
            "confidence",
            zone.lines
                .iter()
                .map(|line| json!(line.confidence.iter().map(|&one| rounded(f64::from(one))).collect::<Vec<_>>()))
                .collect(),
        ),
        (
            "doubtful",
            zone.lines
                .iter()
                .map(|line| json!(line.doubtful.iter().map(|&is| if is { '?' } else { '.' }).collect::<String>()))
                .collect(),
        ),
        (
            "corners",
            zone.corners
                .iter()
                .map(|corner| json!([rounded(f64::from(corner.x)), rounded(f64::from(corner.y))]))
                .collect(),
        ),
        (
            "quality",
            json!({
                "pixels_per_character": rounded(f64::from(quality.pixels_per_character)),
                "blur": rounded(f64::from(quality.blur)),
                "contrast": rounded(f64::from(quality.contrast)),
                "clipped": rounded(f64::from(quality.clipped)),
            }),
        ),
    ];
    members.map(|(name, value)| (name.to_owned(), value)).into_iter()
}

fn times(line: &mut Map<String, Value>, watch: &Stopwatch) {
    line.insert("ms".into(), json!(rounded(watch.milliseconds())));
    line.insert("cpu_ms".into(), json!(watch.cpu_milliseconds().map(rounded)));
}

/// Three decimal places: more is noise.
fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}
