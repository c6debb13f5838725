//! The networks take twenty times as long when they are optimised for size, as everything else in this workspace is.

use std::{fs, path::Path};

#[test]
fn every_part_of_the_runtime_is_optimised_for_speed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |name: &str| fs::read_to_string(root.join(name)).expect(name);
    let (lock, manifest) = (read("Cargo.lock"), read("Cargo.toml"));
    let parts: Vec<&str> = lock
        .lines()
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
        .filter(|name| *name == "acredita-front" || *name == "rten" || name.starts_with("rten-"))
        .collect();
    assert!(parts.len() >= 8, "{parts:?}");
    for part in parts {
        for profile in ["dev", "release"] {
            let section = format!("[profile.{profile}.package.{part}]\nopt-level = 3\n");
            assert!(manifest.contains(&section), "{section}");
        }
    }
}
