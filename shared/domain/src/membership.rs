//! The place of an identification in a chain.

use crate::ids::ChainId;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub chain_id: ChainId,
    /// Its index in the sequence.
    pub step: usize,
    /// Whether the chain asks for the e-mail address as a second factor: then no step of it shows the address.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks_for_email: bool,
}
