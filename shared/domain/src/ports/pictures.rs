//! Pictures: where they are kept, and who reads them.

use crate::{
    Time,
    documents::ReadNumbers,
    pictures::{Picture, PictureFault, PictureFormat, PictureKey, PicturePrefix, SignedLink},
    unavailable::Unavailable,
};
use async_trait::async_trait;
use bytes::Bytes;

/// A picture that was asked for.
#[derive(Clone, PartialEq, Eq)]
pub enum StoredPicture {
    /// Its bytes.
    Bytes(Bytes),
    /// It has more bytes than was asked for.
    TooLarge,
}

/// Where pictures are kept.
#[async_trait]
pub trait Pictures: Send + Sync {
    /// Keeps a picture.
    async fn put(&self, key: &PictureKey, format: PictureFormat, bytes: Bytes) -> Result<(), Unavailable>;
    /// A picture of at most `max_bytes`; none where there is none.
    async fn get(&self, key: &PictureKey, max_bytes: usize) -> Result<Option<StoredPicture>, Unavailable>;
    /// Removes one picture. Removing what is not there is fine.
    async fn remove(&self, key: &PictureKey) -> Result<(), Unavailable>;
    /// Removes all pictures of a prefix.
    async fn erase(&self, prefix: &PicturePrefix) -> Result<(), Unavailable>;
    /// A link to read a picture, valid [`super::limits::LINK_LIFE`] from `now`.
    async fn link_to_read(&self, key: &PictureKey, now: Time) -> Result<SignedLink, Unavailable>;
    /// A link to write a picture, valid [`super::limits::LINK_LIFE`] from `now`.
    async fn link_to_write(&self, key: &PictureKey, now: Time) -> Result<SignedLink, Unavailable>;
}

/// Says which bytes are pictures.
#[async_trait]
pub trait PictureReader: Send + Sync {
    /// What can be told without decoding: the format, by the first bytes, and that the header keeps within the limits.
    fn check(&self, bytes: Bytes) -> Result<Picture, PictureFault>;
    /// Demands that the picture is complete and undamaged. Those who decode it demand that anyway.
    async fn require_complete(&self, picture: &Picture) -> Result<(), PictureFault>;
}

/// Reads the numbers that identity documents carry.
#[async_trait]
pub trait DocumentNumbers: Send + Sync {
    /// Which reader this is, and which version of it: what repeats a reading.
    fn version(&self) -> String;
    /// The number of each document in the picture whose machine-readable zone was read beyond doubt and whose check
    /// digits hold, and whether there is any other zone. Nothing for a picture that does not decode. What is wrong with
    /// a zone is not told: that is nobody's business but the person's.
    async fn read(&self, bytes: Bytes) -> ReadNumbers;
}
