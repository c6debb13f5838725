//! Pictures of documents: untrusted bytes in, upright brightness out.
//!
//! The decoders are strict. A picture that ends early or whose data is damaged does not decode, because evidence must
//! be whole: JPEG by a walk over all of its data, PNG by all of its checksums. What is checked first costs nothing: the
//! format by its first bytes, the number of bytes, and the size that the header tells.

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
    /// Pixels a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width × height` values.
    pub pixels: Vec<u8>,
}

// What a picture shows has no place in an output of errors.
impl fmt::Debug for Luma {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Luma of {}×{}", self.width, self.height)
    }
}

/// A format that is read, told by the bytes and never by a file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG (ITU-T T.81), sequential and progressive, 8 bits.
    Jpeg,
    /// PNG (W3C PNG, third edition).
    Png,
}

impl Format {
    /// The format of these bytes, by their first ones: SOI and a marker, or the PNG signature.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Self::Png),
            _ => None,
        }
    }
}

/// What is wrong with a picture. Says nothing of what it shows.
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
    /// It starts like a picture and is damaged, not complete, or of a kind that is not taken.
    #[error("cannot be decoded")]
    Broken,
    /// The decoder of the format, which others wrote, panicked. To be treated as [`Self::Broken`], and worth a look.
    #[error("cannot be decoded: the decoder panicked")]
    Panicked,
}

/// How large a picture may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes.
    pub bytes: usize,
    /// The most pixels.
    pub pixels: u64,
}

impl Default for Limits {
    /// 10 MiB and 50 megapixels: what the best phones make.
    fn default() -> Self {
        Self { bytes: 10 * 1024 * 1024, pixels: 50_000_000 }
    }
}

/// What the first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The format.
    pub format: Format,
    /// Pixels a row as it is stored: the orientation may turn it.
    pub width: u32,
    /// Rows as it is stored.
    pub height: u32,
    /// About how many bytes decoding takes at most.
    pub working_bytes: u64,
}

/// Size and cost, as a decoder tells them.
struct Size {
    width: u32,
    height: u32,
    working_bytes: u64,
}

/// Checks what can be checked without decoding or allocating.
///
/// # Errors
///
/// Every [`Fault`] but [`Fault::Panicked`].
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

/// Decodes a whole picture within the default [`Limits`] and turns it upright.
///
/// # Errors
///
/// What is wrong with it: [`Fault`].
pub fn decode(bytes: &[u8]) -> Result<Luma, Fault> {
    decode_within(bytes, Limits::default())
}

/// Decodes a whole picture within limits and turns it upright.
///
/// # Errors
///
/// What is wrong with it: [`Fault`].
pub fn decode_within(bytes: &[u8], limits: Limits) -> Result<Luma, Fault> {
    guarded(bytes, limits, jpeg::decode, png::decode)
}

/// Demands that a picture is complete and undamaged, without making a pixel of it.
///
/// # Errors
///
/// What is wrong with it: [`Fault`].
pub fn verify(bytes: &[u8], limits: Limits) -> Result<(), Fault> {
    guarded(bytes, limits, jpeg::verify, png::verify)
}

/// The decoders are fed by anybody, and partly written by others. A panic in one of them is one more picture that does
/// not decode.
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

/// Brightness of a colour as ITU-R BT.601 weighs it, which is also what JPEG's own YCbCr does: the same picture as PNG
/// looks the same.
fn brightness(red: u8, green: u8, blue: u8) -> u8 {
    // The weights are 0.299, 0.587 and 0.114 in 65,536ths, and their sum is 65,536: the result never exceeds 255.
    ((19_595 * u32::from(red) + 38_470 * u32::from(green) + 7_471 * u32::from(blue) + 32_768) >> 16) as u8
}

#[cfg(test)]
mod tests;
