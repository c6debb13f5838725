//! The checked-in weights recognise newly drawn characters: measured, because a hash would only prove that the file is
//! unchanged, and floating-point libraries differ from machine to machine.

use acredita_mrz::{
    cells::{HEIGHT, WIDTH},
    network::{ALPHABET, NOTHING, Network},
};
use acredita_mrz_tools::{
    camera::{self, Compression},
    glyphs::Glyphs,
    learn,
    measure::recognised,
    pack,
    random::Random,
    scene::{Conditions, Studio},
};
use std::{fs, path::Path, sync::LazyLock};

static GLYPHS: LazyLock<Glyphs> = LazyLock::new(|| {
    let font = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts/OCRB.otf")).expect("the font is checked in");
    Glyphs::from_font(font).expect("a font")
});

/// Not the seed of training or of its own measurement.
const SEED: u64 = 77;

#[test]
fn the_network_recognises_what_a_fair_picture_shows() {
    let fair = Conditions { resolution: 17.0, blur: 0.04 };
    let share = recognised(&Network::trained(), &GLYPHS, SEED, 2000, Some(fair));
    assert!(share > 0.98, "{share}");
}

#[test]
fn the_network_recognises_most_of_what_a_poor_picture_shows() {
    let poor = Conditions { resolution: 10.0, blur: 0.10 };
    let share = recognised(&Network::trained(), &GLYPHS, SEED, 2000, Some(poor));
    assert!(share > 0.93, "{share}");
}

#[test]
fn learning_learns_and_what_is_packed_knows_the_same() {
    let mut first = None;
    let parameters = learn::learn(&GLYPHS, 5, 60, |progress, _| first = Some(progress.step));
    assert_eq!(first, None, "progress is told every thousand steps");
    let network = Network::unpack(&pack::pack(&parameters)).expect("the size of the network");
    let share = recognised(&network, &GLYPHS, SEED, 1000, None);
    // One of 38 classes by chance, and nothing at all for one of seven.
    assert!(share > 0.2, "{share}");
}

#[test]
fn the_same_seed_draws_the_same_examples() {
    let draw = || {
        let mut studio = Studio::new(&GLYPHS, SEED, 1.0);
        let mut cell = [0.0; WIDTH * HEIGHT];
        (0..20).map(|_| (studio.draw(&mut cell), cell[100].to_bits())).collect::<Vec<_>>()
    };
    assert_eq!(draw(), draw());
}

#[test]
fn every_character_is_drawn_and_so_is_nothing() {
    let mut studio = Studio::new(&GLYPHS, SEED, 1.0);
    let mut cell = [0.0; WIDTH * HEIGHT];
    let mut seen = [0; NOTHING + 1];
    (0..2000).for_each(|_| seen[studio.draw(&mut cell)] += 1);
    assert!(seen.iter().all(|&count| count > 10), "{seen:?}");
    assert!(seen[NOTHING] > 150);
}

#[test]
fn a_distance_field_is_negative_in_ink_and_grows_outwards() {
    let one = ALPHABET.iter().position(|&character| character == b'1').expect("in the alphabet");
    let letter = ALPHABET.iter().position(|&character| character == b'I').expect("in the alphabet");
    assert!(GLYPHS.distance(letter, 0, 0.0, 0.0) < -0.03, "the stem of an I");
    assert!(GLYPHS.distance(one, 0, 0.45, -0.3) > 0.1, "the paper beside a 1");
    assert!(GLYPHS.distance(letter, 0, 0.0, 0.9) > GLYPHS.distance(letter, 0, 0.0, 0.6));
}

#[test]
fn compression_keeps_means_and_loses_detail() {
    let mut random = Random::new(3);
    let image: Vec<f32> = (0..32 * 32).map(|_| random.between(90.0, 160.0)).collect();
    let mut compressed = image.clone();
    Compression::default().apply(&mut compressed, 32, 30.0, (3, 5));
    let mean = |image: &[f32]| image.iter().sum::<f32>() / image.len() as f32;
    assert!((mean(&image) - mean(&compressed)).abs() < 2.0);
    let spread = |image: &[f32]| image.iter().map(|sample| (sample - mean(image)).powi(2)).sum::<f32>();
    assert!(spread(&compressed) < 0.9 * spread(&image));
}

#[test]
fn blur_spreads_a_point_and_loses_nothing() {
    let mut image = vec![0.0; 41 * 41];
    image[20 * 41 + 20] = 100.0;
    camera::blur(&mut image, 41, 2.0);
    assert!((image.iter().sum::<f32>() - 100.0).abs() < 0.1);
    // The middle of a Gaussian is 1 / (2πσ²).
    assert!((image[20 * 41 + 20] - 100.0 / (std::f32::consts::TAU * 4.0)).abs() < 0.3);
}
