//! The plane of a card seen by a camera: maps columns and rows of the zone to places in the picture.

use crate::find::algebra::solve;

/// How strongly the fit prefers no perspective, as a share of the weight of the points. A zone is wide and low: along
/// it perspective is visible, across it noise would be taken for it.
const RIDGE: (f64, f64) = (1e-4, 3e-3);

/// A column and row of the zone, and where they were seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sighting {
    pub(crate) column: f64,
    pub(crate) row: f64,
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// A projective map of the plane; the last entry is 1 up to scale.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Homography([[f64; 3]; 3]);

/// Moves and scales so that the mean is 0 and the spread 1: the equations are then well conditioned.
struct Frame {
    x: f64,
    y: f64,
    spread: f64,
}

impl Frame {
    fn of(points: impl Iterator<Item = (f64, f64)> + Clone, count: f64) -> Self {
        let (x, y) = points.clone().fold((0.0, 0.0), |(x, y), point| (x + point.0 / count, y + point.1 / count));
        let square = points.map(|point| (point.0 - x).powi(2) + (point.1 - y).powi(2)).sum::<f64>();
        Self { x, y, spread: (square / count).sqrt().max(1e-9) }
    }

    fn within(&self, x: f64, y: f64) -> (f64, f64) {
        ((x - self.x) / self.spread, (y - self.y) / self.spread)
    }
}

impl Homography {
    /// The map that fits best.
    pub(crate) fn fit(sights: &[Sighting]) -> Option<Self> {
        let count = sights.len() as f64;
        let from = Frame::of(sights.iter().map(|sight| (sight.column, sight.row)), count);
        let to = Frame::of(sights.iter().map(|sight| (sight.x, sight.y)), count);
        let (mut matrix, mut right) = ([[0.0; 8]; 8], [0.0; 8]);
        for sight in sights {
            let ((u, v), (x, y)) = (from.within(sight.column, sight.row), to.within(sight.x, sight.y));
            for (equation, value) in
                [([u, v, 1.0, 0.0, 0.0, 0.0, -u * x, -v * x], x), ([0.0, 0.0, 0.0, u, v, 1.0, -u * y, -v * y], y)]
            {
                for row in 0..8 {
                    right[row] += equation[row] * value;
                    (0..8).for_each(|column| matrix[row][column] += equation[row] * equation[column]);
                }
            }
        }
        matrix[6][6] += RIDGE.0 * count;
        matrix[7][7] += RIDGE.1 * count;
        let [a, b, c, d, e, f, g, h] = solve(matrix, right)?;
        let inner = [[a, b, c], [d, e, f], [g, h, 1.0]];
        let before = [
            [1.0 / from.spread, 0.0, -from.x / from.spread],
            [0.0, 1.0 / from.spread, -from.y / from.spread],
            [0.0, 0.0, 1.0],
        ];
        let behind = [[to.spread, 0.0, to.x], [0.0, to.spread, to.y], [0.0, 0.0, 1.0]];
        Some(Self(product(&behind, &product(&inner, &before))))
    }

    /// The position of a column and row.
    pub(crate) fn apply(&self, column: f64, row: f64) -> (f64, f64) {
        let [x, y, z] = self.0.map(|line| line[0] * column + line[1] * row + line[2]);
        (x / z, y / z)
    }

    /// The inverse map.
    pub(crate) fn inverse(&self) -> Option<Self> {
        let m = &self.0;
        let minor = |row: usize, column: usize| {
            let (a, b, c, d) = ((row + 1) % 3, (row + 2) % 3, (column + 1) % 3, (column + 2) % 3);
            m[a][c] * m[b][d] - m[a][d] * m[b][c]
        };
        let determinant: f64 = (0..3).map(|column| m[0][column] * minor(0, column)).sum();
        let regular = determinant.abs() > f64::MIN_POSITIVE;
        regular.then(|| Self(std::array::from_fn(|row| std::array::from_fn(|column| minor(column, row) / determinant))))
    }
}

fn product(a: &[[f64; 3]; 3], b: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
    std::array::from_fn(|row| std::array::from_fn(|column| (0..3).map(|inner| a[row][inner] * b[inner][column]).sum()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_found_again_and_can_be_undone() {
        let truth = Homography([[20.0, -3.0, 100.0], [4.0, 45.0, 300.0], [0.001, 0.0, 1.0]]);
        let sights: Vec<Sighting> = (0..90)
            .map(|index| (f64::from(index % 30), f64::from(index / 30)))
            .map(|(column, row)| (column, row, truth.apply(column, row)))
            .map(|(column, row, (x, y))| Sighting { column, row, x, y })
            .collect();
        let found = Homography::fit(&sights).expect("ninety points");
        let back = found.inverse().expect("a plane");
        for sight in &sights {
            let (x, y) = found.apply(sight.column, sight.row);
            assert!((x - sight.x).hypot(y - sight.y) < 0.3, "{x} {y} instead of {sight:?}");
            let (column, row) = back.apply(x, y);
            assert!((column - sight.column).hypot(row - sight.row) < 1e-6);
        }
    }

    #[test]
    fn points_on_a_line_are_no_plane() {
        let sights: Vec<Sighting> =
            (0..20).map(|i| Sighting { column: f64::from(i), row: 0.0, x: f64::from(i), y: 5.0 }).collect();
        assert!(Homography::fit(&sights).is_none());
    }
}
