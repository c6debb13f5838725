//! Work is counted, not timed.

/// The most lines of a reading, each counted as often as it is read. A card has twenty.
pub(crate) const MOST_LINES: usize = 40;
/// The most columns of all these lines, 48 pixels high. A card has five thousand.
pub(crate) const MOST_COLUMNS: usize = 8_000;

/// The work that a picture took: the same on every machine, unlike time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Pixels that the detector of lines looked at: at most 640 × 640, and as many again for small print.
    pub detector_pixels: usize,
    /// Lines that were read, each as often as it was: at most 40, and then at most 10 places above values.
    pub lines: usize,
    /// Columns of these lines, each 48 pixels high: at most 8,000, and then at most 6,000 of these places.
    pub columns: usize,
}

impl Work {
    /// Whether a reading that took this may take so many more lines, of so many columns in all.
    pub(crate) fn allows(&self, lines: usize, columns: usize) -> bool {
        self.lines + lines <= MOST_LINES && self.columns + columns <= MOST_COLUMNS
    }
}
