//! Portraits of drawn documents of people who do not exist, and pictures without one.

use acredita_front::{Face, Look, Point, Portrait, Portraits, Quad, Reader};
use acredita_pictures::Luma;
use proptest::prelude::*;

const CARD: &[u8] = include_bytes!("pictures/card.jpg");
const PASSPORT: &[u8] = include_bytes!("pictures/passport.jpg");
const SHEET: &[u8] = include_bytes!("pictures/sheet.jpg");

fn picture(bytes: &[u8]) -> Luma {
    acredita_pictures::decode(bytes).expect("a picture")
}

fn print(picture: &Luma) -> Quad {
    Reader::new().read(picture, &[]).expect("the models run").print().expect("print")
}

fn look(picture: &Luma, print: Quad) -> Look {
    Portraits::new().look(picture, print).expect("the model runs")
}

fn face(look: Look) -> Face {
    match look.portrait {
        Portrait::Found(face) => face,
        other => panic!("{other:?}"),
    }
}

/// What is at every place of another picture of the same size.
fn redrawn(picture: &Luma, mut pixel: impl FnMut(usize, usize) -> u8) -> Luma {
    let places = (0..picture.height).flat_map(|y| (0..picture.width).map(move |x| (x, y)));
    Luma { pixels: places.map(|(x, y)| pixel(x, y)).collect(), ..*picture }
}

/// Whether a place is in the square or as near to it as half of its side.
fn around(place: Quad, x: usize, y: usize) -> bool {
    let Quad([a, _, c, _]) = place;
    let (middle, reach) = (((a.x + c.x) / 2.0, (a.y + c.y) / 2.0), (c.x - a.x).hypot(c.y - a.y));
    (x as f32 - middle.0).hypot(y as f32 - middle.1) < reach
}

#[test]
fn a_card_and_a_passport_have_a_portrait_to_the_left_of_their_print() {
    for (name, bytes) in [("card", CARD), ("passport", PASSPORT)] {
        let picture = picture(bytes);
        let print = print(&picture);
        let found = look(&picture, print);
        let Face { place, score } = face(found);
        assert!(score >= 80, "{name}: {score}");
        assert_eq!(found.windows, 1, "{name}");
        let middle = (print.0[0].x + print.0[1].x) / 2.0;
        assert!(place.0.iter().all(|corner| corner.x < middle), "{name}: {place:?} in {print:?}");
    }
}

#[test]
fn the_same_card_upside_down_has_it_too() {
    let upright = picture(CARD);
    let Luma { width, height, .. } = upright;
    let turned = redrawn(&upright, |x, y| upright.pixels[(height - 1 - y) * width + width - 1 - x]);
    let expected = face(look(&upright, print(&upright))).place;
    let found = face(look(&turned, print(&turned))).place;
    for (corner, expected) in found.0.iter().zip(expected.0) {
        let off = (width as f32 - corner.x - expected.x).hypot(height as f32 - corner.y - expected.y);
        assert!(off < 0.02 * width as f32, "{found:?}");
    }
}

#[test]
fn a_card_whose_portrait_is_blank_has_none() {
    let whole = picture(CARD);
    let print = print(&whole);
    let place = face(look(&whole, print)).place;
    let blank = redrawn(&whole, |x, y| if around(place, x, y) { 220 } else { whole.pixels[y * whole.width + x] });
    assert_eq!(look(&blank, print).portrait, Portrait::Missing);
}

#[test]
fn a_face_to_the_right_of_the_print_is_not_the_portrait() {
    let card = picture(CARD);
    let print = print(&card);
    let mirrored = redrawn(&card, |x, y| card.pixels[y * card.width + card.width - 1 - x]);
    let Quad([a, b, c, d]) = print;
    let across = |corner: Point| Point { x: card.width as f32 - corner.x, ..corner };
    assert_eq!(look(&mirrored, Quad([b, a, d, c].map(across))).portrait, Portrait::Missing);
}

#[test]
fn a_typed_sheet_has_none() {
    let sheet = picture(SHEET);
    let found = look(&sheet, print(&sheet));
    assert_eq!(found, Look { portrait: Portrait::Missing, windows: 3 });
}

#[test]
fn small_print_and_print_that_is_nowhere_cannot_be_looked_at() {
    let card = picture(CARD);
    let at = |x: f32, y: f32| Point { x, y };
    let small = Quad([at(0.0, 0.0), at(100.0, 0.0), at(100.0, 60.0), at(0.0, 60.0)]);
    for print in
        [small, Quad([at(f32::NAN, 0.0); 4]), Quad([at(0.0, 0.0), at(f32::MAX, 0.0), at(f32::MAX, 1.0), at(0.0, 1.0)])]
    {
        assert_eq!(look(&card, print), Look { portrait: Portrait::TooSmall, windows: 0 }, "{print:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_picture_and_no_place_makes_it_panic(
        (width, height) in (0_usize..90, 0_usize..90),
        pixels in proptest::collection::vec(any::<u8>(), 0..90),
        corners in proptest::array::uniform8(-1e6_f32..1e6),
    ) {
        let pixels = pixels.into_iter().chain(std::iter::repeat(128)).take(width * height).collect();
        let [a, b, c, d, e, f, g, h] = corners;
        let print = Quad([(a, b), (c, d), (e, f), (g, h)].map(|(x, y)| Point { x, y }));
        let found = look(&Luma { width, height, pixels }, print);
        prop_assert!(found.windows <= 3);
    }
}
