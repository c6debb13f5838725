//! Walks the entropy-coded data of a scan block by block (T.81 annexes F and G) without decoding a pixel.
//!
//! A block costs a few table look-ups; in return, missing data, superfluous data and most flipped bits are found.

use super::{
    BROKEN,
    bits::Bits,
    clean::Writer,
    frame::{Frame, Process},
    huffman::Huffman,
};
use crate::Fault;

/// Coefficients of a block; the first is its mean (DC), the others its detail (AC).
pub(super) const COEFFICIENTS: u32 = 64;
/// The longest difference of means of 8-bit samples (T.81 table F.1).
pub(super) const MAX_DC_BITS: u8 = 11;
/// The longest detail coefficient of 8-bit samples (T.81 table F.2).
pub(super) const MAX_AC_BITS: u8 = 10;

/// The currently defined tables.
#[derive(Default)]
pub(super) struct Tables {
    /// For means.
    pub(super) dc: [Option<Box<Huffman>>; 4],
    /// For detail.
    pub(super) ac: [Option<Box<Huffman>>; 4],
}

impl Tables {
    /// The tables of a component: for means and for detail.
    pub(super) fn of(&self, member: &Member) -> Result<(&Huffman, &Huffman), Fault> {
        Ok((table(&self.dc, member.dc)?, table(&self.ac, member.ac)?))
    }
}

fn table(tables: &[Option<Box<Huffman>>; 4], index: usize) -> Result<&Huffman, Fault> {
    tables.get(index).and_then(Option::as_deref).ok_or(BROKEN)
}

/// A component of a scan.
#[derive(Clone, Copy)]
pub(super) struct Member {
    /// The index of the component in the frame.
    pub(super) component: usize,
    /// The index of its table for means.
    pub(super) dc: usize,
    /// The index of its table for detail.
    pub(super) ac: usize,
}

/// A scan header (T.81 §B.2.3).
pub(super) struct Scan {
    pub(super) members: Vec<Member>,
    first: u32,
    last: u32,
    refines: bool,
    /// The lowest bit of the coefficients that it carries.
    lowest_bit: u8,
}

/// For each block of a component, a mask of the detail coefficients that are not zero so far. Refining those takes a
/// bit each.
pub(super) type History = Vec<u64>;

impl Scan {
    /// Parses the segment of a marker SOS.
    pub(super) fn parse(frame: &Frame, payload: &[u8]) -> Result<Self, Fault> {
        let [count, rest @ ..] = payload else {
            return Err(BROKEN);
        };
        let (pairs, tail) = rest.split_at_checked(2 * usize::from(*count)).ok_or(BROKEN)?;
        let [first, last, approximation] = *tail else {
            return Err(BROKEN);
        };
        let member = |&[id, tables]: &[u8; 2]| {
            let component = frame.components.iter().position(|component| component.id == id)?;
            Some(Member { component, dc: usize::from(tables >> 4), ac: usize::from(tables & 15) })
        };
        let members: Vec<Member> = pairs.as_chunks::<2>().0.iter().map(member).collect::<Option<_>>().ok_or(BROKEN)?;
        let twice =
            members.iter().enumerate().any(|(i, m)| members[..i].iter().any(|other| other.component == m.component));
        let scan = Self {
            members,
            first: u32::from(first),
            last: u32::from(last),
            refines: approximation >> 4 != 0,
            lowest_bit: approximation & 15,
        };
        if scan.members.is_empty() || twice || !scan.band_is_sound(frame.process) { Err(BROKEN) } else { Ok(scan) }
    }

    fn band_is_sound(&self, process: Process) -> bool {
        match process {
            // The band of a sequential scan is ignored: some encoders write zeros.
            Process::Sequential => true,
            Process::Progressive if self.first == 0 => self.last == 0,
            Process::Progressive => self.members.len() == 1 && self.first <= self.last && self.last < COEFFICIENTS,
        }
    }

    /// Whether it carries the means of its components, which make them visible.
    pub(super) fn carries_means(&self, process: Process) -> bool {
        process == Process::Sequential || (self.first == 0 && !self.refines)
    }

    /// The coefficients that it carries, and the lowest bit of them.
    pub(super) fn band(&self, process: Process) -> (std::ops::RangeInclusive<u32>, u8) {
        match process {
            Process::Sequential => (0..=COEFFICIENTS - 1, 0),
            Process::Progressive => (self.first..=self.last, self.lowest_bit),
        }
    }

    /// Skips a unit of a sequential scan.
    pub(super) fn skip_unit(&self, frame: &Frame, tables: &Tables, bits: &mut Bits<'_>) -> Result<(), Fault> {
        for member in &self.members {
            let (dc, ac) = tables.of(member)?;
            for _ in 0..self.blocks_in_a_unit(frame, *member) {
                skip_mean(bits, dc)?;
                skip_detail(bits, ac)?;
            }
        }
        Ok(())
    }

    /// The blocks of a component in a unit: one if it comes alone.
    fn blocks_in_a_unit(&self, frame: &Frame, member: Member) -> u32 {
        let component = frame.components[member.component];
        if self.members.len() == 1 { 1 } else { component.across * component.down }
    }

    /// Walks the data that the writer copies.
    pub(super) fn walk(
        &self,
        frame: &Frame,
        tables: &Tables,
        restart_interval: u32,
        histories: &mut [History],
        writer: &mut Writer<'_>,
    ) -> Result<(), Fault> {
        let (data, at) = writer.data();
        let mut walker = Walker { scan: self, tables, bits: Bits::new(data, at), end_of_band: 0 };
        let alone = self.members.len() == 1;
        let (across, down) = if alone { frame.blocks(self.members[0].component) } else { frame.units() };
        for unit in 0..across * down {
            if restart_interval > 0 && unit > 0 && unit % restart_interval == 0 {
                writer.leave_out(walker.bits.restart(unit / restart_interval - 1)?);
                walker.end_of_band = 0;
            }
            for &member in &self.members {
                for _ in 0..self.blocks_in_a_unit(frame, member) {
                    let history =
                        histories.get_mut(member.component).and_then(|history| history.get_mut(unit as usize));
                    walker.block(frame.process, member, history)?;
                }
            }
        }
        // More of a progressive picture would not be in its last scan only.
        let padding = walker.bits.end_of_scan(across.min(down), |bits| match frame.process {
            Process::Sequential => self.skip_unit(frame, tables, bits),
            Process::Progressive => Err(BROKEN),
        })?;
        writer.leave_out(padding);
        Ok(())
    }
}

struct Walker<'a> {
    scan: &'a Scan,
    tables: &'a Tables,
    bits: Bits<'a>,
    /// Blocks whose band is known to have no more new coefficients.
    end_of_band: u32,
}

impl Walker<'_> {
    fn block(&mut self, process: Process, member: Member, history: Option<&mut u64>) -> Result<(), Fault> {
        match (process, self.scan.first, self.scan.refines) {
            (Process::Sequential, _, _) => {
                skip_mean(&mut self.bits, table(&self.tables.dc, member.dc)?)?;
                skip_detail(&mut self.bits, table(&self.tables.ac, member.ac)?)
            }
            (Process::Progressive, 0, false) => skip_mean(&mut self.bits, table(&self.tables.dc, member.dc)?),
            (Process::Progressive, 0, true) => self.bits.skip(1),
            (Process::Progressive, _, false) => self.first_band(member, history.ok_or(BROKEN)?),
            (Process::Progressive, _, true) => self.refined_band(member, history.ok_or(BROKEN)?),
        }
    }

    /// The first pass over a band (T.81 §G.1.2.2).
    fn first_band(&mut self, member: Member, history: &mut u64) -> Result<(), Fault> {
        if self.end_of_band > 0 {
            self.end_of_band -= 1;
            return Ok(());
        }
        let table = table(&self.tables.ac, member.ac)?;
        let mut at = self.scan.first;
        while at <= self.scan.last {
            let symbol = table.symbol(&mut self.bits)?;
            let (zeros, length) = (u32::from(symbol >> 4), symbol & 15);
            match (zeros, length) {
                (15, 0) => at += 16,
                (_, 0) => {
                    self.end_of_band = (1 << zeros) + self.bits.number(zeros)? - 1;
                    return Ok(());
                }
                _ => {
                    at += zeros;
                    if at > self.scan.last || length > MAX_AC_BITS {
                        return Err(BROKEN);
                    }
                    self.bits.take(u32::from(length))?;
                    *history |= 1 << at;
                    at += 1;
                }
            }
        }
        Ok(())
    }

    /// A later pass over a band (T.81 §G.1.2.3): a bit for each coefficient that is not zero, and new ones of size one
    /// in between.
    fn refined_band(&mut self, member: Member, history: &mut u64) -> Result<(), Fault> {
        let known = *history;
        let mut at = self.scan.first;
        if self.end_of_band == 0 {
            let table = table(&self.tables.ac, member.ac)?;
            while at <= self.scan.last {
                let symbol = table.symbol(&mut self.bits)?;
                let (zeros, length) = (u32::from(symbol >> 4), symbol & 15);
                match (zeros, length) {
                    (15, 0) => at = self.pass_zeros(known, at, 15)? + 1,
                    (_, 0) => {
                        self.end_of_band = (1 << zeros) + self.bits.number(zeros)?;
                        break;
                    }
                    (_, 1) => {
                        self.bits.take(1)?;
                        at = self.pass_zeros(known, at, zeros)?;
                        if at > self.scan.last {
                            return Err(BROKEN);
                        }
                        *history |= 1 << at;
                        at += 1;
                    }
                    _ => return Err(BROKEN),
                }
            }
        }
        if self.end_of_band > 0 {
            self.end_of_band -= 1;
            let rest = (at..=self.scan.last).filter(|&k| known >> k & 1 == 1).count();
            self.bits.skip(rest as u32)?;
        }
        Ok(())
    }

    /// Skips `zeros` zero coefficients to the next zero one, and takes the bit of each other on the way.
    fn pass_zeros(&mut self, known: u64, mut at: u32, mut zeros: u32) -> Result<u32, Fault> {
        while at <= self.scan.last {
            if known >> at & 1 == 1 {
                self.bits.skip(1)?;
            } else if zeros == 0 {
                break;
            } else {
                zeros -= 1;
            }
            at += 1;
        }
        Ok(at)
    }
}

/// Skips the mean of a block.
pub(super) fn skip_mean(bits: &mut Bits<'_>, table: &Huffman) -> Result<(), Fault> {
    let (length, _) = table.value(bits)?;
    if length > MAX_DC_BITS { Err(BROKEN) } else { Ok(()) }
}

/// Skips the detail of a sequential block (T.81 §F.2.2.2).
pub(super) fn skip_detail(bits: &mut Bits<'_>, table: &Huffman) -> Result<(), Fault> {
    let mut at = 1;
    while at < COEFFICIENTS {
        let (symbol, _) = table.value(bits)?;
        let (zeros, length) = (u32::from(symbol >> 4), symbol & 15);
        match (zeros, length) {
            (15, 0) => at += 16,
            (_, 0) => return Ok(()),
            _ => {
                at += zeros + 1;
                if at > COEFFICIENTS || length > MAX_AC_BITS {
                    return Err(BROKEN);
                }
            }
        }
    }
    Ok(())
}
