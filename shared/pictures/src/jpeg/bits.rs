//! The bits of entropy-coded data (T.81 §F.2.2.5): stuffed zeros are removed, and a marker ends them.

use super::BROKEN;
use crate::Fault;

/// Reads bits, and refuses to invent missing ones.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    /// The next bits, from the top.
    window: u64,
    /// The number of real bits in the window.
    held: u32,
    /// A marker, or the end of the file, was reached.
    ended: bool,
}

impl<'a> Bits<'a> {
    /// Starts at a byte.
    pub(super) fn new(data: &'a [u8], at: usize) -> Self {
        Self { data, at, window: 0, held: 0, ended: false }
    }

    /// The end of the data: at a marker, once [`Self::end`] has succeeded.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The next 16 bits, padded with zeros.
    pub(super) fn peek(&mut self) -> u16 {
        (self.window() >> 48) as u16
    }

    /// The next bits from the top, padded with zeros: at least 32, unless the data ends. Enough for a code and its
    /// value.
    #[inline]
    pub(super) fn window(&mut self) -> u64 {
        if self.held < 32 {
            self.refill();
        }
        self.window
    }

    /// Consumes bits that were peeked at.
    #[inline]
    pub(super) fn take(&mut self, count: u32) -> Result<(), Fault> {
        if count > self.held {
            return Err(BROKEN);
        }
        self.window <<= count;
        self.held -= count;
        Ok(())
    }

    /// Reads a number of at most 16 bits.
    pub(super) fn number(&mut self, count: u32) -> Result<u32, Fault> {
        let bits = u32::from(self.peek());
        self.take(count)?;
        Ok((bits << count) >> 16)
    }

    /// Skips any number of bits.
    pub(super) fn skip(&mut self, mut count: u32) -> Result<(), Fault> {
        while count > 0 {
            let step = count.min(16);
            self.peek();
            self.take(step)?;
            count -= step;
        }
        Ok(())
    }

    fn refill(&mut self) {
        if let Some(&word) = self.data.get(self.at..).and_then(<[u8]>::first_chunk::<4>)
            && !word.contains(&0xFF)
        {
            // Nothing stuffed, no marker: four bytes at once.
            self.window |= u64::from(u32::from_be_bytes(word)) << (32 - self.held);
            self.held += 32;
            self.at += 4;
            return;
        }
        while self.held <= 56 && !self.ended {
            match self.data.get(self.at..).unwrap_or_default() {
                [0xFF, 0x00, ..] => self.push(0xFF, 2),
                [] | [0xFF, ..] => self.ended = true,
                [byte, ..] => self.push(*byte, 1),
            }
        }
    }

    fn push(&mut self, byte: u8, width: usize) {
        self.window |= u64::from(byte) << (56 - self.held);
        self.held += 8;
        self.at += width;
    }

    /// Ends a run of data: only padding may be left before the marker. Some cameras pad with complete bytes; anything
    /// else is surplus data, so the decoder went wrong.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        self.take(self.held % 8)?;
        loop {
            let padding = self.peek() >> 8;
            if self.held == 0 {
                return Ok(());
            }
            if padding != 0x00 && padding != 0xFF {
                return Err(BROKEN);
            }
            self.take(8)?;
        }
    }

    /// Ends a run of data at the restart marker of this number (T.81 §B.2.1), and starts the next.
    pub(super) fn restart(&mut self, number: u32) -> Result<(), Fault> {
        self.end()?;
        let fill = self.data[self.at..].iter().take_while(|&&byte| byte == 0xFF).count();
        let expected = 0xD0 + (number % 8) as u8;
        if fill == 0 || self.data.get(self.at + fill) != Some(&expected) {
            return Err(BROKEN);
        }
        *self = Self::new(self.data, self.at + fill + 1);
        Ok(())
    }
}
