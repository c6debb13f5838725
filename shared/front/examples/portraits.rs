//! Looks for the portraits of printed sides: one line of JSON a picture.
//!
//! cargo run --release -p acredita-front --example portraits -- FILE.jpg …
#![allow(clippy::print_stdout)]

use acredita_front::{Portrait, Portraits, Reader};
use std::{env, error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let (reader, portraits) = (Reader::new(), Portraits::new());
    for path in env::args().skip(1) {
        let picture = acredita_pictures::decode(&fs::read(&path)?)?;
        let Some(print) = reader.read(&picture, &[])?.print() else {
            println!(r#"{{"file":"{path}","found":"no print"}}"#);
            continue;
        };
        let start = cpu();
        let look = portraits.look(&picture, print)?;
        let took = cpu() - start;
        let (found, score, corners) = match look.portrait {
            Portrait::Found(face) => ("face", face.score, face.place.0),
            Portrait::Missing => ("none", 0, print.0),
            Portrait::TooSmall => ("too small", 0, print.0),
        };
        let corners = corners.map(|corner| [corner.x.round(), corner.y.round()]);
        let windows = look.windows;
        println!(
            r#"{{"file":"{path}","found":"{found}","score":{score},"corners":{corners:?},"windows":{windows},"us":{took}}}"#
        );
    }
    Ok(())
}

/// Microseconds of CPU that this process has used.
#[cfg(unix)]
fn cpu() -> i64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
}

#[cfg(not(unix))]
fn cpu() -> i64 {
    0
}
