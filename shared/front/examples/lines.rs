//! Prints what is printed on a document.
//!
//! cargo run --release -p acredita-front --example lines -- FILE.jpg …
#![allow(clippy::print_stdout)]

use acredita_front::Reader;
use std::{env, error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let reader = Reader::new();
    for path in env::args().skip(1) {
        let front = reader.read(&acredita_pictures::decode(&fs::read(&path)?)?, &[])?;
        println!("{path}: {:?}", front.work());
        for (text, confidence) in front.texts() {
            println!("{confidence:>4} {text}");
        }
    }
    Ok(())
}
