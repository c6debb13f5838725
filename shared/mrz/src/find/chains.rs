//! Chains: components that follow each other at one distance, as only fixed-pitch print does. That distinguishes a zone
//! from other text, and it looks the same at every angle.

use crate::{
    budget::Budget,
    find::{algebra::Quadratic, components::Component, neighbours::Neighbours},
};

/// How far from its expected place the next component may be, in pitches. `I` and `<` are narrow, and the centres of
/// their boxes are off.
const TOLERANCE: f32 = 0.38;
/// Sizes of a character as shares of the first one's: from `<` (half a capital) to a capital next to a `<`.
const SIZES: (f32, f32) = (0.45, 1.9);
/// How fast a chain adapts to what it finds: slow enough that one odd box does not bend it, fast enough for
/// perspective.
const FOLLOW: f32 = 0.12;
/// The share of the way from the expected to the found place that is taken.
const KEEP: f32 = 0.6;
/// Consecutive characters that may be missing: joined, broken or hidden by glare.
const MISSES: u32 = 2;
/// The longest chain in columns: the longest line is 44, and components before and after may look like more of it.
const COLUMNS: i32 = 60;
/// The fewest components of a chain, and of one half before the other is tried.
const LEAST: usize = 12;
const LEAST_AHEAD: usize = 4;
/// The least share of columns in which a component was found.
const LEAST_RATIO: f32 = 0.62;
/// Neighbours of a component from which chains start, nearest first: the right one is hardly ever farther.
const STARTS: usize = 5;
/// Once a component has started or joined this many chains, it starts no more.
const ENOUGH: u8 = 3;
/// Distance to the first neighbour as shares of the larger one's size. A pitch is at least 0.7 of a capital's height,
/// and two `<` are two of their sizes apart.
const FIRST_STEP: (f32, f32) = (0.5, 2.1);
/// The largest distance from the fitted curve, in pitches, of a component that is kept.
const OUTLIER: f64 = 0.25;
/// The fewest components after fitting.
const LEAST_FITTED: usize = 10;
/// The least share of a chain that must not belong to a better one.
const FRESH_SHARE: f32 = 0.7;
/// More chains than this with the same step are a pattern, as of a table cloth: two documents next to each other have six
/// lines. And how much steps of a pattern differ, as a share.
const LINES: usize = 6;
const SAME_STEP: f64 = 0.05;
/// The most chains that are kept: two documents have six lines, and other print gives some more.
const MOST: usize = 40;

/// A component in a column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) column: i32,
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// A line of components with a curve through them.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) links: Vec<Link>,
    x: Quadratic,
    y: Quadratic,
}

impl Chain {
    pub(crate) fn first(&self) -> i32 {
        self.links[0].column
    }

    pub(crate) fn last(&self) -> i32 {
        self.links[self.links.len() - 1].column
    }

    /// The same line from its other end.
    pub(crate) fn reversed(&self) -> Self {
        let links = self.links.iter().rev().map(|link| Link { column: -link.column, ..*link });
        Self { links: links.collect(), x: self.x.reversed(), y: self.y.reversed() }
    }

    pub(crate) fn middle(&self) -> f64 {
        f64::from(self.first() + self.last()) / 2.0
    }

    pub(crate) fn at(&self, column: f64) -> (f64, f64) {
        (self.x.at(column), self.y.at(column))
    }

    /// The step from column to column there.
    pub(crate) fn step(&self, column: f64) -> (f64, f64) {
        (self.x.slope(column), self.y.slope(column))
    }
}

/// A chain before it is fitted.
struct Walked {
    steps: Vec<(i32, usize)>,
    worth: f32,
}

/// Leaves out the chains of patterns.
fn without_patterns(chains: Vec<Chain>) -> Vec<Chain> {
    let steps: Vec<(f64, f64)> = chains.iter().map(|chain| chain.step(chain.middle())).collect();
    let is_same = |one: &(f64, f64), other: &(f64, f64)| {
        let apart = (one.0 - other.0).hypot(one.1 - other.1).min((one.0 + other.0).hypot(one.1 + other.1));
        apart < SAME_STEP * one.0.hypot(one.1)
    };
    let in_a_pattern = |step: &(f64, f64)| steps.iter().filter(|other| is_same(step, other)).count() > LINES;
    chains.into_iter().zip(&steps).filter(|(_, step)| !in_a_pattern(step)).map(|(chain, _)| chain).collect()
}

struct Walker<'a> {
    components: &'a [Component],
    neighbours: Neighbours<'a>,
    budget: &'a Budget<'a>,
}

/// Finds the chains among components, best first.
pub(crate) fn find(components: &[Component], budget: &Budget<'_>) -> Vec<Chain> {
    let walker = Walker { components, neighbours: Neighbours::new(components), budget };
    let mut walked = walker.all();
    walked.sort_by(|a, b| b.worth.total_cmp(&a.worth));
    let mut taken = vec![false; components.len()];
    let mut chains = Vec::new();
    for chain in walked {
        let fresh = chain.steps.iter().filter(|&&(_, index)| !taken[index]).count();
        if (fresh as f32) < FRESH_SHARE * chain.steps.len() as f32 {
            continue;
        }
        if let Some(fitted) = fit(components, &chain.steps) {
            chain.steps.iter().for_each(|&(_, index)| taken[index] = true);
            chains.push(fitted);
        }
    }
    let mut chains = without_patterns(chains);
    chains.truncate(MOST);
    chains
}

impl Walker<'_> {
    fn all(&self) -> Vec<Walked> {
        let mut used = vec![0_u8; self.components.len()];
        let mut walked = Vec::new();
        for start in 0..self.components.len() {
            for next in self.first_steps(start) {
                if used[start] >= ENOUGH && used[next] >= ENOUGH {
                    continue;
                }
                // A unit buys about five steps; most walks end after their first three.
                if !self.budget.spend(1) {
                    return walked;
                }
                if let Some(chain) = self.walk_both_ways(start, next) {
                    chain.steps.iter().for_each(|&(_, index)| used[index] = used[index].saturating_add(1));
                    walked.push(chain);
                }
            }
        }
        walked
    }

    /// The neighbours that may be the next character. Each pair is looked at from one side only: to the right, or down
    /// if it is steep.
    fn first_steps(&self, start: usize) -> impl Iterator<Item = usize> {
        let from = &self.components[start];
        let mut near: Vec<(f32, usize)> = self
            .neighbours
            .near(from.x, from.y, FIRST_STEP.1 * from.size)
            .filter_map(|(index, squared)| {
                let other = &self.components[index];
                let (larger, distance) = (from.size.max(other.size), squared.sqrt());
                let alike = other.size >= 0.5 * from.size && other.size <= 2.0 * from.size;
                (alike && distance > FIRST_STEP.0 * larger && distance < FIRST_STEP.1 * larger)
                    .then_some((distance, index))
            })
            .collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        near.truncate(STARTS);
        let ahead = |&(_, index): &(f32, usize)| {
            let (right, down) = (self.components[index].x - from.x, self.components[index].y - from.y);
            if right.abs() > down.abs() { right > 0.0 } else { down > 0.0 }
        };
        near.into_iter().filter(ahead).map(|(_, index)| index).collect::<Vec<_>>().into_iter()
    }

    fn walk_both_ways(&self, start: usize, next: usize) -> Option<Walked> {
        let step =
            (self.components[next].x - self.components[start].x, self.components[next].y - self.components[start].y);
        let mut steps = vec![(0, start)];
        self.walk(start, step, 1, &mut steps);
        if steps.len() < LEAST_AHEAD {
            return None;
        }
        self.walk(start, (-step.0, -step.1), -1, &mut steps);
        let first = steps.iter().map(|&(column, _)| column).min()?;
        let last = steps.iter().map(|&(column, _)| column).max()?;
        let ratio = steps.len() as f32 / (last - first + 1) as f32;
        if steps.len() < LEAST || ratio < LEAST_RATIO {
            return None;
        }
        self.budget.spend(steps.len() as u64 / 4);
        let worth = steps.len() as f32 * ratio;
        Some(Walked { steps, worth })
    }

    fn walk(&self, start: usize, (mut right, mut down): (f32, f32), way: i32, steps: &mut Vec<(i32, usize)>) {
        let from = &self.components[start];
        let (mut x, mut y) = (from.x, from.y);
        let (mut column, mut misses) = (0_i32, 0);
        while column.abs() < COLUMNS && misses <= MISSES {
            column += way;
            let (expected_x, expected_y) = (x + right, y + down);
            match self.nearest(expected_x, expected_y, TOLERANCE * right.hypot(down), from.size) {
                Some(index) => {
                    let found = &self.components[index];
                    let gain = FOLLOW / (1 + misses) as f32;
                    right += gain * (found.x - x - right);
                    down += gain * (found.y - y - down);
                    (x, y) = (expected_x + KEEP * (found.x - expected_x), expected_y + KEEP * (found.y - expected_y));
                    misses = 0;
                    steps.push((column, index));
                }
                None => {
                    misses += 1;
                    (x, y) = (expected_x, expected_y);
                }
            }
        }
    }

    fn nearest(&self, x: f32, y: f32, radius: f32, size: f32) -> Option<usize> {
        let fitting = self.neighbours.near(x, y, radius).filter(|&(index, _)| {
            let share = self.components[index].size / size;
            (SIZES.0..=SIZES.1).contains(&share)
        });
        fitting.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
    }
}

/// A curve through the components, without outliers.
fn fit(components: &[Component], steps: &[(i32, usize)]) -> Option<Chain> {
    let first = &components[steps.iter().min()?.1];
    let last = &components[steps.iter().max()?.1];
    let way = (f64::from(last.x - first.x), f64::from(last.y - first.y));
    let link = |&(column, index): &(i32, usize)| {
        let (x, y) = components[index].middle(way);
        Link { column, x, y }
    };
    let mut links: Vec<Link> = steps.iter().map(link).collect();
    links.sort_by_key(|link| link.column);
    loop {
        if links.len() < LEAST_FITTED {
            return None;
        }
        let x = Quadratic::fit(links.iter().map(|link| (f64::from(link.column), link.x)))?;
        let y = Quadratic::fit(links.iter().map(|link| (f64::from(link.column), link.y)))?;
        let count = links.len();
        let middle = f64::from(links[0].column + links[count - 1].column) / 2.0;
        let limit = OUTLIER * x.slope(middle).hypot(y.slope(middle));
        links.retain(|link| {
            let column = f64::from(link.column);
            (x.at(column) - link.x).hypot(y.at(column) - link.y) < limit
        });
        if links.len() == count {
            return Some(Chain { links, x, y });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        budget::Options,
        find::{components, threshold::Mask},
    };

    /// Components on a line at an angle, as boxes of ink.
    fn line(angle: f32, skip: impl Fn(i32) -> bool) -> Vec<Component> {
        let width = 900;
        let mut mask = Mask { width, pixels: vec![0; width * width] };
        for column in (0..30).filter(|&column| !skip(column)) {
            let (x, y) =
                (450.0 + (column - 15) as f32 * 20.0 * angle.cos(), 450.0 + (column - 15) as f32 * 20.0 * angle.sin());
            for index in 0..16 * 10 {
                mask.pixels[(y as usize - 8 + index / 10) * width + x as usize - 5 + index % 10] = 1;
            }
        }
        components::find(&mask)
    }

    fn chains(components: &[Component]) -> Vec<Chain> {
        find(components, &Budget::new(Options::default()))
    }

    #[test]
    fn a_line_is_found_at_every_angle() {
        for degrees in (0..180).step_by(15) {
            let found = chains(&line((degrees as f32).to_radians(), |_| false));
            assert_eq!(found.len(), 1, "{degrees} degrees");
            assert_eq!(found[0].links.len(), 30);
            let step = found[0].step(found[0].middle());
            assert!((step.0.hypot(step.1) - 20.0).abs() < 0.3);
        }
    }

    #[test]
    fn two_missing_characters_do_not_break_a_line_and_their_columns_stay_empty() {
        let found = chains(&line(0.1, |column| [7, 8, 20].contains(&column)));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].links.len(), found[0].last() - found[0].first()), (27, 29));
    }

    /// Lines of boxes, as many as that, at 30 pixels from each other.
    fn lines(count: usize) -> Vec<Component> {
        let width = 900;
        let mut mask = Mask { width, pixels: vec![0; width * width] };
        for cell in 0..30 * count {
            for index in 0..16 * 10 {
                let (x, y) = (40 + cell % 30 * 20 + index % 10, 40 + cell / 30 * 30 + index / 10);
                mask.pixels[y * width + x] = 1;
            }
        }
        components::find(&mask)
    }

    #[test]
    fn the_lines_of_two_documents_are_found_and_those_of_a_pattern_are_not() {
        let across = |count: usize| {
            let found = chains(&lines(count));
            let is_one = |step: (f64, f64)| (step.0.abs() - 20.0).hypot(step.1) < 1.0;
            found.iter().filter(|chain| is_one(chain.step(chain.middle()))).count()
        };
        assert_eq!((across(6), across(7)), (6, 0));
    }

    #[test]
    fn short_lines_are_none() {
        assert!(chains(&line(0.0, |column| column > 9)).is_empty());
        assert!(chains(&[]).is_empty());
    }
}
