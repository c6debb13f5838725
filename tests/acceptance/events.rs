//! The files of `events/`: the events of API Gateway, SQS and the scheduler, one file for each case.
//!
//! An event is named `<function>.<case>.json`. Its ids, codes and token are placeholders (the ids are those of the
//! OpenAPI document's examples), which a test replaces with its own.

use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

pub const ADMIN_ID: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";
pub const IDENTIFICATION_ID: &str = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
pub const SCORING_ID: &str = "16fd2706-8baf-433b-82eb-8c7fada847da";
pub const CHAIN_ID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
pub const ADMIN_CHAIN_ID: &str = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";
pub const ENDPOINT_ID: &str = "5d1f6b0e-51f2-4d0a-8a0e-0c1c1a2b3c4d";
pub const EXPORT_ID: &str = "b3c6a9b2-2a0e-4b59-8f0c-6a5b6f3f7c21";
pub const EVENT_ID: &str = "0197b2a4-93c0-7c3e-8a54-2f6f0b1f6c11";
pub const REVIEW_ID: &str = "2f1acc6e-3f1c-4b5e-9a43-7d3c0e6e7f15";
pub const CODE: &str = "k7m2pq";
/// The beginning of a code of MiDNI, in base64.
pub const MIDNI: &str = "3AMPqQLh8gAA";
pub const TOKEN: &str = "TOKEN";

/// A file of `events/`.
pub struct Event {
    pub function: String,
    pub case: String,
    pub text: String,
}

impl Event {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{}: {error}", self.name()))
    }

    pub fn name(&self) -> String {
        format!("{}.{}.json", self.function, self.case)
    }

    /// The gateway's name of the route, such as `PUT /v1/orgs/{org_id}/…`.
    pub fn route(&self) -> String {
        self.json()["routeKey"].as_str().unwrap_or_else(|| panic!("{} has no routeKey", self.name())).to_owned()
    }

    /// The text with other values in place of its placeholders.
    pub fn filled(&self, values: &[(&str, String)]) -> String {
        values.iter().fold(self.text.clone(), |text, (placeholder, value)| text.replace(placeholder, value))
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}

pub fn event(name: &str) -> Event {
    let text = fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let parts: Vec<&str> = name.split('.').collect();
    let [function, case, "json"] = parts[..] else { panic!("events/{name} is not called <function>.<case>.json") };
    Event { function: function.to_owned(), case: case.to_owned(), text }
}

pub fn events() -> Vec<Event> {
    let names = fs::read_dir(folder()).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().expect("UTF-8")).collect();
    names.sort();
    names.iter().map(|name| event(name)).collect()
}
