//! Huffman tables (T.81 §B.2.4.2, annex C).

use super::{BROKEN, bits::Bits};
use crate::Fault;

/// Codes of up to this many bits, which are nearly all, take one look-up.
const FAST_BITS: u32 = 9;

pub(super) struct Huffman {
    /// By the next [`FAST_BITS`] bits: length of the code in the upper byte, symbol in the lower; 0 for longer codes.
    fast: [u16; 1 << FAST_BITS],
    /// By length: one more than the greatest code, shifted up to 16 bits.
    limits: [u32; 17],
    /// By length: the difference between a code and the index of its symbol.
    offsets: [i32; 17],
    symbols: Vec<u8>,
}

impl Huffman {
    /// Takes one table off the front of a segment: 16 counts and the symbols. Returns it and the rest.
    pub(super) fn parse(payload: &[u8]) -> Result<(Self, &[u8]), Fault> {
        let (counts, rest) = payload.split_first_chunk::<16>().ok_or(BROKEN)?;
        let total: usize = counts.iter().map(|&count| usize::from(count)).sum();
        let (symbols, rest) = rest.split_at_checked(total).ok_or(BROKEN)?;
        let mut table =
            Self { fast: [0; 1 << FAST_BITS], limits: [0; 17], offsets: [0; 17], symbols: symbols.to_vec() };
        table.fill(counts)?;
        Ok((table, rest))
    }

    fn fill(&mut self, counts: &[u8; 16]) -> Result<(), Fault> {
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
                for (entries, &symbol) in
                    self.fast[first..].chunks_exact_mut(spread).zip(&self.symbols[index..index + usize::from(count)])
                {
                    entries.fill((length as u16) << 8 | u16::from(symbol));
                }
            }
            index += usize::from(count);
            code = next << 1;
        }
        Ok(())
    }

    /// Reads the next symbol.
    pub(super) fn symbol(&self, bits: &mut Bits<'_>) -> Result<u8, Fault> {
        let (length, symbol) = self.look_up(bits.window())?;
        bits.take(length)?;
        Ok(symbol)
    }

    /// Reads the next symbol and the number after it, whose length is in the symbol's lower four bits (T.81 §F.2.2.1,
    /// extend).
    #[inline]
    pub(super) fn value(&self, bits: &mut Bits<'_>) -> Result<(u8, i32), Fault> {
        let window = bits.window();
        let (length, symbol) = self.look_up(window)?;
        let extra = u32::from(symbol & 15);
        bits.take(length + extra)?;
        let number = (((window << length) >> 1) >> (63 - extra)) as i32;
        // Numbers that begin with a zero are negative.
        let negative = number < 1 << extra >> 1;
        Ok((symbol, if negative { number + 1 - (1 << extra) } else { number }))
    }

    /// The length and the symbol of the code at the beginning of the bits.
    #[inline]
    fn look_up(&self, window: u64) -> Result<(u32, u8), Fault> {
        let entry = self.fast[(window >> (64 - FAST_BITS)) as usize];
        if entry != 0 { Ok((u32::from(entry >> 8), entry as u8)) } else { self.look_up_long((window >> 48) as u32) }
    }

    #[cold]
    fn look_up_long(&self, next: u32) -> Result<(u32, u8), Fault> {
        let length = (FAST_BITS + 1..=16).find(|&length| next < self.limits[length as usize]).ok_or(BROKEN)?;
        let code = (next >> (16 - length)).cast_signed();
        let index = usize::try_from(code + self.offsets[length as usize]).ok();
        let symbol = index.and_then(|index| self.symbols.get(index)).copied();
        symbol.map(|symbol| (length, symbol)).ok_or(BROKEN)
    }
}
