//! The quick start of `README.md`: every command in it is run as it stands, and answers what is shown below it.

use acceptance::program::{Program, binary};
use acredita_domain::scoring::{CheckName, ConfigurationName, table};
use std::{fs, path::Path, process::Stdio, time::Duration};
use tokio::process::Command;

/// Where the README says that the service listens.
const ADDRESS: &str = "http://127.0.0.1:8080";
/// How the README runs the program.
const RUN: &str = "cargo run -q --";
/// Stands between the outputs of two blocks.
const END: &str = "-- the end of a block --";
const PATIENCE: Duration = Duration::from_secs(60);

/// Commands, and what is shown of their output.
struct Block {
    commands: String,
    shown: Option<String>,
}

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).expect("a README")
}

/// The blocks of the quick start: ```` ```sh ````, with the ```` ```text ```` or ```` ```json ```` that follows.
fn quick_start() -> Vec<Block> {
    let readme = readme();
    let section = readme.split("\n## ").find(|section| section.starts_with("Quick start")).expect("a quick start");
    let mut blocks: Vec<Block> = Vec::new();
    for fence in section.split("\n```").skip(1).step_by(2) {
        let (language, content) = fence.split_once('\n').expect("a fence with a language");
        match language {
            "sh" => blocks.push(Block { commands: content.to_owned(), shown: None }),
            "text" | "json" => {
                blocks.last_mut().expect("commands before their output").shown = Some(content.to_owned())
            }
            "console" => {}
            other => panic!("the quick start has a block of {other}"),
        }
    }
    blocks
}

/// What differs from run to run, and white space, taken out.
fn normalized(output: &str) -> String {
    let dense: String = output.split_whitespace().collect();
    let (mut text, mut rest) = (String::new(), dense.as_str());
    while let Some(character) = rest.chars().next() {
        let taken = [(uuid as fn(&str) -> usize, "<id>"), (time, "<time>"), (code, "<code>")];
        match taken.iter().map(|(length, name)| (length(rest), name)).find(|(length, _)| *length > 0) {
            Some((length, name)) => {
                text.push_str(name);
                rest = &rest[length..];
            }
            None => {
                text.push(character);
                rest = &rest[character.len_utf8()..];
            }
        }
    }
    text
}

/// The length of the pattern at the beginning of a text: `x` is a hexadecimal digit, `9` a digit, `?` any letter or
/// digit, the rest itself.
fn pattern(pattern: &str, text: &str) -> usize {
    let fits = |(wanted, found): (char, char)| match wanted {
        'x' => found.is_ascii_hexdigit(),
        '9' => found.is_ascii_digit(),
        '?' => found.is_ascii_alphanumeric(),
        _ => wanted == found,
    };
    let whole = text.len() >= pattern.len() && pattern.chars().zip(text.chars()).all(fits);
    if whole { pattern.len() } else { 0 }
}

fn uuid(text: &str) -> usize {
    pattern("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", text)
}

fn time(text: &str) -> usize {
    pattern("9999-99-99T99:99:99Z", text)
}

fn code(text: &str) -> usize {
    pattern("codeis??????.", text)
}

#[tokio::test]
async fn the_quick_start_answers_what_it_shows() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::serve(&folder.path().join(".acredita"), &[]).await;
    // The commands name pictures of this folder, and leave their own files behind.
    fs::create_dir(folder.path().join("tests")).expect("writable");
    let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    std::os::unix::fs::symlink(pictures, folder.path().join("tests/fixtures")).expect("writable");
    let blocks = quick_start();
    assert!(
        blocks.iter().filter(|block| block.shown.is_some()).count() >= 10,
        "the quick start walks through every flow"
    );

    let acredita = format!("'{}'", binary().display());
    let mut script = String::from("set -euo pipefail\n");
    for block in &blocks {
        let commands = block.commands.replace(ADDRESS, &program.address).replace(RUN, &acredita);
        script.push_str(&format!("{commands}\necho; echo '{END}'\n"));
    }
    let file = folder.path().join("quick-start.sh");
    fs::write(&file, script).expect("writable");
    let run =
        Command::new("bash").arg(&file).current_dir(folder.path()).stdin(Stdio::null()).kill_on_drop(true).output();
    let output = tokio::time::timeout(PATIENCE, run).await.expect("it ends in time").expect("bash runs");
    let (printed, complaints) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));

    let outputs: Vec<&str> = printed.split(END).collect();
    for (block, output) in blocks.iter().zip(&outputs) {
        if let Some(shown) = &block.shown {
            assert_eq!(normalized(output), normalized(shown), "\nafter\n{}\n{complaints}", block.commands);
        }
    }
    assert!(
        output.status.success() && outputs.len() == blocks.len() + 1,
        "not all commands succeed:\n{complaints}\n{printed}"
    );
}

#[test]
fn what_differs_from_run_to_run_is_not_compared() {
    let one =
        r#"{"id":"0f8fad5b-d9cb-469f-a165-70867728950e","at":"2026-11-20T08:33:00Z"} Your code is k7m2pq. Keep it."#;
    let other =
        r#"{"id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","at":"2027-01-02T03:04:05Z"}   Your code is 3x4y5z. Keep it."#;
    assert_eq!(normalized(one), normalized(other));
    assert_ne!(normalized(one), normalized(&one.replace("Keep", "Tell")));
}

/// Weight, cap when failed, cap when unknown, and who refuses a failure, as the README writes them.
fn counted(name: CheckName) -> [String; 4] {
    let rule = table::rule(name);
    let cap = |cap: f64| if cap < 1.0 { format!("{cap:.2}") } else { String::new() };
    let refusing: Vec<_> =
        ConfigurationName::ALL.iter().filter(|configuration| configuration.is_decided_by(name)).collect();
    let refused_by = match refusing.len() {
        all if all == ConfigurationName::ALL.len() => "all".to_owned(),
        _ => refusing.iter().map(|configuration| format!("`{configuration}`")).collect::<Vec<_>>().join(", "),
    };
    [rule.weight.to_string(), cap(rule.cap_failed), cap(rule.cap_unknown), refused_by]
}

#[test]
fn the_table_of_checks_is_the_one_that_scores() {
    let readme = readme();
    for name in CheckName::ALL {
        let mut rows = readme.lines().filter(|line| line.starts_with(&format!("| `{name}` ")));
        let row = rows.next().unwrap_or_else(|| panic!("{name} is not in the README"));
        assert_eq!(rows.next(), None, "{name} is there twice");
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(cells[2..], counted(*name), "{name}");
        assert_eq!(cells[0].contains('*'), table::rule(*name).proves, "{name}: whether it proves a document");
    }
}
