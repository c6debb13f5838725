//! Versions of settings, as HTTP names them (RFC 9110 §8.8.3, §13.1.1).

use acredita_domain::Invalid;
use std::str::FromStr;
use utoipa::IntoParams;

/// The version that is replaced.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IfMatchHeader {
    /// The `ETag` of the settings as they were read; `*` for any.
    #[param(rename = "If-Match", example = "\"3\"", max_length = 1_024, pattern = r"\S")]
    pub if_match: String,
}

/// The entity tag of a revision.
pub fn etag(revision: u64) -> String {
    format!("\"{revision}\"")
}

/// The versions that a caller takes for the current one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfMatch {
    Any,
    /// One that is no tag of ours, or a weak one, names no version.
    Tags(Vec<String>),
}

impl IfMatch {
    pub fn names(&self, revision: u64) -> bool {
        match self {
            Self::Any => true,
            Self::Tags(tags) => tags.contains(&etag(revision)),
        }
    }
}

impl FromStr for IfMatch {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.len() > 1_024 {
            return Err(Invalid("is longer than 1,024 bytes"));
        }
        match text.trim() {
            "" => Err(Invalid("is empty")),
            "*" => Ok(Self::Any),
            tags => Ok(Self::Tags(tags.split(',').map(|tag| tag.trim().to_owned()).collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_names_its_version_only() {
        let names = |text: &str, revision| text.parse::<IfMatch>().is_ok_and(|tags| tags.names(revision));
        for text in ["\"3\"", " \"3\" ", "\"2\", \"3\"", "*"] {
            assert!(names(text, 3), "{text}");
        }
        for text in ["\"4\"", "3", "W/\"3\"", "\"33\"", "stale", "", " "] {
            assert!(!names(text, 3), "{text}");
        }
        for text in [" ", &"0".repeat(1_025)] {
            assert!(text.parse::<IfMatch>().is_err(), "{text}");
        }
    }
}
