//! A printed side that was read.

use crate::{
    dates::{self, Date},
    geometry::{self, Quad},
    judgement::{Expected, Judgement, judge},
    labels::Label,
    layout::{Items, Layout},
    numbers,
    work::Work,
};

/// A printed side that was read.
pub struct Front {
    items: Items,
    work: Work,
}

// The text of a document does not belong in error output.
impl std::fmt::Debug for Front {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Front of {} lines", self.items.lines().count())
    }
}

/// What was read without knowing what to expect.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Extracted {
    /// A national number whose control letter is right.
    pub number: Option<String>,
    /// The value of the label for surnames.
    pub surnames: Option<String>,
    /// The value of the label for given names.
    pub given_names: Option<String>,
    /// The earliest of several dates.
    pub birth: Option<Date>,
    /// The latest of several dates.
    pub expiry: Option<Date>,
}

// The data of a person does not belong in error output.
impl std::fmt::Debug for Extracted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Extracted")
    }
}

/// The size of the print in the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scale {
    /// Pixels from the left end of all lines to the right one. Print takes nine tenths of the width of a card.
    pub width: f32,
    /// The median height of a line in pixels.
    pub line: f32,
}

impl Front {
    pub(crate) fn of(items: Items, work: Work) -> Self {
        Self { items, work }
    }

    /// Compares with what is expected.
    pub fn judge(&self, expected: Expected<'_>) -> Judgement {
        judge(&self.items, expected)
    }

    /// The labels, and whether they are arranged as on a document.
    pub fn layout(&self) -> Layout {
        self.items.layout()
    }

    /// What was read without knowing what to expect.
    pub fn extracted(&self) -> Extracted {
        let value = |label| self.items.value(label).map(|line| line.text().trim().to_owned());
        let dates: Vec<Date> = self.items.lines().flat_map(dates::read).map(|found| found.date).collect();
        let (birth, expiry) = (dates.iter().min().copied(), dates.iter().max().copied());
        let several = birth != expiry;
        Extracted {
            number: self.items.lines().flat_map(numbers::read).max_by_key(|found| found.sure).map(|found| found.number),
            surnames: value(Label::Surnames),
            given_names: value(Label::GivenNames),
            birth: birth.filter(|_| several),
            expiry: expiry.filter(|_| several),
        }
    }

    /// The size of the print in the picture.
    pub fn scale(&self) -> Scale {
        Scale { width: self.items.width(), line: self.items.height() }
    }

    /// The smallest rectangle around all print that lies in the direction of reading.
    pub fn print(&self) -> Option<Quad> {
        geometry::around(self.items.lines().map(|line| line.quad))
    }

    /// Where its lines are.
    pub fn places(&self) -> impl Iterator<Item = Quad> {
        self.items.lines().map(|line| line.quad)
    }

    /// The work that it took.
    pub fn work(&self) -> Work {
        self.work
    }

    /// What every line says, and how sure that is, in hundredths.
    pub fn texts(&self) -> impl Iterator<Item = (String, u32)> {
        self.items.lines().map(|line| (line.text(), line.confidence()))
    }
}
