//! Cards that are drawn on a table, and cut.

use super::*;
use acredita_domain::pictures;
use acredita_front::Point;
use acredita_mrz::{Quality, Status, icao::Format};
use acredita_pictures::Luma;

/// Pixels of the drawings for a millimetre.
const SCALE: f32 = 10.0;
const SIZE: (f32, f32) = (85.6, 54.0);

/// A sheet of this size on a table that is as large as the picture, with its upper left corner there, in millimetres.
fn sheet(picture: (f32, f32), at: (f32, f32), size: (f32, f32)) -> View {
    let (width, height) = ((picture.0 * SCALE) as usize, (picture.1 * SCALE) as usize);
    let pixel = |index: usize| {
        let (x, y) = ((index % width) as f32 / SCALE - at.0, (index / width) as f32 / SCALE - at.1);
        let portrait = (4.0..28.0).contains(&x) && (10.0..42.0).contains(&y);
        match () {
            () if !(0.0..size.0).contains(&x) || !(0.0..size.1).contains(&y) => 60,
            () if portrait => 110,
            () => 200,
        }
    };
    let pixels = (0..width * height).map(pixel).collect();
    View::new(pictures::Side::Front, &Luma { width, height, pixels })
}

/// Lines as a card has them, in millimetres from its corner at this place.
fn print(at: (f32, f32)) -> impl Iterator<Item = Quad> {
    [(33.0, 4.0, 80.0, 6.0), (32.0, 14.0, 60.0, 16.0), (32.0, 40.0, 70.0, 42.0), (4.0, 47.0, 24.0, 50.0)]
        .into_iter()
        .map(move |(left, top, right, bottom)| {
            let corner = |x: f32, y: f32| Point { x: (at.0 + x) * SCALE, y: (at.1 + y) * SCALE };
            Quad([corner(left, top), corner(right, top), corner(right, bottom), corner(left, bottom)])
        })
}

/// The zone of a card whose corner is at this place.
fn zone(at: (f32, f32)) -> Zone {
    let corner = |x: f32, y: f32| acredita_mrz::Point { x: (at.0 + x) * SCALE, y: (at.1 + y) * SCALE };
    let (left, right, top, bottom) = (4.7, 80.9, 38.5, 49.5);
    Zone {
        format: Format::Td1,
        lines: Vec::new(),
        corners: [corner(left, top), corner(right, top), corner(right, bottom), corner(left, bottom)],
        quality: Quality { pixels_per_character: 25.4, blur: 0.0, contrast: 0.6, clipped: 0.0 },
        status: Status::Read,
        checks: Vec::new(),
        dates_real: true,
        repaired: 0,
        min_confidence: 1.0,
        score: 1.0,
    }
}

/// What is seen of a card with its print, and of a card with its zone.
fn seen(picture: (f32, f32), at: (f32, f32), size: (f32, f32)) -> [Option<Outline>; 2] {
    let view = sheet(picture, at, size);
    [Outline::around_print(&view, print(at).next(), print(at)), Outline::around_zone(&view, &zone(at))]
}

#[test]
fn a_card_on_a_table_is_complete() {
    for at in [(7.0, 8.0), (1.5, 1.5), (12.0, 13.0)] {
        assert_eq!(seen((100.0, 70.0), at, SIZE), [Some(Outline::Complete); 2], "{at:?}");
    }
}

#[test]
fn a_card_that_the_border_of_the_picture_cuts_is_not() {
    for at in [(-2.0, 8.0), (16.5, 8.0), (7.0, -2.5), (7.0, 18.0), (-6.0, -6.0)] {
        for outline in seen((100.0, 70.0), at, SIZE) {
            assert!(matches!(outline, Some(Outline::CutOff(_) | Outline::Unclear(_))), "{at:?}: {outline:?}");
        }
    }
}

#[test]
fn a_scan_that_ends_where_the_card_does_is_complete_and_a_smaller_one_is_not() {
    assert_eq!(seen(SIZE, (0.0, 0.0), SIZE), [Some(Outline::Complete); 2]);
    for (picture, at) in [((82.0, 54.0), (-3.6, 0.0)), ((82.0, 54.0), (0.0, 0.0)), ((85.6, 50.0), (0.0, -4.0))] {
        let [print, _] = seen(picture, at, SIZE);
        assert!(!matches!(print, Some(Outline::Complete)), "{picture:?} {at:?}");
    }
    let [_, zone] = seen((82.0, 54.0), (-3.6, 0.0), SIZE);
    assert!(!matches!(zone, Some(Outline::Complete)), "{zone:?}");
}

#[test]
fn a_larger_sheet_is_no_card() {
    for outline in seen((160.0, 120.0), (10.0, 10.0), (120.0, 95.0)) {
        assert!(matches!(outline, Some(Outline::Unclear(_))), "{outline:?}");
    }
}

#[test]
fn without_print_nothing_shows_where_a_card_lies() {
    assert_eq!(Outline::around_print(&sheet((100.0, 70.0), (7.0, 8.0), SIZE), None, [].into_iter()), None);
}

#[test]
fn a_zone_alone_is_bare_and_a_zone_below_print_is_not() {
    let at = (7.0, 8.0);
    // The portrait stands for any print.
    assert!(!is_bare(&sheet((100.0, 70.0), at, SIZE), &zone(at)));
    let elsewhere = sheet((100.0, 70.0), (100.0, 8.0), SIZE);
    assert!(is_bare(&elsewhere, &zone(at)));
}
