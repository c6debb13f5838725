//! The inverse cosine transform of a block (T.81 §A.3.3), by the factorisation of Arai, Agui and Nakajima (1988): five
//! multiplications per row, because the others are part of the quantisation table.
//!
//! It is written over eight lanes, so that the compiler vectorises it, and in `f32`, because 64-bit x86 without
//! extensions multiplies four of these at once, but not four `i32`. Its result is the same on every machine: nothing is
//! reordered or fused.

use crate::vectors;

/// The order in which coefficients are stored (T.81 figure A.6): row and column.
const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
    47, 55, 62, 63,
];

/// cos(k π / 16) √2, but 1 for k = 0: the factors that the factorisation leaves to the quantisation table.
const SCALE: [f64; 8] = [
    1.0,
    1.387_039_845_322_147_6,
    1.306_562_964_876_376_5,
    1.175_875_602_419_358_8,
    1.0,
    0.785_694_958_387_102_3,
    0.541_196_100_146_197,
    0.275_899_379_282_943,
];

const ROOT_2: f32 = std::f32::consts::SQRT_2;
/// 2 cos(π/8).
const C2_TWICE: f32 = 1.847_759_1;
/// 2 (cos(π/8) − cos(3π/8)).
const C2_LESS_C6: f32 = 1.082_392_2;
/// 2 (cos(π/8) + cos(3π/8)).
const C2_PLUS_C6: f32 = 2.613_126;

/// Eight values that are treated alike.
type Lanes = [f32; 8];

/// A quantisation table in the order of the data, with the transform's own factors, for one of two directions.
#[derive(Clone)]
pub(super) struct Factors {
    factors: [f32; 64],
    places: [u8; 64],
}

impl Factors {
    /// Takes a table as it is in the file. Transposed blocks come out with rows and columns exchanged.
    pub(super) fn new(table: &[u16; 64], transposed: bool) -> Self {
        let mut factors = Self { factors: [0.0; 64], places: [0; 64] };
        for (at, (&place, &quantum)) in ZIGZAG.iter().zip(table).enumerate() {
            let (row, column) = (place / 8, place % 8);
            factors.factors[at] = (f64::from(quantum) * SCALE[row] * SCALE[column] / 8.0) as f32;
            // The transform ends with rows and columns exchanged, so coefficients that are stored exchanged end
            // upright.
            factors.places[at] = if transposed { place } else { column * 8 + row } as u8;
        }
        factors
    }
}

/// The coefficients of a block. One value is reused for a complete picture, so that nothing is moved.
pub(super) struct Block {
    values: [Lanes; 8],
    /// Only its mean.
    flat: bool,
}

impl Block {
    /// An empty block.
    pub(super) fn new() -> Self {
        Self { values: [[0.0; 8]; 8], flat: true }
    }

    /// Starts a block with a mean and no detail.
    #[inline]
    pub(super) fn start(&mut self, factors: &Factors, mean: i32) {
        if !self.flat {
            self.values = [[0.0; 8]; 8];
        }
        // T.81 §A.3.1 subtracts 128 from every sample.
        self.values[0][0] = mean as f32 * factors.factors[0] + 128.0;
        self.flat = true;
    }

    /// Sets a coefficient; `at` counts in the order of the data, below 64.
    #[inline]
    pub(super) fn set(&mut self, factors: &Factors, at: u32, value: i32) {
        let at = (at & 63) as usize;
        let place = usize::from(factors.places[at] & 63);
        self.values[place / 8][place % 8] = value as f32 * factors.factors[at];
        self.flat = false;
    }

    /// The brightness of its pixels, row by row. This consumes the coefficients.
    #[inline]
    pub(super) fn pixels(&mut self) -> [[u8; 8]; 8] {
        if self.flat {
            return [[level(self.values[0][0]); 8]; 8];
        }
        vectors::widest(
            #[inline(always)]
            || self.transformed(),
        )
    }

    #[inline(always)]
    fn transformed(&mut self) -> [[u8; 8]; 8] {
        transform(&mut self.values);
        let mut turned = [[0.0; 8]; 8];
        for (row, lanes) in self.values.iter().enumerate() {
            for (column, &value) in lanes.iter().enumerate() {
                turned[column][row] = value;
            }
        }
        transform(&mut turned);
        let mut pixels = [[0; 8]; 8];
        for (row, lanes) in pixels.iter_mut().zip(&turned) {
            row.iter_mut().zip(lanes).for_each(|(pixel, &value)| *pixel = level(value));
        }
        pixels
    }
}

/// Rounds to 0..=255.
#[inline(always)]
fn level(value: f32) -> u8 {
    let value = if value > 0.0 { value } else { 0.0 };
    let value = if value < 255.0 { value } else { 255.0 };
    // 2²³ leaves no room for a fraction: the lowest byte is the value, rounded.
    (value + 8_388_608.0).to_bits() as u8
}

#[inline(always)]
fn add(a: Lanes, b: Lanes) -> Lanes {
    std::array::from_fn(|lane| a[lane] + b[lane])
}

#[inline(always)]
fn less(a: Lanes, b: Lanes) -> Lanes {
    std::array::from_fn(|lane| a[lane] - b[lane])
}

#[inline(always)]
fn times(a: Lanes, factor: f32) -> Lanes {
    a.map(|value| value * factor)
}

/// Eight transforms of eight values, one per lane.
#[inline(always)]
fn transform(rows: &mut [Lanes; 8]) {
    let [f0, f1, f2, f3, f4, f5, f6, f7] = *rows;
    let (sum_04, difference_04) = (add(f0, f4), less(f0, f4));
    let sum_26 = add(f2, f6);
    let turned_26 = less(times(less(f2, f6), ROOT_2), sum_26);
    let (e0, e3) = (add(sum_04, sum_26), less(sum_04, sum_26));
    let (e1, e2) = (add(difference_04, turned_26), less(difference_04, turned_26));

    let (sum_53, difference_53) = (add(f5, f3), less(f5, f3));
    let (sum_17, difference_17) = (add(f1, f7), less(f1, f7));
    let o0 = add(sum_17, sum_53);
    let middle = times(less(sum_17, sum_53), ROOT_2);
    let both = times(add(difference_53, difference_17), C2_TWICE);
    let o1 = less(less(both, times(difference_53, C2_PLUS_C6)), o0);
    let o2 = less(middle, o1);
    let o3 = less(less(both, times(difference_17, C2_LESS_C6)), o2);
    *rows =
        [add(e0, o0), add(e1, o1), add(e2, o2), add(e3, o3), less(e3, o3), less(e2, o2), less(e1, o1), less(e0, o0)];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Numbers;
    use std::f64::consts::PI;

    /// T.81 §A.3.3 word for word.
    fn by_definition(coefficients: &[i32; 64], table: &[u16; 64]) -> [[f64; 8]; 8] {
        let c = |k: usize| if k == 0 { 0.5_f64.sqrt() } else { 1.0 };
        let cosine = |x: usize, u: usize| ((2 * x + 1) as f64 * u as f64 * PI / 16.0).cos();
        std::array::from_fn(|y| {
            std::array::from_fn(|x| {
                let terms = ZIGZAG.iter().enumerate().map(|(at, place)| {
                    let (v, u) = (place / 8, place % 8);
                    c(u) * c(v) * f64::from(coefficients[at] * i32::from(table[at])) * cosine(x, u) * cosine(y, v)
                });
                (terms.sum::<f64>() / 4.0 + 128.0).clamp(0.0, 255.0)
            })
        })
    }

    fn block(coefficients: &[i32; 64], factors: &Factors) -> Block {
        let mut block = Block::new();
        block.start(factors, coefficients[0]);
        (1..64)
            .filter(|&at| coefficients[at as usize] != 0)
            .for_each(|at| block.set(factors, at, coefficients[at as usize]));
        block
    }

    #[test]
    fn the_transform_is_that_of_the_standard_to_half_a_level_and_transposes_on_demand() {
        let mut numbers = Numbers::new(3);
        for round in 0..400 {
            let table: [u16; 64] = std::array::from_fn(|_| numbers.below(40) as u16 + 1);
            let dense = numbers.below(64) as usize;
            let coefficients: [i32; 64] = std::array::from_fn(
                |at| if at > dense { 0 } else { numbers.below(41) as i32 - 20 } * if at == 0 { 3 } else { 1 },
            );
            let expected = by_definition(&coefficients, &table);
            let upright = block(&coefficients, &Factors::new(&table, false)).pixels();
            let turned = block(&coefficients, &Factors::new(&table, true)).pixels();
            for y in 0..8 {
                for x in 0..8 {
                    let difference = f64::from(upright[y][x]) - expected[y][x];
                    assert!(difference.abs() < 0.51, "round {round}: {difference} at {x}, {y}");
                    assert_eq!(turned[x][y], upright[y][x]);
                }
            }
        }
    }

    #[test]
    fn levels_are_rounded_and_stay_within_a_byte() {
        assert_eq!(
            [-1e9, -0.6, 0.4, 0.6, 127.5001, 254.6, 255.4, 1e9, f32::NAN].map(level),
            [0, 0, 0, 1, 128, 255, 255, 255, 0]
        );
    }
}
