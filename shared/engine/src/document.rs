//! A document, as one zone describes it, and how far that can be trusted.

use acredita_domain::{Time, scoring::Extracted, text::Private};
use acredita_mrz::{
    Status, Zone,
    icao::{Date, Fields, Parsed, Personal, Sex, countries, parse_as},
};
use chrono::Datelike;

/// If every character of a text was read with at least this confidence, the text is as printed, even if its check
/// digits are wrong. Of zones with wrong digits that were read at 0.79 and more, not one was misread.
const CONFIDENT: f32 = 0.75;

/// How far a text can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Certainty {
    /// At least one character may be wrong.
    Doubtful,
    /// Every character is sure enough, and the check digits confirm them.
    Accepted,
    /// The text is as printed, whatever the check digits say.
    Confident,
}

#[derive(Clone)]
pub(crate) struct Document {
    /// The fields, and their faults.
    pub(crate) parsed: Parsed,
    pub(crate) certainty: Certainty,
    /// Whether the reader accepts the zone: sure characters, correct check digits, dates that exist.
    pub(crate) accepted: bool,
}

impl Document {
    /// The document of a zone; `None` if too little could be read to call it a text.
    pub(crate) fn of(zone: &Zone) -> Option<Self> {
        if zone.status < Status::ReadDoubtful {
            return None;
        }
        let parsed = parse_as(zone.format, &zone.texts()).ok()?;
        let accepted = zone.accepted();
        let as_printed = zone.status == Status::Read && zone.repaired == 0 && zone.min_confidence >= CONFIDENT;
        let certainty = match (as_printed, accepted) {
            (true, _) => Certainty::Confident,
            (false, true) => Certainty::Accepted,
            (false, false) => Certainty::Doubtful,
        };
        Some(Self { parsed, certainty, accepted })
    }

    pub(crate) fn fields(&self) -> &Fields {
        &self.parsed.fields
    }

    /// Whether its text can be relied on.
    pub(crate) fn is_sure(&self) -> bool {
        self.certainty > Certainty::Doubtful
    }

    /// The larger, the better.
    pub(crate) fn rank(&self) -> (bool, Certainty) {
        (self.accepted, self.certainty)
    }

    /// Whether two zones belong to one document.
    pub(crate) fn is_the_same_as(&self, other: &Self) -> bool {
        let key = |document: &Self| {
            let fields = document.fields().clone();
            (fields.state, fields.number, fields.birth, fields.expiry)
        };
        key(self) == key(other)
    }

    /// The data that is reported to the caller: only what was read for sure.
    pub(crate) fn extracted(&self, now: Time) -> Option<Extracted> {
        if !self.accepted {
            return None;
        }
        let fields = self.fields();
        let today = date_of(now);
        let text = |text: &Personal| (!text.is_empty()).then(|| Private::new(text.as_str().to_owned()));
        let day = |date: Option<Date>| {
            date.map(|date| Private::new(format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())))
        };
        let expiry = today.and_then(|today| fields.expiry_date(today));
        Some(Extracted {
            document_number: text(&countries::holder_number(fields).unwrap_or_else(|| fields.number.clone())),
            name: text(&fields.name.given.text),
            last_name: text(&fields.name.surname.text),
            nationality: (!fields.nationality.is_empty()).then(|| Private::new(fields.nationality.clone())),
            birth_date: day(today.and_then(|today| countries::birth_date(fields, today))),
            expiry_date: day(expiry),
            sex: fields.sex.map(|sex| Private::new(letter(sex).to_owned())),
        })
    }
}

const fn letter(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => "F",
        Sex::Male => "M",
        Sex::Unspecified => "X",
    }
}

/// The day of a time, in UTC; `None` before the year 0.
pub(crate) fn date_of(time: Time) -> Option<Date> {
    let date = time.date_naive();
    Date::new(u16::try_from(date.year()).ok()?, u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?)
}

#[cfg(test)]
pub(crate) mod samples {
    //! Documents of people who do not exist.

    use super::*;
    use acredita_mrz::icao::parse;

    /// A zone that was read with this certainty.
    pub(crate) fn document(lines: &[&str], certainty: Certainty) -> Document {
        let parsed = parse(lines).expect("a zone");
        let accepted = certainty > Certainty::Doubtful && parsed.digits_hold();
        Document { parsed, certainty, accepted }
    }

    /// A Spanish foreigner's card, valid until 2029-01-01: NIE X1234567L, support number E12345678, Karim Alaoui, born
    /// 1985-03-10.
    pub(crate) const NIE: [&str; 3] =
        ["IXESPE123456782X1234567L<<<<<<", "8503105M2901019MAR<<<<<<<<<<<2", "ALAOUI<<KARIM<<<<<<<<<<<<<<<<<"];
    /// A Portuguese passport, valid until 2033-01-01: number CA1234567, João Silva Ferreira, born 1975-08-17.
    pub(crate) const PASSPORT: [&str; 2] =
        ["P<PRTSILVA<FERREIRA<<JOAO<<<<<<<<<<<<<<<<<<<", "CA12345672PRT7508170M3301018<<<<<<<<<<<<<<02"];
    /// The Spanish specimen passport (ZAB000254, NIF 99999999R, expired 2025-01-01).
    pub(crate) const SPANISH_PASSPORT: [&str; 2] =
        ["P<ESPESPANOLA<ESPANOLA<<CARMEN<<<<<<<<<<<<<<", "ZAB0002549ESP8001014F2501017A9999999900<<<44"];
    /// A DNI, valid until 2031-06-05: NIF 12345678Z, support number BAA123456, Ana Muñoz Gil, born 1980-02-01.
    pub(crate) const DNI: [&str; 3] =
        ["IDESPBAA123456212345678Z<<<<<<", "8002011F3106051ESP<<<<<<<<<<<7", "MUNOZ<GIL<<ANA<<<<<<<<<<<<<<<<"];
}
