//! Comparing what was read off a document with what was declared, for those who score and have no means of their own.
//!
//! There is one way to compare, whoever reads: a person is the same one to all providers. It knows how states print
//! names and abbreviate each other, which is the business of the crate that reads zones; so who scores is handed it.

use crate::actor::{Actor, Country};

/// How something that was read compares with what was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// They are the same.
    Same,
    /// They may be the same: shortened, in another order, or a letter apart.
    Doubtful,
    /// They are different.
    Different,
}

/// The one way to compare.
pub trait Comparison: Send + Sync {
    /// A name as a document prints it, family names and given names, with the declared one. What was not declared or
    /// not read is not compared; none where that leaves nothing. A declared part that was not read leaves the rest
    /// doubtful at best: a family shares its names.
    fn names(&self, declared: &Actor, last_name: Option<&str>, name: Option<&str>) -> Option<Likeness>;
    /// The country that documents mean by a code: `ESP`, or `D` for Germany. None behind organisations and whatever
    /// else is no country.
    fn country(&self, code: &str) -> Option<Country>;
}
