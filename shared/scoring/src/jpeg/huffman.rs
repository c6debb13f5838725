//! Huffman tables (T.81 §B.2.4.2, annex C).

use super::{BROKEN, bits::Bits};
use acredita_domain::pictures::PictureFault;

/// Codes of up to this many bits are looked up at once; they are nearly all codes of a picture.
const FAST_BITS: u32 = 9;

/// A Huffman table.
pub(super) struct Huffman {
    /// By the next [`FAST_BITS`] bits: length of the code in the upper byte, symbol in the lower; 0 for longer codes.
    fast: [u16; 1 << FAST_BITS],
    /// By length: one more than the greatest code, moved up to 16 bits.
    limits: [u32; 17],
    /// By length: what to add to a code to get the index of its symbol.
    offsets: [i32; 17],
    symbols: Vec<u8>,
}

impl Huffman {
    /// Takes one table off the front of a segment: 16 counts and the symbols. Gives it and the rest.
    pub(super) fn parse(payload: &[u8]) -> Result<(Self, &[u8]), PictureFault> {
        let (counts, rest) = payload.split_first_chunk::<16>().ok_or(BROKEN)?;
        let total: usize = counts.iter().map(|&count| usize::from(count)).sum();
        let (symbols, rest) = rest.split_at_checked(total).ok_or(BROKEN)?;
        let mut table = Self { fast: [0; 1 << FAST_BITS], limits: [0; 17], offsets: [0; 17], symbols: symbols.to_vec() };
        table.fill(counts)?;
        Ok((table, rest))
    }

    fn fill(&mut self, counts: &[u8; 16]) -> Result<(), PictureFault> {
        let (mut code, mut index) = (0_u32, 0_usize);
        for (length, &count) in (1_u32..).zip(counts) {
            let next = code + u32::from(count);
            if next > 1 << length {
                return Err(BROKEN);
            }
            self.offsets[length as usize] = index as i32 - code.cast_signed();
            self.limits[length as usize] = next << (16 - length);
            if length <= FAST_BITS {
                let spread = 1 << (FAST_BITS - length);
                let first = (code as usize) * spread;
                for (entries, &symbol) in self.fast[first..].chunks_exact_mut(spread).zip(&self.symbols[index..index + usize::from(count)]) {
                    entries.fill((length as u16) << 8 | u16::from(symbol));
                }
            }
            index += usize::from(count);
            code = next << 1;
        }
        Ok(())
    }

    /// Reads the next symbol.
    pub(super) fn symbol(&self, bits: &mut Bits<'_>) -> Result<u8, PictureFault> {
        let next = bits.peek();
        let entry = self.fast[usize::from(next >> (16 - FAST_BITS))];
        if entry != 0 {
            bits.take(u32::from(entry >> 8))?;
            return Ok(entry as u8);
        }
        let next = u32::from(next);
        let length = (FAST_BITS + 1..=16).find(|&length| next < self.limits[length as usize]).ok_or(BROKEN)?;
        bits.take(length)?;
        let code = (next >> (16 - length)).cast_signed();
        usize::try_from(code + self.offsets[length as usize])
            .ok()
            .and_then(|index| self.symbols.get(index))
            .copied()
            .ok_or(BROKEN)
    }
}
