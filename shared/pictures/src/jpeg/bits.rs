//! The bits of entropy-coded data (T.81 §F.2.2.5): stuffed zeros are removed, and a marker ends them.

use super::{BROKEN, EOI};
use crate::Fault;
use std::ops::Range;

/// Reads bits, and refuses to invent missing ones.
#[derive(Clone)]
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

    /// Ends the data of a scan, and returns the bytes before the marker that are not part of it: padding and junk. Junk
    /// before the end of the picture is harmless: some cameras leave it there. But data that would be more of the
    /// picture, up to its last bit, shows that the header claims less than there is: at least `fewest` units, each of
    /// which `unit` skips.
    pub(super) fn end_of_scan(
        &mut self,
        fewest: u32,
        unit: impl Fn(&mut Self) -> Result<(), Fault>,
    ) -> Result<Range<usize>, Fault> {
        let from = self.next_byte();
        let mut rest = self.clone();
        if rest.end().is_ok() {
            *self = rest;
            return Ok(from..self.at);
        }
        rest.clone_from(self);
        let mut units = 0;
        while unit(&mut rest).is_ok() {
            units += 1;
            if units >= fewest && rest.clone().end().is_ok() {
                return Err(BROKEN);
            }
        }
        self.at = from;
        let is_marker = |pair: &[u8]| pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xFF);
        let junk = self.data[self.at..].windows(2).position(is_marker).unwrap_or(self.data.len() - self.at);
        self.at += junk;
        match self.data[self.at..] {
            [] | [0xFF, EOI, ..] => Ok(from..self.at),
            _ => Err(BROKEN),
        }
    }

    /// The position of the first byte of which no bit was consumed.
    fn next_byte(&self) -> usize {
        (0..self.held / 8).fold(self.at, |at, _| at - if self.data[..at].ends_with(&[0xFF, 0x00]) { 2 } else { 1 })
    }

    /// Ends a run of data at the restart marker of this number (T.81 §B.2.1), and starts the next. Returns the padding
    /// before the marker.
    pub(super) fn restart(&mut self, number: u32) -> Result<Range<usize>, Fault> {
        let from = self.next_byte();
        self.end()?;
        let fill = self.data[self.at..].iter().take_while(|&&byte| byte == 0xFF).count();
        let expected = 0xD0 + (number % 8) as u8;
        if fill == 0 || self.data.get(self.at + fill) != Some(&expected) {
            return Err(BROKEN);
        }
        let marker = self.at + fill - 1;
        *self = Self::new(self.data, marker + 2);
        Ok(from..marker)
    }
}
