//! A printed side that was read.

use crate::{reader::Work, text::Line};

/// A printed side that was read: its lines, from top to bottom.
pub struct Front {
    pub(crate) lines: Vec<Line>,
    pub(crate) work: Work,
}

// The text of a document does not belong in error output.
impl std::fmt::Debug for Front {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Front of {} lines", self.lines.len())
    }
}

impl Front {
    /// The work that it took.
    pub fn work(&self) -> Work {
        self.work
    }

    /// What every line says, and how sure that is, in hundredths.
    pub fn texts(&self) -> impl Iterator<Item = (String, u32)> {
        self.lines.iter().map(|line| (line.text(), line.confidence()))
    }
}
