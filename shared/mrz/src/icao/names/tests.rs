//! Names as people give them, compared with names as they are printed.

use super::*;
use crate::icao::{NamePart, Personal};
use Agreement::{Doubtful, Match, Mismatch};

fn zone(surname: &str, given: &str, cut: bool) -> Name {
    let part = |text: &str, cut| NamePart { text: Personal::new(text), cut };
    Name { surname: part(surname, cut && given.is_empty()), given: part(given, cut && !given.is_empty()) }
}

fn check(cases: &[(&str, &str, &str, &str, Agreement)]) {
    for &(surname, given, printed_surname, printed_given, expected) in cases {
        let zone = zone(printed_surname, printed_given, false);
        assert_eq!(
            compare(Some(surname), Some(given), &zone),
            expected,
            "{surname}, {given}: {printed_surname}, {printed_given}"
        );
    }
}

#[test]
fn what_the_standard_would_print_matches() {
    check(&[
        ("García López", "María José", "GARCIA LOPEZ", "MARIA JOSE", Match),
        ("Española Española", "Carmen", "ESPANOLA ESPANOLA", "CARMEN", Match),
        ("Núñez", "Iñaki", "NUNXXEZ", "INAKI", Match),
        ("Müller-Lüdenscheidt", "Jürgen", "MUELLER LUDENSCHEIDT", "JUERGEN", Match),
        ("O’Connor", "Sinéad", "OCONNOR", "SINEAD", Match),
        ("O'Connor", "Sinéad", "O CONNOR", "SINEAD", Match),
        ("de la Cruz", "Ana", "DE LA CRUZ", "ANA", Match),
        ("Ångström", "Björn", "AANGSTROEM", "BJORN", Match),
        ("Đorđević", "Łukasz", "DJORDJEVIC", "LUKASZ", Match),
        ("Weiß", "Þór", "WEISS", "THOR", Match),
        ("Nguyễn", "Văn Ánh", "NGUYEN", "VAN ANH", Match),
        ("garcia", "ana", "GARCIA", "ANA", Match),
        ("Vil·la", "Núria", "VILLA", "NURIA", Match),
    ]);
}

#[test]
fn habits_and_slips_are_doubtful() {
    check(&[
        ("García", "María", "GARCIA LOPEZ", "MARIA JOSE", Doubtful),
        ("García López", "María", "GARCIA LOPEZ", "MARIA JOSE", Doubtful),
        ("García López", "María José", "GARCIA", "MARIA", Doubtful),
        ("López García", "Ana", "GARCIA LOPEZ", "ANA", Doubtful),
        ("Ana", "García López", "GARCIA LOPEZ", "ANA", Doubtful),
        ("de la Cruz", "Ana", "DELACRUZ", "ANA", Doubtful),
        ("García López", "Ana", "GARCIA LOPEZ ANA", "", Doubtful),
        ("Gonzales", "Ana", "GONZALEZ", "ANA", Doubtful),
        ("García", "M.ª José", "GARCIA", "MARIA JOSE", Doubtful),
        ("García", "J.", "GARCIA", "JOSE", Doubtful),
        ("Иванов", "Иван", "IVANOV", "IVAN", Doubtful),
        ("", "", "GARCIA", "ANA", Doubtful),
    ]);
}

#[test]
fn other_people_do_not_match() {
    check(&[
        ("García López", "Ana", "GARCIA PEREZ", "ANA", Mismatch),
        ("García", "José", "GARCIA", "JUAN", Mismatch),
        ("García", "Ana", "GARCIA", "EVA", Mismatch),
        ("Smith", "James", "GARCIA", "ANA", Mismatch),
        ("Smith", "Ana", "GARCIA", "ANA", Mismatch),
        ("García", "Ana", "GARCIA", "MARIA JOSE", Mismatch),
        ("García", "Ana", "", "", Mismatch),
        ("Ana", "Ana", "ANA", "EVA", Mismatch),
    ]);
}

#[test]
fn a_name_that_was_cut_matches_as_far_as_it_had_room() {
    let full = zone("NILAVADHANANANDA", "CHAYAPA DEJTHANARAJ K", true);
    let given = |given| compare(Some("Nilavadhanananda"), Some(given), &full);
    assert_eq!(given("Chayapa Dejthanaraj Krasuang"), Match);
    assert_eq!(given("Chayapa Dejthanaraj Krasuang Mai"), Match);
    assert_eq!(given("Chayapa Dejthanaraj"), Doubtful);
    assert_eq!(given("Chayapa Somchai Krasuang"), Mismatch);
    // Components are shortened to make room for all.
    let shortened = zone("NILAVADHANANANDA", "CHAY DEJ K", true);
    assert_eq!(compare(Some("Nilavadhanananda"), Some("Chayapa Dejthanaraj Krasuang"), &shortened), Doubtful);
    let surname_only = zone("BENNELONG WOOLOOMOOLOO WARRANDYTE WARNA", "", true);
    assert_eq!(compare(Some("Bennelong Wooloomooloo Warrandyte Warnambool"), Some("Dingo"), &surname_only), Doubtful);
    let not_cut = zone("GARCIA", "MAR", false);
    assert_eq!(compare(Some("García"), Some("María"), &not_cut), Mismatch);
}

#[test]
fn what_was_not_declared_is_not_compared() {
    let zone = zone("GARCIA LOPEZ", "ANA", false);
    assert_eq!(compare(Some("García López"), None, &zone), Match);
    assert_eq!(compare(None, Some("Ana"), &zone), Match);
    assert_eq!(compare(None, Some("Eva"), &zone), Mismatch);
    assert_eq!(compare(None, None, &zone), Doubtful);
}
