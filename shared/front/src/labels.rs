//! The words that documents print next to their data.

use crate::{
    dates,
    forced::{Border, Cost, Match, Pattern},
    letters::plain,
    text::{Glyph, Line},
};

/// What is printed next to data, or above all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Label {
    /// The kind of the document, or its state: DOCUMENTO NACIONAL DE IDENTIDAD, PASSPORT.
    Title,
    /// APELLIDOS.
    Surnames,
    /// NOMBRE.
    GivenNames,
    /// SEXO.
    Sex,
    /// NACIONALIDAD.
    Nationality,
    /// FECHA DE NACIMIENTO.
    Birth,
    /// LUGAR DE NACIMIENTO.
    BirthPlace,
    /// EMISIÓN.
    Issue,
    /// VALIDEZ.
    Expiry,
    /// The number of the card or passport: NÚM. SOPORTE, PASSPORT NO.
    Document,
    /// The number of the person: DNI, NIE, PERSONAL NO.
    Number,
    /// AUTORIDAD.
    Authority,
    /// TIPO, of a passport or permit.
    Kind,
    /// ESTADO, of a passport.
    State,
}

/// Labels and their spellings on the documents of Spain and of the larger states of Europe, as a zone would spell them
/// and without spaces.
const SPELLINGS: &[(Label, &[&str])] = &[
    (
        Label::Title,
        &[
            "DOCUMENTONACIONALDEIDENTIDAD",
            "NATIONALIDENTITYCARD",
            "IDENTITYCARD",
            "PERMISODERESIDENCIA",
            "RESIDENCEPERMIT",
            "TARJETADEIDENTIDADDEEXTRANJERO",
            "TARJETADERESIDENCIA",
            "CARNETDEIDENTIDAD",
            "CARTENATIONALEDIDENTITE",
            "CARTEDIDENTITE",
            "TITREDESEJOUR",
            "PERSONALAUSWEIS",
            "AUFENTHALTSTITEL",
            "CARTADIDENTITA",
            "PERMESSODISOGGIORNO",
            "CARTAODECIDADAO",
            "CITIZENCARD",
            "IDENTITEITSKAART",
            "DOWODOSOBISTY",
            "CARTEDEIDENTITATE",
            "PASAPORTE",
            "PASSPORT",
            "PASSEPORT",
            "REISEPASS",
            "PASSAPORTO",
            "PASSAPORTE",
            "PASPOORT",
        ],
    ),
    (
        Label::Surnames,
        &[
            "APELLIDOS",
            "PRIMERAPELLIDO",
            "SEGUNDOAPELLIDO",
            "SURNAME",
            "SURNAMES",
            "COGNOMS",
            "ABIZENAK",
            "APELIDOS",
            "APELIDO",
            "NOM",
            "NAME",
            "COGNOME",
            "NAAM",
            "NAZWISKO",
            "NUME",
            "FAMILYNAME",
        ],
    ),
    (
        Label::GivenNames,
        &[
            "NOMBRE",
            "NOMBRES",
            "GIVENNAMES",
            "GIVENNAME",
            "FORENAMES",
            "FIRSTNAMES",
            "IZENA",
            "NOME",
            "NOMES",
            "PRENOMS",
            "PRENOM",
            "VORNAMEN",
            "VORNAME",
            "VOORNAMEN",
            "IMIONA",
            "PRENUME",
        ],
    ),
    (Label::Sex, &["SEXO", "SEX", "SEXE", "SEXUA", "SESSO", "GESCHLECHT", "GESLACHT", "PLEC"]),
    (
        Label::Nationality,
        &[
            "NACIONALIDAD",
            "NATIONALITY",
            "NACIONALITAT",
            "NAZIOTASUNA",
            "NACIONALIDADE",
            "NATIONALITE",
            "STAATSANGEHORIGKEIT",
            "CITTADINANZA",
            "NATIONALITEIT",
            "OBYWATELSTWO",
            "CETATENIE",
        ],
    ),
    (
        Label::Birth,
        &[
            "FECHADENACIMIENTO",
            "DATEOFBIRTH",
            "DATADENAIXEMENT",
            "JAIOTEGUNA",
            "DATADENACEMENTO",
            "DATADENASCIMENTO",
            "DATEDENAISSANCE",
            "GEBURTSDATUM",
            "GEBURTSTAG",
            "DATADINASCITA",
            "GEBOORTEDATUM",
            "DATAURODZENIA",
            "DATANASTERII",
        ],
    ),
    (
        Label::BirthPlace,
        &[
            "LUGARDENACIMIENTO",
            "PLACEOFBIRTH",
            "LLOCDENAIXEMENT",
            "LUGARDENACEMENTO",
            "LIEUDENAISSANCE",
            "GEBURTSORT",
            "LUOGODINASCITA",
            "LOCALDENASCIMENTO",
        ],
    ),
    (
        Label::Issue,
        &[
            "EMISION",
            "FECHADEEXPEDICION",
            "FECHADEEMISION",
            "DATEOFISSUE",
            "EXPEDICION",
            "DATADEMISSIO",
            "DATEDEDELIVRANCE",
            "AUSSTELLUNGSDATUM",
            "AUSSTELLUNGSTAG",
            "DATADIEMISSIONE",
            "DATADEEMISSAO",
            "ISSUE",
            "DATEDEMISSION",
        ],
    ),
    (
        Label::Expiry,
        &[
            "VALIDEZ",
            "VALIDITY",
            "VALIDOHASTA",
            "VALIDUNTIL",
            "FECHADECADUCIDAD",
            "DATEOFEXPIRY",
            "EXPIRYDATE",
            "DATADECADUCITAT",
            "DATEDEXPIRATION",
            "GULTIGBIS",
            "DATADISCADENZA",
            "SCADENZA",
            "DATADEVALIDADE",
            "GELDIGTOT",
            "TERMINWAZNOSCI",
            "CADUCIDAD",
            "VALABILITATE",
        ],
    ),
    (
        Label::Document,
        &[
            "NUMSOPORTE",
            "NUMSOPORT",
            "SUPPORTNUMBER",
            "NUMEROSOPORTE",
            "PASAPORTENO",
            "PASSPORTNO",
            "NPASAPORTE",
            "DOCUMENTNO",
            "DOCUMENTNUMBER",
            "NODELDOCUMENTO",
            "NDUPASSEPORT",
            "PASSNR",
            "NUMEROPASSAPORTO",
            "CARDNO",
            "NODOCUMENTO",
            "IDESP",
        ],
    ),
    (
        Label::Number,
        &["DNI", "NIE", "NIF", "NPERSONAL", "NOPERSONAL", "PERSONALNO", "PERSONALNUMBER", "NUMEROPERSONAL", "DNINUM"],
    ),
    (Label::Authority, &["AUTORIDAD", "AUTHORITY", "AUTORITE", "BEHORDE", "AUTORITA", "AUTORIDADE", "EQUIPO"]),
    (Label::Kind, &["TIPO", "TIPODEPERMISO", "TYPE", "TYPEOFPERMIT"]),
    (Label::State, &["ESTADO", "COUNTRY", "CODEOFISSUINGSTATE", "CODIGODEESTADO", "COUNTRYCODE", "PAIS"]),
];

/// Labels are a millimetre high and often misread: one letter in so many may be wrong, in a short label and in a long
/// one. A shorter one must be right.
const SHORT: usize = 4;
const LONG: usize = 12;
const LETTERS_PER_ERROR: (usize, usize) = (4, 3);
/// Percent of a line that labels make out if it is one.
const MOSTLY: usize = 60;

/// What a letter of a label is worth, less what it costs: the letters of another text cost more than that, on average.
const WORTH: f32 = 1.4;
/// A label that is worth this may be there. Of other words above values, one in eighty is; a document has three labels.
const THERE: f32 = 3.0;

/// What a value is, by its letters and digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// Letters alone.
    Words,
    /// A day of the calendar.
    Date,
    /// Anything else with digits: a number, or a date that was misread.
    Digits,
}

impl Value {
    pub(crate) fn of(line: &Line) -> Self {
        match () {
            () if !dates::read(line).is_empty() => Self::Date,
            () if line.glyphs.iter().any(|glyph| glyph.letter.is_ascii_digit()) => Self::Digits,
            () => Self::Words,
        }
    }

    /// Whether a label may be above such a value.
    fn fits(self, label: Label) -> bool {
        match label {
            Label::Birth | Label::Issue | Label::Expiry => self != Self::Words,
            Label::Document | Label::Number => self == Self::Digits,
            _ => self == Self::Words,
        }
    }
}

/// Labels on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The line is this label, and perhaps its translations.
    Line(Label),
    /// The line begins with this label, and goes on.
    Beginning(Label),
}

impl Found {
    pub(crate) fn label(self) -> Label {
        match self {
            Self::Line(label) | Self::Beginning(label) => label,
        }
    }
}

/// The label on a line of text. Where it is printed in several languages, the last one says enough.
pub(crate) fn find(text: &str) -> Option<Found> {
    let found = find_in(text);
    let last = || text.rsplit_once(['/', '|']).and_then(|(_, last)| find_in(last));
    match found {
        Some(Found::Line(_)) => found,
        _ => last().filter(|last| matches!(last, Found::Line(_))).or(found),
    }
}

/// The label, in one language or in two, that fits such a value and explains best what was read above it, however unsure
/// that is: the label is all that the line then says. `None` if none explains it.
pub(crate) fn guess(line: &Line, value: Value) -> Option<Line> {
    let mut all = Vec::new();
    let long = |(label, spelling): &(Label, &str)| spelling.len() > SHORT && value.fits(*label);
    for (label, spelling) in spellings().filter(long) {
        let most = (WORTH * 100.0) as Cost * spelling.len() as Cost;
        if let Some(found) = Pattern::of(spelling).find(line, Border::Any, most) {
            all.push(Guess {
                label,
                spelling,
                worth: WORTH * spelling.len() as f32 - found.cost as f32 / 100.0,
                found,
            });
        }
    }
    let mut best: (f32, Vec<&Guess>) = (0.0, Vec::new());
    for one in &all {
        if one.worth > best.0 {
            best = (one.worth, vec![one]);
        }
        for other in all.iter().filter(|other| other.label == one.label && other.found.steps.0 > one.found.steps.1) {
            if one.worth + other.worth > best.0 {
                best = (one.worth + other.worth, vec![one, other]);
            }
        }
    }
    let (worth, guesses) = best;
    let glyphs = guesses.into_iter().flat_map(Guess::glyphs).collect();
    (worth >= THERE).then(|| Line { quad: line.quad, ink: line.ink.clone(), costs: line.costs.clone(), glyphs })
}

/// A spelling that may be on a line.
struct Guess {
    label: Label,
    spelling: &'static str,
    worth: f32,
    found: Match,
}

impl Guess {
    /// Its letters, at equal distances.
    fn glyphs(&self) -> impl Iterator<Item = Glyph> {
        let (from, to) = self.found.steps;
        let last = self.spelling.len() - 1;
        let likelihood = (-(self.found.cost as f32) / 100.0 / self.spelling.len() as f32).exp();
        let step = move |index: usize| from + (to - from) * index / last;
        self.spelling.chars().enumerate().map(move |(index, letter)| Glyph { letter, step: step(index), likelihood })
    }
}

fn spellings() -> impl Iterator<Item = (Label, &'static str)> {
    SPELLINGS.iter().flat_map(|(label, all)| all.iter().map(move |spelling| (*label, *spelling)))
}

fn find_in(text: &str) -> Option<Found> {
    let letters: Vec<u8> = text.chars().filter_map(plain).map(|letter| letter as u8).collect();
    let mut covered = vec![false; letters.len()];
    let mut best: Option<(usize, Label, usize)> = None;
    for (label, spelling) in spellings() {
        let Some((from, to, errors)) = place(spelling.as_bytes(), &letters) else { continue };
        covered[from..to].fill(true);
        // An error says more against a label than a letter says for it: PERSONAL NO is none of PERSONALAUSWEIS.
        let worth = spelling.len() - 2 * errors;
        if best.is_none_or(|(most, ..)| worth > most) {
            best = Some((worth, label, from));
        }
    }
    let (_, label, from) = best?;
    let share = covered.iter().filter(|covered| **covered).count() * 100 / letters.len();
    match () {
        () if share >= MOSTLY => Some(Found::Line(label)),
        () if from == 0 => Some(Found::Beginning(label)),
        () => None,
    }
}

/// Where a spelling is in the letters of a line with the fewest errors, if these are few enough.
fn place(spelling: &[u8], letters: &[u8]) -> Option<(usize, usize, usize)> {
    let most = match spelling.len() {
        ..=SHORT => 0,
        length @ ..LONG => length / LETTERS_PER_ERROR.0,
        length => length / LETTERS_PER_ERROR.1,
    };
    if letters.len() + most < spelling.len() {
        return None;
    }
    // Errors and beginning of the best way to end at each letter, spelling letter by spelling letter.
    let mut row: Vec<(usize, usize)> = (0..=letters.len()).map(|from| (0, from)).collect();
    for (index, expected) in spelling.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = (index + 1, 0);
        for at in 1..=letters.len() {
            let replaced = (diagonal.0 + usize::from(letters[at - 1] != *expected), diagonal.1);
            let missing = (row[at].0 + 1, row[at].1);
            let surplus = (row[at - 1].0 + 1, row[at - 1].1);
            diagonal = row[at];
            row[at] = replaced.min(missing).min(surplus);
        }
    }
    let (to, (errors, from)) = row.into_iter().enumerate().min_by_key(|(_, (errors, _))| *errors)?;
    // Short words are part of many others.
    let word = spelling.len() > SHORT || from == 0 || to == letters.len();
    (errors <= most && from < to && word).then_some((from, to, errors))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::line;

    #[test]
    fn labels_are_found_alone_with_translations_and_misread() {
        for (text, label) in [
            ("APELLIDOS", Label::Surnames),
            ("APELLIDOS / SURNAMES", Label::Surnames),
            ("APELLUDO", Label::Surnames),
            ("Apellidos / Surname (1)", Label::Surnames),
            ("FECHA DE NACIMIENTO / Date of birth", Label::Birth),
            ("FECHA DE NACME", Label::Birth),
            ("NOMBRE / NAME", Label::GivenNames),
            ("Fecha de caducidad / Date of expiry (8)", Label::Expiry),
            ("DOCUMENTO NACIONAL DE IDENTIDAD", Label::Title),
            ("Nº Pasaporte / Passport No", Label::Document),
            ("DNI", Label::Number),
            ("NÚM. SOPORTE", Label::Document),
            ("VÁLIDO HASTA / Valid until", Label::Expiry),
            ("Seto/ Sex(5)", Label::Sex),
            ("Nº personal ( Persornal No (10)", Label::Number),
            ("Nº personal / Personal No (10)", Label::Number),
        ] {
            assert_eq!(find(text), Some(Found::Line(label)), "{text}");
        }
    }

    /// What was read, when something else of the same length is printed that is half as likely.
    fn misread(read: &str, printed: &str) -> Line {
        let (mut line, other) = (line(read), line(printed));
        for (costs, other) in line.costs.iter_mut().zip(other.costs) {
            costs.iter_mut().zip(other).for_each(|(cost, other)| *cost = cost.min(other + 0.7));
        }
        line
    }

    #[test]
    fn a_label_that_nobody_can_read_is_guessed_from_what_it_may_be() {
        for (read, printed, value, label) in [
            ("Pccne Jo naurmicrte", "Fecha de nacimiento", Value::Date, Label::Birth),
            ("Apcll1aoc / Su1nomc (1)", "Apellidos / Surname (1)", Value::Words, Label::Surnames),
            ("Nacinrakiood", "Nacionalidad", Value::Words, Label::Nationality),
        ] {
            assert_eq!(
                find(read).and_then(|found| Some(found.label()).filter(|found| *found == label)),
                None,
                "{read}"
            );
            let guessed = guess(&misread(read, printed), value).expect(read);
            assert_eq!(find(&guessed.text()), Some(Found::Line(label)), "{read}");
        }
    }

    #[test]
    fn nothing_is_guessed_from_data_prose_or_another_word() {
        for (read, printed) in [
            ("MUÑOZ GIL", "MUÑOZ GIL"),
            ("12345678Z", "12345678Z"),
            ("01 02 1980", "01 02 1980"),
            ("de cuyo nombrado no quiero", "de cuyo recuerdo no quiero"),
            ("Pcnarloda", "Panaderos"),
            ("", ""),
        ] {
            for value in [Value::Words, Value::Date, Value::Digits] {
                assert!(guess(&misread(read, printed), value).is_none(), "{read}");
            }
        }
    }

    #[test]
    fn a_label_is_guessed_only_above_a_value_that_it_fits() {
        let above = |printed: &str, value: &str| guess(&line(printed), Value::of(&line(value))).is_some();
        for (label, [date, digits, words]) in [
            ("Fecha de nacimiento", [true, true, false]),
            ("Núm. soporte", [false, true, false]),
            ("Apellidos", [false, false, true]),
        ] {
            assert_eq!(
                (above(label, "01 02 1980"), above(label, "BTD102210"), above(label, "MUÑOZ GIL")),
                (date, digits, words),
                "{label}"
            );
        }
    }

    #[test]
    fn data_and_prose_are_no_labels() {
        for text in ["MUÑOZ GIL", "12345678Z", "01 02 1980", "ESP", "", "the validity of an argument is not its truth"]
        {
            assert_eq!(find(text), None, "{text}");
        }
    }

    #[test]
    fn a_label_in_front_of_its_value_is_its_beginning() {
        assert_eq!(find("DNI 12345678Z"), Some(Found::Beginning(Label::Number)));
        assert_eq!(find("APELLIDOS: ETXEBERRIA ITURRALDE"), Some(Found::Beginning(Label::Surnames)));
    }
}
