//! The search for zones: the picture at several sizes, its candidates, and the order in which they are read.

use crate::{
    budget::Budget,
    find::{
        candidates, chains,
        components::{self, Component},
        grid::{Grid, Pose},
        pyramid::Pyramid,
        threshold::{self, Threshold},
    },
    read::{network::Network, sheet::Looker, zones},
    reading::Zone,
};
use acredita_pictures::Luma;
use std::rc::Rc;

/// One way of looking at the complete picture.
struct Pass {
    /// Long side, in pixels, to which the picture is resized.
    side: f32,
    threshold: Threshold,
}

/// Tried in turn until a zone is found whose digits hold. At 1500 a card that fills the picture has characters of 20 to
/// 40 pixels. Then come small zones, blurred ones whose strokes only show together, and patterned paper that a stricter
/// threshold separates.
const PASSES: [Pass; 4] = [
    Pass { side: 1500.0, threshold: Threshold { radius: 17, deviations: 0.45 } },
    Pass { side: 2200.0, threshold: Threshold { radius: 17, deviations: 0.45 } },
    Pass { side: 1000.0, threshold: Threshold { radius: 14, deviations: 0.35 } },
    Pass { side: 1500.0, threshold: Threshold { radius: 12, deviations: 0.75 } },
];
/// A picture is enlarged by this factor at most: more would show nothing new.
const LARGEST_FACTOR: f32 = 3.0;
/// Pixels of a pass that one unit of the budget pays for.
const PIXELS_A_UNIT: u64 = 100;
/// Heights of the characters that are tried until a zone is accepted, as shares of the expected height for their pitch:
/// a card that leans away from the camera is lower than wide, and the other way round. The network itself tolerates a
/// tenth.
const HEIGHTS: [f64; 2] = [0.84, 1.18];
/// How many readings of a pass are tried at other heights, best first: two documents, and room for one that fails.
const MOST_AGAIN: usize = 3;
/// Mean likelihood of characters from which a candidate is read before the others are looked at.
const OBVIOUS: f32 = 0.85;
/// The lowest score of a zone for which other heights are tried. Zones without a correct check digit stay below.
const PROMISING_SCORE: f32 = -0.3;
/// The lowest score of a candidate that is looked at next to an accepted zone. A second document is as clear as the
/// first; other print is not.
const BESIDE_SCORE: f64 = 0.5;

/// Cells to be read.
struct Attempt {
    grid: Rc<Grid>,
    pose: Pose,
    /// How promising it is: the mean likelihood of its characters, or the score of a first reading.
    worth: f32,
    /// The score of its candidate.
    candidate: f64,
}

/// The state of the search of a picture.
pub(crate) struct Search<'a> {
    network: &'a Network,
    pyramid: &'a Pyramid<'a>,
    budget: &'a Budget<'a>,
    pub(crate) zones: Vec<Zone>,
    /// Readings of this pass to be repeated at other heights.
    again: Vec<Attempt>,
    /// The picture as the first pass saw it: another pass has the same size.
    smoothed: Option<(f32, Luma)>,
}

impl<'a> Search<'a> {
    pub(crate) fn new(network: &'a Network, pyramid: &'a Pyramid<'a>, budget: &'a Budget<'a>) -> Self {
        Self { network, pyramid, budget, zones: Vec::new(), again: Vec::new(), smoothed: None }
    }

    /// Looks at the picture in one way after the other until a zone is found whose digits hold.
    pub(crate) fn run(&mut self) {
        let picture = self.pyramid.level(0);
        let mut tried: Vec<(f32, Threshold)> = Vec::new();
        for pass in &PASSES {
            let factor = (pass.side / picture.width.max(picture.height) as f32).min(LARGEST_FACTOR);
            if tried.contains(&(factor, pass.threshold)) {
                continue;
            }
            tried.push((factor, pass.threshold));
            self.pass(factor, pass.threshold);
            if self.zones.iter().any(settled) || self.budget.is_over() {
                break;
            }
        }
    }

    fn pass(&mut self, factor: f32, threshold: Threshold) {
        let Some(components) = self.components(factor, threshold) else {
            return;
        };
        let chains = chains::find(&components, self.budget);
        let mut attempts: Vec<Attempt> = Vec::new();
        for candidate in candidates::find(&chains) {
            if self.is_needless(candidate.score) {
                break;
            }
            let Some(grid) = Grid::fit(&candidate, &components, f64::from(factor)) else {
                continue;
            };
            if self.is_read(&grid) {
                continue;
            }
            let Some(poses) = self.looker(&grid).poses() else {
                return;
            };
            let grid = Rc::new(grid);
            for (legibility, pose) in poses {
                let attempt = Attempt { grid: Rc::clone(&grid), pose, worth: legibility, candidate: candidate.score };
                // A candidate as clear as this need not wait for the others.
                if legibility >= OBVIOUS {
                    self.attempt(attempt);
                } else {
                    attempts.push(attempt);
                }
            }
        }
        attempts.sort_by(|a, b| b.worth.total_cmp(&a.worth));
        attempts.into_iter().for_each(|attempt| self.attempt(attempt));
        let mut again = std::mem::take(&mut self.again);
        again.sort_by(|a, b| b.worth.total_cmp(&a.worth));
        for Attempt { grid, pose, worth, candidate } in again.into_iter().take(MOST_AGAIN) {
            for height in HEIGHTS {
                self.attempt(Attempt { grid: Rc::clone(&grid), pose: Pose { height, ..pose }, worth, candidate });
            }
        }
        self.again.clear();
    }

    fn components(&mut self, factor: f32, threshold: Threshold) -> Option<Vec<Component>> {
        let found = |smoothed: &Luma| components::find(&threshold::ink(smoothed, threshold));
        if let Some((_, smoothed)) = self.smoothed.as_ref().filter(|&&(known, _)| known == factor) {
            return self.budget.spend(smoothed.pixels.len() as u64 / PIXELS_A_UNIT).then(|| found(smoothed));
        }
        let resized = self.pyramid.resized(factor);
        if !self.budget.spend(resized.pixels.len() as u64 / PIXELS_A_UNIT) {
            return None;
        }
        let smoothed = threshold::smooth(&resized);
        drop(resized);
        let components = found(&smoothed);
        self.smoothed.get_or_insert((factor, smoothed));
        Some(components)
    }

    fn looker<'b>(&'b self, grid: &'b Grid) -> Looker<'b> {
        Looker { network: self.network, pyramid: self.pyramid, grid, budget: self.budget }
    }

    /// Reads the cells of a grid in one pose. Promising readings that are not accepted are queued to be read again.
    fn attempt(&mut self, attempt: Attempt) {
        // Checked again: readings since the candidate was found may have made it unnecessary.
        if self.is_needless(attempt.candidate) || self.is_read(&attempt.grid) {
            return;
        }
        let looker = self.looker(&attempt.grid);
        let Some(zone) = zones::read(&looker, attempt.pose) else { return };
        if zone.score > PROMISING_SCORE && !zone.accepted() {
            self.again.push(Attempt { worth: zone.score, ..attempt });
        }
        zones::keep(&mut self.zones, zone);
    }

    /// Whether a candidate is too poor to be a second document next to one that was accepted.
    fn is_needless(&self, candidate: f64) -> bool {
        candidate < BESIDE_SCORE && self.zones.iter().any(Zone::accepted)
    }

    /// Whether an accepted zone lies where a grid is.
    fn is_read(&self, grid: &Grid) -> bool {
        self.zones.iter().any(|zone| zone.accepted() && zones::covers(zone, grid))
    }
}

/// Whether another look at the complete picture would find nothing new: a character that is doubtful in a zone whose
/// digits hold is doubtful at every size.
fn settled(zone: &Zone) -> bool {
    zone.repaired == 0 && zone.digits_hold() && zone.dates_real
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Options;

    fn decoded(name: &str) -> Luma {
        let path = format!("{}/tests/pictures/{name}", env!("CARGO_MANIFEST_DIR"));
        acredita_pictures::decode(&std::fs::read(path).expect(name)).expect(name)
    }

    fn with_work(work: u64) -> Budget<'static> {
        Budget::new(Options { work, expired: None })
    }

    /// The grids of the candidates of the first pass, and the cost of finding them.
    fn grids(search: &mut Search<'_>, factor: f32) -> Vec<Grid> {
        let components = search.components(factor, PASSES[0].threshold).expect("work is left");
        let chains = chains::find(&components, search.budget);
        let candidates = candidates::find(&chains);
        candidates.iter().filter_map(|candidate| Grid::fit(candidate, &components, f64::from(factor))).collect()
    }

    #[test]
    fn a_second_candidate_of_an_accepted_zone_costs_nothing() {
        let (network, luma) = (Network::trained(), decoded("passport.jpg"));
        let (pyramid, budget) = (Pyramid::new(&luma), with_work(1_000_000));
        let mut search = Search::new(&network, &pyramid, &budget);
        let found = grids(&mut search, 1.0);
        let finding = budget.spent();
        search.pass(1.0, PASSES[0].threshold);
        assert!(search.zones.len() == 1 && search.zones[0].accepted() && found.len() > 1);
        let before = budget.spent();
        search.pass(1.0, PASSES[0].threshold);
        assert_eq!(budget.spent() - before, finding, "nothing but finding it again");
    }

    #[test]
    fn a_poor_candidate_beside_an_accepted_zone_is_not_read_even_if_it_was_put_off() {
        let (network, luma) = (Network::trained(), decoded("two-documents.jpg"));
        let (pyramid, budget) = (Pyramid::new(&luma), with_work(1_000_000));
        let mut search = Search::new(&network, &pyramid, &budget);
        let grids: Vec<Rc<Grid>> = grids(&mut search, 1.0).into_iter().map(Rc::new).collect();
        let attempt = |grid: &Rc<Grid>, candidate: f64| Attempt {
            grid: Rc::clone(grid),
            pose: Pose { upside_down: false, height: 1.0 },
            worth: OBVIOUS,
            candidate,
        };
        grids.iter().for_each(|grid| {
            if search.zones.is_empty() {
                search.attempt(attempt(grid, 0.0));
            }
        });
        assert!(search.zones.len() == 1 && search.zones[0].accepted());
        let before = budget.spent();
        grids.iter().for_each(|grid| search.attempt(attempt(grid, BESIDE_SCORE - 0.1)));
        assert_eq!((search.zones.len(), budget.spent()), (1, before));
        grids.iter().for_each(|grid| search.attempt(attempt(grid, BESIDE_SCORE)));
        assert_eq!(search.zones.iter().filter(|zone| zone.accepted()).count(), 2, "the second document");
    }

    #[test]
    fn no_more_is_spent_than_there_is_and_what_was_read_until_then_is_told() {
        let (network, luma) = (Network::trained(), decoded("two-documents.jpg"));
        let pyramid = Pyramid::new(&luma);
        let spent_of = |work: u64| {
            let budget = with_work(work);
            let mut search = Search::new(&network, &pyramid, &budget);
            search.run();
            assert!(budget.spent() <= work, "{} of {work}", budget.spent());
            (budget.spent(), budget.is_over(), search.zones.len())
        };
        let (all, over, zones) = spent_of(u64::MAX);
        assert!(!over && zones >= 2);
        let parts: Vec<(u64, bool, usize)> = (0..20).map(|part| spent_of(all * part / 20)).collect();
        assert!(parts.iter().all(|&(_, over, _)| over), "no part is enough");
        assert!(parts.iter().any(|&(_, _, read)| (1..zones).contains(&read)), "with some only one of the two is read");
        assert_eq!(spent_of(all), (all, false, zones));
    }
}
