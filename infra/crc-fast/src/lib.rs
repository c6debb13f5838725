//! The three CRCs that S3 knows, under the name by which the AWS SDK calls for them.
//!
//! The crate that really has this name computes a hundred of them and carries a table of each: 0.6 MB of a function's
//! zip, of which S3 has a use for three. The workspace puts this one in its place (`[patch.crates-io]`), with that part
//! of its interface that the SDK and our stand-in for S3 use. See
//! `infra/adr/0013-three-checksums-instead-of-a-hundred.md`.

use crc::{CRC_32_ISCSI, CRC_64_NVME, Crc, Table};

/// The checksum that S3 adds to an upload that has none. An upload may be 10 MiB, so it is worth the larger table.
static CRC64_NVME: Crc<u64, Table<16>> = Crc::<u64, Table<16>>::new(&CRC_64_NVME);
/// Only ever asked for by other clients.
static CRC32_ISCSI: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISCSI);

/// Which CRC. The names are those of the catalogue of parametrised CRC algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrcAlgorithm {
    /// CRC-32, what the SDK puts on uploads.
    Crc32IsoHdlc,
    /// CRC-32C.
    Crc32Iscsi,
    /// CRC-64/NVME.
    Crc64Nvme,
}

/// A checksum in the making.
#[derive(Clone)]
pub struct Digest(State);

#[derive(Clone)]
enum State {
    Crc32IsoHdlc(crc32fast::Hasher),
    Crc32Iscsi(crc::Digest<'static, u32, Table<1>>),
    Crc64Nvme(crc::Digest<'static, u64, Table<16>>),
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digest")
    }
}

impl Digest {
    /// The checksum of nothing yet.
    pub fn new(algorithm: CrcAlgorithm) -> Self {
        Self(match algorithm {
            CrcAlgorithm::Crc32IsoHdlc => State::Crc32IsoHdlc(crc32fast::Hasher::new()),
            CrcAlgorithm::Crc32Iscsi => State::Crc32Iscsi(CRC32_ISCSI.digest()),
            CrcAlgorithm::Crc64Nvme => State::Crc64Nvme(CRC64_NVME.digest()),
        })
    }

    /// Takes in what comes next.
    pub fn update(&mut self, data: &[u8]) {
        match &mut self.0 {
            State::Crc32IsoHdlc(digest) => digest.update(data),
            State::Crc32Iscsi(digest) => digest.update(data),
            State::Crc64Nvme(digest) => digest.update(data),
        }
    }

    /// The checksum of all that came, in the lower bits if it has fewer than 64.
    pub fn finalize(&self) -> u64 {
        match &self.0 {
            State::Crc32IsoHdlc(digest) => digest.clone().finalize().into(),
            State::Crc32Iscsi(digest) => digest.clone().finalize().into(),
            State::Crc64Nvme(digest) => digest.clone().finalize(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the catalogue gives for `123456789`.
    const CHECKS: [(CrcAlgorithm, u64); 3] = [
        (CrcAlgorithm::Crc32IsoHdlc, 0xcbf4_3926),
        (CrcAlgorithm::Crc32Iscsi, 0xe306_9283),
        (CrcAlgorithm::Crc64Nvme, 0xae8b_1486_0a79_9888),
    ];

    #[test]
    fn each_gives_what_the_catalogue_says_however_the_bytes_come() {
        for (algorithm, check) in CHECKS {
            for cut in 0..9 {
                let (first, second) = b"123456789".split_at(cut);
                let mut digest = Digest::new(algorithm);
                digest.update(first);
                let _ = digest.finalize();
                digest.update(second);
                assert_eq!(digest.finalize(), check, "{algorithm:?} cut at {cut}");
            }
        }
    }
}
