//! Lists that are cut into shards: one order over all of them.

use acredita_domain::ports::Order;

/// A part of a shard: its rows by their places, and the place up to which it was looked through, unless that is its end.
pub(crate) struct Part<P, R> {
    pub rows: Vec<(P, R)>,
    pub reached: Option<P>,
}

impl<P, R> Part<P, R> {
    pub fn empty() -> Self {
        Self { rows: Vec::new(), reached: None }
    }
}

/// The first rows of all shards, in their order, up to where each shard was looked through; and the place to go on from.
pub(crate) fn merged<P: Copy + Ord, R>(
    shards: Vec<Part<P, R>>,
    order: Order,
    limit: usize,
) -> (Vec<(P, R)>, Option<P>) {
    let before = |a: &P, b: &P| match order {
        Order::Ascending => a.cmp(b),
        Order::Descending => b.cmp(a),
    };
    let reached = shards.iter().filter_map(|part| part.reached).min_by(before);
    let mut rows: Vec<(P, R)> = shards.into_iter().flat_map(|part| part.rows).collect();
    rows.sort_by(|(a, _), (b, _)| before(a, b));
    if let Some(reached) = reached {
        rows.retain(|(place, _)| before(place, &reached).is_le());
    }
    if rows.len() <= limit {
        return (rows, reached);
    }
    rows.truncate(limit);
    let last = rows.last().map(|(place, _)| *place);
    (rows, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(rows: &[u32], reached: Option<u32>) -> Part<u32, ()> {
        Part { rows: rows.iter().map(|place| (*place, ())).collect(), reached }
    }

    #[test]
    fn no_row_is_shown_beyond_a_place_that_a_shard_was_not_looked_through_to() {
        let shards = || vec![part(&[9, 5, 1], None), part(&[8, 7], Some(6))];
        let places = |(rows, next): (Vec<(u32, ())>, Option<u32>)| {
            (rows.into_iter().map(|(place, ())| place).collect::<Vec<_>>(), next)
        };
        assert_eq!(places(merged(shards(), Order::Descending, 9)), (vec![9, 8, 7], Some(6)));
        assert_eq!(places(merged(shards(), Order::Descending, 2)), (vec![9, 8], Some(8)));
        let ascending = vec![part(&[1, 5, 9], None), part(&[2], Some(3))];
        assert_eq!(places(merged(ascending, Order::Ascending, 9)), (vec![1, 2], Some(3)));
        assert_eq!(places(merged(vec![part(&[2, 1], None)], Order::Descending, 2)), (vec![2, 1], None));
    }
}
