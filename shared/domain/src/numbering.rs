//! Numbering plans: which number a phone has however it was written, and which numbers we send nothing to.
//!
//! The plans are a table made from the metadata of libphonenumber (`numbering/make_plans.py`), and the rules are its own:
//! where a plan has a national prefix it goes, and what is left has to be a number of the plan. See
//! infra/adr/0031-numbers-are-read-by-their-plans.md.

use crate::country::Country;
use regex_lite::Regex;
use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{LazyLock, OnceLock},
};

const TABLE: &str = include_str!("numbering/plans.txt");

/// The number of the published examples, which no plan has: nobody can own it, so it costs nobody anything, and a client
/// that is tried with the example has to work.
const PUBLISHED_EXAMPLE: (&str, &str) = ("34", "6123456789");

/// The number of somebody's phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Planned<'a> {
    /// The number within its country, without a national prefix.
    pub national: Cow<'a, str>,
    /// `None` for a territory without an ISO code of its own.
    pub country: Option<Country>,
}

/// Why nothing is sent to a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotReachable {
    /// No country has this calling code: nobody, or a network of satellites or of services that cost.
    CountryCode,
    /// The plan has no such number.
    Number,
    /// It costs a premium, or is the number of a service instead of a phone.
    Service,
}

impl NotReachable {
    pub fn problem(self) -> &'static str {
        match self {
            Self::CountryCode => "is no country's calling code",
            Self::Number => "is no number of this country's plan",
            Self::Service => "is the number of a service, which no message is sent to",
        }
    }
}

/// Finds the number of a phone: a calling code and what was written after it.
pub(crate) fn find<'a>(code: &str, written: &'a str) -> Result<Planned<'a>, NotReachable> {
    let (code, plans) = PLANS.get_key_value(code).ok_or(NotReachable::CountryCode)?;
    let main = plans.first().filter(|plan| plan.is_of_a_country()).ok_or(NotReachable::CountryCode)?;
    if (*code, written) == PUBLISHED_EXAMPLE {
        return Ok(Planned { national: written.into(), country: main.country() });
    }
    let national = main.rules().without_prefix(written);
    let is_it = |plan: &&Plan| match (&plan.rules().leading, &plans[..]) {
        (_, [_]) => true,
        (Some(leading), _) => leading.is_match(&national),
        (None, _) => plan.rules().kind(&national).is_some(),
    };
    let plan = plans.iter().find(is_it).ok_or(NotReachable::Number)?;
    match plan.rules().kind(&national) {
        Some(Kind::Phone) => Ok(Planned { national, country: plan.country() }),
        Some(Kind::Service) => Err(NotReachable::Service),
        None => Err(NotReachable::Number),
    }
}

/// The plans of each calling code, the main country's first.
static PLANS: LazyLock<HashMap<&str, Vec<Plan>>> = LazyLock::new(|| {
    let mut plans = HashMap::<&str, Vec<Plan>>::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let (code, rest) = line.split_once(' ').unwrap_or((line, ""));
        plans.entry(code).or_default().push(Plan { line: rest, rules: OnceLock::new() });
    }
    plans
});

/// A line of the table, which is read when it is first needed.
struct Plan {
    line: &'static str,
    rules: OnceLock<Rules>,
}

impl Plan {
    fn region(&self) -> &'static str {
        self.line.split(' ').next().unwrap_or_default()
    }

    /// Codes of satellites and of services around the world are of none.
    fn is_of_a_country(&self) -> bool {
        self.region() != "001"
    }

    fn country(&self) -> Option<Country> {
        self.region().parse().ok()
    }

    fn rules(&self) -> &Rules {
        self.rules.get_or_init(|| Rules::read(self.line).expect("a test reads every line"))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Phone,
    Service,
}

/// What the table says of a country's numbers.
struct Rules {
    lengths: Vec<usize>,
    prefix: Option<Prefix>,
    /// What tells its numbers apart from those of other countries with the same code.
    leading: Option<Regex>,
    all: Regex,
    phones: Option<Regex>,
    services: Option<Regex>,
}

/// What is dialled before a number within the country, and what of it belongs to the number.
struct Prefix {
    pattern: Regex,
    kept: Option<String>,
}

impl Rules {
    fn read(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.split(' ').collect();
        let [_, lengths, prefix, kept, leading, all, phones, services] = fields[..] else { return None };
        let entire = |pattern: &str| Regex::new(&format!("^(?:{pattern})$")).ok();
        let start = |pattern: &str| Regex::new(&format!("^(?:{pattern})")).ok();
        let optional = |pattern: &str, read: &dyn Fn(&str) -> Option<Regex>| match pattern {
            "-" => Some(None),
            pattern => read(pattern).map(Some),
        };
        let kept = (kept != "-").then(|| in_rust(kept));
        Some(Self {
            lengths: lengths.split(',').map(str::parse).collect::<Result<_, _>>().ok()?,
            prefix: optional(prefix, &start)?.map(|pattern| Prefix { pattern, kept }),
            leading: optional(leading, &start)?,
            all: entire(all)?,
            phones: optional(phones, &entire)?,
            services: optional(services, &entire)?,
        })
    }

    /// As libphonenumber does: the prefix goes, unless only with it the number is one of the plan, or what is left has a
    /// length that no number has.
    fn without_prefix<'a>(&self, written: &'a str) -> Cow<'a, str> {
        let stripped = self.prefix.as_ref().and_then(|prefix| prefix.strip(written));
        let is_better = |stripped: &Cow<'_, str>| {
            self.lengths.contains(&stripped.len()) && (self.all.is_match(stripped) || !self.all.is_match(written))
        };
        stripped.filter(is_better).unwrap_or(Cow::Borrowed(written))
    }

    fn kind(&self, national: &str) -> Option<Kind> {
        let is_one = |pattern: &Option<Regex>| pattern.as_ref().is_some_and(|pattern| pattern.is_match(national));
        match self.all.is_match(national) {
            true if is_one(&self.services) => Some(Kind::Service),
            true if is_one(&self.phones) => Some(Kind::Phone),
            _ => None,
        }
    }
}

impl Prefix {
    fn strip<'a>(&self, written: &'a str) -> Option<Cow<'a, str>> {
        let found = self.pattern.captures(written)?;
        let end = found.get(0)?.end();
        let last = found.len() - 1;
        match &self.kept {
            Some(kept) if last > 0 && found.get(last).is_some() => {
                let mut number = String::new();
                found.expand(kept, &mut number);
                Some(Cow::Owned(number + &written[end..]))
            }
            _ => Some(Cow::Borrowed(&written[end..])),
        }
    }
}

/// A replacement in the notation of `regex-lite`: `9\1` is `9${1}`.
fn in_rust(kept: &str) -> String {
    let mut parts = kept.split('\\');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (group, rest) = part.split_at(part.len().min(1));
        format!("{text}${{{group}}}{rest}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_can_be_read() {
        let plans: Vec<&Plan> = PLANS.values().flatten().collect();
        assert!(plans.len() > 240);
        for plan in plans {
            assert!(Rules::read(plan.line).is_some(), "{}", plan.line);
        }
    }

    #[test]
    fn numbers_are_read_as_libphonenumber_reads_them() {
        let vectors = include_str!("numbering/vectors.txt").lines().filter(|line| !line.starts_with('#'));
        let mut read = 0;
        for line in vectors {
            let (code, rest) = line.split_once(' ').expect("a code");
            let (written, expected) = rest.split_once(' ').expect("a number");
            let found = find(code, written).ok();
            let found = found.map(|Planned { national, country }| (country, format!("+{code}{national}")));
            let expected = expected.split_once(' ').map(|(region, e164)| (region.parse().ok(), e164.to_owned()));
            assert_eq!(found, expected, "+{code} {written}");
            read += 1;
        }
        assert!(read > 8_000);
    }

    #[test]
    fn a_national_prefix_goes_where_the_plan_has_one() {
        for (code, written, national) in [
            ("33", "0612345678", "612345678"),
            ("33", "612345678", "612345678"),
            ("61", "0411000300", "411000300"),
            ("44", "07400123456", "7400123456"),
            ("7", "89123456789", "9123456789"),
            ("36", "06201234567", "201234567"),
            // Where it is part of the number it stays.
            ("39", "0612345678", "0612345678"),
            ("225", "0123456789", "0123456789"),
            ("242", "061234567", "061234567"),
            // Argentina writes a 15 within the number at home, and a 9 before it elsewhere.
            ("54", "0111523456789", "91123456789"),
        ] {
            let found = find(code, written).unwrap_or_else(|refused| panic!("+{code} {written}: {refused:?}"));
            assert_eq!(found.national, national, "+{code} {written}");
        }
    }

    #[test]
    fn what_is_no_phone_is_refused_for_what_it_is() {
        for (code, written, why) in [
            ("999", "1234567", NotReachable::CountryCode),
            ("1809", "5551234", NotReachable::CountryCode),
            ("881", "612345678", NotReachable::CountryCode),
            ("882", "1612345678", NotReachable::CountryCode),
            ("883", "510012345678", NotReachable::CountryCode),
            ("979", "123456789", NotReachable::CountryCode),
            ("800", "12345678", NotReachable::CountryCode),
            ("34", "112", NotReachable::Number),
            ("34", "6", NotReachable::Number),
            ("34", "61234567890", NotReachable::Number),
            ("34", "0699000001", NotReachable::Number),
            ("34", "00699000001", NotReachable::Number),
            ("34", "34612345678", NotReachable::Number),
            ("34", "212345678", NotReachable::Number),
            // 905 is dialled to vote.
            ("34", "905123456", NotReachable::Number),
            ("34", "803123456", NotReachable::Service),
            ("34", "901123456", NotReachable::Service),
            ("34", "900123456", NotReachable::Service),
            ("1", "911", NotReachable::Number),
            ("1", "9002345678", NotReachable::Service),
            ("44", "9012345678", NotReachable::Service),
            ("44", "7012345678", NotReachable::Service),
        ] {
            assert_eq!(find(code, written), Err(why), "+{code} {written}");
        }
    }

    #[test]
    fn countries_with_one_code_are_told_apart() {
        for (code, written, country) in [
            ("1", "2015550123", "US"),
            ("1", "5062345678", "CA"),
            ("1", "8092345678", "DO"),
            ("44", "7781123456", "GG"),
            ("7", "7710009998", "KZ"),
            ("34", "612345678", "ES"),
        ] {
            let found = find(code, written).expect("a number");
            assert_eq!(found.country.map(|country| country.to_string()).as_deref(), Some(country), "+{code} {written}");
        }
    }

    #[test]
    fn the_published_example_is_taken_and_nothing_like_it() {
        assert_eq!(find("34", "6123456789").expect("the example").national, "6123456789");
        for (code, written) in [("34", "6123456780"), ("34", "06123456789"), ("351", "6123456789")] {
            assert!(find(code, written).is_err(), "+{code} {written}");
        }
    }
}
