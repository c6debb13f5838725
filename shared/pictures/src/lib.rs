//! Pictures of documents: untrusted bytes in; upright brightness out, and the same picture without anything else that was
//! in the file.
//!
//! The decoders are strict. A picture that ends early or whose data is damaged does not decode, because evidence must
//! be complete: JPEG is checked by a walk over all of its data, PNG by the checksums of its pixels. The first checks cost
//! nothing: the format by its first bytes, the number of bytes, and the size in the header.

mod jpeg;
mod orientation;
mod png;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod vectors;

pub use orientation::Orientation;
use std::{fmt, panic};

/// Brightness, row by row, 0 (black) to 255 (white).
#[derive(Clone, PartialEq, Eq)]
pub struct Luma {
    /// Pixels per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width × height` values.
    pub pixels: Vec<u8>,
}

// The content of a picture does not belong in error output.
impl fmt::Debug for Luma {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Luma of {}×{}", self.width, self.height)
    }
}

/// A supported format, identified by the bytes and never by a file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG (ITU-T T.81), sequential and progressive, 8 bits.
    Jpeg,
    /// PNG (W3C PNG, third edition).
    Png,
}

impl Format {
    /// The format of these bytes, by the first of them: SOI and a marker, or the PNG signature.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Self::Png),
            _ => None,
        }
    }
}

/// The fault of a picture. It reveals nothing about its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Fault {
    /// Neither JPEG nor PNG by its bytes: HEIC, PDF and anything else.
    #[error("is neither JPEG nor PNG")]
    Unsupported,
    /// More than [`Limits::bytes`].
    #[error("has too many bytes")]
    TooManyBytes,
    /// More than [`Limits::pixels`].
    #[error("has too many pixels")]
    TooManyPixels,
    /// It starts like a picture but is damaged, incomplete, or of an unsupported kind.
    #[error("cannot be decoded")]
    Broken,
    /// The third-party decoder of the format panicked. To be treated as [`Self::Broken`], and worth a look.
    #[error("cannot be decoded: the decoder panicked")]
    Panicked,
}

/// The limits on the size of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes.
    pub bytes: usize,
    /// The most pixels.
    pub pixels: u64,
}

impl Default for Limits {
    /// 10 MiB and 50 megapixels: the pictures of the best phones.
    fn default() -> Self {
        Self { bytes: 10 * 1024 * 1024, pixels: 50_000_000 }
    }
}

/// The information in the first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The format.
    pub format: Format,
    /// Stored pixels per row: the orientation may turn it.
    pub width: u32,
    /// Stored rows.
    pub height: u32,
    /// About how many bytes decoding takes at most.
    pub working_bytes: u64,
}

/// Size and cost, as a decoder reports them.
struct Size {
    width: u32,
    height: u32,
    working_bytes: u64,
}

/// The checks that need neither decoding nor allocation.
///
/// # Errors
///
/// Every [`Fault`] except [`Fault::Panicked`].
pub fn inspect(bytes: &[u8], limits: Limits) -> Result<Header, Fault> {
    let format = Format::sniff(bytes).ok_or(Fault::Unsupported)?;
    if bytes.len() > limits.bytes {
        return Err(Fault::TooManyBytes);
    }
    let Size { width, height, working_bytes } = match format {
        Format::Jpeg => jpeg::size(bytes, limits.pixels)?,
        Format::Png => png::size(bytes)?,
    };
    match u64::from(width) * u64::from(height) {
        0 => Err(Fault::Broken),
        pixels if pixels > limits.pixels => Err(Fault::TooManyPixels),
        _ => Ok(Header { format, width, height, working_bytes }),
    }
}

/// Decodes a complete picture within the default [`Limits`] and turns it upright.
///
/// # Errors
///
/// The picture's [`Fault`].
pub fn decode(bytes: &[u8]) -> Result<Luma, Fault> {
    decode_within(bytes, Limits::default())
}

/// Decodes a complete picture within limits and turns it upright.
///
/// # Errors
///
/// The picture's [`Fault`].
pub fn decode_within(bytes: &[u8], limits: Limits) -> Result<Luma, Fault> {
    decode_and_clean(bytes, limits).map(|(luma, _)| luma)
}

/// Checks that a picture is complete and undamaged, without producing a pixel of it, and returns it cleaned: the same
/// pixels in the same format, without metadata and without anything before, between or after what is needed to show
/// them. Its orientation stays. A cleaned picture is its own cleaned picture.
///
/// # Errors
///
/// The picture's [`Fault`].
pub fn clean(bytes: &[u8], limits: Limits) -> Result<Vec<u8>, Fault> {
    within(limits, guarded(bytes, limits, jpeg::clean, png::clean)?, Vec::len)
}

/// What [`decode_within`] and [`clean`] return, for hardly more than the cost of the first.
///
/// # Errors
///
/// The picture's [`Fault`].
pub fn decode_and_clean(bytes: &[u8], limits: Limits) -> Result<(Luma, Vec<u8>), Fault> {
    within(limits, guarded(bytes, limits, jpeg::decode, png::decode)?, |(_, cleaned)| cleaned.len())
}

/// A cleaned picture may be a few bytes longer, where the marker that ends it was missing.
fn within<T>(limits: Limits, result: T, length: impl FnOnce(&T) -> usize) -> Result<T, Fault> {
    if length(&result) > limits.bytes { Err(Fault::TooManyBytes) } else { Ok(result) }
}

/// The decoders get bytes from anybody, and are partly third-party code. A panic in one of them is just another picture
/// that does not decode.
fn guarded<T>(
    bytes: &[u8],
    limits: Limits,
    jpeg: fn(&[u8]) -> Result<T, Fault>,
    png: fn(&[u8]) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let work = match inspect(bytes, limits)?.format {
        Format::Jpeg => jpeg,
        Format::Png => png,
    };
    panic::catch_unwind(|| work(bytes)).unwrap_or(Err(Fault::Panicked))
}

/// The brightness of a colour by the weights of ITU-R BT.601, which JPEG's own YCbCr uses too: the same picture as PNG
/// looks the same.
fn brightness(red: u8, green: u8, blue: u8) -> u8 {
    // The weights are 0.299, 0.587 and 0.114 in 65,536ths, and their sum is 65,536: the result never exceeds 255.
    ((19_595 * u32::from(red) + 38_470 * u32::from(green) + 7_471 * u32::from(blue) + 32_768) >> 16) as u8
}

#[cfg(test)]
mod tests;
