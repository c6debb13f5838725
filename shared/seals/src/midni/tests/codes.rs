//! Codes of people who do not exist, and what can be done to them.

use super::{Signer, authority};
use crate::{Draft, Header};
use chrono::{DateTime, NaiveDate, TimeZone, Utc};

/// Not a picture: nothing here looks at it.
pub const FACE: &[u8] = &[0xF5; 890];

/// The order of the curve P-256.
pub const ORDER: [u8; 32] = [
    0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD, 0xA7,
    0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
];

/// When codes are checked here: two minutes before their time is over.
pub fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 29, 10, 28, 0).single().expect("a time")
}

pub struct Code(pub Draft);

impl Code {
    pub fn simple() -> Self {
        Self::new(7)
            .with(0x42, b"01-01-1980")
            .with(0x44, "Ana".as_bytes())
            .with(0x46, "García Núñez".as_bytes())
            .with(0x48, b"F")
            .with(0x4C, b"17-04-2034")
    }

    pub fn complete() -> Self {
        let mut code = Self::simple().with(0x60, b"Calle Mayor 1").with(0x66, b"Luis / Eva").with(0x68, b"AAA000000");
        code.0.header.definition = 8;
        code
    }

    pub fn age() -> Self {
        Self::new(9).with(0x70, &[1])
    }

    fn new(definition: u8) -> Self {
        let day = NaiveDate::from_ymd_opt(2026, 11, 29).expect("a day");
        let header = Header {
            country: "ES".into(),
            signer: "ESPN".into(),
            reference: crate::Reference::from_hex("1").expect("a number"),
            issued: day,
            signed: day,
            definition,
            category: 9,
        };
        Self(Draft { header, features: vec![] })
            .with(0x40, b"99999990S")
            .with(0x50, FACE)
            .with(0x80, b"29-11-2026 10:30:00")
    }

    pub fn with(mut self, tag: u8, value: &[u8]) -> Self {
        self.0.features.push((tag, value.to_vec()));
        self
    }

    pub fn without(mut self, tag: u8) -> Self {
        self.0.features.retain(|(other, _)| *other != tag);
        self
    }

    pub fn changed(self, tag: u8, value: &[u8]) -> Self {
        self.without(tag).with(tag, value)
    }

    pub fn header(mut self, change: impl FnOnce(&mut Header)) -> Self {
        change(&mut self.0.header);
        self
    }

    pub fn signed_on(self, year: i32, month: u32, day: u32) -> Self {
        self.header(|header| header.signed = NaiveDate::from_ymd_opt(year, month, day).expect("a day"))
    }

    pub fn signed_by(self, signer: &Signer) -> Vec<u8> {
        self.referring_to(signer).signed_as_it_is(signer)
    }

    pub fn referring_to(self, signer: &Signer) -> Self {
        self.header(|header| header.reference = signer.reference.clone())
    }

    /// Signed by one certificate, whichever it refers to.
    pub fn signed_as_it_is(self, signer: &Signer) -> Vec<u8> {
        sealed(self.0.to_sign().expect("it can be written"), signer)
    }
}

/// Any bytes with a good signature.
pub fn sealed(bytes: Vec<u8>, signer: &authority::Signer) -> Vec<u8> {
    let signature = signer.sign(&bytes);
    Draft::seal(bytes, &signature).expect("it can be written")
}

/// A change of the halves of a signature.
pub type Change = fn(&mut [u8; 32], &mut [u8; 32]);

/// The same code with other halves of the signature.
pub fn with_signature(code: &[u8], change: Change) -> Vec<u8> {
    let (signed, signature) = code.split_at(code.len() - 64);
    let (mut r, mut s) = ([0; 32], [0; 32]);
    r.copy_from_slice(&signature[..32]);
    s.copy_from_slice(&signature[32..]);
    change(&mut r, &mut s);
    [signed, &r, &s].concat()
}

/// The same code with `n − s`, which is as good.
pub fn with_other_s(code: &[u8]) -> Vec<u8> {
    with_signature(code, |_, s| {
        let mut borrow = 0;
        for (digit, of_order) in s.iter_mut().zip(ORDER).rev() {
            let difference = i16::from(of_order) - i16::from(*digit) - borrow;
            borrow = i16::from(difference < 0);
            *digit = difference.rem_euclid(256) as u8;
        }
    })
}

/// A change of one kind or another, out of random bytes.
pub fn mutated(code: &[u8], random: &[u8]) -> Vec<u8> {
    let number = |at: usize| usize::from(random[at]) << 8 | usize::from(random[at + 1]);
    let mut bytes = code.to_vec();
    for round in 0..=usize::from(random[0] % 3) {
        let at = number(2 + 8 * round) % bytes.len();
        let other = number(4 + 8 * round) % bytes.len();
        let byte = random[6 + 8 * round];
        match random[7 + 8 * round] % 7 {
            0 => bytes[at] ^= 1 << (byte % 8),
            1 => bytes[at] = byte,
            2 => bytes.truncate(at.max(1)),
            3 => bytes.insert(at, byte),
            4 => drop(bytes.remove(at)),
            5 => bytes.swap(at, other),
            _ => {
                let part = bytes[at.min(other)..at.max(other)].to_vec();
                bytes.splice(at..at, part);
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}
