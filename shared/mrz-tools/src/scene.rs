//! One training example: three neighbouring characters on paper, seen by a camera, sampled as the reader samples its
//! cells.

use crate::{
    camera::{self, Compression},
    glyphs::{Glyphs, ROUNDINGS},
    random::Random,
};
use acredita_mrz::{
    cells::{self, Cell, HALF_HEIGHT, HALF_WIDTH, HEIGHT, WIDTH},
    network::{ALPHABET, FILLER, NOTHING},
};
use std::f32::consts::{PI, TAU};

/// Half of the camera's view around the middle of the cell, in pitches: the cell and the reach of the strongest blur.
const VIEW: (f32, f32) = (1.0, 1.15);
/// Camera pixels per pitch. Below seven a person cannot read it either; above 26 the reader takes the next smaller
/// version of the picture.
const RESOLUTION: (f32, f32) = (7.0, 26.0);
/// The share of examples without a character in the middle.
const NOTHING_SHARE: f32 = 0.14;
/// Characters that look the same, or like another character, upside down: they cannot teach orientation.
const SYMMETRIC: &[u8] = b"0689HIMNOSWXZ";

#[derive(Debug)]
pub struct Studio<'a> {
    glyphs: &'a Glyphs,
    compression: Compression,
    random: Random,
    hardness: f32,
}

/// The quality of the pictures that an example may come from.
#[derive(Clone, Copy, Debug)]
pub struct Conditions {
    /// Camera pixels per pitch.
    pub resolution: f32,
    /// Standard deviation of the blur, in pitches.
    pub blur: f32,
}

/// The character in the middle and its neighbours; `None` is paper.
struct Text {
    characters: [Option<usize>; 3],
    label: usize,
}

/// How the text lies in the cell.
struct Pose {
    shift: (f32, f32),
    turn: f32,
    shear: f32,
    stretch: (f32, f32),
    upside_down: bool,
}

/// How the strokes were printed.
struct Print {
    rounding: usize,
    boldness: f32,
    waves: [Wave; 2],
}

struct Wave {
    amplitude: f32,
    frequency: f32,
    phase: f32,
}

impl Wave {
    fn new(random: &mut Random) -> Self {
        Self {
            amplitude: random.normal() * 0.018,
            frequency: random.between(2.0, 7.0),
            phase: random.between(0.0, TAU),
        }
    }

    fn at(&self, place: f32) -> f32 {
        self.amplitude * (self.frequency * place + self.phase).sin()
    }
}

impl<'a> Studio<'a> {
    /// `hardness` 1 is for training; lower values weaken displacement, blur and noise proportionally.
    pub fn new(glyphs: &'a Glyphs, seed: u64, hardness: f32) -> Self {
        Self { glyphs, compression: Compression::default(), random: Random::new(seed), hardness }
    }

    /// Draws one example into `cell` and returns its label: an output of the network.
    pub fn draw(&mut self, cell: &mut Cell) -> usize {
        let random = &mut self.random;
        let (low, high) = (RESOLUTION.0.ln(), RESOLUTION.1.ln());
        let resolution = random.between(low, high).exp();
        let blur = if random.chance(0.25) { 0.0 } else { random.between(0.01, 0.15) * self.hardness };
        self.draw_under(Conditions { resolution, blur }, cell)
    }

    /// Draws one example under given conditions.
    pub fn draw_under(&mut self, conditions: Conditions, cell: &mut Cell) -> usize {
        let (text, pose) = text_and_pose(&mut self.random, self.hardness);
        let print = Print {
            rounding: self.random.below(ROUNDINGS),
            // Strokes from about half to one and a half times their width, the middle more often than the ends.
            boldness: if self.random.chance(0.7) { (self.random.normal() * 0.017).clamp(-0.035, 0.045) } else { 0.0 },
            waves: [Wave::new(&mut self.random), Wave::new(&mut self.random)],
        };
        let per_pitch = conditions.resolution;
        let width = (2.0 * VIEW.0 * per_pitch) as usize + 3;
        let height = (2.0 * VIEW.1 * per_pitch) as usize + 3;
        let origin = (self.random.unit(), self.random.unit());
        let place = |x: usize, y: usize| {
            ((x as f32 + origin.0) / per_pitch - VIEW.0, (y as f32 + origin.1) / per_pitch - VIEW.1)
        };
        let ink = self.ink(&text, &pose, &print, per_pitch, (width, height), place);
        let mut image = self.light(&ink, per_pitch, width, place);
        self.photograph(&mut image, width, conditions);
        for (index, sample) in cell.iter_mut().enumerate() {
            let x = cells::offset(index % WIDTH, WIDTH, HALF_WIDTH) + pose.shift.0;
            let y = cells::offset(index / WIDTH, HEIGHT, HALF_HEIGHT) + pose.shift.1;
            *sample =
                camera::sample(&image, width, (x + VIEW.0) * per_pitch - origin.0, (y + VIEW.1) * per_pitch - origin.1);
        }
        cells::normalise(cell);
        text.label
    }

    /// The share of every pixel that is covered by ink.
    fn ink(
        &self,
        text: &Text,
        pose: &Pose,
        print: &Print,
        per_pitch: f32,
        (width, height): (usize, usize),
        place: impl Fn(usize, usize) -> (f32, f32),
    ) -> Vec<f32> {
        let (sin, cos) = pose.turn.sin_cos();
        // The distance to the outline gives the share of a pixel that is covered, as long as strokes are wider than
        // pixels; if not, look closer.
        let closer = if per_pitch < 15.0 { 2 } else { 1 };
        let sharpness = per_pitch * closer as f32;
        let mut ink = vec![0.0; width * height];
        for (index, covered) in ink.iter_mut().enumerate() {
            let (x, y) = place(index % width, index / width);
            for part in 0..closer * closer {
                let inside = |part: usize| ((part as f32 + 0.5) / closer as f32 - 0.5) / per_pitch;
                let (x, y) = (x + inside(part % closer), y + inside(part / closer));
                let (x, y) = (cos * x + sin * y + pose.shear * y, cos * y - sin * x);
                let (mut x, mut y) = (x / pose.stretch.0, y / pose.stretch.1);
                if pose.upside_down {
                    (x, y) = (-x, -y);
                }
                (x, y) = (x + print.waves[0].at(y), y + print.waves[1].at(x));
                let distance = self.distance(text, print.rounding, x, y) - print.boldness;
                *covered += (0.5 - distance * sharpness).clamp(0.0, 1.0);
            }
            *covered /= (closer * closer) as f32;
        }
        ink
    }

    fn distance(&self, text: &Text, rounding: usize, x: f32, y: f32) -> f32 {
        let neighbours = text.characters.iter().zip([-1.0, 0.0, 1.0]);
        let near = neighbours.filter(|(_, at)| (x - at).abs() < 0.75);
        near.filter_map(|(character, at)| Some(self.glyphs.distance((*character)?, rounding, x - at, y)))
            .fold(1.0, f32::min)
    }

    /// Ink on patterned paper in uneven light, 0..=255.
    fn light(
        &mut self,
        ink: &[f32],
        per_pitch: f32,
        width: usize,
        place: impl Fn(usize, usize) -> (f32, f32),
    ) -> Vec<f32> {
        let random = &mut self.random;
        let paper = random.between(100.0, 245.0);
        let black = paper * random.between(0.03, 0.68);
        let pattern: [Pattern; 2] = std::array::from_fn(|_| Pattern::new(random, per_pitch));
        // Plain white paper exists, too: in scans and screenshots.
        let plain = random.chance(0.2);
        let unevenness = if plain { 0.0 } else { 1.0 };
        let slope = (random.normal() * 0.10 * unevenness, random.normal() * 0.10 * unevenness);
        let glare = if random.chance(0.12) { random.between(20.0, 150.0) } else { 0.0 };
        let (angle, edge) = (random.between(0.0, TAU), random.between(-1.0, 1.0));
        let line = random.chance(0.05).then(|| {
            (random.between(0.0, PI), random.between(-0.6, 0.6), random.between(0.02, 0.06), random.between(0.2, 0.7))
        });
        let hole = random
            .chance(0.08)
            .then(|| (random.between(-0.5, 0.5), random.between(-0.5, 0.5), random.between(0.04, 0.10)));
        let fading = if random.chance(0.15) { random.between(0.0, 0.35) } else { 0.0 };
        let faded = Pattern::new(random, per_pitch);
        let shade = |(index, &ink): (usize, &f32)| {
            let (x, y) = place(index % width, index / width);
            let mut ink = ink * (1.0 - fading * (0.5 + 0.5 * faded.wave(x, y)));
            if let Some((angle, at, thickness, strength)) = line {
                let distance = (x * angle.cos() + y * angle.sin() - at).abs();
                ink = ink.max(strength * (0.5 - (distance - thickness) * per_pitch).clamp(0.0, 1.0));
            }
            if let Some((at_x, at_y, radius)) = hole {
                let distance = (x - at_x).hypot(y - at_y);
                ink *= 1.0 - (0.5 - (distance - radius) * per_pitch).clamp(0.0, 1.0);
            }
            let pattern: f32 = pattern.iter().map(|pattern| pattern.amplitude * pattern.wave(x, y)).sum();
            let lit = paper * (1.0 + unevenness * pattern) * (1.0 - ink) + black * ink;
            let shine = glare / (1.0 + (-4.0 * (x * angle.cos() + y * angle.sin() - edge)).exp());
            (lit * (1.0 + slope.0 * x + slope.1 * y) + shine).min(255.0)
        };
        ink.iter().enumerate().map(shade).collect()
    }

    fn photograph(&mut self, image: &mut [f32], width: usize, conditions: Conditions) {
        let random = &mut self.random;
        let sigma = conditions.blur * conditions.resolution;
        if sigma > 0.2 {
            camera::blur(image, width, sigma);
        }
        if random.chance(0.12) {
            let (length, angle) =
                (random.between(0.0, 0.22) * self.hardness * conditions.resolution, random.between(0.0, PI));
            camera::smear(image, width, length, angle);
        }
        if random.chance(0.12) {
            camera::sharpen(image, width, random.between(0.6, 1.5), random.between(0.2, 1.0));
        }
        let noise = if random.chance(0.35) { random.between(0.0, 3.0) } else { random.between(1.0, 14.0) };
        camera::expose(image, noise * self.hardness, random);
        if random.chance(0.7) {
            let quality = random.between(35.0, 95.0);
            let phase = (random.below(8), random.below(8));
            self.compression.apply(image, width, quality, phase);
        }
    }
}

/// Waves of a security background.
struct Pattern {
    amplitude: f32,
    across: (f32, f32),
    phase: f32,
}

impl Pattern {
    fn new(random: &mut Random, per_pitch: f32) -> Self {
        // From waves of two pixels to waves of a pitch and a half.
        let frequency = TAU / random.between(2.0 / per_pitch, 1.5);
        let angle = random.between(0.0, PI);
        Self {
            amplitude: random.between(0.0, 0.09),
            across: (frequency * angle.cos(), frequency * angle.sin()),
            phase: random.between(0.0, TAU),
        }
    }

    fn wave(&self, x: f32, y: f32) -> f32 {
        (self.across.0 * x + self.across.1 * y + self.phase).sin()
    }
}

fn text_and_pose(random: &mut Random, hardness: f32) -> (Text, Pose) {
    let any = |random: &mut Random| if random.chance(0.25) { FILLER } else { random.below(ALPHABET.len()) };
    let neighbour = |random: &mut Random| if random.chance(0.07) { None } else { Some(any(random)) };
    // Fillers make up a good third of all zones, and are the only character that is thin all over.
    let label = if random.chance(0.06) { FILLER } else { random.below(ALPHABET.len()) };
    let mut text = Text { characters: [neighbour(random), Some(label), neighbour(random)], label };
    let mut shift = |limit: f32| (random.normal() * 0.05 * hardness).clamp(-limit, limit);
    let mut pose = Pose {
        shift: (shift(0.14), shift(0.14)),
        turn: random.normal() * 0.03,
        shear: random.normal() * 0.05,
        stretch: (
            1.0 + (random.normal() * 0.055).clamp(-0.13, 0.13),
            1.0 + (random.normal() * 0.055).clamp(-0.13, 0.13),
        ),
        upside_down: false,
    };
    if random.chance(NOTHING_SHARE) {
        show_nothing(random, &mut text, &mut pose);
    }
    (text, pose)
}

/// The ways in which a cell can contain something but no character in the middle.
fn show_nothing(random: &mut Random, text: &mut Text, pose: &mut Pose) {
    text.label = NOTHING;
    let side = |random: &mut Random| if random.chance(0.5) { 1.0 } else { -1.0 };
    match random.below(7) {
        0 => text.characters = [None; 3],
        1 => text.characters[1] = None,
        2 => text.characters[..2].fill(None),
        3 => pose.shift.0 = random.between(0.38, 0.62) * side(random),
        4 => pose.shift.1 = random.between(0.45, 1.1) * side(random),
        5 => {
            let turnable = |character: usize| !SYMMETRIC.contains(&ALPHABET[character]);
            let drawn = (0..20).map(|_| random.below(ALPHABET.len())).find(|&character| turnable(character));
            text.characters[1] = Some(drawn.unwrap_or(FILLER));
            pose.upside_down = true;
        }
        _ => {
            // Text of another size is not a line of the zone.
            let size = if random.chance(0.5) { random.between(0.35, 0.65) } else { random.between(1.5, 2.2) };
            pose.stretch = (size, size);
        }
    }
}
