//! Looks at a picture for at most a tenth of a second, by the caller's clock: `cargo run --release --example deadline
//! -- photo.jpg`.

use acredita_mrz::{Options, Reader};
use std::{
    env,
    error::Error,
    fs,
    time::{Duration, Instant},
};

#[expect(clippy::disallowed_methods, reason = "the caller's clock is what this example is about")]
fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("which picture?")?;
    let luma = acredita_pictures::decode(&fs::read(path)?)?;
    let deadline = Instant::now() + Duration::from_millis(100);
    let expired = || Instant::now() > deadline;
    let reading = Reader::new().read(&luma, Options { expired: Some(&expired), ..Options::default() });
    eprintln!("{}{}", reading.status.as_str(), if reading.exhausted { ", out of time" } else { "" });
    Ok(())
}
