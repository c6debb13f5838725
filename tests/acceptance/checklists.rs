//! `infra/docs/ADDING-AN-OPERATION.md` and `ADDING-A-FUNCTION.md` hold for every existing operation and function: they
//! list the files that contain its name, and no other file contains it.

use acredita_manifest::{FUNCTIONS, OPERATIONS, Operation, Trigger};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};
use walkdir::{DirEntry, WalkDir};

const OPERATION: &str = "infra/docs/ADDING-AN-OPERATION.md";
const FUNCTION: &str = "infra/docs/ADDING-A-FUNCTION.md";
/// The placeholders in the documents, with the names of an operation or a function that they stand for.
type Values<'a> = &'a [(&'a str, String)];

/// A row of a checklist.
struct Row {
    /// With `*` for any part of a file's name.
    path: String,
    /// The text that the file contains, if the row gives one.
    says: Option<String>,
    needed: String,
}

impl Row {
    fn filled(&self, values: Values) -> Self {
        let fill = |text: &String| values.iter().fold(text.clone(), |text, (name, value)| text.replace(name, value));
        Self { path: fill(&self.path), says: self.says.as_ref().map(fill), needed: self.needed.clone() }
    }

    fn is_of(&self, file: &str) -> bool {
        match self.path.split_once('*') {
            None => file == self.path,
            Some((before, after)) => file
                .strip_prefix(before)
                .and_then(|rest| rest.strip_suffix(after))
                .is_some_and(|between| !between.contains('/')),
        }
    }
}

/// The rows of each table of a checklist.
fn tables(document: &str) -> Vec<Vec<Row>> {
    let text = fs::read_to_string(root().join(document)).expect("the document");
    let rows = |table: &str| -> Vec<Row> {
        let cells = table.lines().skip(2).map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect());
        cells
            .map(|cells: Vec<&str>| {
                let [path, _, says, needed] = cells[..] else { panic!("four cells: {cells:?}") };
                let code = |cell: &str| cell.strip_prefix('`')?.strip_suffix('`').map(str::to_owned);
                Row { path: code(path).expect("a path"), says: code(says), needed: needed.to_owned() }
            })
            .collect()
    };
    text.split("\n\n").filter(|part| part.starts_with("| file")).map(rows).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The text files of the repository by path, without documents and generated files.
fn files() -> Vec<(String, String)> {
    let is_ours = |entry: &DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !(name.starts_with('.') || name == "target" || name == "node_modules")
    };
    let is_written = |path: &String| !path.ends_with(".md") && !["Cargo.lock", "infra/openapi.json"].contains(&&**path);
    let entries = WalkDir::new(root()).into_iter().filter_entry(is_ours).filter_map(Result::ok);
    let paths = entries
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| Some(entry.path().strip_prefix(root()).ok()?.to_str()?.to_owned()));
    paths
        .filter(is_written)
        .filter_map(|path| Some((path.clone(), fs::read_to_string(root().join(path)).ok()?)))
        .collect()
}

/// Whether a text contains a name that is not part of a longer one.
fn says(text: &str, name: &str) -> bool {
    let is_part = |char: Option<char>| char.is_some_and(|char| char.is_alphanumeric() || "_-".contains(char));
    text.match_indices(name)
        .any(|(at, _)| !is_part(text[..at].chars().next_back()) && !is_part(text[at + name.len()..].chars().next()))
}

/// The text without the names of path parameters: the gateway's routes use different names for them.
fn without_parameters(text: &str) -> String {
    let mut parts = text.split("/{");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "/{" + part.find('}').map_or(part, |end| &part[end..]))
}

/// Requires that the files needed always, or for this `what`, exist and contain the given text.
fn assert_holds(tables: &[Vec<Row>], files: &[(String, String)], name: &str, what: &str, values: Values) {
    let is_needed = |row: &&Row| ["always", what].contains(&row.needed.as_str());
    for row in tables.iter().flatten().filter(is_needed).map(|row| row.filled(values)) {
        let mut of_row = files.iter().filter(|(path, _)| row.is_of(path));
        let found = of_row.any(|(_, text)| {
            row.says.as_ref().is_none_or(|wanted| says(&without_parameters(text), &without_parameters(wanted)))
        });
        assert!(found, "{name}: no {} says {:?}", row.path, row.says);
    }
}

fn of_operation(operation: &Operation) -> [(&'static str, String); 3] {
    [
        ("{operation}", operation.name.to_owned()),
        ("{function}", operation.function.to_owned()),
        ("{route}", operation.route()),
    ]
}

fn of_function(function: &str) -> [(&'static str, String); 2] {
    [("{function}", function.to_owned()), ("{module}", function.replace('-', "_"))]
}

#[test]
fn an_operation_takes_at_most_eight_files_and_a_function_twelve() {
    assert!(tables(OPERATION)[0].len() <= 8);
    assert!(tables(FUNCTION)[0].len() <= 12);
}

#[test]
fn every_operation_is_in_the_files_of_the_checklist() {
    let (tables, files) = (tables(OPERATION), files());
    for operation in OPERATIONS {
        let repeats = operation.takes_idempotency_key && operation.success != 204;
        let what = if repeats { "with an answer to repeat" } else { "without one" };
        assert_holds(&tables, &files, operation.name, what, &of_operation(operation));
    }
}

#[test]
fn every_function_is_in_the_files_of_the_checklist() {
    let (tables, files) = (tables(FUNCTION), files());
    for function in FUNCTIONS {
        let what = match function.trigger {
            Trigger::Http => "for HTTP",
            Trigger::Page => "for a page",
            Trigger::Queue | Trigger::Schedule => "for a worker",
        };
        assert_holds(&tables, &files, function.name, what, &of_function(function.name));
    }
}

/// The tests of a crate, and what measures, may call a use case, and may choose any names for their helpers; generated clients
/// call operations by their names.
#[test]
fn no_other_file_names_an_operation() {
    let (tables, files) = (tables(OPERATION), files());
    let is_test = |path: &str| {
        (path.starts_with("shared/") && path.contains("/tests"))
            || path.starts_with("tests/clients/")
            || path.starts_with("tests/perf/")
    };
    for operation in OPERATIONS {
        let rows: Vec<Row> = tables.iter().flatten().map(|row| row.filled(&of_operation(operation))).collect();
        for (path, text) in files.iter().filter(|(path, _)| !is_test(path)) {
            let listed = rows.iter().any(|row| row.is_of(path));
            assert!(listed || !says(text, operation.name), "{path} says {}, and is not in {OPERATION}", operation.name);
        }
    }
}

#[test]
fn no_other_file_but_tests_names_the_crate_of_a_function() {
    let (tables, files) = (tables(FUNCTION), files());
    for function in FUNCTIONS.iter().map(|function| function.name) {
        let rows: Vec<Row> = tables.iter().flatten().map(|row| row.filled(&of_function(function))).collect();
        let names = [format!("acredita-{function}"), format!("acredita_{}", function.replace('-', "_"))];
        for (path, text) in files.iter().filter(|(path, _)| !path.starts_with("tests/")) {
            let listed = rows.iter().any(|row| row.is_of(path));
            assert!(listed || !names.iter().any(|name| says(text, name)), "{path} names {function}");
        }
    }
}

/// A file that names half of the functions lists all of them by hand.
#[test]
fn no_other_file_lists_the_functions() {
    let tables = tables(FUNCTION);
    // The other functions' names are also words with other meanings.
    let names: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).filter(|name| name.contains('-')).collect();
    let listing: BTreeSet<String> = files()
        .into_iter()
        .filter(|(path, text)| {
            let listed = tables.iter().flatten().any(|row| row.is_of(path)) || path.starts_with("shared/manifest/");
            !listed && names.iter().filter(|name| says(text, name)).count() * 2 >= names.len()
        })
        .map(|(path, _)| path)
        .collect();
    assert_eq!(listing, BTreeSet::new());
}
