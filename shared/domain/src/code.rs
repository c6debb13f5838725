//! One-time codes in the clear.

use crate::system::Entropy;

/// Without 0/o and 1/l/i, which people mix up: 31 letters, so 29.7 bits in a code.
const ALPHABET: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";
/// Characters of a code (NIST SP 800-63B-4 §3.1.3.2 asks for at least six).
pub const CODE_LENGTH: usize = 6;
/// A code in the clear. It has no `Debug` and no `Display`: it cannot reach a log by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct OtpCode(String);

impl OtpCode {
    /// Uniform over the alphabet: bytes past the last full multiple of 31 are discarded.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut code = String::with_capacity(CODE_LENGTH);
        let mut bytes = [0; 16];
        while code.len() < CODE_LENGTH {
            entropy.fill(&mut bytes);
            let fair =
                bytes.iter().filter(|byte| **byte < 248).map(|byte| char::from(ALPHABET[usize::from(byte % 31)]));
            code.extend(fair.take(CODE_LENGTH - code.len()));
        }
        Self(code)
    }

    pub fn unsealed(text: String) -> Self {
        Self(text)
    }

    /// For the one message or answer that carries the code.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};
    use std::{
        collections::BTreeSet,
        sync::atomic::{AtomicU32, Ordering},
    };

    /// Digests of 0, 1, 2 …: as good as random, and the same in every run.
    struct Digests(AtomicU32);

    impl Entropy for Digests {
        fn fill(&self, bytes: &mut [u8]) {
            let digest = Sha256::digest(self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes());
            bytes.copy_from_slice(&digest[..bytes.len()]);
        }
    }

    #[test]
    fn a_code_is_six_letters_of_the_alphabet_each_as_likely_as_the_other() {
        let entropy = Digests(AtomicU32::new(0));
        let mut counts = [0_u32; 31];
        for _ in 0..20_000 {
            let code = OtpCode::generate(&entropy);
            assert_eq!(code.expose().len(), CODE_LENGTH);
            for letter in code.expose().bytes() {
                counts[ALPHABET.iter().position(|known| *known == letter).expect("a letter of the alphabet")] += 1;
            }
        }
        // 256 = 8 × 31 + 8: without the rejection the first eight letters would come up an eighth more often.
        let mean = |counts: &[u32]| f64::from(counts.iter().sum::<u32>()) / counts.len() as f64;
        let ratio = mean(&counts[..8]) / mean(&counts[8..]);
        assert!((0.97..1.03).contains(&ratio), "{ratio}");
    }

    #[test]
    fn nobody_can_mistake_a_letter_of_the_alphabet() {
        assert!("01oil".bytes().all(|byte| !ALPHABET.contains(&byte)));
        assert_eq!(ALPHABET.iter().collect::<BTreeSet<_>>().len(), 31);
    }
}
