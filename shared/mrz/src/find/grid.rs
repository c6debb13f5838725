//! The grid of a zone's cells in the picture: a plane seen by a camera, and the deviation from it on bent paper.

use crate::{
    find::{
        algebra::Quadratic,
        candidates::Candidate,
        components::Component,
        homography::{Homography, Sighting},
    },
    reading::Point,
};

/// The largest distance from the plane, in pitches, of a component that is used to fit it.
const OUTLIER: f64 = 0.2;
/// The fewest components that determine a plane.
const LEAST: usize = 12;
/// Rounds of looking for more components along the plane, each reaching this many columns farther than the last.
const ROUNDS: i32 = 3;
const REACH: i32 = 3;
/// Distance from an expected place, in pitches, and sizes, in pitches, of a component that is taken for its character.
const NEAR: f64 = 0.28;
const SIZES: (f64, f64) = (0.35, 1.5);
/// The least share of the components that must be found again: otherwise the plane is wrong and the first one better.
const FOUND_AGAIN: f64 = 0.8;
/// The least number of components from which a line's bend is estimated, and the largest distance from the bend in
/// pitches.
const LEAST_FOR_BEND: usize = 8;
const BEND_OUTLIER: f64 = 0.15;
/// A bend continues this many columns beyond its components; a quadratic diverges farther out.
const BEND_REACH: f64 = 2.0;

/// The deviation of a line's characters from the plane.
#[derive(Clone, Copy, Default)]
struct Bend {
    x: Quadratic,
    y: Quadratic,
    first: f64,
    last: f64,
}

/// The positions of all cells.
pub(crate) struct Grid {
    plane: Homography,
    bends: Vec<Bend>,
    /// Columns in which components were found.
    pub(crate) first: i32,
    pub(crate) last: i32,
    /// Distance between the lines in pitches.
    spacing: f64,
}

/// One cell: its centre, and one pitch along the line and down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) centre: (f64, f64),
    pub(crate) along: (f64, f64),
    pub(crate) down: (f64, f64),
}

/// The orientation of text in its cells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pose {
    pub(crate) upside_down: bool,
    /// The height of its characters, as a share of the expected height for their pitch.
    pub(crate) height: f64,
}

impl Place {
    /// The same cell for text in another pose.
    pub(crate) fn posed(self, pose: Pose) -> Self {
        let along = if pose.upside_down { -1.0 } else { 1.0 };
        let down = along * pose.height;
        Self {
            centre: self.centre,
            along: (along * self.along.0, along * self.along.1),
            down: (down * self.down.0, down * self.down.1),
        }
    }

    /// The cell some pitches along and down from here.
    pub(crate) fn moved(self, along: f64, down: f64) -> Self {
        let x = self.centre.0 + along * self.along.0 + down * self.down.0;
        let y = self.centre.1 + along * self.along.1 + down * self.down.1;
        Self { centre: (x, y), ..self }
    }

    /// A point of the cell, in pitches from its centre.
    pub(crate) fn at(&self, along: f64, down: f64) -> Point {
        let (x, y) = self.moved(along, down).centre;
        Point { x: x as f32, y: y as f32 }
    }

    /// One pitch in pixels.
    pub(crate) fn pitch(&self) -> f64 {
        self.along.0.hypot(self.along.1)
    }
}

impl Grid {
    /// Fits a grid to a candidate that was found in the picture resized by `factor`.
    pub(crate) fn fit(candidate: &Candidate, components: &[Component], factor: f64) -> Option<Self> {
        let lines = candidate.lines.iter().enumerate();
        let mut sights: Vec<Sighting> = lines
            .flat_map(|(row, (chain, shift))| {
                let sight = move |link: &crate::find::chains::Link| {
                    let (column, row) = (f64::from(link.column + shift), row as f64);
                    Sighting { column, row, x: link.x / factor, y: link.y / factor }
                };
                chain.links.iter().map(sight)
            })
            .collect();
        let rows = candidate.lines.len();
        let mut plane = without_outliers(&mut sights)?;
        for round in 0..ROUNDS {
            let more = along_the_plane(&plane, &sights, components, factor, rows, REACH + round)?;
            if (more.len() as f64) < FOUND_AGAIN * sights.len() as f64 {
                break;
            }
            let settled = round > 0 && more.len() == sights.len();
            sights = more;
            plane = Homography::fit(&sights)?;
            if settled {
                break;
            }
        }
        let bends = (0..rows).map(|row| bend(&plane, &sights, row)).collect();
        let (first, last) = columns(&sights);
        let mut grid = Self { plane, bends, first, last, spacing: 1.0 };
        let middle = f64::from(first + last) / 2.0;
        let (upper, lower) = (plane.apply(middle, 0.0), plane.apply(middle, 1.0));
        grid.spacing = (lower.0 - upper.0).hypot(lower.1 - upper.1) / pitch_at(&plane, middle, 0.5);
        let sound = grid.spacing.is_finite() && grid.spacing > 0.5;
        sound.then_some(grid)
    }

    pub(crate) fn rows(&self) -> usize {
        self.bends.len()
    }

    /// The cell of a column and row. Rows outside the lines follow the plane with the bend of the nearest line.
    pub(crate) fn place(&self, column: f64, row: f64) -> Place {
        let nearest = (row.round().max(0.0) as usize).min(self.bends.len() - 1);
        let bend = &self.bends[nearest];
        let bent = column.clamp(bend.first - BEND_REACH, bend.last + BEND_REACH);
        let centre = self.plane.apply(column, row);
        let difference = |from: (f64, f64), to: (f64, f64)| (to.0 - from.0, to.1 - from.1);
        let half = 0.5 / self.spacing;
        Place {
            centre: (centre.0 + bend.x.at(bent), centre.1 + bend.y.at(bent)),
            along: difference(self.plane.apply(column - 0.5, row), self.plane.apply(column + 0.5, row)),
            down: difference(self.plane.apply(column, row - half), self.plane.apply(column, row + half)),
        }
    }
}

fn pitch_at(plane: &Homography, column: f64, row: f64) -> f64 {
    let (from, to) = (plane.apply(column - 0.5, row), plane.apply(column + 0.5, row));
    (to.0 - from.0).hypot(to.1 - from.1)
}

fn columns(sights: &[Sighting]) -> (i32, i32) {
    let columns = sights.iter().map(|sight| sight.column as i32);
    (columns.clone().min().unwrap_or(0), columns.max().unwrap_or(0))
}

fn without_outliers(sights: &mut Vec<Sighting>) -> Option<Homography> {
    for _ in 0..2 {
        let plane = Homography::fit(sights)?;
        let near = |sight: &Sighting| {
            let (x, y) = plane.apply(sight.column, sight.row);
            (x - sight.x).hypot(y - sight.y) < OUTLIER * pitch_at(&plane, sight.column, sight.row)
        };
        let kept: Vec<Sighting> = sights.iter().copied().filter(near).collect();
        if kept.len() < LEAST || kept.len() == sights.len() {
            break;
        }
        *sights = kept;
    }
    Homography::fit(sights)
}

/// The components where the plane expects characters, up to a few columns farther out than the known ones.
fn along_the_plane(
    plane: &Homography,
    known: &[Sighting],
    components: &[Component],
    factor: f64,
    rows: usize,
    reach: i32,
) -> Option<Vec<Sighting>> {
    let back = plane.inverse()?;
    let (first, last) = columns(known);
    let (from, to) = (plane.apply(f64::from(first), 0.0), plane.apply(f64::from(last), 0.0));
    let way = (to.0 - from.0, to.1 - from.1);
    let found = components.iter().filter_map(|component| {
        let (x, y) = component.middle(way);
        let (x, y) = (x / factor, y / factor);
        let (column, row) = back.apply(x, y);
        let (column, row) = (column.round(), row.round());
        if !(0.0..rows as f64).contains(&row) || column < f64::from(first - reach) || column > f64::from(last + reach) {
            return None;
        }
        let (expected, pitch) = (plane.apply(column, row), pitch_at(plane, column, row));
        let size = f64::from(component.size) / factor / pitch;
        let near = (expected.0 - x).hypot(expected.1 - y) < NEAR * pitch;
        (near && (SIZES.0..SIZES.1).contains(&size)).then_some(Sighting { column, row, x, y })
    });
    Some(found.collect())
}

fn bend(plane: &Homography, sights: &[Sighting], row: usize) -> Bend {
    let mut rest: Vec<(f64, f64, f64)> = sights
        .iter()
        .filter(|sight| sight.row as usize == row)
        .map(|sight| {
            let (x, y) = plane.apply(sight.column, sight.row);
            (sight.column, sight.x - x, sight.y - y)
        })
        .collect();
    let Some(limit) = rest.first().map(|&(column, ..)| BEND_OUTLIER * pitch_at(plane, column, row as f64)) else {
        return Bend::default();
    };
    loop {
        if rest.len() < LEAST_FOR_BEND {
            return Bend::default();
        }
        let x = Quadratic::fit(rest.iter().map(|&(column, x, _)| (column, x)));
        let y = Quadratic::fit(rest.iter().map(|&(column, _, y)| (column, y)));
        let (Some(x), Some(y)) = (x, y) else {
            return Bend::default();
        };
        let count = rest.len();
        rest.retain(|&(column, right, down)| (x.at(column) - right).hypot(y.at(column) - down) < limit);
        if rest.len() == count {
            let columns = rest.iter().map(|&(column, ..)| column);
            let (first, last) = (columns.clone().fold(f64::MAX, f64::min), columns.fold(f64::MIN, f64::max));
            return Bend { x, y, first, last };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        budget::{Budget, Options},
        find::{candidates, chains, components, threshold::Mask},
    };

    /// The position of a cell for the test's camera: skewed, in perspective, and on paper that bends.
    fn seen(column: f64, row: f64) -> (f64, f64) {
        let depth = 1.0 + 0.004 * column;
        let bend = 0.006 * (column - 15.0).powi(2);
        ((80.0 + 24.0 * column - 9.0 * row) / depth, (300.0 + 4.0 * column + 42.0 * row) / depth + bend)
    }

    #[test]
    fn every_cell_of_a_skewed_and_bent_zone_is_where_it_was_printed() {
        let (width, height) = (1000, 600);
        let mut mask = Mask { width, pixels: vec![0; width * height] };
        for cell in 0..90 {
            let (x, y) = seen(f64::from(cell % 30), f64::from(cell / 30));
            for index in 0..18 * 12 {
                mask.pixels[(y as usize + index / 12 - 9) * width + x as usize + index % 12 - 6] = 1;
            }
        }
        let components = components::find(&mask);
        let chains = chains::find(&components, &Budget::new(Options::default()));
        let found = candidates::find(&chains);
        let grid = Grid::fit(&found[0], &components, 1.0).expect("three lines");
        assert_eq!((grid.rows(), grid.last - grid.first), (3, 29));
        for cell in 0..90 {
            let (column, row) = (f64::from(cell % 30), f64::from(cell / 30));
            let place = grid.place(column + f64::from(grid.first), row);
            let truth = seen(column, row);
            let off = (place.centre.0 - truth.0).hypot(place.centre.1 - truth.1);
            assert!(off < 0.12 * place.pitch(), "cell {column} {row} is {off} pixels off");
        }
    }
}
