//! The port's picture reader: limits first, then the decoder of the format.

use crate::{jpeg, orientation::Orientation, png};
use acredita_domain::{
    pictures::{Luma, MAX_PICTURE_BYTES, MAX_PICTURE_PIXELS, Picture, PictureFault, PictureFormat},
    ports::PictureReader,
};
use async_trait::async_trait;
use std::{panic, sync::Arc};
use tokio::{sync::Semaphore, task};

/// How many pictures are decoded at a time: front and back of one document. More would only queue for the same cores, with all their memory.
const PERMITS: u32 = 2;
/// A picture that takes more than this is decoded alone. A 12-megapixel photo stays far below; what lies above is 50 megapixels progressive.
const ALONE_FROM_BYTES: u64 = 160 * 1024 * 1024;

/// What a picture's header says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    /// Pixels a row.
    pub(crate) width: u32,
    /// Rows.
    pub(crate) height: u32,
    /// About how many bytes decoding takes at most.
    pub(crate) working_bytes: u64,
}

/// Reads JPEG and PNG off the caller's thread, at most two at a time.
///
/// It answers [`PictureFault::Undecodable`] to everything that is not complete: see `jpeg` and `png` for what is checked.
#[derive(Clone, Debug)]
pub struct InternalPictureReader {
    permits: Arc<Semaphore>,
}

impl InternalPictureReader {
    /// A reader. Share one in a process: it is what bounds the memory.
    pub fn new() -> Self {
        Self { permits: Arc::new(Semaphore::new(PERMITS as usize)) }
    }
}

impl Default for InternalPictureReader {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl PictureReader for InternalPictureReader {
    async fn read(&self, bytes: Vec<u8>) -> Result<Picture, PictureFault> {
        let (format, header) = within_limits(&bytes)?;
        let share = if header.working_bytes > ALONE_FROM_BYTES { PERMITS } else { 1 };
        let permit = Arc::clone(&self.permits).acquire_many_owned(share).await.expect("the semaphore is never closed");
        let decoding = task::spawn_blocking(move || {
            // The permit goes with the work: a caller that gives up does not make room for another while its picture is still decoded.
            let _permit = permit;
            decode(format, &bytes).map(|luma| Picture { format, bytes, luma })
        });
        // Only a runtime that shuts down does not finish it.
        decoding.await.unwrap_or(Err(PictureFault::Undecodable))
    }
}

/// Checks what can be checked without decoding or allocating.
fn within_limits(bytes: &[u8]) -> Result<(PictureFormat, Header), PictureFault> {
    let format = PictureFormat::sniff(bytes).ok_or(PictureFault::Unsupported)?;
    if bytes.len() > MAX_PICTURE_BYTES {
        return Err(PictureFault::TooManyBytes);
    }
    let header = match format {
        PictureFormat::Jpeg => jpeg::header(bytes)?,
        PictureFormat::Png => png::header(bytes)?,
    };
    match u64::from(header.width) * u64::from(header.height) {
        0 => Err(PictureFault::Undecodable),
        pixels if pixels > MAX_PICTURE_PIXELS => Err(PictureFault::TooManyPixels),
        _ => Ok((format, header)),
    }
}

fn decode(format: PictureFormat, bytes: &[u8]) -> Result<Luma, PictureFault> {
    let stored = || match format {
        PictureFormat::Jpeg => jpeg::decode(bytes),
        PictureFormat::Png => png::decode(bytes),
    };
    // The decoders are written by others and fed by anybody. A panic in one of them is one more picture that does not decode.
    let (luma, orientation): (Luma, Orientation) = panic::catch_unwind(stored).unwrap_or_else(|_| {
        tracing::warn!(format = format.as_str(), "a picture decoder panicked");
        Err(PictureFault::Undecodable)
    })?;
    Ok(orientation.apply(luma))
}

#[cfg(test)]
mod tests;
