//! Reads one picture and prints its zones: `cargo run --example read -- passport.jpg`.

use acredita_mrz::{Options, Reader, icao};
use std::{env, error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("which picture?")?;
    let luma = acredita_pictures::decode(&fs::read(path)?)?;
    let reading = Reader::new().read(&luma, Options::default());
    eprintln!("{}", reading.status.as_str());
    let Some(zone) = reading.best() else { return Ok(()) };
    eprintln!("{}, {:.0} pixels a character", zone.format.as_str(), zone.quality.pixels_per_character);
    let parsed = icao::parse_as(zone.format, &zone.texts())?;
    eprintln!("check digits hold: {}", parsed.digits_hold());
    if let Some(zone) = reading.accepted() {
        zone.texts().iter().for_each(|line| eprintln!("{line}"));
    }
    Ok(())
}
