//! Candidates for zones: two or three chains that are parallel, equally spaced and aligned column by column.

use crate::find::chains::Chain;

/// The fewest links of the line that a candidate is built around, and of the others.
const LEAST_LINKS: usize = 14;
const LEAST_OTHER_LINKS: usize = 10;
/// Cosine of the largest angle between lines: 10 degrees, more than perspective makes within a zone.
const PARALLEL: f64 = 0.985;
/// Pitch of one line as a share of the other's.
const PITCHES: (f64, f64) = (0.85, 1.18);
/// Distance between neighbouring lines in pitches. Printed it is 1.6 (cards) to 2.5 (passports), and perspective
/// shortens or stretches it.
const SPACING: (f64, f64) = (1.15, 3.6);
/// How much the two distances of three lines may differ.
const EVEN: f64 = 0.25;
/// The least share of the longer line over which two lines run side by side.
const OVERLAP: f64 = 0.35;
/// The largest distance between two lines of a zone, in pitches.
const REACH: f64 = 6.5;
/// The penalty for a column more than a format has, in shares of a full zone.
const COLUMN_COST: f64 = 0.08;
/// The penalty for a missing column: glare hides half a line, and then the zone should still be reported.
const MISSING_COST: f64 = 0.02;
/// The largest penalty of the straight alignment of some lines relative to the flush one: as much as one missing
/// column, so that it comes next.
const SECOND_COST: f64 = 0.02;
/// The least score: some fields of a faint zone, and more than a table reaches by chance.
const LEAST_SCORE: f64 = 0.05;
/// Three lines with as many links, as a share of a full zone, and no more columns come before any two of them.
const FULL: f64 = 0.8;
const MOST_COLUMNS: f64 = 40.0;
/// The most groups of lines that are read, each in both its alignments.
const MOST: usize = 4;

/// Lines that may be a zone, from top to bottom or from bottom to top: the characters will decide.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// The lines, and the offset that makes all their columns count from the same one.
    pub(crate) lines: Vec<(Chain, i32)>,
    pub(crate) score: f64,
    /// Whether it is surely more than a part of it would be.
    is_full: bool,
}

/// The position of another chain relative to one.
#[derive(Clone, Copy)]
struct Neighbour {
    index: usize,
    /// Whether its links count the other way: on a diagonal, each line starts at either end.
    opposed: bool,
    /// Distance in pitches; positive is below.
    below: f64,
    /// The offset if a character straight below is in the same column: right except for a card seen from a corner,
    /// whose letters lean.
    straight: i32,
    /// The offset if both lines begin and end in the same columns: right if both were found in full.
    flush: i32,
}

/// Finds candidates, best first.
pub(crate) fn find(chains: &[Chain]) -> Vec<Candidate> {
    let mut found: Vec<(Vec<usize>, Candidate)> = Vec::new();
    for (index, chain) in chains.iter().enumerate().filter(|(_, chain)| chain.links.len() >= LEAST_LINKS) {
        let mut neighbours = vec![Neighbour { index, opposed: false, below: 0.0, straight: 0, flush: 0 }];
        neighbours.extend(
            chains
                .iter()
                .enumerate()
                .filter(|&(other, _)| other != index)
                .filter_map(|(other, line)| place(chain, line, other)),
        );
        neighbours.sort_by(|a, b| a.below.total_cmp(&b.below));
        for group in groups(&neighbours) {
            let indexes: Vec<usize> = group.iter().map(|line| line.index).collect();
            if found.iter().any(|(known, _)| *known == indexes) {
                continue;
            }
            let aligned = |shift: fn(&Neighbour) -> i32| {
                let turned = |line: &Neighbour| {
                    let chain = &chains[line.index];
                    if line.opposed { chain.reversed() } else { chain.clone() }
                };
                rate(group.iter().map(|line| (turned(line), shift(line))).collect())
            };
            let mut straight = aligned(|line| line.straight);
            if group.iter().any(|line| line.straight != line.flush) {
                let flush = aligned(|line| line.flush);
                // Print next to a line that looks like more of it makes the straight zone too long, and must not hide
                // it behind others.
                straight.score = straight.score.max(flush.score - SECOND_COST);
                found.push((indexes.clone(), flush));
            }
            found.push((indexes, straight));
        }
    }
    put_before_their_parts(&mut found);
    found.retain(|(_, candidate)| candidate.score > LEAST_SCORE);
    found.sort_by(|(one, a), (other, b)| b.score.total_cmp(&a.score).then(other.len().cmp(&one.len())));
    let mut groups: Vec<Vec<usize>> = Vec::with_capacity(MOST);
    for (group, _) in &found {
        if groups.len() < MOST && !groups.contains(group) {
            groups.push(group.clone());
        }
    }
    found.retain(|(group, _)| groups.contains(group));
    found.into_iter().map(|(_, candidate)| candidate).collect()
}

/// Where the ground looks like more columns of three lines, the three are too long for their format, and two of them fit
/// another one: these must not hide them.
fn put_before_their_parts(found: &mut [(Vec<usize>, Candidate)]) {
    let best = |of: &dyn Fn(&[usize]) -> bool| {
        let scores = found.iter().filter(|(group, _)| of(group)).map(|(_, candidate)| candidate.score);
        scores.fold(f64::MIN, f64::max)
    };
    let behind = |group: &[usize]| {
        best(&|other| other.len() < group.len() && other.iter().all(|line| group.contains(line)))
            - best(&|other| other == group)
    };
    let raises: Vec<f64> =
        found.iter().map(|(group, candidate)| if candidate.is_full { behind(group).max(0.0) } else { 0.0 }).collect();
    found.iter_mut().zip(raises).for_each(|((_, candidate), raise)| candidate.score += raise);
}

/// All pairs and triples of neighbouring lines.
fn groups(neighbours: &[Neighbour]) -> Vec<Vec<Neighbour>> {
    let spaced = |distance: f64| (SPACING.0..SPACING.1).contains(&distance);
    let mut groups = Vec::new();
    for (at, first) in neighbours.iter().enumerate() {
        for (second_at, second) in
            neighbours.iter().enumerate().skip(at + 1).filter(|(_, second)| spaced(second.below - first.below))
        {
            groups.push(vec![*first, *second]);
            let distance = second.below - first.below;
            let third = neighbours[second_at + 1..]
                .iter()
                .filter(|third| ((third.below - second.below) / distance - 1.0).abs() < EVEN);
            groups.extend(third.map(|third| vec![*first, *second, *third]));
        }
    }
    groups
}

/// The position of `other` next to `chain`; `None` if it cannot be a line of the same zone.
fn place(chain: &Chain, other: &Chain, index: usize) -> Option<Neighbour> {
    if other.links.len() < LEAST_OTHER_LINKS {
        return None;
    }
    let middle = chain.middle();
    let step = chain.step(middle);
    let pitch = step.0.hypot(step.1);
    let (along, across) = ((step.0 / pitch, step.1 / pitch), (-step.1 / pitch, step.0 / pitch));
    let way = other.step(other.middle());
    let opposed = way.0 * along.0 + way.1 * along.1 < 0.0;
    let other = &if opposed { other.reversed() } else { other.clone() };
    let other_step = other.step(other.middle());
    let other_pitch = other_step.0.hypot(other_step.1);
    let cosine = (other_step.0 * along.0 + other_step.1 * along.1) / other_pitch;
    if cosine < PARALLEL || !(PITCHES.0..PITCHES.1).contains(&(other_pitch / pitch)) {
        return None;
    }
    let (mut shift, mut below) = (0.0, 0.0);
    for link in &other.links {
        // The column of the chain's curve straight above: two steps of Newton's method.
        let start = chain.at(middle);
        let mut column = middle + ((link.x - start.0) * along.0 + (link.y - start.1) * along.1) / pitch;
        for _ in 0..2 {
            let (here, step) = (chain.at(column), chain.step(column));
            let ahead = (link.x - here.0) * along.0 + (link.y - here.1) * along.1;
            column += ahead / (step.0 * along.0 + step.1 * along.1).max(0.2 * pitch);
        }
        let here = chain.at(column);
        shift += column - f64::from(link.column);
        below += ((link.x - here.0) * across.0 + (link.y - here.1) * across.1) / pitch;
    }
    let count = other.links.len() as f64;
    let (shift, below) = (shift / count, below / count);
    let (first, last) = (f64::from(other.first()) + shift, f64::from(other.last()) + shift);
    let common = last.min(f64::from(chain.last())) - first.max(f64::from(chain.first()));
    let longer = (last - first).max(f64::from(chain.last() - chain.first()));
    let fits = common >= OVERLAP * longer && (SPACING.0..REACH).contains(&below.abs());
    let ends = (chain.first() - other.first()) + (chain.last() - other.last());
    fits.then(|| Neighbour {
        index,
        opposed,
        below,
        straight: shift.round() as i32,
        flush: (f64::from(ends) / 2.0).round() as i32,
    })
}

/// How full a zone of these lines is, and how well their length fits a format.
fn rate(lines: Vec<(Chain, i32)>) -> Candidate {
    let first = lines.iter().map(|(chain, shift)| chain.first() + shift).min().unwrap_or(0);
    let last = lines.iter().map(|(chain, shift)| chain.last() + shift).max().unwrap_or(0);
    let (columns, links) =
        (f64::from(last - first + 1), lines.iter().map(|(chain, _)| chain.links.len()).sum::<usize>() as f64);
    let formats: &[f64] = if lines.len() == 3 { &[30.0] } else { &[36.0, 44.0] };
    let nearest =
        formats.iter().copied().min_by(|a, b| (a - columns).abs().total_cmp(&(b - columns).abs())).unwrap_or(columns);
    let full = links / (nearest * lines.len() as f64);
    let misfit = if columns > nearest { COLUMN_COST } else { MISSING_COST } * (nearest - columns).abs();
    let is_full = lines.len() == 3 && full >= FULL && columns <= MOST_COLUMNS;
    Candidate { lines, score: full.min(1.1) - misfit, is_full }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        budget::{Budget, Options},
        find::{chains, components, threshold::Mask},
    };

    /// Boxes of ink at a pitch of 20 pixels; each line from one column to another.
    fn candidates(lines: &[(i32, i32)]) -> Vec<Candidate> {
        let (width, height) = (900, 400);
        let mut mask = Mask { width, pixels: vec![0; width * height] };
        for (row, &(from, to)) in lines.iter().enumerate() {
            for column in from..to {
                let (left, top) = ((100 + 20 * column) as usize, 100 + 35 * row);
                for index in 0..16 * 10 {
                    mask.pixels[(top + index / 10) * width + left + index % 10] = 1;
                }
            }
        }
        find(&chains::find(&components::find(&mask), &Budget::new(Options::default())))
    }

    /// Whether characters above each other in the picture are in one column.
    fn is_straight(candidate: &Candidate) -> bool {
        let column = |(chain, shift): &(Chain, i32)| {
            chain.links.iter().find(|link| (link.x - 305.0).abs() < 5.0).map(|link| link.column + shift)
        };
        let columns: Vec<Option<i32>> = candidate.lines.iter().map(column).collect();
        columns.iter().all(|column| column.is_some() && *column == columns[0])
    }

    #[test]
    fn three_lines_come_before_two_of_them() {
        let found = candidates(&[(0, 30), (0, 30), (0, 30)]);
        assert!(found[0].lines.len() == 3 && is_straight(&found[0]));
    }

    #[test]
    fn a_ground_that_looks_like_more_of_three_lines_does_not_hide_them_behind_two() {
        let found = candidates(&[(-4, 34), (-4, 34), (-4, 34)]);
        assert!(found[0].lines.len() == 3 && is_straight(&found[0]), "{found:?}");
        // As long as a passport's, they are two lines with something next to them.
        assert_eq!(candidates(&[(-4, 38), (-4, 38), (-4, 38)])[0].lines.len(), 2);
    }

    #[test]
    fn prints_beside_the_lines_do_not_hide_how_they_lie() {
        let found = candidates(&[(-2, 30), (0, 32), (-2, 30)]);
        let place = found.iter().position(|candidate| candidate.lines.len() == 3 && is_straight(candidate));
        assert!(place.is_some_and(|place| place < 2), "at place {place:?}");
    }
}
