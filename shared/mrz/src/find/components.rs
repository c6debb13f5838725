//! Connected ink: each is a character, a part of one, or something else of that size.

use crate::find::threshold::Mask;

/// Shorter sides than this, in pixels, are dots and noise: a readable character has twice that.
const SHORTEST: u32 = 5;
/// Longer sides than this are not characters: at the size at which zones are searched, a card that fills the picture
/// has characters of 60.
const LONGEST: u32 = 75;
/// The fewest pixels of ink.
const LEAST_INK: u32 = 8;
/// The least share of its box that a component covers. A thin `<` covers a fifth; hair and scratches less.
const LEAST_COVER: f32 = 0.08;
/// The most components that are considered; larger ones come first. A page of print has about five thousand.
const MOST: usize = 8_000;

/// The box of connected ink, in pixels of the mask; pixel `k` covers `k..k+1`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Component {
    pub(crate) x: f32,
    pub(crate) y: f32,
    /// The longer side.
    pub(crate) size: f32,
    /// The middle of the box that lies on a corner.
    on_a_corner: (f32, f32),
    ink: u32,
}

impl Component {
    /// The middle of its box in the direction of its line, of the eight directions: the upright box of a slanted
    /// character is off its middle, and a row of `<` is off to one side.
    pub(crate) fn middle(&self, step: (f64, f64)) -> (f64, f64) {
        /// The tangent of half-way to the diagonal.
        const HALF_WAY: f64 = 0.414;
        let (across, down) = (step.0.abs(), step.1.abs());
        let slants = across.min(down) > HALF_WAY * across.max(down);
        let (x, y) = if slants { self.on_a_corner } else { (self.x, self.y) };
        (f64::from(x), f64::from(y))
    }
}

#[derive(Clone, Copy)]
struct Run {
    from: u32,
    to: u32,
    label: u32,
}

#[derive(Clone, Copy)]
struct Extent {
    left: u32,
    top: u32,
    right: u32,
    bottom: u32,
    /// Least and most of right plus down, and of right minus down.
    falling: (i32, i32),
    rising: (i32, i32),
    ink: u32,
}

impl Extent {
    fn join(&mut self, other: Self) {
        self.left = self.left.min(other.left);
        self.top = self.top.min(other.top);
        self.right = self.right.max(other.right);
        self.bottom = self.bottom.max(other.bottom);
        self.falling = (self.falling.0.min(other.falling.0), self.falling.1.max(other.falling.1));
        self.rising = (self.rising.0.min(other.rising.0), self.rising.1.max(other.rising.1));
        self.ink += other.ink;
    }

    fn component(&self) -> Option<Component> {
        let (width, height) = (self.right - self.left, self.bottom - self.top);
        let size = width.max(height);
        let fits = (SHORTEST..=LONGEST).contains(&size)
            && self.ink >= LEAST_INK
            && self.ink as f32 >= LEAST_COVER * (width * height) as f32;
        let middle = |from: u32, to: u32| (from + to) as f32 * 0.5;
        let (falling, rising) =
            ((self.falling.0 + self.falling.1) as f32 * 0.5, (self.rising.0 + self.rising.1) as f32 * 0.5);
        fits.then(|| Component {
            x: middle(self.left, self.right),
            y: middle(self.top, self.bottom),
            size: size as f32,
            on_a_corner: ((falling + rising) * 0.5, (falling - rising) * 0.5),
            ink: self.ink,
        })
    }
}

/// Labels that were found to be the same.
#[derive(Default)]
struct Labels {
    parents: Vec<u32>,
    extents: Vec<Extent>,
}

impl Labels {
    fn fresh(&mut self, extent: Extent) -> u32 {
        let label = self.parents.len() as u32;
        self.parents.push(label);
        self.extents.push(extent);
        label
    }

    fn root(&mut self, mut label: u32) -> u32 {
        while self.parents[label as usize] != label {
            let above = self.parents[self.parents[label as usize] as usize];
            self.parents[label as usize] = above;
            label = above;
        }
        label
    }

    fn unite(&mut self, a: u32, b: u32) -> u32 {
        let (a, b) = (self.root(a), self.root(b));
        let (kept, gone) = (a.min(b), a.max(b));
        if kept != gone {
            self.parents[gone as usize] = kept;
            let extent = self.extents[gone as usize];
            self.extents[kept as usize].join(extent);
        }
        kept
    }
}

/// The next pixel of ink at or after a place. Most of a picture is paper, which is skipped in steps.
fn next_ink(row: &[u8], from: usize) -> Option<usize> {
    const STEP: usize = 32;
    let rest = &row[from..];
    let paper = rest.as_chunks::<STEP>().0.iter().take_while(|pixels| **pixels == [0; STEP]).count() * STEP;
    rest[paper..].iter().position(|&pixel| pixel != 0).map(|at| from + paper + at)
}

/// Finds all components that may be characters; ink that touches at corners is connected.
pub(crate) fn find(mask: &Mask) -> Vec<Component> {
    let mut labels = Labels::default();
    let (mut above, mut here): (Vec<Run>, Vec<Run>) = (Vec::new(), Vec::new());
    for (y, row) in mask.pixels.chunks_exact(mask.width).enumerate() {
        here.clear();
        let mut next_above = 0;
        let mut from = 0;
        while let Some(start) = next_ink(row, from) {
            let end = row[start..].iter().position(|&pixel| pixel == 0).map_or(row.len(), |at| start + at);
            from = end;
            let (start, end, y) = (start as u32, end as u32, y as u32);
            let (left, right, down) = (start.cast_signed(), end.cast_signed(), y.cast_signed());
            let extent = Extent {
                left: start,
                top: y,
                right: end,
                bottom: y + 1,
                falling: (left + down, right + down + 1),
                rising: (left - down - 1, right - down),
                ink: end - start,
            };
            while above.get(next_above).is_some_and(|run| run.to < start) {
                next_above += 1;
            }
            let touching = above[next_above..].iter().take_while(|run| run.from <= end);
            let joined = touching.map(|run| run.label).reduce(|a, b| labels.unite(a, b));
            let label = match joined {
                Some(label) => {
                    let root = labels.root(label);
                    labels.extents[root as usize].join(extent);
                    root
                }
                None => labels.fresh(extent),
            };
            here.push(Run { from: start, to: end, label });
        }
        std::mem::swap(&mut above, &mut here);
    }
    let roots = labels.extents.iter().enumerate().filter(|&(label, _)| labels.parents[label] == label as u32);
    let mut components: Vec<Component> = roots.filter_map(|(_, extent)| extent.component()).collect();
    if components.len() > MOST {
        components.sort_by_key(|component| std::cmp::Reverse(component.ink));
        components.truncate(MOST);
    }
    components
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(rows: &[&str]) -> Mask {
        Mask {
            width: rows[0].len(),
            pixels: rows.iter().flat_map(|row| row.bytes().map(|sign| u8::from(sign == b'#'))).collect(),
        }
    }

    #[test]
    fn branches_that_meet_later_are_one_component() {
        let found = find(&mask(&["#.....#...", "#..#..#...", "#..#..#..#", "#..#..#...", ".##.##....", ".........."]));
        assert_eq!(found.len(), 1, "the dot at the right is too small");
        assert_eq!((found[0].x, found[0].y, found[0].size), (3.5, 2.5, 7.0));
        assert_eq!(found[0].ink, 15);
    }

    #[test]
    fn the_middle_of_a_slanted_character_is_that_of_the_box_on_a_corner() {
        // A bar of a diagonal with a corner at one end, as of an L that is turned by an eighth.
        let found = find(&mask(&["#.....", "##....", ".##...", "..##..", "...##.", "....##", "...##.", "..##.."]));
        assert_eq!(found[0].middle((1.0, 0.0)), (3.0, 4.0));
        let (x, y) = found[0].middle((1.0, 1.0));
        assert!(y - x > 0.0 && (x + y - 7.0).abs() < 2.0, "{x} {y}");
        assert_eq!(found[0].middle((-1.0, 1.0)), (x, y));
    }

    #[test]
    fn what_is_too_small_or_too_long_is_left_out() {
        let line = "#".repeat(80);
        assert!(find(&mask(&[&line, &line])).is_empty());
        assert!(find(&mask(&["####", "####"])).is_empty());
    }
}
