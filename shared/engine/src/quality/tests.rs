//! Each check holds on a good picture and fails on its own defect.

use super::{finding::grade, *};
use crate::synthetic::{Numbers, blur, card, card_on, flash, map, noisy, paint};
use acredita_domain::{pictures::Side, scoring::Reason};
use acredita_pictures::Luma;

fn judge(judge: Judge, luma: &Luma) -> Finding {
    let finding = judge(&View::new(Side::Front, luma));
    assert!((0.0..=1.0).contains(&finding.score), "{finding:?}");
    finding
}

fn good() -> Luma {
    card(1, 1400, 900)
}

#[test]
fn a_good_picture_passes_every_check_at_any_size() {
    for (width, height) in [(640, 420), (1000, 640), (1400, 900), (2100, 1400), (900, 1200)] {
        for (name, check) in JUDGES {
            let finding = judge(check, &card(3, width, height));
            assert!(finding.holds(), "{name} at {width}x{height}: {finding:?}");
        }
    }
}

#[test]
fn noise_of_a_phone_in_a_room_fails_nothing() {
    for (name, check) in JUDGES {
        let finding = judge(check, &noisy(&good(), 8.0));
        assert!(finding.holds(), "{name}: {finding:?}");
    }
}

#[test]
fn too_few_pixels_fail_resolution() {
    for (width, height) in [(599, 400), (480, 300), (2000, 300), (1, 1)] {
        let finding = judge(resolution::judge, &paint(width, height, |_, _| 0));
        assert!(!finding.holds() && finding.fault == Reason::PictureTooSmall, "{finding:?}");
    }
    assert!(judge(resolution::judge, &paint(360, 600, |_, _| 0)).holds(), "portrait is as good as landscape");
}

#[test]
fn blur_fails_sharpness_whatever_the_resolution() {
    for (width, radius) in [(800, 3), (1400, 4), (2400, 7)] {
        let picture = card(1, width, width * 2 / 3);
        assert!(judge(sharpness::judge, &picture).holds(), "{width}");
        let finding = judge(sharpness::judge, &blur(&picture, radius));
        assert!(!finding.holds(), "{width}: {finding:?}");
    }
}

#[test]
fn blur_is_found_under_noise() {
    let finding = judge(sharpness::judge, &noisy(&blur(&good(), 6), 6.0));
    assert!(!finding.holds(), "{finding:?}");
}

#[test]
fn more_blur_never_scores_better() {
    let scores: Vec<f64> = (0..8).map(|radius| judge(sharpness::judge, &blur(&good(), radius)).score).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
}

#[test]
fn darkness_light_and_fog_fail_exposure_and_say_why() {
    for (picture, fault) in [
        (map(&good(), |level| level * 0.15), Reason::TooDark),
        (map(&good(), |level| level * 1.2 + 150.0), Reason::TooBright),
        (map(&good(), |level| 120.0 + level * 0.15), Reason::LowContrast),
    ] {
        let finding = judge(exposure::judge, &picture);
        assert!(!finding.holds() && finding.fault == fault, "{finding:?}");
    }
}

fn scan_on_paper() -> Luma {
    let mut page = paint(1000, 1400, |x, y| 252 + ((x + y) % 4) as u8);
    let small = card_on(1, 480, 300, |_, _| 160);
    for y in 0..300 {
        page.pixels[(200 + y) * 1000 + 150..][..480].copy_from_slice(&small.pixels[y * 480..][..480]);
    }
    page
}

#[test]
fn a_scan_on_white_paper_fails_neither_exposure_nor_glare_nor_blankness() {
    for judge_it in [exposure::judge, glare::judge, blank::judge, sharpness::judge] {
        let finding = judge(judge_it, &scan_on_paper());
        assert!(finding.holds(), "{finding:?}");
    }
}

#[test]
fn a_spot_of_flash_on_the_card_is_glare_and_a_speck_is_not() {
    let finding = judge(glare::judge, &flash(&good(), (600, 400), 70.0, 190.0));
    assert!(!finding.holds() && finding.fault == Reason::Glare, "{finding:?}");
    assert!(judge(glare::judge, &flash(&good(), (600, 400), 12.0, 190.0)).holds());
}

#[test]
fn glare_that_the_rim_cuts_is_still_glare() {
    assert!(!judge(glare::judge, &flash(&good(), (0, 450), 90.0, 250.0)).holds());
}

#[test]
fn glare_on_a_card_on_white_paper_is_still_glare() {
    let scan = scan_on_paper();
    assert!(!judge(glare::judge, &flash(&scan, (390, 350), 45.0, 150.0)).holds());
}

#[test]
fn white_print_with_sharp_edges_is_no_glare() {
    let mut picture = good();
    for y in 300..420 {
        picture.pixels[y * 1400 + 500..][..200].fill(255);
    }
    assert!(judge(glare::judge, &picture).holds());
}

#[test]
fn paper_that_gets_darker_to_one_side_is_no_glare() {
    let paper = paint(1000, 800, |x, _| (268 - x / 20).min(255) as u8);
    let mut page = paper;
    let small = card_on(1, 480, 300, |_, _| 160);
    for y in 0..300 {
        page.pixels[(250 + y) * 1000 + 250..][..480].copy_from_slice(&small.pixels[y * 480..][..480]);
    }
    let finding = judge(glare::judge, &page);
    assert!(finding.holds(), "{finding:?}");
}

#[test]
fn plain_graded_and_noisy_pictures_are_blank() {
    let mut numbers = Numbers::new(3);
    let noise = Luma { width: 900, height: 700, pixels: (0..900 * 700).map(|_| numbers.below(256) as u8).collect() };
    for (how, picture) in [
        ("black", paint(900, 700, |_, _| 0)),
        ("white", paint(900, 700, |_, _| 255)),
        ("one pixel", paint(1, 1, |_, _| 9)),
        ("gradient", paint(900, 700, |x, y| (x * 150 / 900 + y * 100 / 700) as u8)),
        ("vignette", paint(900, 700, |x, y| 200 - ((x.abs_diff(450).pow(2) + y.abs_diff(350).pow(2)) / 3000) as u8)),
        ("wall with noise", noisy(&paint(900, 700, |_, _| 140), 12.0)),
        ("strong noise", noise),
        ("strong noise of 12 megapixels", noisy(&paint(4000, 3000, |_, _| 140), 60.0)),
    ] {
        let finding = judge(blank::judge, &picture);
        assert!(!finding.holds(), "{how}: {finding:?}");
    }
}

#[test]
fn blur_does_not_make_a_card_blank() {
    assert!(judge(blank::judge, &blur(&good(), 9)).holds());
}

#[test]
fn a_grade_is_half_at_the_limit_and_bounded_in_both_directions() {
    for (value, expected) in
        [(0.0, 0.0), (10.0, 0.0), (25.0, 0.25), (40.0, 0.5), (50.0, 0.75), (60.0, 1.0), (999.0, 1.0)]
    {
        assert!((grade(value, 10.0, 40.0, 60.0) - expected).abs() < 1e-9, "{value}");
        assert!((grade(-value, -10.0, -40.0, -60.0) - expected).abs() < 1e-9, "{value} falling");
    }
}
