use super::*;
use crate::synthetic::{Jpeg, card};
use acredita_mrz::icao::Format;
use std::{fs, path::Path};

/// Kind, issuer and number of a zone's document. Check digits are not verified here.
fn of(format: Format, lines: &[&str]) -> Option<(DocumentType, Option<String>, String)> {
    let parsed = icao::parse_as(format, lines).expect("a zone");
    carried(&parsed.fields)
        .map(|it| (it.document_type, it.countries.first().copied().map(String::from), it.numbers[0].expose().clone()))
}

fn found(
    document_type: DocumentType,
    issuer: Option<&str>,
    number: &str,
) -> Option<(DocumentType, Option<String>, String)> {
    Some((document_type, issuer.map(str::to_owned), number.to_owned()))
}

#[test]
fn a_spanish_card_goes_by_the_number_of_its_holder_and_not_by_its_own() {
    let lines = ["IDESPBAA000589699999999R<<<<<<", "8001014F2501017ESP<<<<<<<<<<<7", "ESPANOLA<ESPANOLA<<CARMEN<<<<<"];
    assert_eq!(of(Format::Td1, &lines), found(DocumentType::Nif, Some("ES"), "99999999R"));
    let lines = ["IXESPE000005893X1234567L<<<<<<", "8001014F2501017MAR<<<<<<<<<<<7", "ESPANOLA<ESPANOLA<<CARMEN<<<<<"];
    assert_eq!(of(Format::Td1, &lines), found(DocumentType::Nie, Some("ES"), "X1234567L"));
    let lines = ["IDESPBAA0005896<<<<<<<<<<<<<<<", "8001014F2501017ESP<<<<<<<<<<<7", "ESPANOLA<ESPANOLA<<CARMEN<<<<<"];
    assert_eq!(of(Format::Td1, &lines), None, "without optional data there is no number of the holder");
}

#[test]
fn other_documents_go_by_their_own_number() {
    let lines = ["P<ESPESPANOLA<ESPANOLA<<CARMEN<<<<<<<<<<<<<<", "ZAB0002549ESP8001014F2501017A9999999900<<<44"];
    assert_eq!(of(Format::Td3, &lines), found(DocumentType::Passport, Some("ES"), "ZAB000254"));
    let lines = ["P<D<<MUSTERMANN<<ERIKA<<<<<<<<<<<<<<<<<<<<<<", "C01X00T478D<<6408125F2702283<<<<<<<<<<<<<<<4"];
    assert_eq!(of(Format::Td3, &lines), found(DocumentType::Passport, Some("DE"), "C01X00T47"));
    let lines = ["IDPRTAB1234567<<<<<<<<<<<<<<<<", "8001014F2501017PRT<<<<<<<<<<<7", "SILVA<<MARIA<<<<<<<<<<<<<<<<<<"];
    assert_eq!(of(Format::Td1, &lines), found(DocumentType::IdentityCard, Some("PT"), "AB1234567"));
    let lines = ["IDBEL000590696<1015<<<<<<<<<<<", "8001014F2501017BEL<<<<<<<<<<<7", "JANSEN<<MARIA<<<<<<<<<<<<<<<<<"];
    assert_eq!(
        of(Format::Td1, &lines),
        found(DocumentType::IdentityCard, Some("BE"), "000590696101"),
        "a long number is whole"
    );
    let lines = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];
    assert_eq!(of(Format::Td3, &lines), found(DocumentType::Passport, None, "L898902C3"), "Utopia is no country");
}

#[test]
fn holders_may_give_a_national_number_and_name_their_territory() {
    let carried = |format: Format, lines: &[&str]| {
        let parsed = icao::parse_as(format, lines).expect("a zone");
        let carried = carried(&parsed.fields).expect("a number");
        let numbers: Vec<String> = carried.numbers.iter().map(|number| number.expose().clone()).collect();
        (numbers, carried.countries.into_iter().map(String::from).collect::<Vec<_>>())
    };
    let dutch = ["I<NLDSPECI20142999999990<<<<<8", "6503101F2403096NLD<<<<<<<<<<<8", "BRUIJN<<WILLEKE<<<<<<<<<<<<<<<"];
    let (numbers, countries) = carried(Format::Td1, &dutch);
    assert_eq!((numbers, countries), (vec!["SPECI2014".to_owned(), "999999990".to_owned()], vec!["NL".to_owned()]));
    let british = ["P<GBDSMITH<<JANE<<<<<<<<<<<<<<<<<<<<<<<<<<<<", "1234567897GBD8001014F3101017<<<<<<<<<<<<<<00"];
    let (_, countries) = carried(Format::Td3, &british);
    assert!(["GB", "BM", "GI", "JE"].iter().all(|code| countries.iter().any(|country| country == code)));
    assert!(!countries.iter().any(|country| country == "IE"));
}

#[test]
fn a_visa_and_a_document_without_a_number_go_by_none() {
    let lines = ["V<ESPESPANOLA<ESPANOLA<<CARMEN<<<<<<<<<<<<<<", "ZAB0002549ESP8001014F2501017A9999999900<<<<<"];
    assert_eq!(of(Format::MrvA, &lines), None);
    let lines = ["IDPRT<<<<<<<<<0<<<<<<<<<<<<<<<", "8001014F2501017PRT<<<<<<<<<<<7", "SILVA<<MARIA<<<<<<<<<<<<<<<<<<"];
    assert_eq!(of(Format::Td1, &lines), None);
}

async fn read(bytes: Vec<u8>) -> ReadNumbers {
    InternalDocumentNumberReader::new(PictureMemory::default()).read(bytes.into()).await.numbers
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(name)).expect("a fixture")
}

#[tokio::test]
async fn a_picture_gives_the_number_of_its_document() {
    let ReadNumbers { numbers: read, other_zones } = read(fixture("otp-dni.jpg")).await;
    assert_eq!((read.len(), other_zones), (1, false));
    assert_eq!((read[0].document_type, &read[0].countries[..]), (DocumentType::Nif, &["ES".parse().unwrap()][..]));
    assert_eq!(read[0].numbers, [Private::new("12345678Z".to_owned())]);
}

#[tokio::test]
async fn nothing_else_gives_a_number() {
    let whole = fixture("otp-dni.jpg");
    for (what, bytes, other_zones) in [
        ("a card without a zone", Jpeg::GREY.encode(&card(1, 400, 250)), false),
        ("half a picture", whole[..whole.len() / 2].to_vec(), false),
        ("no picture", b"%PDF-1.7".to_vec(), false),
        ("a zone that is too blurred to look like one", fixture("otp-blurred.jpg"), false),
        ("a zone with a wrong check digit", fixture("otp-wrong-digit.jpg"), true),
    ] {
        assert_eq!(read(bytes).await, ReadNumbers { numbers: Vec::new(), other_zones }, "{what}");
    }
}

#[tokio::test]
async fn print_is_no_other_zone() {
    for (name, several) in [("dni-back.jpg", 1), ("dni-front.jpg", 0), ("passport.jpg", 1), ("otp-other.jpg", 1)] {
        let read = read(fixture(name)).await;
        assert_eq!((read.numbers.len(), read.other_zones), (several, false), "{name}");
    }
}

/// One picture above the other, on white.
fn one_above_the_other(pictures: [&str; 2]) -> Luma {
    let pictures = pictures.map(|name| decode(&fixture(name)).expect("a picture").0);
    let width = pictures.iter().map(|picture| picture.width).max().expect("two pictures");
    let height = pictures.iter().map(|picture| picture.height).sum();
    let widened =
        |row: &[u8]| row.iter().copied().chain(std::iter::repeat_n(255, width - row.len())).collect::<Vec<u8>>();
    let pixels = pictures.iter().flat_map(|picture| picture.pixels.chunks(picture.width)).flat_map(widened).collect();
    Luma { width, height, pixels }
}

#[test]
fn a_zone_beside_a_good_one_is_told_of() {
    for (pictures, several, other_zones) in [
        (["otp-dni.jpg", "otp-other.jpg"], 2, false),
        (["otp-dni.jpg", "otp-wrong-digit.jpg"], 1, true),
        (["otp-wrong-digit.jpg", "otp-dni.jpg"], 1, true),
    ] {
        let read = numbers(&one_above_the_other(pictures));
        assert_eq!((read.numbers.len(), read.other_zones), (several, other_zones), "{pictures:?}");
    }
}

#[tokio::test]
async fn many_pictures_at_once_are_all_read() {
    let reader = InternalDocumentNumberReader::new(PictureMemory::default());
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            let (reader, bytes) = (reader.clone(), fixture("otp-dni.jpg"));
            tokio::spawn(async move { reader.read(bytes.into()).await.numbers.numbers.len() })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.expect("no reader panics"), 1);
    }
}
