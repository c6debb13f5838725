use super::*;
use crate::{
    actor::{Actor, IdentityDocument, Msisdn},
    records::{RecordKind, RecordStatus},
    review::ReviewStatus,
    scoring::Score,
};
use chrono::TimeDelta;
use proptest::prelude::*;

fn row() -> RecordRow {
    RecordRow {
        id: "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11".parse().expect("an id"),
        kind: RecordKind::IdentityDocument,
        stored: RecordStatus::Created,
        created_at: Time::UNIX_EPOCH,
        expires_at: Time::UNIX_EPOCH + TimeDelta::minutes(1),
        client_reference_id: "=cmd|' /C calc'!A0".parse().ok(),
        score: Some(Score::new(0.857)),
        review: Some(ReviewStatus::Open),
    }
}

fn person() -> RecordPerson {
    let document = IdentityDocument {
        document_number: "12345678A".parse().ok(),
        document_type: "NIF".parse().ok(),
        country: "ES".parse().ok(),
    };
    let actor = Actor {
        name: "Ana \"la\" María, hija".parse().ok(),
        last_name: "@SUM(1+1)*cmd".parse().ok(),
        identity_document: Some(document),
        email: "ana@example.com".parse().ok(),
        msisdn: Some(Msisdn::new("612345678".parse().expect("digits"), "34".parse().expect("digits"))),
        ..Actor::default()
    };
    RecordPerson { actor: Some(actor), validated_at: None, ..RecordPerson::default() }
}

/// The cells of each line, by a reader that knows only the standard.
fn read(bytes: &[u8]) -> Vec<Vec<String>> {
    let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
    reader.records().map(|line| line.expect("a line").iter().map(str::to_owned).collect()).collect()
}

#[test]
fn a_file_begins_with_the_names_of_its_columns_and_a_mark_that_says_utf_8() {
    let bytes = Sheet::first(ExportColumns::Plain).into_bytes();
    assert!(bytes.starts_with(BYTE_ORDER_MARK) && bytes.ends_with(b"\r\n"));
    assert_eq!(read(&bytes), [PLAIN]);
    let personal = Sheet::first(ExportColumns::Personal).into_bytes();
    assert_eq!(read(&personal), [[&PLAIN[..], &PERSONAL].concat()]);
    assert_eq!(Sheet::next(ExportColumns::Personal).into_bytes().len(), 0);
}

#[test]
fn a_record_is_a_line_and_plain_columns_name_nobody() {
    let mut sheet = Sheet::next(ExportColumns::Plain);
    sheet.add(&row(), Some(&person()), Time::UNIX_EPOCH + TimeDelta::minutes(1));
    assert_eq!(sheet.records(), 1);
    let size = sheet.size();
    let bytes = sheet.into_bytes();
    assert_eq!(bytes.len(), size);
    let expected = [
        "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11",
        "IDENTITY_DOCUMENT",
        "EXPIRED",
        "1970-01-01T00:00:00Z",
        "1970-01-01T00:01:00Z",
        "'=cmd|' /C calc'!A0",
        "0.85",
        "OPEN",
    ];
    assert_eq!(read(&bytes), [expected]);
}

#[test]
fn personal_columns_have_the_declared_person() {
    let mut sheet = Sheet::next(ExportColumns::Personal);
    sheet.add(&row(), Some(&person()), Time::UNIX_EPOCH);
    sheet.add(&row(), None, Time::UNIX_EPOCH);
    let lines = read(&sheet.into_bytes());
    let expected = [
        "",
        "Ana \"la\" María, hija",
        "'@SUM(1+1)*cmd",
        "NIF",
        "12345678A",
        "ES",
        "ana@example.com",
        "'+34612345678",
        "ES",
        "",
    ];
    assert_eq!(lines[0][PLAIN.len()..], expected);
    assert_eq!(lines[1][PLAIN.len()..], [""; PERSONAL.len()]);
}

#[test]
fn no_cell_begins_like_a_formula_whoever_reads_it() {
    for (text, cell) in [
        ("=1+1", "'=1+1"),
        ("+34600000001", "'+34600000001"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r\n=1", "'\r\n'=1"),
        ("  =1", "  '=1"),
        ("\u{200b}=1", "\u{200b}'=1"),
        ("＝1", "'＝1"),
        ("＠SUM", "'＠SUM"),
        ("Ana;=1", "Ana;'=1"),
        ("Ana\", =1", "Ana\", '=1"),
        ("Ana\n-1", "Ana\n'-1"),
        ("'=1", "''=1"),
        ("Ana-María", "Ana-María"),
        ("a+b@example.com", "a+b@example.com"),
        ("2026-11-20T08:33:00Z", "2026-11-20T08:33:00Z"),
        ("", ""),
    ] {
        assert_eq!(guarded(text), cell, "{text:?}");
    }
}

proptest! {
    /// By whichever separator it is cut, and with quotes or without.
    #[test]
    fn nothing_that_may_be_read_as_a_cell_begins_like_a_formula(text in r#"[-=+@＝;,|"' \t\r\na\u{200b}]{0,12}"#) {
        let cell = guarded(&text);
        for (at, _) in cell.char_indices().filter(|(_, c)| begins_formula(*c)) {
            let before = &cell[..at];
            let is_blank = |c: char| (c.is_whitespace() || is_invisible(c)) && !may_end_cell(c);
            let shown = before.trim_end_matches(is_blank);
            let may_begin = shown.is_empty() || shown.ends_with(may_end_cell);
            prop_assert!(!may_begin || before.ends_with('\''), "{cell:?}");
        }
        prop_assert_eq!(cell.replace('\'', ""), text.replace('\'', ""), "nothing else is changed");
    }
}
