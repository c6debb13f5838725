//! Whoever sent a request, as their token says.

use crate::{invalid::Invalid, text::private_text};
use serde::{Deserialize, Serialize};

/// A subject is often an e-mail address, so it is as private as a person's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<CallerName>,
    /// The application that the token was issued to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<CallerName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<CallerName>,
}

/// In characters. Tokens bound their names by nothing but the size of a header; an item of the store is bounded.
const LONGEST: usize = 256;

private_text! {
    /// Not empty; of a longer name, its beginning.
    CallerName, |text| if text.is_empty() { Err(Invalid("is empty")) } else { Ok(text.chars().take(LONGEST).collect()) }
}
