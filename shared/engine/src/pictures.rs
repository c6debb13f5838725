//! The port's validator of pictures: the results of [`acredita_pictures`], in the terms of the domain.

use crate::memory::PictureMemory;
use acredita_domain::{
    pictures::{MAX_PICTURE_BYTES, Picture, PictureFault, PictureFormat},
    ports::PictureValidator,
};
use acredita_pictures::{Fault, Format, Header, Limits, Luma};
use async_trait::async_trait;
use bytes::Bytes;

/// Decides which bytes are pictures, and which of them are complete.
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
        let format = match inspect(&bytes)?.format {
            Format::Jpeg => PictureFormat::Jpeg,
            Format::Png => PictureFormat::Png,
        };
        Ok(Picture { format, bytes })
    }

    async fn require_complete(&self, picture: &Picture) -> Result<(), PictureFault> {
        let bytes = picture.bytes.clone();
        let header = inspect(&bytes)?;
        let verified = self.memory.work_on(&[header], move || acredita_pictures::verify(&bytes, limits())).await;
        verified.unwrap_or(Err(Fault::Panicked)).map_err(fault)
    }
}

fn limits() -> Limits {
    Limits { bytes: MAX_PICTURE_BYTES, ..Limits::default() }
}

/// The checks that need neither decoding nor allocation.
pub(crate) fn inspect(bytes: &[u8]) -> Result<Header, PictureFault> {
    acredita_pictures::inspect(bytes, limits()).map_err(fault)
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Luma, PictureFault> {
    acredita_pictures::decode_within(bytes, limits()).map_err(fault)
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
