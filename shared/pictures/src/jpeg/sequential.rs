//! Decodes the brightness of a sequential scan (T.81 annex F) in the one walk that checks it.
//!
//! Colours are skipped, not decoded. Every block goes directly to its place in the upright picture, so a turned picture
//! takes neither more memory nor another pass.

use super::{
    BROKEN,
    bits::Bits,
    clean::Writer,
    frame::Frame,
    huffman::Huffman,
    idct::{Block, Factors},
    scan::{COEFFICIENTS, MAX_AC_BITS, MAX_DC_BITS, Scan, Tables, skip_detail, skip_mean},
};
use crate::{Fault, Luma, orientation::Orientation};

/// The side of a block in pixels.
const BLOCK: usize = 8;

/// Decodes the scan, which carries all components. `table` is the quantisation of brightness.
pub(super) fn decode(
    scan: &Scan,
    frame: &Frame,
    tables: &Tables,
    (restart_interval, table, orientation): (u32, &[u16; 64], Orientation),
    writer: &mut Writer<'_>,
) -> Result<Luma, Fault> {
    let (data, at) = writer.data();
    let mut walker = Walker {
        bits: Bits::new(data, at),
        mean: 0,
        factors: Factors::new(table, orientation.swaps()),
        block: Block::new(),
    };
    let alone = scan.members.len() == 1;
    let (across, down) = if alone { frame.blocks(0) } else { frame.units() };
    let high = if alone { 1 } else { frame.components[0].down };
    let mut canvas = Canvas::new(frame, orientation, high);
    let mut unit = 0;
    for row in 0..down {
        for column in 0..across {
            if restart_interval > 0 && unit > 0 && unit % restart_interval == 0 {
                writer.leave_out(walker.bits.restart(unit / restart_interval - 1)?);
                walker.mean = 0;
            }
            unit += 1;
            for member in &scan.members {
                let (dc, ac) = tables.of(member)?;
                let component = frame.components[member.component];
                let (wide, high) = if alone { (1, 1) } else { (component.across, component.down) };
                for place in 0..wide * high {
                    if member.component == 0 {
                        walker.block(dc, ac)?;
                        canvas.put(
                            (column * wide + place % wide) as usize,
                            (row * high + place / wide) as usize,
                            &mut walker.block,
                        );
                    } else {
                        skip_mean(&mut walker.bits, dc)?;
                        skip_detail(&mut walker.bits, ac)?;
                    }
                }
            }
        }
        canvas.complete(((row + 1) * high) as usize * BLOCK);
    }
    writer.leave_out(walker.bits.end_of_scan(across.min(down), |bits| scan.skip_unit(frame, tables, bits))?);
    Ok(canvas.finish())
}

struct Walker<'a> {
    bits: Bits<'a>,
    /// The mean of the previous block.
    mean: i32,
    factors: Factors,
    block: Block,
}

impl Walker<'_> {
    fn block(&mut self, dc: &Huffman, ac: &Huffman) -> Result<(), Fault> {
        let (length, difference) = dc.value(&mut self.bits)?;
        if length > MAX_DC_BITS {
            return Err(BROKEN);
        }
        // Damaged data may add up to anything.
        self.mean = self.mean.wrapping_add(difference);
        self.block.start(&self.factors, self.mean);
        let mut at = 1;
        while at < COEFFICIENTS {
            let (symbol, value) = ac.value(&mut self.bits)?;
            let (zeros, length) = (u32::from(symbol >> 4), symbol & 15);
            match (zeros, length) {
                (15, 0) => at += 16,
                (_, 0) => break,
                _ => {
                    at += zeros;
                    if at >= COEFFICIENTS || length > MAX_AC_BITS {
                        return Err(BROKEN);
                    }
                    self.block.set(&self.factors, at, value);
                    at += 1;
                }
            }
        }
        Ok(())
    }
}

/// The upright picture, filled block by block.
struct Canvas {
    luma: Luma,
    orientation: Orientation,
    /// Used if rows become columns.
    strip: Option<Strip>,
}

/// Stored rows that wait to become columns. Writing a block directly would touch eight distant rows of the picture for
/// eight bytes each; from a strip, every row of the picture gets a complete cache line.
struct Strip {
    /// Column by column.
    pixels: Vec<u8>,
    /// The number of rows it has room for.
    rows: usize,
    /// The first of the rows in it.
    first: usize,
}

/// Rows of a strip: a cache line, and a multiple of the tallest units.
const STRIP_ROWS: usize = 64;

impl Canvas {
    /// A picture whose interleaved units are `high` blocks high.
    fn new(frame: &Frame, orientation: Orientation, high: u32) -> Self {
        let (stored_width, stored_height) = (frame.width as usize, frame.height as usize);
        let (width, height) = orientation.size(stored_width, stored_height);
        let unit = high as usize * BLOCK;
        let rows = STRIP_ROWS / unit * unit;
        // Up to three blocks of a unit may lie beyond the edge.
        let strip =
            orientation.swaps().then(|| Strip { pixels: vec![0; (stored_width + 4 * BLOCK) * rows], rows, first: 0 });
        Self { luma: Luma { width, height, pixels: vec![0; width * height] }, orientation, strip }
    }

    /// Writes the block of a stored place. Its rows and columns are already exchanged if the orientation does that;
    /// only the direction remains.
    fn put(&mut self, column: usize, row: usize, block: &mut Block) {
        let (left, top) = (column * BLOCK, row * BLOCK);
        if let Some(strip) = &mut self.strip {
            for (x, line) in block.pixels().iter().enumerate() {
                strip.pixels[(left + x) * strip.rows + top - strip.first..][..BLOCK].copy_from_slice(line);
            }
            return;
        }
        let Luma { width, height, pixels } = &mut self.luma;
        let (flip_x, flip_y) = self.orientation.flips();
        // The last blocks are padded beyond the edge.
        let (across, down) = (width.saturating_sub(left).min(BLOCK), height.saturating_sub(top).min(BLOCK));
        if across == 0 || down == 0 {
            return;
        }
        let start = if flip_x { *width - left - across } else { left };
        for (y, mut line) in block.pixels().into_iter().enumerate().take(down) {
            let y = if flip_y { *height - 1 - top - y } else { top + y };
            let line = &mut line[..across];
            if flip_x {
                line.reverse();
            }
            pixels[y * *width + start..][..across].copy_from_slice(line);
        }
    }

    /// Marks the stored rows up to this one as complete.
    fn complete(&mut self, rows: usize) {
        if self.strip.as_ref().is_some_and(|strip| rows - strip.first >= strip.rows) {
            self.flush();
        }
    }

    fn finish(mut self) -> Luma {
        self.flush();
        self.luma
    }

    fn flush(&mut self) {
        let Some(strip) = &mut self.strip else { return };
        let Luma { width, height, pixels } = &mut self.luma;
        let (flip_x, flip_y) = self.orientation.flips();
        let count = width.saturating_sub(strip.first).min(strip.rows);
        if count == 0 {
            return;
        }
        let start = if flip_x { *width - strip.first - count } else { strip.first };
        for (x, column) in strip.pixels.chunks_exact_mut(strip.rows).take(*height).enumerate() {
            let y = if flip_y { *height - 1 - x } else { x };
            let run = &mut column[..count];
            if flip_x {
                run.reverse();
            }
            pixels[y * *width + start..][..count].copy_from_slice(run);
        }
        strip.first += strip.rows;
    }
}
