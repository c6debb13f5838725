//! The cost of decoding JPEGs, with ours and with zune-jpeg behind the same check: see infra/adr/0014. Linux only.
//!
//! ```text
//! cargo run --release -p acredita-pictures --example decoders -- FILE.jpg …
//! ```

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement for the terminal")]

use acredita_pictures::{Fault, Limits, Luma, Orientation, clean, decode};
use peak_alloc::PeakAlloc;
use std::{env, fs, hint::black_box};
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const TIMES: usize = 9;

fn main() {
    println!("| picture | ours, ms | zune, ms | ratio | ours, MiB | zune, MiB |\n|---|--:|--:|--:|--:|--:|");
    for path in env::args().skip(1) {
        let bytes = fs::read(&path).unwrap();
        let turned = decode(&bytes).is_ok_and(|luma| stored_size(&bytes) != (luma.width, luma.height));
        let (ours, our_peak) = cost(|| decode(&bytes));
        let (zune, its_peak) = cost(|| by_zune(&bytes, turned));
        let mib = |bytes: usize| bytes as f64 / 1024.0 / 1024.0;
        let name = path.rsplit('/').next().unwrap_or(&path);
        let (our_peak, its_peak, ratio) = (mib(our_peak), mib(its_peak), zune / ours);
        println!("| {name} | {ours:.1} | {zune:.1} | {ratio:.2} | {our_peak:.1} | {its_peak:.1} |");
    }
}

/// Decoding without a decoder of our own.
fn by_zune(bytes: &[u8], turned: bool) -> Result<Luma, Fault> {
    clean(bytes, Limits::default())?;
    let options = DecoderOptions::default().set_strict_mode(true).jpeg_set_out_colorspace(ColorSpace::Luma);
    let pixels = JpegDecoder::new_with_options(ZCursor::new(bytes), options).decode().map_err(|_| Fault::Broken)?;
    let (width, height) = stored_size(bytes);
    let orientation = if turned { Orientation::QUARTER } else { Orientation::UPRIGHT };
    Ok(orientation.apply(Luma { width, height, pixels }))
}

fn stored_size(bytes: &[u8]) -> (usize, usize) {
    let header = acredita_pictures::inspect(bytes, Limits::default()).unwrap();
    (header.width as usize, header.height as usize)
}

/// The median of CPU time in milliseconds, and the most bytes that were allocated.
fn cost<T>(work: impl Fn() -> T) -> (f64, usize) {
    let before = ALLOCATED.current_usage();
    ALLOCATED.reset_peak_usage();
    let once = || {
        let start = cpu();
        black_box(work());
        cpu() - start
    };
    let mut times: Vec<f64> = (0..TIMES).map(|_| once()).collect();
    times.sort_by(f64::total_cmp);
    (times[TIMES / 2], ALLOCATED.peak_usage() - before)
}

/// CPU time of this process so far.
fn cpu() -> f64 {
    let spent = fs::read_to_string("/proc/self/schedstat").unwrap();
    spent.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e6
}
