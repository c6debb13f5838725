//! Forced matching: what an expected text costs, compared with what was read.
//!
//! Comparing with what was read knows only the likeliest letters. Here the recogniser's other guesses count too: the
//! cost is the logarithm of how much less likely the expected text is than the text that was read, so 0 is that text.

use crate::{
    letters::{GAP, Symbol, plain, separates, twin},
    text::{Glyph, Line},
};

/// In hundredths: processors differ in the digits behind.
pub(crate) type Cost = u32;

/// A text to look for: letters and digits as a zone has them. Between any two of them there may be separators.
pub(crate) struct Pattern(Vec<Symbol>);

/// What may be next to a text on its line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Border {
    /// No digit next to a digit, and no letter next to a letter.
    Kind,
    /// Only separators and the ends of the line.
    Word,
    /// As [`Self::Word`] in front; behind, anything.
    Beginning,
    /// Anything.
    Any,
}

/// Where an expected text was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Match {
    pub(crate) cost: Cost,
    /// The first and the last step of it.
    pub(crate) steps: (usize, usize),
}

impl Pattern {
    pub(crate) fn new(symbols: Vec<Symbol>) -> Self {
        Self(symbols)
    }

    /// The letters and digits of a text, without anything else.
    pub(crate) fn of(text: &str) -> Self {
        Self(text.chars().filter_map(plain).filter_map(Symbol::of).collect())
    }

    /// Every way to print a name that a zone spells like this: letters that it spells with two may be printed as one. Names
    /// have no digits, so one that looks like a letter is that letter.
    pub(crate) fn of_name(text: &str) -> Vec<Self> {
        /// As many such places in one name are enough, and bound the ways.
        const MOST: usize = 8;
        let letters: Vec<char> = text.chars().filter_map(plain).collect();
        let mut ways = vec![(0, Vec::new())];
        let mut complete = Vec::new();
        while let Some((at, mut symbols)) = ways.pop() {
            let Some(&letter) = letters.get(at) else {
                complete.push(Self(symbols));
                continue;
            };
            if complete.len() + ways.len() < MOST
                && let Some((printed, spelt)) = Symbol::spelt_with_two(&letters[at..])
            {
                ways.push((at + spelt, [symbols.as_slice(), &[printed]].concat()));
            }
            let twin = twin(letter).and_then(Symbol::of);
            symbols.extend(Symbol::of(letter).map(|symbol| twin.map_or(symbol, |twin| symbol.or(twin))));
            ways.push((at + 1, symbols));
        }
        complete
    }

    /// Where in a line it costs least, if that is at most so much.
    pub(crate) fn find(&self, line: &Line, border: Border, most: Cost) -> Option<Match> {
        // States: a gap before each symbol, the symbols, and a gap behind. A path enters at the first symbol.
        let symbols = &self.0;
        if symbols.is_empty() || line.glyphs.len() * 2 < symbols.len() {
            return None;
        }
        let nowhere = (f32::MAX, 0);
        let mut gaps = vec![nowhere; symbols.len()];
        let mut at = vec![nowhere; symbols.len()];
        let mut best: Option<Match> = None;
        for (step, costs) in line.costs.iter().enumerate() {
            for index in (0..symbols.len()).rev() {
                // From the same symbol, from the gap before it, or from the symbol before it.
                let mut from = least(at[index], gaps[index]);
                if index == 0 {
                    if self.may_begin(line, border, step) {
                        from = least(from, (0.0, step));
                    }
                } else if symbols[index] != symbols[index - 1] {
                    from = least(from, at[index - 1]);
                }
                // The gap before a symbol follows the symbol before it.
                if index > 0 {
                    gaps[index] = add(least(gaps[index], at[index - 1]), costs[GAP]);
                }
                at[index] = add(from, symbols[index].cost(costs));
            }
            let (cost, start) = at[symbols.len() - 1];
            let cost = (cost.min(1e6) * 100.0).round() as Cost;
            if cost <= most && best.is_none_or(|best| cost < best.cost) && self.may_end(line, border, step) {
                best = Some(Match { cost, steps: (start, step) });
            }
        }
        best
    }

    fn may_begin(&self, line: &Line, border: Border, step: usize) -> bool {
        let before = line.glyphs.iter().rev().find(|glyph| glyph.step < step);
        before.is_none_or(|before| match border {
            Border::Kind => !same_kind(before, self.0[0]),
            Border::Any => true,
            Border::Word | Border::Beginning => plain(before.letter).is_none() || separates(before.letter),
        })
    }

    fn may_end(&self, line: &Line, border: Border, step: usize) -> bool {
        let behind = line.glyphs.iter().find(|glyph| glyph.step > step);
        behind.is_none_or(|behind| match border {
            Border::Kind => !same_kind(behind, self.0[self.0.len() - 1]),
            Border::Word => plain(behind.letter).is_none(),
            Border::Beginning | Border::Any => true,
        })
    }
}

fn same_kind(glyph: &Glyph, symbol: Symbol) -> bool {
    plain(glyph.letter).is_some_and(|letter| letter.is_ascii_digit() == symbol.is_digit())
}

/// The cheaper of two paths, each with the step at which it began.
fn least(one: (f32, usize), other: (f32, usize)) -> (f32, usize) {
    if other.0 < one.0 { other } else { one }
}

fn add((cost, start): (f32, usize), more: f32) -> (f32, usize) {
    (cost + more, start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::line;

    fn cost(expected: &str, printed: &str, border: Border) -> Option<Cost> {
        Pattern::of(expected).find(&line(printed), border, 100).map(|found| found.cost)
    }

    #[test]
    fn what_is_printed_costs_nothing_however_it_is_separated() {
        for printed in ["12345678Z", "12.345.678-Z", "DNI 12345678Z", "12345678 Z", "NIF: 12345678z."] {
            assert_eq!(cost("12345678Z", printed, Border::Kind), Some(0), "{printed}");
        }
        assert_eq!(cost("ANNA", "ANNA", Border::Word), Some(0));
        assert_eq!(cost("MUNOZ", "Muñoz", Border::Word), Some(0));
    }

    #[test]
    fn a_character_more_less_or_other_is_not_found() {
        for printed in ["12345679Z", "1234567Z", "112345678Z", "12345678ZA", "123456789Z", "", "Z"] {
            assert_eq!(cost("12345678Z", printed, Border::Kind), None, "{printed}");
        }
        assert_eq!(cost("ANNA", "ANA", Border::Word), None);
        assert_eq!(cost("ANA", "ANNA", Border::Word), None);
        assert_eq!(cost("ANA", "SANTANA", Border::Word), None);
        assert_eq!(cost("ANA", "ANABEL", Border::Word), None);
        assert_eq!(cost("ANA", "ANABEL", Border::Beginning), Some(0));
    }

    #[test]
    fn a_digit_in_a_name_is_the_letter_that_it_looks_like() {
        let finds = |name: &str, printed: &str| {
            Pattern::of_name(name).iter().any(|way| way.find(&line(printed), Border::Word, 0).is_some())
        };
        assert!(finds("ZOE", "Z0E") && finds("IRIS", "1R1S"));
        assert!(!finds("ZOE", "Z8E") && !finds("ZQE", "Z0E"));
    }

    #[test]
    fn one_printed_letter_may_be_two_of_a_zone() {
        for (zone, printed) in [("MUELLER", "MÜLLER"), ("MUELLER", "MUELLER"), ("STRAUSS", "Strauß"), ("AASE", "ÅSE")]
        {
            let found = Pattern::of_name(zone).iter().any(|way| way.find(&line(printed), Border::Word, 0).is_some());
            assert!(found, "{printed}");
        }
        assert!(Pattern::of_name("MUELLER").iter().all(|way| way.find(&line("MULLER"), Border::Word, 100).is_none()));
        assert!(Pattern::of_name(&"AE".repeat(60)).len() <= 16);
    }
}
