//! Finds the components near a point.

use crate::find::components::Component;

/// Side of a square of the index, in pixels: about the search distance.
const SQUARE: f32 = 24.0;

/// An index of components.
pub(crate) struct Neighbours<'a> {
    components: &'a [Component],
    columns: usize,
    rows: usize,
    /// Where each square's components begin in `order`; one more at the end.
    starts: Vec<u32>,
    order: Vec<u32>,
}

impl<'a> Neighbours<'a> {
    /// Sorts components into squares.
    pub(crate) fn new(components: &'a [Component]) -> Self {
        let farthest = |along: fn(&Component) -> f32| components.iter().map(along).fold(0.0, f32::max);
        let columns = (farthest(|component| component.x) / SQUARE) as usize + 1;
        let rows = (farthest(|component| component.y) / SQUARE) as usize + 1;
        let square =
            |component: &Component| (component.y / SQUARE) as usize * columns + (component.x / SQUARE) as usize;
        let mut starts = vec![0_u32; columns * rows + 1];
        components.iter().for_each(|component| starts[square(component) + 1] += 1);
        for index in 1..starts.len() {
            starts[index] += starts[index - 1];
        }
        let mut next = starts.clone();
        let mut order = vec![0; components.len()];
        for (index, component) in components.iter().enumerate() {
            let place = &mut next[square(component)];
            order[*place as usize] = index as u32;
            *place += 1;
        }
        Self { components, columns, rows, starts, order }
    }

    /// The components in the squares that a circle around a point touches, with their squared distances.
    pub(crate) fn near(&self, x: f32, y: f32, radius: f32) -> impl Iterator<Item = (usize, f32)> + '_ {
        let range = |at: f32, count: usize| {
            let from = ((at - radius) / SQUARE).max(0.0) as usize;
            let to = ((at + radius) / SQUARE).max(-1.0) as isize;
            from..((to + 1).max(0) as usize).min(count)
        };
        let (columns, rows) = (range(x, self.columns), range(y, self.rows));
        let limit = radius * radius;
        let rows = if columns.is_empty() { 0..0 } else { rows };
        rows.flat_map(move |row| {
            let first = row * self.columns;
            let (from, to) = (self.starts[first + columns.start], self.starts[first + columns.end]);
            &self.order[from as usize..to as usize]
        })
        .filter_map(move |&index| {
            let component = &self.components[index as usize];
            let distance = (component.x - x).powi(2) + (component.y - y).powi(2);
            (distance < limit).then_some((index as usize, distance))
        })
    }
}
