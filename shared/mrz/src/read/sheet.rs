//! The sheet: every cell of a candidate, looked at by the network.

use crate::{
    budget::Budget,
    find::{
        grid::{Grid, Place, Pose},
        pyramid::{self, Pyramid},
    },
    read::{
        cells::{self, Cell, HALF_HEIGHT, HALF_WIDTH, HEIGHT, Tone, WIDTH},
        network::{CLASSES, Likelihoods, NOTHING, Network},
    },
};
use acredita_pictures::vectors;

/// Columns looked at beyond those with components.
const MARGIN: i32 = 4;
/// The most columns of a sheet: the longest line, and as much on each side as may be missing.
const MOST_COLUMNS: i32 = 72;
/// A pixel may be this many times smaller than a sample of the cell; beyond that the next smaller version of the
/// picture is taken.
const COARSEST: f64 = 1.6;
/// Sure enough at first sight: the network learns not to be surer than 0.98. Below that the cell is looked at with
/// small shifts, too.
const SURE: f32 = 0.94;
/// The shifts, in pitches: the remaining error of the grid.
const SHIFTS: [(f64, f64); 4] = [(0.07, 0.0), (-0.07, 0.0), (0.0, 0.07), (0.0, -0.07)];
/// How much higher and lower a character may be than was measured.
const PROPORTIONS: [f64; 2] = [0.95, 1.05];
/// The power of its likelihood with which a look counts: clearer looks count more.
const TRUST: i32 = 4;
/// A line whose characters are this clear on average is where it was expected. Columns next to the line count as
/// unclear.
const SETTLED: f32 = 0.85;
/// How much clearer a moved line must be, and how far it is moved at a time, in [`SHIFTS`].
const BETTER_SETTLED: f32 = 0.02;
const SETTLING: f64 = 1.5;
/// How often a line is moved at most.
const SETTLING_ROUNDS: usize = 2;
/// Contrast, as a share of the line's usual contrast, below which a character is faint; and the likelihood from which a
/// character counts towards the usual contrast. Noise alone makes a third of it in a picture that can just be read.
const FAINT: f32 = 0.5;
const CLEAR: f32 = 0.5;
/// The cost of looking at a cell, in units of the budget.
const COST: u64 = 60;
/// Brightness that a camera cannot distinguish from brighter light.
const CLIPPED: f32 = 250.0;
/// Mean likelihood of characters below which a candidate is not text.
const LEGIBLE: f32 = 0.35;
/// The same in half of the cells, below which the other half is not looked at: far enough below [`LEGIBLE`] that the
/// other half would have to be more than twice as clear to make up for it.
const HOPELESS: f32 = 0.2;
/// Mean likelihood from which the other direction is not looked at: upside-down text never reaches it.
const UPRIGHT: f32 = 0.85;
/// How much likelier one direction must be for the other not to be read.
const CLEARLY: f32 = 0.15;
/// The step between columns if only the pose of the text is wanted.
const POSE_STEP: usize = 5;

#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) likelihoods: Likelihoods,
    pub(crate) tone: Tone,
    /// Share of clipped samples.
    pub(crate) clipped: f32,
    /// Steepest change of ink between samples.
    pub(crate) slope: f32,
    /// Height of the ink in the middle of the cell, in pitches of its pose; `None` if it reaches beyond the cell.
    pub(crate) height: Option<f32>,
}

impl Look {
    /// The likelihood of the likeliest character.
    pub(crate) fn best(&self) -> f32 {
        self.likelihoods[..NOTHING].iter().copied().fold(0.0, f32::max)
    }
}

/// Looks at the cells of one candidate.
pub(crate) struct Looker<'a> {
    pub(crate) network: &'a Network,
    pub(crate) pyramid: &'a Pyramid<'a>,
    pub(crate) grid: &'a Grid,
    pub(crate) budget: &'a Budget<'a>,
}

/// All cells, row by row as the text is read.
pub(crate) struct Sheet {
    pub(crate) rows: Vec<Vec<Look>>,
    pub(crate) places: Vec<Vec<Place>>,
}

impl Looker<'_> {
    /// The possible poses of the text, with the mean likelihood of its characters, likeliest first. Empty if it does
    /// not look like text, `None` if the budget is spent.
    pub(crate) fn poses(&self) -> Option<Vec<(f32, Pose)>> {
        let mut found = vec![self.judged(Pose { upside_down: false, height: 1.0 })?];
        if found[0].0 < UPRIGHT {
            found.push(self.judged(Pose { upside_down: true, height: 1.0 })?);
            let clear = found[0].0.max(found[1].0) - CLEARLY;
            found.retain(|&(legibility, _)| legibility >= clear);
        }
        found.retain(|&(legibility, _)| legibility >= LEGIBLE);
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        Some(found)
    }

    /// Mean likelihood of any character in some of the cells. Half of them are enough to recognise a hopeless
    /// candidate.
    fn judged(&self, pose: Pose) -> Option<(f32, Pose)> {
        let columns = (self.grid.first..=self.grid.last).step_by(POSE_STEP);
        let cells: Vec<(i32, usize)> =
            columns.flat_map(|column| (0..self.grid.rows()).map(move |row| (column, row))).collect();
        let clear = |cells: &[(i32, usize)]| {
            let mut sum = 0.0;
            for &(column, row) in cells {
                let place = self.grid.place(f64::from(column), row as f64).posed(pose);
                sum += self.look_once(&place, (0.0, 0.0))?.best();
            }
            Some(sum)
        };
        let (first, second): (Vec<_>, Vec<_>) = cells
            .iter()
            .partition(|&&(column, row)| ((column - self.grid.first) as usize / POSE_STEP + row).is_multiple_of(2));
        let half = clear(&first)?;
        if half < HOPELESS * first.len() as f32 {
            return Some((0.0, pose));
        }
        Some(((half + clear(&second)?) / cells.len() as f32, pose))
    }

    /// Looks at every cell of the lines and of some columns around. `None` if it is not text or the budget is spent.
    pub(crate) fn sheet(&self, pose: Pose) -> Option<Sheet> {
        let columns = self.columns();
        let rows = self.grid.rows();
        let place = |row: usize, column: i32| {
            let mirrored = columns.start + columns.end - 1 - column;
            let (column, row) = if pose.upside_down { (mirrored, rows - 1 - row) } else { (column, row) };
            self.grid.place(f64::from(column), row as f64).posed(pose)
        };
        let mut sheet = Sheet { rows: Vec::with_capacity(rows), places: Vec::with_capacity(rows) };
        for row in 0..rows {
            let places: Vec<Place> = columns.clone().map(|column| place(row, column)).collect();
            sheet.rows.push(self.look_along(&places, 1)?);
            sheet.places.push(places);
        }
        Some(sheet)
    }

    /// Moves the lines of a sheet to where their characters are clearer. `None` if it is not text, such as ruled paper
    /// and tables, or if the budget is spent.
    pub(crate) fn settle(&self, mut sheet: Sheet) -> Option<Sheet> {
        // Print next to the line does not indicate that the line is elsewhere.
        let margin = (self.grid.first - self.columns().start) as usize;
        for (looks, places) in sheet.rows.iter_mut().zip(&mut sheet.places) {
            for _ in 0..SETTLING_ROUNDS {
                let Some(settled) = self.settled(places, looks, margin)? else {
                    break;
                };
                *looks = self.look_along(&settled, 1)?;
                *places = settled;
            }
        }
        let cells = self.grid.rows() * (self.grid.last - self.grid.first + 1) as usize;
        let characters: f32 = sheet.rows.iter().flatten().map(Look::best).sum();
        (characters >= LEGIBLE * cells as f32).then_some(sheet)
    }

    /// Looks closely at the doubtful cells in the given columns of a sheet, and at those whose character has
    /// look-alikes, for which `alike` gives those that may stand there. `None` if the budget is spent.
    pub(crate) fn closer(
        &self,
        mut sheet: Sheet,
        columns: std::ops::Range<usize>,
        alike: impl Fn(usize, usize, &Look) -> Vec<usize>,
    ) -> Option<Sheet> {
        for (row, (looks, places)) in sheet.rows.iter_mut().zip(&sheet.places).enumerate() {
            for column in columns.clone() {
                let alike = alike(row, column, &looks[column]);
                self.look_closely(&mut looks[column], &places[column])?;
                if alike.len() > 1 {
                    self.tell_apart(&mut looks[column], &places[column], &alike)?;
                }
            }
            doubt_what_is_faint(looks);
        }
        Some(sheet)
    }

    fn look_along(&self, places: &[Place], step: usize) -> Option<Vec<Look>> {
        places.iter().step_by(step).map(|place| self.look_once(place, (0.0, 0.0))).collect()
    }

    /// The places of a line moved to where its characters are clearer, if there is such a place. The outer `None` means
    /// that the budget is spent.
    fn settled(&self, places: &[Place], looks: &[Look], margin: usize) -> Option<Option<Vec<Place>>> {
        let clear = |looks: &[Look]| looks.iter().map(Look::best).sum::<f32>() / looks.len() as f32;
        let line = margin..looks.len() - margin;
        if clear(&looks[line.clone()]) > SETTLED {
            return Some(None);
        }
        let before = clear(&looks[line.clone()].iter().copied().step_by(POSE_STEP).collect::<Vec<_>>());
        let mut best = (before + BETTER_SETTLED, None);
        for shift in SHIFTS {
            let moved: Vec<Place> =
                places.iter().map(|place| place.moved(SETTLING * shift.0, SETTLING * shift.1)).collect();
            let now = clear(&self.look_along(&moved[line.clone()], POSE_STEP)?);
            if now > best.0 {
                best = (now, Some(moved));
            }
        }
        Some(best.1)
    }

    /// The columns with components, with room for missing ones up to the next format.
    fn columns(&self) -> std::ops::Range<i32> {
        let seen = self.grid.last - self.grid.first + 1;
        let formats: &[i32] = if self.grid.rows() == 3 { &[30] } else { &[36, 44] };
        let missing = formats.iter().map(|format| format - seen).find(|&missing| missing >= 0).unwrap_or(0);
        let margin = MARGIN.max(missing + 2).min((MOST_COLUMNS - seen).max(0) / 2);
        self.grid.first - margin..self.grid.last + margin + 1
    }

    /// Looks again with small shifts if the first look was not sure, and weights the clearest looks most. If they
    /// disagree, the cell stays doubtful.
    fn look_closely(&self, look: &mut Look, place: &Place) -> Option<()> {
        if look.best() > SURE || look.likelihoods[NOTHING] > SURE {
            return Some(());
        }
        let mut looks = vec![*look];
        for shift in SHIFTS {
            looks.push(self.look_once(place, shift)?);
        }
        let trust = |look: &Look| look.best().powi(TRUST);
        let total: f32 = looks.iter().map(trust).sum::<f32>().max(f32::MIN_POSITIVE);
        look.likelihoods = std::array::from_fn(|class| {
            looks.iter().map(|look| trust(look) * look.likelihoods[class]).sum::<f32>() / total
        });
        Some(())
    }

    /// Looks at characters that only their proportions distinguish as if they were a little higher and lower: each is as
    /// likely as it may be.
    fn tell_apart(&self, look: &mut Look, place: &Place, alike: &[usize]) -> Option<()> {
        for height in PROPORTIONS {
            let place = Place { down: (place.down.0 * height, place.down.1 * height), ..*place };
            let other = self.look_once(&place, (0.0, 0.0))?;
            for &index in alike {
                look.likelihoods[index] = look.likelihoods[index].max(other.likelihoods[index]);
            }
        }
        let total: f32 = look.likelihoods.iter().sum();
        look.likelihoods.iter_mut().for_each(|likelihood| *likelihood /= total);
        Some(())
    }

    fn look_once(&self, place: &Place, shift: (f64, f64)) -> Option<Look> {
        if !self.budget.spend(COST) {
            return None;
        }
        Some(vectors::widest(
            #[inline(always)]
            || self.seen(place, shift),
        ))
    }

    #[inline(always)]
    fn seen(&self, place: &Place, shift: (f64, f64)) -> Look {
        let mut cell: Cell = [0.0; WIDTH * HEIGHT];
        self.sample(place, shift, &mut cell);
        let clipped = cell.iter().filter(|&&sample| sample >= CLIPPED).count() as f32 / cell.len() as f32;
        let tone = cells::normalise(&mut cell);
        if tone.is_empty() {
            let mut likelihoods = [0.0; CLASSES];
            likelihoods[NOTHING] = 1.0;
            return Look { likelihoods, tone, clipped, slope: 0.0, height: None };
        }
        Look { likelihoods: self.network.look_at(&cell), tone, clipped, slope: slope(&cell), height: height(&cell) }
    }

    /// Brightness at the samples of a cell, from the version of the picture whose pixels have the size of a sample.
    #[inline(always)]
    fn sample(&self, place: &Place, shift: (f64, f64), cell: &mut Cell) {
        let (mut level, mut scale) = (0, 1.0);
        let spacing = place.pitch() * f64::from(2.0 * HALF_WIDTH) / WIDTH as f64;
        while spacing * scale > COARSEST && level < self.pyramid.last_level() {
            level += 1;
            scale *= 0.5;
        }
        let luma = self.pyramid.level(level);
        let centre = place.at(shift.0, shift.1);
        let scaled = |(x, y): (f64, f64)| ((x * scale) as f32, (y * scale) as f32);
        let (along, down) = (scaled(place.along), scaled(place.down));
        let (x, y) = (centre.x * scale as f32, centre.y * scale as f32);
        for (row, samples) in cell.as_chunks_mut::<WIDTH>().0.iter_mut().enumerate() {
            let below = cells::offset(row, HEIGHT, HALF_HEIGHT);
            let at = |column: usize| {
                let across = cells::offset(column, WIDTH, HALF_WIDTH);
                (x + across * along.0 + below * down.0, y + across * along.1 + below * down.1)
            };
            pyramid::brightness_along(luma, at(0), at(WIDTH - 1), samples);
        }
    }
}

/// Takes likelihood from characters that are much fainter than those of their line: glare and wear leave noise that
/// resembles characters.
fn doubt_what_is_faint(looks: &mut [Look]) {
    let contrast = |look: &Look| look.tone.paper - look.tone.ink;
    let mut contrasts: Vec<f32> = looks.iter().filter(|look| look.best() > CLEAR).map(contrast).collect();
    let middle = contrasts.len() / 2;
    if contrasts.is_empty() {
        return;
    }
    let usual = *contrasts.select_nth_unstable_by(middle, f32::total_cmp).1;
    for look in looks {
        let share = (contrast(look) / (FAINT * usual)).min(1.0);
        look.likelihoods.iter_mut().for_each(|likelihood| *likelihood *= share);
        look.likelihoods[NOTHING] += 1.0 - share;
    }
}

#[inline(always)]
fn slope(cell: &Cell) -> f32 {
    let rows = cell.as_chunks::<WIDTH>().0;
    rows.iter().flat_map(|row| row.array_windows().map(|[left, right]| (right - left).abs())).fold(0.0, f32::max)
}

/// From the first row with ink to the last, where it crosses the middle between ink and paper.
#[inline(always)]
fn height(cell: &Cell) -> Option<f32> {
    const EDGE: usize = 3;
    let rows = cell.as_chunks::<WIDTH>().0;
    let ink: [f32; HEIGHT] =
        std::array::from_fn(|row| rows[row][EDGE..WIDTH - EDGE].iter().copied().fold(f32::MIN, f32::max));
    let is_ink = |&ink: &f32| ink >= 0.5;
    let (top, bottom) = (ink.iter().position(is_ink)?, ink.iter().rposition(is_ink)?);
    let (above, below) = (ink.get(top.checked_sub(1)?)?, ink.get(bottom + 1)?);
    let beyond = |outside: f32, inside: f32| (inside - 0.5) / (inside - outside).max(f32::MIN_POSITIVE);
    let samples = (bottom - top) as f32 + beyond(*above, ink[top]) + beyond(*below, ink[bottom]);
    Some(samples * 2.0 * HALF_HEIGHT / HEIGHT as f32)
}
