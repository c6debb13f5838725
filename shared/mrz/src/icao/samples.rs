//! Zones for tests: the specimens that standards and states publish.

use super::Format;

/// A zone without any fault.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) format: Format,
    pub(crate) lines: &'static [&'static str],
}

const fn sample(name: &'static str, format: Format, lines: &'static [&'static str]) -> Sample {
    Sample { name, format, lines }
}

/// Doc 9303 parts 4–7, and the specimens of Spain, France and Belgium.
pub(crate) const SOUND: &[Sample] = &[
    sample(
        "passport",
        Format::Td3,
        &["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"],
    ),
    sample(
        "card",
        Format::Td1,
        &["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"],
    ),
    sample(
        "card with a long number and all its optional data",
        Format::Td1,
        &["I<UTOD23145890<7349<XY<<<<<<<<", "7408122F1204159UTOAB12<CD34EF6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"],
    ),
    sample(
        "TD2 document",
        Format::Td2,
        &["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"],
    ),
    sample(
        "visa A",
        Format::MrvA,
        &["V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"],
    ),
    sample("visa B", Format::MrvB, &["V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<"]),
    sample(
        "French card",
        Format::FrenchId,
        &["IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<", "8806923102858CORINNE<<<<<<<6512068F6"],
    ),
    sample(
        "DNI",
        Format::Td1,
        &["IDESPBAA000589599999999R<<<<<<", "8001014F2501017ESP<<<<<<<<<<<7", "ESPANOLA<ESPANOLA<<CARMEN<<<<<"],
    ),
    sample(
        "Spanish passport",
        Format::Td3,
        &["P<ESPESPANOLA<ESPANOLA<<CARMEN<<<<<<<<<<<<<<", "ZAB0002549ESP8001014F2501017A9999999900<<<44"],
    ),
];
