//! Pictures: storing and reading them.

use crate::{
    Time,
    documents::ReadNumbers,
    pictures::{
        CleanPicture, Picture, PictureFault, PictureFormat, PictureKey, PicturePrefix, SignedLink, StatedPicture,
        UploadLink,
    },
    unavailable::Unavailable,
};
use async_trait::async_trait;
use bytes::Bytes;

#[derive(Clone, PartialEq, Eq)]
pub enum StoredPicture {
    Bytes(Bytes),
    /// It has more bytes than the caller accepts.
    TooLarge,
}

#[async_trait]
pub trait Pictures: Send + Sync {
    async fn put(&self, key: &PictureKey, format: PictureFormat, bytes: Bytes) -> Result<(), Unavailable>;
    /// A picture of at most `max_bytes`; `None` if it does not exist.
    async fn get(&self, key: &PictureKey, max_bytes: usize) -> Result<Option<StoredPicture>, Unavailable>;
    /// Removes one picture. Succeeds if it does not exist.
    async fn remove(&self, key: &PictureKey) -> Result<(), Unavailable>;
    /// Removes every picture with the prefix, but for these.
    async fn erase(&self, prefix: &PicturePrefix, spared: &[PictureKey]) -> Result<(), Unavailable>;
    /// A link to download a picture as a file, valid for [`super::limits::LINK_LIFE`] from `now`. Browsers do not show
    /// what it returns.
    async fn link_to_read(&self, key: &PictureKey, format: PictureFormat, now: Time)
    -> Result<SignedLink, Unavailable>;
    /// A link to write a picture, valid for [`super::limits::LINK_LIFE`] from `now`: the stated one and no other, or any.
    async fn link_to_write(
        &self,
        key: &PictureKey,
        stated: Option<&StatedPicture>,
        now: Time,
    ) -> Result<UploadLink, Unavailable>;
}

/// Decides which bytes are pictures, and what of them is kept.
#[async_trait]
pub trait PictureValidator: Send + Sync {
    /// Checks without decoding: the format, by the first bytes, and that the header keeps within the limits.
    fn check(&self, bytes: Bytes) -> Result<Picture, PictureFault>;
    /// Requires a complete and undamaged picture, and returns it cleaned: the same pixels without metadata (where it was
    /// taken, by which device, comments, smaller copies) and without anything after them. Decoders do both on the way.
    async fn clean(&self, picture: &Picture) -> Result<CleanPicture, PictureFault>;
}

/// What was read in a picture.
#[derive(Clone, Debug, Default)]
pub struct ReadPicture {
    pub numbers: ReadNumbers,
    /// The picture, cleaned; `None` if it does not decode.
    pub cleaned: Option<Picture>,
}

/// Reads the numbers on identity documents.
#[async_trait]
pub trait DocumentNumberReader: Send + Sync {
    /// The reader and its version, needed to reproduce a reading.
    fn version(&self) -> String;
    /// The number of each document in the picture whose machine-readable zone was read beyond doubt and whose check
    /// digits are right, and whether there is any other zone. Nothing for a picture that does not decode. Faults of a
    /// zone are not reported: they concern only the person.
    async fn read(&self, bytes: Bytes) -> ReadPicture;
}
