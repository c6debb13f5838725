//! Pictures: their formats, limits and names in the picture store.

use crate::{
    Time,
    hex::hex,
    ids::{IdentificationId, OrgId, ScoringId},
    invalid::Invalid,
    text::stored_as_text,
    vocabulary::names,
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

pub const MAX_PICTURE_BYTES: usize = 10 * 1024 * 1024;

names! {
    Side("is not one of FRONT, BACK") {
        /// The side with the portrait; a passport's data page.
        Front = "FRONT",
        Back = "BACK",
    }
}

impl Side {
    /// The name of its multipart part.
    pub const fn part(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Back => "back",
        }
    }
}

names! {
    /// An accepted format, recognized by the bytes and never by what the caller calls them.
    PictureFormat("is not a picture format") {
        /// JPEG (ITU-T T.81).
        Jpeg = "image/jpeg",
        /// PNG (W3C PNG, third edition).
        Png = "image/png",
    }
}

impl PictureFormat {
    /// The format by the first bytes: SOI and a marker, or the PNG signature.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Self::Png),
            _ => None,
        }
    }
}

/// What is wrong with a picture. Never reveals what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureFault {
    /// Neither JPEG nor PNG by its bytes: HEIC, PDF and anything else.
    #[error("is neither JPEG nor PNG")]
    Unsupported,
    /// More than [`MAX_PICTURE_BYTES`].
    #[error("is larger than 10 MiB")]
    TooManyBytes,
    #[error("is larger than 50 megapixels")]
    TooManyPixels,
    /// It starts like a picture but cannot be decoded.
    #[error("cannot be decoded")]
    Undecodable,
}

/// SHA-256 of a picture's bytes: its name in the store, and the proof of which picture was examined.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256Digest(String);

impl Sha256Digest {
    pub fn of(bytes: &[u8]) -> Self {
        Self(hex(&Sha256::digest(bytes)))
    }

    /// 64 lower-case hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn bytes(&self) -> Vec<u8> {
        let digit = |digit: u8| if digit.is_ascii_digit() { digit - b'0' } else { digit - b'a' + 10 };
        self.0.as_bytes().chunks_exact(2).map(|pair| (digit(pair[0]) << 4) | digit(pair[1])).collect()
    }
}

impl From<[u8; 32]> for Sha256Digest {
    fn from(digest: [u8; 32]) -> Self {
        Self(hex(&digest))
    }
}

impl FromStr for Sha256Digest {
    type Err = Invalid;

    /// 64 hexadecimal digits, in any case.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(Invalid("is not a SHA-256 digest in hexadecimal"))
        }
    }
}

stored_as_text!(Sha256Digest, |digest| digest.0);

/// A picture of a document's side that was uploaded or captured. It is stored cleaned: see
/// [`crate::ports::PictureValidator::clean`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    pub side: Side,
    pub format: PictureFormat,
    /// Of the stored picture.
    pub size_bytes: u64,
    /// Of the stored picture.
    pub sha256: Sha256Digest,
    /// Of the picture as it came; `None` if it was stored like that, as in the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_sha256: Option<Sha256Digest>,
    pub captured_at: Time,
}

impl Capture {
    /// The record of a cleaned picture that came as `received`.
    pub(crate) fn of(side: Side, cleaned: &Picture, received: Sha256Digest, captured_at: Time) -> Self {
        let Picture { format, bytes } = cleaned;
        let (size_bytes, sha256) = (bytes.len() as u64, Sha256Digest::of(bytes));
        Self { side, format: *format, size_bytes, sha256, received_sha256: Some(received), captured_at }
    }
}

/// The number of bytes of a picture: 1 to [`MAX_PICTURE_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureSize(u32);

impl PictureSize {
    pub fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for PictureSize {
    type Error = Invalid;
    fn try_from(bytes: u32) -> Result<Self, Invalid> {
        match bytes {
            0 => Err(Invalid("is 0 bytes")),
            _ if bytes as usize > MAX_PICTURE_BYTES => Err(Invalid("is larger than 10 MiB")),
            _ => Ok(Self(bytes)),
        }
    }
}

/// What a caller states of a picture before it is uploaded. The link for it takes exactly this file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedPicture {
    pub format: PictureFormat,
    pub size: PictureSize,
    pub sha256: Sha256Digest,
}

/// A side's picture as it came, unchecked.
#[derive(Clone)]
pub struct UploadedPicture {
    pub side: Side,
    pub bytes: Bytes,
}

/// A picture that passed [`crate::ports::PictureValidator::check`]. Its content is up to the code that decodes it.
#[derive(Clone)]
pub struct Picture {
    pub format: PictureFormat,
    pub bytes: Bytes,
}

/// A complete picture, cleaned by [`crate::ports::PictureValidator::clean`].
#[derive(Clone, Debug)]
pub struct CleanPicture {
    pub picture: Picture,
    /// Pixels across, as stored.
    pub width: u32,
    /// Pixels down, as stored.
    pub height: u32,
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} bytes", self.format, self.bytes.len())
    }
}

/// The object name of a picture. The organisation comes first, so that a policy or an erasure can select its objects.
/// What was not looked at yet is apart, because the bucket drops it after a day.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PictureKey(String);

impl PictureKey {
    pub fn capture(org: &OrgId, scoring: ScoringId, digest: &Sha256Digest) -> Self {
        Self(format!("{}{}", PicturePrefix::scoring(org, scoring).0, digest.0))
    }

    /// The place for a side's picture of a delegated capture, until it is scored.
    pub fn upload(org: &OrgId, scoring: ScoringId, side: Side) -> Self {
        Self(format!("{}{}", PicturePrefix::uploads(org, scoring).0, side.part()))
    }

    /// A picture kept as evidence of a validation.
    pub fn evidence(org: &OrgId, identification: IdentificationId, digest: &Sha256Digest) -> Self {
        Self(format!("{}{}", PicturePrefix::identification(org, identification).0, digest.0))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// All pictures of a scoring (`s`) or an identification (`i`), or all uploads of a scoring. Short, because some object
/// stores on a file system limit a name to 255 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PicturePrefix(String);

impl PicturePrefix {
    pub fn scoring(org: &OrgId, id: ScoringId) -> Self {
        Self(format!("{org}/s/{id}/"))
    }

    /// What was put behind upload links. No organisation has a `!` in its name.
    pub fn uploads(org: &OrgId, id: ScoringId) -> Self {
        Self(format!("!uploads/{org}/s/{id}/"))
    }

    pub fn identification(org: &OrgId, id: IdentificationId) -> Self {
        Self(format!("{org}/i/{id}/"))
    }

    /// The prefix of the objects' names.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A link to one object, for one method, for a short time.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedLink {
    pub url: String,
    /// When the link expires.
    pub expires_at: Time,
}

/// A link to write one object, and the headers that have to be sent with it: they are part of its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadLink {
    pub link: SignedLink,
    pub headers: Vec<(String, String)>,
}

impl fmt::Debug for SignedLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignedLink")
    }
}
