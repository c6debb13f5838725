//! The distribution of brightness.

#[derive(Clone, Debug)]
pub(super) struct Levels {
    counts: [u32; 256],
    total: u32,
}

impl Levels {
    pub(super) fn of(pixels: impl Iterator<Item = u8>) -> Self {
        let mut levels = Self { counts: [0; 256], total: 0 };
        for pixel in pixels {
            levels.counts[usize::from(pixel)] += 1;
            levels.total += 1;
        }
        levels
    }

    pub(super) fn mean(&self) -> f64 {
        let sum: u64 = (0_u64..).zip(&self.counts).map(|(level, &count)| level * u64::from(count)).sum();
        sum as f64 / f64::from(self.total.max(1))
    }

    /// The level that `percent` of the pixels do not exceed.
    pub(super) fn percentile(&self, percent: u32) -> u8 {
        let wanted = u64::from(self.total) * u64::from(percent);
        let mut seen = 0;
        (0..=255_u8)
            .find(|&level| {
                seen += u64::from(self.counts[usize::from(level)]) * 100;
                seen >= wanted
            })
            .unwrap_or(255)
    }

    /// The range between the darkest and the brightest twentieth, which a few black or white pixels cannot stretch.
    pub(super) fn contrast(&self) -> u8 {
        self.percentile(95) - self.percentile(5)
    }
}
