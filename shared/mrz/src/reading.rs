//! The results: zones, their text in three versions, and the confidence of each.

use crate::icao::format::{Checked, Format, Outcome};
use std::fmt;

/// Text of a zone. It names a person, so `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Text(String);

impl Text {
    pub(crate) fn new(characters: &[u8]) -> Self {
        Self(characters.iter().map(|&character| char::from(character)).collect())
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} characters]", self.0.len())
    }
}

/// A place in the upright picture, in pixels from its upper left corner; pixel `k` covers `k..k+1`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// Distance from the left edge.
    pub x: f32,
    /// Distance from the upper edge.
    pub y: f32,
}

/// How well a picture or zone could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Nothing that looks like a zone.
    Absent,
    /// Something that looks like a zone, too blurred, small or hidden to be read.
    Unreadable,
    /// The text is there, and at least one character of it is a guess or was corrected by a check digit.
    ReadDoubtful,
    /// Every character is sure, and was looked at closely. Whether the check digits hold is a separate question: a zone
    /// that was read without doubt and has wrong digits was printed that way.
    Read,
}

impl Status {
    /// The name in answers and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Unreadable => "unreadable",
            Self::ReadDoubtful => "read_doubtful",
            Self::Read => "read",
        }
    }
}

/// The quality of the picture at the zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quality {
    /// Distance between neighbouring characters, in pixels. Below 12 reading is a matter of luck, from 20 on it is
    /// reliable.
    pub pixels_per_character: f32,
    /// Standard deviation of the blur as a share of that distance. Above 0.10 characters merge.
    pub blur: f32,
    /// Difference between paper and ink, as a share of the full range.
    pub contrast: f32,
    /// Share of the cells that is as bright as the camera can record: glare.
    pub clipped: f32,
}

/// One line of a zone.
#[derive(Clone, Debug)]
pub struct Line {
    /// What each character looks like, whether or not it may stand there.
    pub raw: Text,
    /// The likeliest of the characters that may stand there; `0` and `O` count as each other where only one of them
    /// may.
    pub masked: Text,
    /// The same with doubtful characters corrected where a check digit requires it, and with characters that are
    /// clearly printed against the format left as printed, except `0` and `O`. This is the text to use.
    pub text: Text,
    /// The confidence in each character of `text`, 0 to 1.
    pub confidence: Vec<f32>,
    /// Which characters of `text` are doubtful: those below [`Zone::GATE`], [`Zone::UNPROTECTED_GATE`] or
    /// [`Zone::NAME_GATE`], those that
    /// may be others, several at a time, with every check digit holding, and a `0` or `O` that would make a broken
    /// digit hold if it were the other.
    pub doubtful: Vec<bool>,
    /// The corners of each character's cell, from the upper left of the text clockwise.
    pub cells: Vec<[Point; 4]>,
}

/// A machine-readable zone in a picture.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Its layout.
    pub format: Format,
    /// Its lines from the top, in reading order.
    pub lines: Vec<Line>,
    /// The corners of the text in the upright picture, from its upper left clockwise.
    pub corners: [Point; 4],
    /// The quality of the picture at this zone.
    pub quality: Quality,
    /// How well it could be read. Never [`Status::Absent`].
    pub status: Status,
    /// The check digits of the format with their outcome in `text`.
    pub checks: Vec<(Checked, Outcome)>,
    /// Whether the dates exist in the calendar.
    pub dates_real: bool,
    /// How many characters were corrected by a check digit.
    pub repaired: usize,
    /// The lowest confidence of all characters, 0 to 1.
    pub min_confidence: f32,
    /// How much it resembles a zone of this format; larger is better, and below −1 it hardly is one.
    pub score: f32,
}

impl Zone {
    /// The lowest confidence at which a character counts as read.
    pub const GATE: f32 = 0.5;
    /// The same where no check digit would reveal a mistake: in names, and between characters of the same value such as
    /// `K` and `<`. Of a few hundred poor pictures whose digits hold, one in a hundred had a wrong letter in a name, at
    /// 0.7 at most.
    pub const UNPROTECTED_GATE: f32 = 0.75;
    /// The same for the letters of names, which dust or a light spot turns into others: 0.936 was the surest wrong one
    /// of 140 dirty names, and two letters of a hundred clean zones are less sure.
    pub const NAME_GATE: f32 = 0.94;

    /// Whether the reading can be relied on: every character is sure, all check digits hold, and the dates exist. It
    /// proves nothing about the document: anyone can print a valid zone.
    pub fn accepted(&self) -> bool {
        self.status == Status::Read && self.repaired == 0 && self.digits_hold() && self.dates_real
    }

    /// Whether all check digits hold.
    pub fn digits_hold(&self) -> bool {
        self.checks.iter().all(|&(_, outcome)| outcome == Outcome::Holds)
    }

    /// The text, line by line.
    pub fn texts(&self) -> Vec<&str> {
        self.lines.iter().map(|line| line.text.as_str()).collect()
    }
}

/// The zones of a picture.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The status of the best zone.
    pub status: Status,
    /// The zones, best first.
    pub zones: Vec<Zone>,
    /// Whether reading ended early because the [budget](crate::Options) was spent.
    pub exhausted: bool,
}

impl Reading {
    /// The best zone whose reading can be relied on.
    pub fn accepted(&self) -> Option<&Zone> {
        self.zones.iter().find(|zone| zone.accepted())
    }

    /// The best zone.
    pub fn best(&self) -> Option<&Zone> {
        self.zones.first()
    }
}
