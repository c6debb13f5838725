//! Connected regions of bright pixels, and white paper among them.

use acredita_pictures::Luma;

/// Pixels brighter than a level that are connected by their edges.
pub(super) struct Region {
    pub(super) pixels: Vec<usize>,
    /// The number of pixels on the rim of the picture.
    pub(super) on_rim: usize,
}

impl Region {
    /// Whether it is background: it takes up at least a quarter of the picture's rim. A sheet of paper or a scanner's
    /// lid does; a spot of glare that is cut by the rim does not.
    pub(super) fn is_background(&self, luma: &Luma) -> bool {
        let rim = 2 * (luma.width + luma.height).saturating_sub(2);
        4 * self.on_rim >= rim
    }
}

/// The regions of pixels above `level` that have at least `least` pixels.
pub(super) fn bright(luma: &Luma, level: u8, least: usize) -> Vec<Region> {
    let mut open: Vec<bool> = luma.pixels.iter().map(|&pixel| pixel > level).collect();
    let mut regions = Vec::new();
    for start in 0..open.len() {
        if open[start] {
            let region = flood(luma, &mut open, start);
            if region.pixels.len() >= least {
                regions.push(region);
            }
        }
    }
    regions
}

fn flood(luma: &Luma, open: &mut [bool], start: usize) -> Region {
    let (width, height) = (luma.width, luma.height);
    let mut region = Region { pixels: vec![start], on_rim: 0 };
    open[start] = false;
    let mut next = 0;
    while let Some(&at) = region.pixels.get(next) {
        next += 1;
        let (x, y) = (at % width, at / width);
        let neighbours = [
            (x > 0).then(|| at - 1),
            (x + 1 < width).then(|| at + 1),
            (y > 0).then(|| at - width),
            (y + 1 < height).then(|| at + width),
        ];
        region.pixels.extend(
            neighbours.into_iter().flatten().filter(|&neighbour| std::mem::replace(&mut open[neighbour], false)),
        );
        region.on_rim += usize::from(x == 0 || y == 0 || x + 1 == width || y + 1 == height);
    }
    region
}
