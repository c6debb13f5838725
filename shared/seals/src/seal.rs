//! The form of a seal, whatever it says and whoever signed it.

use crate::{Features, Reference, c40, certificates::Certificates, date, features, refusal::Fault, refusal::Refusal};
use aws_lc_rs::digest::{SHA256, digest};
use chrono::NaiveDate;

const MAGIC: u8 = 0xDC;
/// Version 4, which writes lengths as DER does.
const VERSION: u8 = 0x03;
/// More than the largest QR code holds (2,953 bytes).
const MOST_BYTES: usize = 4096;

/// What a seal says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The country of the document, two letters or three.
    pub country: String,
    /// The signer: its country and its name there, two characters each.
    pub signer: String,
    /// The certificate that it was signed with.
    pub reference: Reference,
    /// The day on which the document was issued.
    pub issued: NaiveDate,
    /// The day on which the seal was signed.
    pub signed: NaiveDate,
    /// Which features the seal has, within its category.
    pub definition: u8,
    /// The category of documents.
    pub category: u8,
}

/// A seal that is well-formed. Nothing of it is certain before [`Seal::verify`].
pub struct Seal {
    header: Header,
    features: Features,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

impl Seal {
    /// The seal in these bytes, which must be all of it and nothing else.
    ///
    /// # Errors
    ///
    /// The first fault.
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > MOST_BYTES {
            return Err(Fault::TooLong);
        }
        let (header, rest) = read_header(bytes)?;
        let (features, before_signature, signature) = features::read(rest)?;
        let signed = &bytes[..bytes.len() - rest.len() + before_signature];
        Ok(Self { header, features, signed: signed.to_vec(), signature: signature.to_vec() })
    }

    /// What it says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What it says.
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// SHA-256 of everything that is signed. A seal is known again by it, and not by all of its bytes: anybody can turn
    /// an ECDSA signature into another valid one for the same content.
    pub fn digest(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, &self.signed).as_ref());
        bytes
    }

    /// Checks that the certificate which the seal refers to is in the set, signed it, and was allowed to on that day.
    ///
    /// # Errors
    ///
    /// [`Refusal::UnknownSigner`], [`Refusal::CertificateNotValid`] or [`Refusal::SignatureInvalid`].
    pub fn verify(&self, certificates: &Certificates) -> Result<(), Refusal> {
        certificates.verify(&self.header.reference, self.header.signed, &self.signed, &self.signature)
    }
}

fn read_header(bytes: &[u8]) -> Result<(Header, &[u8]), Fault> {
    let (&[magic, version], rest) = bytes.split_first_chunk().ok_or(Fault::Truncated)?;
    if magic != MAGIC {
        return Err(Fault::Magic);
    }
    if version != VERSION {
        return Err(Fault::Version);
    }
    let (country, rest) = country(rest)?;
    // Four characters of the signer, and the length of the reference in two hexadecimal digits.
    let (signer, rest) = text(rest, 6)?;
    let (signer, length) = signer.split_at(4);
    let digits = length.bytes().all(|digit| digit.is_ascii_hexdigit());
    let length = usize::from_str_radix(length, 16).ok().filter(|_| digits).ok_or(Fault::HeaderText)?;
    let (reference, rest) = text(rest, length)?;
    let (&issued, rest) = rest.split_first_chunk().ok_or(Fault::Truncated)?;
    let (&signed, rest) = rest.split_first_chunk().ok_or(Fault::Truncated)?;
    let (&[definition, category], rest) = rest.split_first_chunk().ok_or(Fault::Truncated)?;
    let header = Header {
        country,
        signer: signer.to_owned(),
        reference: Reference::from_hex(&reference).ok_or(Fault::HeaderText)?,
        issued: date::unpack(issued).ok_or(Fault::HeaderDate)?,
        signed: date::unpack(signed).ok_or(Fault::HeaderDate)?,
        definition,
        category,
    };
    Ok((header, rest))
}

/// Two or three letters in two bytes.
fn country(bytes: &[u8]) -> Result<(String, &[u8]), Fault> {
    text(bytes, 2).or_else(|_| text(bytes, 3))
}

fn text(bytes: &[u8], characters: usize) -> Result<(String, &[u8]), Fault> {
    let (code, rest) = bytes.split_at_checked(c40::encoded_length(characters)).ok_or(Fault::Truncated)?;
    Ok((c40::decode(code, characters).ok_or(Fault::HeaderText)?, rest))
}
