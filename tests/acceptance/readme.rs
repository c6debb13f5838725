//! The documents are correct: every command of `README.md` and of the guide runs unchanged and prints the output shown
//! below it, the table of checks is the one used for scoring, and links lead to existing files and headings.

use acceptance::program::{Program, binary};
use acredita_domain::scoring::{CheckName, ConfigurationName, Evidence, table};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::process::Command;
use walkdir::WalkDir;

/// The address of the service in the documents.
const ADDRESS: &str = "http://127.0.0.1:8080";
/// The command that runs the program in the documents.
const RUN: &str = "cargo run -q --";
/// Separates the outputs of two blocks.
const END: &str = "-- the end of a block --";
const PATIENCE: Duration = Duration::from_secs(60);
const README: &str = "README.md";
const GUIDE: &str = "infra/docs/GUIDE.md";
const SCORING: &str = "infra/docs/SCORING.md";

/// Commands, and the output shown below them.
struct Block {
    commands: String,
    shown: Option<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("a folder")
}

fn document(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The blocks of a document: ```` ```sh ````, with the ```` ```text ```` or ```` ```json ```` that follows. ````
/// ```console ```` is not run.
fn blocks(path: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for fence in document(path).split("\n```").skip(1).step_by(2) {
        let (language, content) = fence.split_once('\n').expect("a fence with a language");
        match language {
            "sh" => blocks.push(Block { commands: content.to_owned(), shown: None }),
            "text" | "json" => {
                let block = blocks.last_mut().expect("commands before their output");
                assert!(block.shown.is_none(), "{path} shows two outputs of\n{}", block.commands);
                block.shown = Some(content.to_owned());
            }
            "console" => {}
            other => panic!("{path} has a block of {other}"),
        }
    }
    blocks
}

/// The line that a reader replaces with the program's output.
fn with_emulators(commands: &str, printed: &str) -> String {
    let lines = commands.lines().map(|line| if line.starts_with("EMULATORS=") { printed } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

/// The output without white space and without values that differ from run to run.
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
/// digit; other characters stand for themselves.
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

/// Runs every command of a document against a service of its own, and compares the output with the one shown.
async fn runs_as_shown(path: &str, arguments: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::serve(&folder.path().join(".acredita"), arguments).await;
    // The commands use pictures of this folder, and leave files of their own behind.
    fs::create_dir(folder.path().join("tests")).expect("writable");
    std::os::unix::fs::symlink(root().join("tests/fixtures"), folder.path().join("tests/fixtures")).expect("writable");
    let blocks = blocks(path);

    let acredita = format!("'{}'", binary().display());
    let mut script = String::from("set -euo pipefail\n");
    for block in &blocks {
        let mut commands = block.commands.replace(ADDRESS, &program.address).replace(RUN, &acredita);
        if commands.contains("EMULATORS=") {
            let address = program.printed("providers").split_whitespace().next().expect("an address").to_owned();
            commands = with_emulators(&commands, &format!("EMULATORS={address}"));
        }
        script.push_str(&format!("{commands}\necho; echo '{END}'\n"));
    }
    let file = folder.path().join("commands.sh");
    fs::write(&file, script).expect("writable");
    let run =
        Command::new("bash").arg(&file).current_dir(folder.path()).stdin(Stdio::null()).kill_on_drop(true).output();
    let output = tokio::time::timeout(PATIENCE, run).await.expect("it ends in time").expect("bash runs");
    let (printed, complaints) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));

    let outputs: Vec<&str> = printed.split(END).collect();
    for (block, output) in blocks.iter().zip(&outputs) {
        if let Some(shown) = &block.shown {
            assert_eq!(normalized(output), normalized(shown), "\nin {path}, after\n{}\n{complaints}", block.commands);
        }
    }
    assert!(
        output.status.success() && outputs.len() == blocks.len() + 1,
        "not all commands of {path} succeed:\n{complaints}\n{printed}"
    );
}

#[tokio::test]
async fn the_readme_answers_what_it_shows() {
    runs_as_shown(README, &[]).await;
}

#[tokio::test]
async fn the_guide_answers_what_it_shows() {
    runs_as_shown(GUIDE, &["--providers", "emulated"]).await;
}

#[test]
fn together_they_walk_through_every_flow() {
    let shown = [README, GUIDE].map(blocks).into_iter().flatten().filter(|block| block.shown.is_some()).count();
    assert!(shown >= 16, "{shown} outputs are shown");
}

#[test]
fn the_readme_is_read_in_one_sitting() {
    let bytes = document(README).len();
    assert!(bytes <= 14 * 1024, "{bytes} bytes: what does not introduce the service belongs into infra/docs");
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

/// Weight, cap when failed, cap when unknown, and who refuses a failure, as written in the document.
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
    let scoring = document(SCORING);
    for name in CheckName::ALL {
        let mut rows = scoring.lines().filter(|line| line.starts_with(&format!("| `{name}` ")));
        let row = rows.next().unwrap_or_else(|| panic!("{name} is not in {SCORING}"));
        assert_eq!(rows.next(), None, "{name} is there twice");
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(cells[2..], counted(*name), "{name}");
        assert_eq!(cells[0].contains('*'), Evidence::is_shown_by(*name), "{name}: whether it proves a document");
    }
}

/// Every Markdown file of the repository, and its text without code.
fn documents() -> BTreeMap<PathBuf, String> {
    let built = |name: &str| ["target", ".git", ".tools", ".acredita", ".aws-sam", "node_modules"].contains(&name);
    let files = WalkDir::new(root()).into_iter().filter_entry(|entry| !built(&entry.file_name().to_string_lossy()));
    let files = files.map(|entry| entry.expect("readable").into_path());
    let markdown = files.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    markdown.map(|path| (path.clone(), prose(&fs::read_to_string(&path).expect("text")))).collect()
}

/// A document without its fenced blocks.
fn prose(text: &str) -> String {
    text.split("\n```").step_by(2).map(|part| format!("{part}\n")).collect()
}

/// The targets of a document's links: the text in `](…)` and after `[…]:`.
fn links(text: &str) -> Vec<String> {
    let inline = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target.to_owned());
    let referenced = text.lines().filter(|line| line.starts_with('['));
    let referenced = referenced.filter_map(|line| line.split_once("]: ")).map(|(_, target)| target.trim().to_owned());
    inline.chain(referenced).collect()
}

/// The anchors that headings make: lower case, blanks as hyphens, no other marks.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let anchor = |heading: &str| {
        let kept = heading.to_lowercase().replace(' ', "-");
        kept.chars().filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_').collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let documents = documents();
    assert!(documents.len() >= 20, "{:?}", documents.keys());
    let mut broken = Vec::new();
    for (path, text) in &documents {
        for link in links(text).iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { path.parent().expect("a folder").join(file) };
            let found = target.canonicalize().is_ok_and(|target| {
                anchor.is_empty()
                    || documents.get(&target).is_some_and(|text| anchors(text).iter().any(|a| a == anchor))
            });
            if !found {
                broken.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn links_and_anchors_are_found_in_a_document() {
    let text = "# Say *who*, `why`\n[a](b.md#c) and [d][e]\n\n[e]: ../f.md\n";
    assert_eq!(links(text), ["b.md#c", "../f.md"]);
    assert_eq!(anchors(text), ["say-who-why"]);
}
