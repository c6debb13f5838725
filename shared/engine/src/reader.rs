//! The port's picture reader: the decoders of [`acredita_pictures`], off the caller's thread and few at a time.

use acredita_domain::{
    pictures::{Luma, MAX_PICTURE_BYTES, MAX_PICTURE_PIXELS, Picture, PictureFault, PictureFormat},
    ports::PictureReader,
};
use acredita_pictures::{self as picture, Fault, Format, Header, Limits};
use async_trait::async_trait;
use std::sync::Arc;
use tokio::{sync::Semaphore, task};

/// How many pictures are decoded at a time: front and back of one document. More would only queue for the same cores,
/// with all their memory.
const PERMITS: u32 = 2;
/// A picture that takes more memory than this is decoded alone. A 12-megapixel photo stays far below; only the likes of
/// a progressive picture of 50 megapixels exceed it.
const ALONE_FROM_BYTES: u64 = 160 * 1024 * 1024;

const LIMITS: Limits = Limits { bytes: MAX_PICTURE_BYTES, pixels: MAX_PICTURE_PIXELS };

/// Reads JPEG and PNG off the caller's thread, at most two at a time.
///
/// It answers [`PictureFault::Undecodable`] to everything that is not complete: see [`acredita_pictures`] for the
/// checks.
#[derive(Clone, Debug)]
pub struct InternalPictureReader {
    permits: Arc<Semaphore>,
}

impl InternalPictureReader {
    /// Share one reader per process: it bounds the memory.
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
    fn check(&self, bytes: &[u8]) -> Result<PictureFormat, PictureFault> {
        within_limits(bytes).map(|(format, _)| format)
    }

    async fn read(&self, bytes: Vec<u8>) -> Result<Picture, PictureFault> {
        self.read_and(bytes, |picture| picture).await
    }
}

impl InternalPictureReader {
    /// Reads a picture and processes it, all of it off the caller's thread and within the same permit: pictures that
    /// wait to be processed would take as much memory as pictures that are decoded.
    pub(crate) async fn read_and<T: Send + 'static>(
        &self,
        bytes: Vec<u8>,
        then: impl FnOnce(Picture) -> T + Send + 'static,
    ) -> Result<T, PictureFault> {
        let (format, header) = within_limits(&bytes)?;
        let share = if header.working_bytes > ALONE_FROM_BYTES { PERMITS } else { 1 };
        let permit = Arc::clone(&self.permits).acquire_many_owned(share).await.expect("the semaphore is never closed");
        let decoding = task::spawn_blocking(move || {
            // The permit moves with the work: a caller that gives up does not make room for another while its picture
            // is still being decoded.
            let _permit = permit;
            decode(&bytes).map(|luma| then(Picture { format, bytes, luma }))
        });
        // Only a runtime that is shutting down does not finish it.
        decoding.await.unwrap_or(Err(PictureFault::Undecodable))
    }
}

/// The checks that need neither decoding nor allocation.
fn within_limits(bytes: &[u8]) -> Result<(PictureFormat, Header), PictureFault> {
    let header = picture::inspect(bytes, LIMITS).map_err(fault)?;
    let format = match header.format {
        Format::Jpeg => PictureFormat::Jpeg,
        Format::Png => PictureFormat::Png,
    };
    Ok((format, header))
}

fn decode(bytes: &[u8]) -> Result<Luma, PictureFault> {
    picture::decode_within(bytes, LIMITS).map(luma).map_err(fault)
}

/// The same picture in the domain's type.
pub(crate) fn luma(picture::Luma { width, height, pixels }: picture::Luma) -> Luma {
    Luma { width, height, pixels }
}

/// The same picture in the zone reader's type.
pub(crate) fn mrz_luma(Luma { width, height, pixels }: Luma) -> picture::Luma {
    picture::Luma { width, height, pixels }
}

fn fault(fault: Fault) -> PictureFault {
    match fault {
        Fault::Unsupported => PictureFault::Unsupported,
        Fault::TooManyBytes => PictureFault::TooManyBytes,
        Fault::TooManyPixels => PictureFault::TooManyPixels,
        Fault::Broken => PictureFault::Undecodable,
        Fault::Panicked => {
            tracing::warn!("a picture decoder panicked");
            PictureFault::Undecodable
        }
    }
}

#[cfg(test)]
mod tests;
