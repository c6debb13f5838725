//! The little linear algebra that fitting needs: least squares with a few unknowns.

/// Solves `matrix · x = right` by elimination with pivots. `None` if the equations do not determine the unknowns.
pub(crate) fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> Option<[f64; N]> {
    /// Pivots below this share of the largest entry are rounding errors.
    const SINGULAR: f64 = 1e-11;
    let largest = matrix.iter().flatten().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    for column in 0..N {
        let pivot = (column..N).max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()))?;
        // NaN is not larger, either.
        let determined = matrix[pivot][column].abs() > SINGULAR * largest;
        if !determined {
            return None;
        }
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        for row in (0..N).filter(|&row| row != column) {
            let factor = matrix[row][column] / matrix[column][column];
            let upper = matrix[column];
            matrix[row].iter_mut().zip(upper).for_each(|(value, above)| *value -= factor * above);
            right[row] -= factor * right[column];
        }
    }
    let solution: [f64; N] = std::array::from_fn(|row| right[row] / matrix[row][row]);
    solution.iter().all(|value| value.is_finite()).then_some(solution)
}

/// A quadratic in a column's number, around a middle column.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Quadratic {
    middle: f64,
    factors: [f64; 3],
}

impl Quadratic {
    /// The best fit by least squares; a straight line if there are not three distinct columns.
    pub(crate) fn fit(points: impl Iterator<Item = (f64, f64)> + Clone) -> Option<Self> {
        let (count, sum) = points.clone().fold((0.0, 0.0), |(count, sum), (at, _)| (count + 1.0, sum + at));
        if count == 0.0 {
            return None;
        }
        let middle = sum / count;
        let (mut matrix, mut right) = ([[0.0; 3]; 3], [0.0; 3]);
        for (at, value) in points {
            let powers = [1.0, at - middle, (at - middle).powi(2)];
            for row in 0..3 {
                right[row] += powers[row] * value;
                (0..3).for_each(|column| matrix[row][column] += powers[row] * powers[column]);
            }
        }
        let factors = solve(matrix, right).or_else(|| {
            let line = solve([[matrix[0][0], matrix[0][1]], [matrix[1][0], matrix[1][1]]], [right[0], right[1]])?;
            Some([line[0], line[1], 0.0])
        })?;
        Some(Self { middle, factors })
    }

    /// The same with columns that count down.
    pub(crate) fn reversed(&self) -> Self {
        let [at, slope, bend] = self.factors;
        Self { middle: -self.middle, factors: [at, -slope, bend] }
    }

    pub(crate) fn at(&self, column: f64) -> f64 {
        let along = column - self.middle;
        self.factors[0] + along * (self.factors[1] + along * self.factors[2])
    }

    /// Its growth from half a column before to half a column after.
    pub(crate) fn slope(&self, column: f64) -> f64 {
        self.factors[1] + 2.0 * self.factors[2] * (column - self.middle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equations_are_solved_and_what_is_undetermined_is_refused() {
        let solution = solve([[0.0, 2.0], [3.0, 1.0]], [4.0, 5.0]).expect("determined");
        assert!((solution[0] - 1.0).abs() < 1e-12 && (solution[1] - 2.0).abs() < 1e-12);
        assert_eq!(solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 2.0]), None);
        assert_eq!(solve([[f64::NAN, 2.0], [2.0, 4.0]], [1.0, 2.0]), None);
    }

    #[test]
    fn a_quadratic_is_found_again() {
        let truth = |at: f64| 3.0 - 0.5 * at + 0.02 * at * at;
        let fitted = Quadratic::fit((10..30).map(|at| (f64::from(at), truth(f64::from(at))))).expect("twenty points");
        assert!((fitted.at(44.0) - truth(44.0)).abs() < 1e-9);
        assert!((fitted.slope(20.0) - (truth(20.5) - truth(19.5))).abs() < 1e-9);
    }

    #[test]
    fn two_points_make_a_line() {
        let fitted = Quadratic::fit([(1.0, 1.0), (3.0, 5.0)].into_iter()).expect("a line");
        assert!((fitted.at(10.0) - 19.0).abs() < 1e-9);
    }
}
