//! The orientation of a picture, from EXIF (CIPA DC-008 §4.6.5, tag Orientation), and how to turn it.
//!
//! Only the tag of the first directory is looked up, in place. A full EXIF reader follows pointers to further
//! directories, and a hostile file can point thousands of times at the same one: 64 KiB of EXIF become gigabytes of
//! fields.

use super::Luma;

/// Tag Orientation.
const TAG: u16 = 0x0112;
/// Type SHORT, the only one that the tag may have.
const SHORT: u16 = 3;
/// Bytes of a directory entry.
const ENTRY: usize = 12;
/// The square that is turned at once: 64 × 64 bytes of source and target fit into the first-level cache.
const TILE: usize = 64;

/// The source of an upright pixel: the coordinates are swapped first, then counted from the far end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orientation {
    swap: bool,
    flip_x: bool,
    flip_y: bool,
}

impl Orientation {
    /// As stored.
    pub const UPRIGHT: Self = Self::new(false, false, false);
    /// A quarter turn clockwise.
    pub const QUARTER: Self = Self::new(true, false, true);
    /// Upside down.
    pub const HALF: Self = Self::new(false, true, true);
    /// A quarter turn counter-clockwise.
    pub const THREE_QUARTERS: Self = Self::new(true, true, false);

    const fn new(swap: bool, flip_x: bool, flip_y: bool) -> Self {
        Self { swap, flip_x, flip_y }
    }

    /// The orientation in EXIF data (a TIFF header and its directories); upright if the data makes no sense.
    pub(super) fn of_exif(tiff: &[u8]) -> Self {
        find(tiff).and_then(Self::of_value).unwrap_or(Self::UPRIGHT)
    }

    /// EXIF data that says nothing else: a big-endian TIFF header and a directory of one entry.
    pub(super) fn exif(self) -> [u8; 26] {
        let value = (1..=8).find(|&value| Self::of_value(value) == Some(self)).unwrap_or(1);
        let mut tiff = *b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
        [tiff[18], tiff[19]] = u16::to_be_bytes(value);
        tiff
    }

    /// The eight values of the standard. 2, 4, 5 and 7 are mirrored.
    const fn of_value(value: u16) -> Option<Self> {
        Some(match value {
            1 => Self::UPRIGHT,
            2 => Self::new(false, true, false),
            3 => Self::HALF,
            4 => Self::new(false, false, true),
            5 => Self::new(true, false, false),
            6 => Self::QUARTER,
            7 => Self::new(true, true, true),
            8 => Self::THREE_QUARTERS,
            _ => return None,
        })
    }

    /// Whether rows become columns.
    pub(super) const fn swaps(self) -> bool {
        self.swap
    }

    /// Whether to count columns and rows of the upright picture from the far end.
    pub(super) const fn flips(self) -> (bool, bool) {
        // In a swapped picture, the stored columns and rows are counted from the far end.
        if self.swap { (self.flip_y, self.flip_x) } else { (self.flip_x, self.flip_y) }
    }

    /// Width and height of the upright picture from the stored ones.
    pub(super) const fn size(self, width: usize, height: usize) -> (usize, usize) {
        if self.swap { (height, width) } else { (width, height) }
    }

    /// Turns a picture upright.
    pub fn apply(self, mut luma: Luma) -> Luma {
        if self.swap {
            return self.transposed(&luma);
        }
        match (self.flip_x, self.flip_y) {
            (false, false) => {}
            (true, true) => luma.pixels.reverse(),
            (true, false) => luma.pixels.chunks_exact_mut(luma.width).for_each(<[u8]>::reverse),
            (false, true) => flip_rows(&mut luma),
        }
        luma
    }

    fn transposed(self, luma: &Luma) -> Luma {
        let (width, height) = (luma.height, luma.width);
        let mut pixels = vec![0; width * height];
        for top in (0..height).step_by(TILE) {
            for left in (0..width).step_by(TILE) {
                for y in top..height.min(top + TILE) {
                    let column = if self.flip_x { luma.width - 1 - y } else { y };
                    for x in left..width.min(left + TILE) {
                        let row = if self.flip_y { luma.height - 1 - x } else { x };
                        pixels[y * width + x] = luma.pixels[row * luma.width + column];
                    }
                }
            }
        }
        Luma { width, height, pixels }
    }
}

fn flip_rows(luma: &mut Luma) {
    let half = luma.height / 2;
    let (upper, lower) = luma.pixels.split_at_mut(luma.width * (luma.height - half));
    let lower = lower.chunks_exact_mut(luma.width).rev();
    upper.chunks_exact_mut(luma.width).zip(lower).for_each(|(a, b)| a.swap_with_slice(b));
}

/// The value of the tag in the first directory.
fn find(tiff: &[u8]) -> Option<u16> {
    let reader = Tiff { data: tiff, little_endian: tiff.get(..4)? == b"II*\0" };
    if !reader.little_endian && &tiff[..4] != b"MM\0*" {
        return None;
    }
    let directory = usize::try_from(reader.u32(4)?).ok()?;
    let entries = usize::from(reader.u16(directory)?);
    (0..entries)
        .map(|index| directory.saturating_add(2 + index * ENTRY))
        .map_while(|entry| Some((entry, reader.u16(entry)?)))
        .find(|&(_, tag)| tag == TAG)
        .filter(|&(entry, _)| reader.u16(entry + 2) == Some(SHORT))
        .and_then(|(entry, _)| reader.u16(entry + 8))
}

struct Tiff<'a> {
    data: &'a [u8],
    little_endian: bool,
}

impl Tiff<'_> {
    fn bytes<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        self.data.get(at..at.checked_add(N)?)?.try_into().ok()
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes(at)?;
        Some(if self.little_endian { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let bytes = self.bytes(at)?;
        Some(if self.little_endian { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::exif;
    use proptest::prelude::*;

    /// A letter that differs from all its turns and mirrors: `1 2 3 / 4 5 6` upright.
    fn stored(value: u16) -> Luma {
        let (width, height, pixels) = match value {
            1 => (3, 2, vec![1, 2, 3, 4, 5, 6]),
            2 => (3, 2, vec![3, 2, 1, 6, 5, 4]),
            3 => (3, 2, vec![6, 5, 4, 3, 2, 1]),
            4 => (3, 2, vec![4, 5, 6, 1, 2, 3]),
            5 => (2, 3, vec![1, 4, 2, 5, 3, 6]),
            6 => (2, 3, vec![3, 6, 2, 5, 1, 4]),
            7 => (2, 3, vec![6, 3, 5, 2, 4, 1]),
            _ => (2, 3, vec![4, 1, 5, 2, 6, 3]),
        };
        Luma { width, height, pixels }
    }

    #[test]
    fn every_orientation_is_turned_upright_in_both_byte_orders() {
        for value in 1..=8 {
            for little_endian in [true, false] {
                let turned = Orientation::of_exif(&exif(value, little_endian)).apply(stored(value));
                assert_eq!(
                    (turned.width, turned.height, turned.pixels),
                    (3, 2, vec![1, 2, 3, 4, 5, 6]),
                    "orientation {value}"
                );
            }
        }
    }

    #[test]
    fn a_picture_larger_than_a_tile_is_turned_back_by_the_opposite_turn() {
        let (width, height) = (TILE + 3, 2 * TILE + 5);
        let pixels: Vec<u8> = (0..width * height).map(|i| (i % 251) as u8).collect();
        let luma = Luma { width, height, pixels: pixels.clone() };
        let back = Orientation::THREE_QUARTERS.apply(Orientation::QUARTER.apply(luma));
        assert_eq!((back.width, back.height, back.pixels), (width, height, pixels));
    }

    #[test]
    fn values_outside_the_standard_leave_the_picture_as_it_is() {
        for value in [0, 9, 255, 65535] {
            assert_eq!(Orientation::of_exif(&exif(value, true)), Orientation::UPRIGHT);
        }
        assert_eq!(Orientation::of_exif(b""), Orientation::UPRIGHT);
    }

    #[test]
    fn every_orientation_is_found_in_its_own_exif_data() {
        for value in 1..=8 {
            let orientation = Orientation::of_value(value).expect("one of the eight");
            assert_eq!(Orientation::of_exif(&orientation.exif()), orientation);
        }
    }

    proptest! {
        #[test]
        fn any_exif_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200), order in 0..3usize) {
            let mut tiff = [&b"II*\0"[..], b"MM\0*", b""][order].to_vec();
            tiff.extend(bytes);
            Orientation::of_exif(&tiff);
        }
    }
}
