//! Reviews of scores that fall short (§12).

mod chains;
mod deciding;
mod ending;
mod listing;
mod opening;
mod races;
mod reading;
