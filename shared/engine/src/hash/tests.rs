//! The same picture is recognised, and different ones are distinguished.

use super::*;
use crate::synthetic::{Jpeg, blur, card, card_on, map, paint};
use acredita_pictures::decode;

fn saved(luma: &Luma, quality: u8) -> Luma {
    decode(&Jpeg { quality, ..Jpeg::GREY }.encode(luma)).unwrap()
}

fn scaled(luma: &Luma, width: usize, height: usize) -> Luma {
    let means = Means::of(luma, width, height);
    Luma { width, height, pixels: means.values.iter().map(|&value| (value / 256) as u8).collect() }
}

#[test]
fn a_picture_is_the_same_after_saving_scaling_turning_and_brightening() {
    let one = card(1, 800, 500);
    let upside_down = turned(&one, Orientation::HALF);
    for (how, other) in [
        ("saved", saved(&one, 30)),
        ("saved badly", saved(&one, 10)),
        ("scaled", scaled(&one, 711, 444)),
        ("turned", upside_down.clone()),
        ("turned, scaled and saved", saved(&scaled(&upside_down, 611, 382), 40)),
        ("on its side", turned(&one, Orientation::QUARTER)),
        ("brightened", map(&one, |level| level * 0.8 + 20.0)),
        ("blurred", blur(&one, 1)),
    ] {
        assert_eq!(compare(&one, &other), Resemblance::Same, "{how}");
    }
}

#[test]
fn two_sides_of_a_card_in_the_same_place_are_different() {
    for seed in 0..20 {
        assert_eq!(compare(&card(seed, 800, 500), &card(seed + 100, 800, 500)), Resemblance::Different, "seed {seed}");
    }
}

#[test]
fn two_sides_scanned_on_white_are_different_although_most_of_it_is_the_same() {
    let scan = |seed| {
        let mut page = paint(800, 1100, |_, _| 252);
        let small = card_on(seed, 280, 180, |_, _| 252);
        for y in 0..180 {
            page.pixels[(300 + y) * 800 + 250..][..280].copy_from_slice(&small.pixels[y * 280..][..280]);
        }
        page
    };
    assert_eq!(compare(&scan(1), &scan(2)), Resemblance::Different);
    assert_eq!(compare(&scan(1), &saved(&scan(1), 50)), Resemblance::Same);
}

#[test]
fn plain_pictures_cannot_be_compared() {
    let plain = paint(100, 100, |_, _| 128);
    assert_eq!(compare(&plain, &plain), Resemblance::Unclear);
    assert_eq!(compare(&card(1, 100, 100), &plain), Resemblance::Unclear);
}
