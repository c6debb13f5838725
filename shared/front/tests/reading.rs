//! The reader on drawn documents of people who do not exist, and on pictures of nothing.

use acredita_front::{Agreement, Arrangement, Date, Expected, Front, Point, Quad, Reader};
use acredita_pictures::Luma;

const CARD: &[u8] = include_bytes!("pictures/card.jpg");
const PASSPORT: &[u8] = include_bytes!("pictures/passport.jpg");
const SMALL_PASSPORT: &[u8] = include_bytes!("pictures/small-passport.jpg");
const SHEET: &[u8] = include_bytes!("pictures/sheet.jpg");

fn picture(bytes: &[u8]) -> Luma {
    acredita_pictures::decode(bytes).expect("a picture")
}

fn read(bytes: &[u8], without: &[Quad]) -> Front {
    Reader::new().read(&picture(bytes), without).expect("the models run")
}

fn holder_of_the_card() -> Expected<'static> {
    Expected {
        number: Some("87386640A"),
        document: Some("KRF099563"),
        surnames: Some("SAEZ CARRASCO"),
        given_names: Some("JOSE MARIA"),
        names_cut: false,
        birth: Date::new(1976, 2, 5),
        expiry: Date::new(2035, 6, 22),
    }
}

fn zone_of_the_small_passport() -> Quad {
    Quad([(208., 546.), (826., 519.), (828., 569.), (212., 594.)].map(|(x, y)| Point { x, y }))
}

fn assert_all_agree(front: &Front, expected: Expected<'_>) {
    let judged = front.judge(expected);
    let fields = [judged.number, judged.document, judged.surnames, judged.given_names, judged.birth, judged.expiry];
    assert_eq!(fields, [Agreement::Agrees; 6]);
}

#[test]
fn a_card_agrees_with_its_holder_and_looks_like_a_document() {
    let front = read(CARD, &[]);
    assert_all_agree(&front, holder_of_the_card());
    assert_eq!(front.layout().arrangement, Arrangement::Document);
    let extracted = front.extracted();
    assert_eq!(extracted.number.as_deref(), Some("87386640A"));
    assert_eq!((extracted.birth, extracted.expiry), (Date::new(1976, 2, 5), Date::new(2035, 6, 22)));
    assert!((600.0..960.0).contains(&front.scale().width), "{:?}", front.scale());
}

#[test]
fn a_card_that_is_turned_is_read_the_same() {
    let upright = picture(CARD);
    let (width, height) = (upright.width, upright.height);
    let half = Luma { pixels: upright.pixels.iter().rev().copied().collect(), ..upright.clone() };
    let quarter = (0..width).flat_map(|x| (0..height).rev().map(move |y| (x, y)));
    let quarter =
        Luma { width: height, height: width, pixels: quarter.map(|(x, y)| upright.pixels[y * width + x]).collect() };
    let three = Luma { pixels: quarter.pixels.iter().rev().copied().collect(), ..quarter.clone() };
    let reader = Reader::new();
    for turned in [half, quarter, three] {
        let front = reader.read(&turned, &[]).expect("the models run");
        assert_all_agree(&front, holder_of_the_card());
        assert_eq!(front.layout().arrangement, Arrangement::Document);
    }
}

#[test]
fn another_number_differs() {
    let other = Expected { number: Some("12345678Z"), ..Expected::default() };
    assert_eq!(read(CARD, &[]).judge(other).number, Agreement::Differs);
}

#[test]
fn a_page_is_compared_without_its_zone() {
    let corners = |corners: [(f32, f32); 4]| Quad(corners.map(|(x, y)| Point { x, y }));
    let zone = corners([(110., 535.), (860., 530.), (860., 610.), (112., 635.)]);
    let front = read(PASSPORT, &[zone]);
    assert_all_agree(
        &front,
        Expected {
            number: Some("51263718F"),
            document: Some("SXU213472"),
            surnames: Some("BENITEZ SERRANO"),
            given_names: Some("IVAN"),
            names_cut: false,
            birth: Date::new(1973, 3, 1),
            expiry: Date::new(2034, 9, 15),
        },
    );
    assert_eq!(front.layout().arrangement, Arrangement::Document);
    assert!(front.texts().all(|(text, _)| !text.contains('<')));
    // Without the page, nothing is left but the zone.
    let page = corners([(0., 0.), (960., 0.), (960., 530.), (0., 530.)]);
    let number = Expected { document: Some("SXU213472"), number: Some("51263718F"), ..Expected::default() };
    let alone = read(PASSPORT, &[page]).judge(number);
    assert_eq!((alone.number, alone.document), (Agreement::NotRead, Agreement::NotRead));
}

#[test]
fn labels_that_are_too_small_for_the_detector_are_seen_above_their_values() {
    let layout = read(SMALL_PASSPORT, &[zone_of_the_small_passport()]).layout();
    assert_eq!(layout.arrangement, Arrangement::Document, "{layout:?}");
}

#[test]
fn a_typed_sheet_agrees_and_is_no_document() {
    let front = read(SHEET, &[]);
    let number = Expected { number: Some("86112842Z"), ..Expected::default() };
    assert_eq!(front.judge(number).number, Agreement::Agrees);
    assert_eq!(front.layout().arrangement, Arrangement::Sheet);
}

#[test]
fn nothing_is_no_document_and_no_panic() {
    let noise = |width: usize, height: usize| {
        let mut state = 7_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        Luma { width, height, pixels: (0..width * height).map(|_| next()).collect() }
    };
    let reader = Reader::new();
    for (width, height) in [(0, 0), (1, 1), (2, 3), (31, 33), (1, 5_000), (5_000, 1), (640, 32), (33, 650), (400, 300)]
    {
        for picture in [noise(width, height), Luma { width, height, pixels: vec![200; width * height] }] {
            let front = reader.read(&picture, &[]).expect("the models run");
            assert_ne!(front.layout().arrangement, Arrangement::Document, "{width}×{height}");
            let judged = front.judge(holder_of_the_card());
            assert_eq!(judged, Default::default(), "{width}×{height}");
        }
    }
    let lying = Luma { width: 100, height: 100, pixels: vec![0; 5] };
    assert_eq!(reader.read(&lying, &[]).map(|front| front.texts().count()), Ok(0));
}

#[test]
fn work_is_bounded_whatever_is_printed() {
    let assert_bounded = |front: &Front| {
        let work = front.work();
        assert!(work.detector_pixels <= 2 * 640 * 640 && work.lines <= 50 && work.columns <= 14_000, "{work:?}");
        work
    };
    let card = assert_bounded(&read(CARD, &[]));
    assert!(card.detector_pixels <= 640 * 640 && card.lines <= 40 && card.columns <= 8_000, "{card:?}");
    assert_bounded(&read(SMALL_PASSPORT, &[zone_of_the_small_passport()]));
    // Pages of lines of bars, and sheets of cards, upright and upside down.
    let (width, height) = (1_200, 1_600);
    let ink = |x: usize, y: usize| y % 24 < 12 && x % 9 < 5 && !(x / 9).is_multiple_of(7) && (60..1_140).contains(&x);
    let pixels = (0..width * height).map(|index| if ink(index % width, index / width) { 20 } else { 240 });
    let mut pages = vec![Luma { width, height, pixels: pixels.collect() }];
    let card = picture(CARD);
    for times in [2, 3] {
        let rows = (0..card.height).map(|row| card.pixels[row * card.width..][..card.width].repeat(times));
        let pixels = rows.collect::<Vec<_>>().concat().repeat(times);
        let turned = pixels.iter().rev().copied().collect();
        let (width, height) = (times * card.width, times * card.height);
        pages.extend([pixels, turned].map(|pixels| Luma { width, height, pixels }));
    }
    let reader = Reader::new();
    let works = pages.iter().map(|page| assert_bounded(&reader.read(page, &[]).expect("the models run")));
    let most = works.map(|work| work.lines).max();
    assert!(most >= Some(40), "some of it is more than may be read: {most:?}");
}

#[test]
fn no_debug_output_has_what_is_printed() {
    let front = read(CARD, &[]);
    let shown = format!(
        "{front:?} {:?} {:?} {:?} {:?} {:?}",
        front.layout(),
        front.extracted(),
        front.judge(holder_of_the_card()),
        holder_of_the_card(),
        Reader::new(),
    );
    for secret in ["87386640A", "KRF099563", "CARRASCO", "MARÍA", "1976", "2035"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
