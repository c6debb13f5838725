//! NIF and NIE, as people write them.

/// The control letters, by the number modulo 23 (RD 1553/2005 article 11).
const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
/// The digits of a NIF. The letter of a NIE stands for the first of them.
const DIGITS: usize = 8;

/// One form for all ways to write a NIF or NIE: without the country of its form for VAT, without leading zeros, and with
/// its control letter, which can be computed. A letter that is given stays, right or wrong. The text is in capitals and
/// digits; other shapes are unchanged.
pub(super) fn canonical(number: &str) -> String {
    parts(number).or_else(|| number.strip_prefix("ES").and_then(parts)).unwrap_or_else(|| number.to_owned())
}

fn parts(number: &str) -> Option<String> {
    let begins = number.find(|first: char| first.is_ascii_digit())?;
    let (first, rest) = number.split_at_checked(begins)?;
    let ends = rest.find(|last: char| !last.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, letter) = rest.split_at_checked(ends)?;
    let (value, longest) = match first {
        "" => ("", DIGITS),
        "X" | "K" | "L" | "M" => ("0", DIGITS - 1),
        "Y" => ("1", DIGITS - 1),
        "Z" => ("2", DIGITS - 1),
        _ => return None,
    };
    let digits = digits.trim_start_matches('0');
    if digits.len() > longest || letter.len() > 1 {
        return None;
    }
    let whole: usize = format!("{value}{digits:0>longest$}").parse().ok()?;
    let letter = letter.chars().next().unwrap_or_else(|| char::from(LETTERS[whole % LETTERS.len()]));
    letter.is_ascii_uppercase().then(|| format!("{first}{digits}{letter}"))
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn all_ways_to_write_a_number_have_one_form() {
        for (form, ways) in [
            ("12345678Z", vec!["12345678Z", "12345678", "ES12345678Z", "ES12345678"]),
            ("1234567L", vec!["01234567L", "1234567L", "1234567", "01234567"]),
            ("X123456S", vec!["X0123456S", "X123456S", "X00123456S", "X0123456", "ESX0123456S"]),
        ] {
            assert!(ways.iter().all(|way| canonical(way) == form), "{form}: {ways:?}");
        }
    }

    #[test]
    fn a_letter_that_is_given_counts_and_other_numbers_stay_as_they_are() {
        for number in ["12345678A", "AB123456", "123456789", "12345678ZZ", "Y1234567X1", "ES", "", "Ñ1"] {
            assert_eq!(canonical(number), number);
        }
    }
}
