//! Comparing the data read from a document with the declared data, for scorers without a comparison of their own.
//!
//! There is one way to compare for all readers: a person is the same to every provider. It depends on how states print
//! names and abbreviate each other, which is known to the crate that reads zones; so it is passed to the scorers.

use crate::actor::{Actor, Country};

/// How a value read from a document compares with the declared one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    Same,
    /// They may be the same: shortened, in another order, or one letter apart.
    Doubtful,
    Different,
}

pub trait Comparison: Send + Sync {
    /// Compares a name as a document prints it, family names and given names, with the declared one. Parts that were
    /// not declared or not read are not compared; `None` if nothing is left. An unread part that was declared makes the
    /// result doubtful at best: a family shares its names.
    fn names(&self, declared: &Actor, last_name: Option<&str>, name: Option<&str>) -> Option<Likeness>;
    /// The country that documents mean by a code: `ESP`, or `D` for Germany. `None` for organisations and other codes
    /// that are not a country's.
    fn country(&self, code: &str) -> Option<Country>;
}
