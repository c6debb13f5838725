//! The port's validator of pictures: the results of [`acredita_pictures`], in the terms of the domain.

use crate::memory::PictureMemory;
use acredita_domain::{
    pictures::{CleanPicture, MAX_PICTURE_BYTES, Picture, PictureFault, PictureFormat},
    ports::PictureValidator,
};
use acredita_pictures::{Fault, Format, Header, Limits, Luma};
use async_trait::async_trait;
use bytes::Bytes;

/// Decides which bytes are pictures, and cleans those that are complete.
#[derive(Clone, Debug)]
pub struct InternalPictureValidator {
    memory: PictureMemory,
}

impl InternalPictureValidator {
    pub fn new(memory: PictureMemory) -> Self {
        Self { memory }
    }
}

#[async_trait]
impl PictureValidator for InternalPictureValidator {
    fn check(&self, bytes: Bytes) -> Result<Picture, PictureFault> {
        Ok(Picture { format: format(inspect(&bytes)?), bytes })
    }

    async fn clean(&self, picture: &Picture) -> Result<CleanPicture, PictureFault> {
        let bytes = picture.bytes.clone();
        let header = inspect(&bytes)?;
        let cleaned = self.memory.work_on(&[header], move || acredita_pictures::clean(&bytes, limits())).await;
        let cleaned = cleaned.unwrap_or(Err(Fault::Panicked)).map_err(fault)?;
        let picture = Picture { format: format(header), bytes: cleaned.into() };
        Ok(CleanPicture { picture, width: header.width, height: header.height })
    }
}

fn format(header: Header) -> PictureFormat {
    match header.format {
        Format::Jpeg => PictureFormat::Jpeg,
        Format::Png => PictureFormat::Png,
    }
}

fn limits() -> Limits {
    Limits { bytes: MAX_PICTURE_BYTES, ..Limits::default() }
}

/// The checks that need neither decoding nor allocation.
pub(crate) fn inspect(bytes: &[u8]) -> Result<Header, PictureFault> {
    acredita_pictures::inspect(bytes, limits()).map_err(fault)
}

/// Upright brightness, and the picture, cleaned.
pub(crate) fn decode(bytes: &[u8]) -> Result<(Luma, Picture), PictureFault> {
    let (luma, cleaned) = acredita_pictures::decode_and_clean(bytes, limits()).map_err(fault)?;
    // A cleaned picture keeps its first bytes.
    let format = PictureFormat::sniff(&cleaned).ok_or(PictureFault::Unsupported)?;
    Ok((luma, Picture { format, bytes: cleaned.into() }))
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
