//! Work is counted, not timed.

/// The work that a picture took: the same on every machine, unlike time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Pixels that the detector of lines looked at: at most 640 × 640, and as many again for small print.
    pub detector_pixels: usize,
    /// Lines that were read, each as often as it was: at most 56.
    pub lines: usize,
    /// Columns of these lines, each 48 pixels high: at most 22,000.
    pub columns: usize,
}
