//! The reasons for refusing a code. None of them holds anything of the code's content.

/// The reason for refusing a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// The bytes are no seal, or not one of this profile.
    #[error("not a seal: {0}")]
    NotASeal(#[from] Fault),
    /// No code could be read out of the picture.
    #[error("no code can be read in the picture")]
    NotRead,
    /// The signature is not one by the certificate that the seal refers to.
    #[error("the signature does not match")]
    SignatureInvalid,
    /// The seal refers to no certificate of the set.
    #[error("the signer is not known")]
    UnknownSigner,
    /// The certificate must not have signed this.
    #[error("the certificate is not valid for it: {0}")]
    CertificateNotValid(#[from] CertificateFault),
    /// The time until which the data were valid is over.
    #[error("its time is over")]
    Outdated,
}

impl Refusal {
    /// The word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotASeal(_) => "NOT_A_SEAL",
            Self::NotRead => "NOT_READ",
            Self::SignatureInvalid => "SIGNATURE_INVALID",
            Self::UnknownSigner => "UNKNOWN_SIGNER",
            Self::CertificateNotValid(_) => "CERTIFICATE_NOT_VALID",
            Self::Outdated => "OUTDATED",
        }
    }
}

/// The reason why a certificate must not have signed a seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CertificateFault {
    /// Signed before the certificate's time or after it, by day: a seal bears a date only.
    #[error("signed outside its time")]
    Time,
    /// A key other than of the curve P-256.
    #[error("its key is not of the curve P-256")]
    Curve,
    /// A certificate whose key usage does not include signatures on data.
    #[error("its key is not for signing data")]
    KeyUsage,
    /// Its issuer is in the set, but has not signed it or must not have.
    #[error("its issuer did not issue it")]
    Issuer,
}

/// The fault of bytes that are no seal, or not one of the profile. Tags are in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Fault {
    /// Longer than any QR code holds.
    #[error("more bytes than a code holds")]
    TooLong,
    /// The bytes end within the header, a feature or the signature.
    #[error("it ends too early")]
    Truncated,
    /// The first byte is not DC.
    #[error("the first byte is another one")]
    Magic,
    /// A version of the format other than 4, which is 03 in the second byte.
    #[error("another version of the format")]
    Version,
    /// Text of the header that is not canonical C40, or not what its place requires.
    #[error("text of the header is malformed")]
    HeaderText,
    /// A date of the header that is not in the calendar.
    #[error("a date of the header is not in the calendar")]
    HeaderDate,
    /// A length that is not the shortest form of DER.
    #[error("a length is malformed")]
    Length,
    /// The same tag twice.
    #[error("feature {0:02X} twice")]
    Doubled(u8),
    /// No signature after the features.
    #[error("no signature")]
    NoSignature,
    /// Bytes after the signature.
    #[error("bytes after the signature")]
    Rest,
    /// A seal of another country, kind of document or set of features.
    #[error("a seal of another profile")]
    Profile,
    /// A feature that the profile requires.
    #[error("feature {0:02X} is missing")]
    Missing(u8),
    /// A feature whose value is not of its form.
    #[error("feature {0:02X} is malformed")]
    Feature(u8),
}
