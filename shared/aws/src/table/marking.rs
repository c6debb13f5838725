//! What an identification knows of its latest review: its guard and its write.

use super::{expressions::Values, items::text};
use acredita_domain::events::Marking;

/// What a step of an identification adds to its update and its condition, so that its latest review is the one that the step
/// knows of, and is known afterwards as the step leaves it.
pub(crate) fn marked(marking: Option<Marking>, values: &mut Values) -> (String, String) {
    let Some(Marking { known, next }) = marking else { return (String::new(), String::new()) };
    let guard = match known {
        Some(known) => {
            values.push(("known_review", text(known)));
            " AND #review_id = :known_review"
        }
        None => " AND attribute_not_exists(#review_id)",
    };
    let set = match next {
        Some(next) => {
            values.extend([("review_id", text(next.id)), ("review", text(next.status))]);
            ", #review_id = :review_id, #review = :review"
        }
        None => "",
    };
    (set.to_owned(), guard.to_owned())
}
