//! Repair: a doubtful character is replaced with its next likely one if that makes a check digit hold.
//!
//! The bounds are tight. With loose ones, documents whose printed digits are wrong are repaired into valid ones: a
//! repair must never overrule a clear character. Repairs are reported as such and never accepted without a person.

use crate::{
    icao::format::{DigitRule, Format, Outcome},
    read::positions::{Alternative, Position},
};

/// The most that repairs of one digit may cost together: the logarithm of how much less likely the text becomes, here
/// 25 times.
const MOST_COST: f32 = 3.2;
/// The extra cost of a second change: two wrong characters cancel out in one of ten cases anyway.
const SECOND_CHANGE: f32 = 1.0;
/// The cheapest alternatives that are tried for a digit. Their pairs are tried too.
const TRIED: usize = 14;

/// Lines during the repair.
pub(crate) struct Repaired {
    pub(crate) lines: Vec<Vec<u8>>,
    /// Positions that were changed.
    pub(crate) changed: Vec<(usize, usize)>,
    /// The total cost, by the looks.
    pub(crate) cost: f32,
}

#[derive(Clone, Copy)]
struct Change {
    line: usize,
    column: usize,
    to: Alternative,
}

/// Repairs as much as the digits allow.
pub(crate) fn repair(format: Format, positions: &[Vec<Position>], lines: Vec<Vec<u8>>) -> Repaired {
    let mut repaired = Repaired { lines, changed: Vec::new(), cost: 0.0 };
    for rule in format.rules() {
        if rule.outcome(&repaired.lines) != Outcome::Holds {
            repair_one(format, rule, positions, &mut repaired);
        }
    }
    repaired
}

fn repair_one(format: Format, rule: &DigitRule, positions: &[Vec<Position>], repaired: &mut Repaired) {
    let changes = cheapest(rule, positions, &repaired.lines);
    let holding =
        |lines: &[Vec<u8>]| format.rules().iter().filter(|rule| rule.outcome(lines) == Outcome::Holds).count();
    let before = holding(&repaired.lines);
    let mut best: Option<(usize, f32, Vec<Change>)> = None;
    let mut consider = |chosen: &[Change], cost: f32| {
        if cost > MOST_COST {
            return;
        }
        let mut lines = repaired.lines.clone();
        chosen.iter().for_each(|change| lines[change.line][change.column] = change.to.character);
        let holds = holding(&lines);
        let better = best.as_ref().is_none_or(|&(most, least, _)| (holds, -cost) > (most, -least));
        if rule.outcome(&lines) == Outcome::Holds && holds > before && better {
            best = Some((holds, cost, chosen.to_vec()));
        }
    };
    for (at, &first) in changes.iter().enumerate() {
        consider(&[first], first.to.cost);
        for &second in
            changes[at + 1..].iter().filter(|second| (second.line, second.column) != (first.line, first.column))
        {
            consider(&[first, second], first.to.cost + second.to.cost + SECOND_CHANGE);
        }
    }
    if let Some((_, cost, chosen)) = best {
        repaired.cost += cost;
        for change in chosen {
            repaired.cost += change.to.look_cost - change.to.cost;
            repaired.lines[change.line][change.column] = change.to.character;
            repaired.changed.push((change.line, change.column));
        }
    }
}

/// The cheapest changes of the characters that a rule covers.
fn cheapest(rule: &DigitRule, positions: &[Vec<Position>], lines: &[Vec<u8>]) -> Vec<Change> {
    let mut changes = Vec::new();
    for (line, row) in positions.iter().enumerate() {
        for (column, position) in row.iter().enumerate().filter(|&(column, _)| rule.covers(line, column)) {
            let others = position
                .alternatives
                .iter()
                .filter(|other| other.cost <= MOST_COST && other.character != lines[line][column]);
            changes.extend(others.map(|&to| Change { line, column, to }));
        }
    }
    changes.sort_by(|a: &Change, b| a.to.cost.total_cmp(&b.to.cost));
    changes.truncate(TRIED);
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{
        positions,
        sheet::Look,
        testing::{PASSPORT, look, looks},
    };

    /// Repairs a passport of which some cells of the second line look different.
    fn repaired(changes: &[(usize, Look)]) -> Repaired {
        let mut rows: Vec<Vec<Look>> = PASSPORT.iter().map(|line| looks(line)).collect();
        changes.iter().for_each(|&(column, look)| rows[1][column] = look);
        let rows: Vec<&[Look]> = rows.iter().map(Vec::as_slice).collect();
        let positions = positions::of(Format::Td3, &rows);
        let lines = positions
            .iter()
            .map(|row| row.iter().map(|position| position.alternatives[0].character).collect())
            .collect();
        repair(Format::Td3, &positions, lines)
    }

    fn sound(repaired: &Repaired) -> bool {
        repaired.lines.iter().zip(PASSPORT).all(|(line, truth)| line == truth.as_bytes())
    }

    #[test]
    fn a_sound_zone_is_left_alone() {
        let repaired = repaired(&[]);
        assert!(sound(&repaired) && repaired.changed.is_empty() && repaired.cost == 0.0);
    }

    #[test]
    fn a_doubtful_character_becomes_the_one_that_the_digit_asks_for() {
        let repaired = repaired(&[(2, look(&[(b'8', 0.5), (b'9', 0.45)]))]);
        assert!(sound(&repaired));
        assert_eq!(repaired.changed, [(1, 2)]);
    }

    #[test]
    fn a_clear_character_is_never_overruled() {
        let repaired = repaired(&[(2, look(&[(b'8', 0.95), (b'9', 0.03)]))]);
        assert!(repaired.changed.is_empty() && repaired.lines[1][2] == b'8');
    }

    #[test]
    fn a_clear_wrong_digit_is_not_explained_away_by_doubtful_neighbours() {
        // The check digit of the number is wrong and clear. Some neighbours could be changed to fit it, but then the
        // composite would break.
        let repaired = repaired(&[(9, look(&[(b'1', 0.98)]))]);
        assert!(repaired.changed.is_empty());
    }

    #[test]
    fn two_doubtful_characters_can_be_put_right_together() {
        let repaired = repaired(&[(1, look(&[(b'B', 0.5), (b'8', 0.45)])), (2, look(&[(b'8', 0.5), (b'9', 0.45)]))]);
        assert!(sound(&repaired));
    }
}
