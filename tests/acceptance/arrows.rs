//! Dependencies between crates point down only: the crates of this system that each one may use, and those that must
//! never be below it.

use acredita_manifest::{FUNCTIONS, Function, Trigger};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

const DOMAIN: &str = "acredita-domain";
const HTTP: &str = "acredita-http";
const AWS: &str = "acredita-aws";
const BATCHES: &str = "acredita-batches";
const ENGINE: &str = "acredita-engine";
const MANIFEST: &str = "acredita-manifest";
const PICTURES: &str = "acredita-pictures";
const MRZ: &str = "acredita-mrz";
const FRONT: &str = "acredita-front";
const SEALS: &str = "acredita-seals";
const SERVICE: &str = "acredita-service";
const OUTBOUND: &str = "acredita-outbound";
const SENDERS: &str = "acredita-senders";
const PROVIDERS: &str = "acredita-providers";
const EMULATORS: &str = "acredita-emulators";
const LISTENER: &str = "acredita-listener";
const EMBEDDED_AWS: &str = "acredita-embedded-aws";
const LOCAL: &str = "acredita-local";
const AWS_LOCAL: &str = "acredita-aws-local";
const ACCEPTANCE: &str = "acceptance";
const PERF: &str = "acredita-perf";
const TESTING: &str = "acredita-testing";

/// A function that serves HTTP. Only its `main.rs` may use the crates that make it a Lambda, and the adapters below
/// those.
const SERVES_HTTP: &[&str] = &[DOMAIN, HTTP, SERVICE];
/// A function of files, which know nothing of the domain.
const SHOWS: &[&str] = &[HTTP, SERVICE];
/// A function without HTTP.
const WORKS: &[&str] = &[BATCHES, DOMAIN, SERVICE];

/// Crate, folder, and the crates of ours that it may use. No other crates exist but the functions.
const CRATES: &[(&str, &str, May)] = &[
    (DOMAIN, "shared/domain", May::Use(&[])),
    (HTTP, "shared/http", May::Use(&[DOMAIN])),
    (AWS, "shared/aws", May::Use(&[DOMAIN])),
    (BATCHES, "shared/batches", May::Use(&[])),
    (OUTBOUND, "shared/outbound", May::Use(&[])),
    (SENDERS, "shared/senders", May::Use(&[DOMAIN, OUTBOUND])),
    (ENGINE, "shared/engine", May::Use(&[DOMAIN, PICTURES, MRZ, FRONT, SEALS])),
    (MANIFEST, "shared/manifest", May::Use(&[])),
    (PICTURES, "shared/pictures", May::Use(&[])),
    (MRZ, "shared/mrz", May::Use(&[PICTURES])),
    (FRONT, "shared/front", May::Use(&[PICTURES])),
    (SEALS, "shared/seals", May::Use(&[PICTURES])),
    ("acredita-mrz-tools", "shared/mrz-tools", May::Use(&[PICTURES, MRZ])),
    (PROVIDERS, "shared/providers", May::Use(&[DOMAIN, OUTBOUND])),
    (LISTENER, "infra/listener", May::Use(&[])),
    (EMULATORS, "infra/emulators", May::Use(&[LISTENER])),
    (TESTING, "shared/testing", May::Use(&[DOMAIN])),
    (SERVICE, "shared/service", May::Use(&[DOMAIN, HTTP, AWS, OUTBOUND, SENDERS, PROVIDERS, ENGINE])),
    (EMBEDDED_AWS, "infra/embedded-aws", May::Use(&[LISTENER])),
    ("crc-fast", "infra/crc-fast", May::Use(&[])),
    (LOCAL, "infra/local", May::UseEverything),
    (AWS_LOCAL, "tests/aws-local", May::UseEverything),
    (ACCEPTANCE, "tests", May::UseEverything),
    (PERF, "tests/perf", May::UseEverything),
    ("acredita-perf-floor", "tests/perf/floor", May::Use(&[])),
];

/// [`CRATES`] and the functions.
fn crates() -> impl Iterator<Item = (String, String, May)> {
    let functions = FUNCTIONS.iter().map(|Function { name, trigger, .. }| {
        let allowed = match trigger {
            Trigger::Http => SERVES_HTTP,
            Trigger::Page => SHOWS,
            Trigger::Queue | Trigger::Schedule => WORKS,
        };
        (format!("acredita-{name}"), format!("functions/{name}"), May::Use(allowed))
    });
    let others = CRATES.iter().map(|(name, folder, may)| ((*name).to_owned(), (*folder).to_owned(), *may));
    others.chain(functions)
}

#[derive(Clone, Copy)]
enum May {
    Use(&'static [&'static str]),
    UseEverything,
}

/// `None` for a dependency that runs, `Some("dev")` for one of tests, `Some("build")` for one of the build.
struct Use {
    name: String,
    kinds: BTreeSet<Option<String>>,
}

/// The crates below the workspace, by name. Two versions of a crate count as one here.
struct Graph {
    /// Names and sources; the members of the workspace have no source.
    packages: Vec<(String, Option<String>)>,
    members: BTreeMap<String, PathBuf>,
    uses: BTreeMap<String, Vec<Use>>,
}

impl Graph {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("a folder");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let metadata = Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--offline", "--locked"])
            .current_dir(&root)
            .output();
        let metadata = metadata.expect("cargo runs");
        assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
        Self::of(&serde_json::from_slice(&metadata.stdout).expect("JSON"), &root)
    }

    fn of(metadata: &Value, root: &Path) -> Self {
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        let list = |value: &Value| value.as_array().expect("a list").clone();
        let packages = list(&metadata["packages"]);
        let names: BTreeMap<String, String> =
            packages.iter().map(|package| (text(&package["id"]), text(&package["name"]))).collect();
        let member = |package: &Value| list(&metadata["workspace_members"]).contains(&package["id"]);
        let folder = |package: &Value| {
            let manifest = PathBuf::from(text(&package["manifest_path"]));
            manifest
                .parent()
                .and_then(|folder| folder.strip_prefix(root).ok())
                .expect("a folder below the root")
                .to_owned()
        };
        let members = packages
            .iter()
            .filter(|package| member(package))
            .map(|package| (text(&package["name"]), folder(package)))
            .collect();
        let mut uses: BTreeMap<String, Vec<Use>> = BTreeMap::new();
        for node in list(&metadata["resolve"]["nodes"]) {
            let used = list(&node["deps"]).into_iter().map(|used| Use {
                name: names[&text(&used["pkg"])].clone(),
                kinds: list(&used["dep_kinds"]).iter().map(|kind| kind["kind"].as_str().map(str::to_owned)).collect(),
            });
            uses.entry(names[&text(&node["id"])].clone()).or_default().extend(used);
        }
        let packages =
            packages.iter().map(|package| (text(&package["name"]), package["source"].as_str().map(str::to_owned)));
        Self { packages: packages.collect(), members, uses }
    }

    /// The crates of ours that a crate uses, to run or to test.
    fn uses_of_ours(&self, name: &str) -> impl Iterator<Item = &Use> {
        self.uses[name].iter().filter(|used| self.members.contains_key(&used.name))
    }

    /// Everything below a crate when it runs.
    fn below<'a>(&'a self, name: &'a str) -> BTreeSet<&'a str> {
        let (mut below, mut next) = (BTreeSet::new(), vec![name]);
        while let Some(name) = next.pop() {
            let runs = self.uses.get(name).into_iter().flatten().filter(|used| used.kinds.contains(&None));
            next.extend(runs.map(|used| used.name.as_str()).filter(|name| below.insert(*name)));
        }
        below
    }
}

#[test]
fn every_crate_is_where_the_table_has_it() {
    let graph = Graph::read();
    let listed = crates().map(|(name, folder, _)| (name, PathBuf::from(folder))).collect();
    assert_eq!(graph.members, listed, "a new crate goes into the table of this test, with what it may use");
}

#[test]
fn arrows_point_down_only() {
    let graph = Graph::read();
    for (name, _, may) in crates() {
        for used in graph.uses_of_ours(&name) {
            assert!(![ACCEPTANCE, PERF].contains(&used.name.as_str()), "{name} uses tests");
            let May::Use(allowed) = may else { continue };
            // The tools for testing adapters: tests may use them, running code may not.
            let of_tests = match name.as_str() {
                AWS => [EMBEDDED_AWS, OUTBOUND, TESTING].contains(&used.name.as_str()),
                PROVIDERS | SENDERS => [EMULATORS, TESTING].contains(&used.name.as_str()),
                _ => used.name == TESTING,
            };
            let to_test = of_tests && !used.kinds.contains(&None);
            assert!(to_test || allowed.contains(&used.name.as_str()), "{name} must not use {}", used.name);
        }
    }
}

#[test]
fn the_domain_knows_no_runtime_no_aws_and_no_http() {
    let graph = Graph::read();
    let below = graph.below(DOMAIN);
    let outside = ["tokio", "hyper", "axum", "tower", "http", "reqwest", "lambda_http", "lambda_runtime", "tracing"];
    let found: Vec<&&str> = below
        .iter()
        .filter(|name| outside.contains(*name) || name.starts_with("aws-") || name.starts_with("aws_"))
        .collect();
    assert!(found.is_empty(), "below the domain: {found:?}");
}

#[test]
fn only_local_servers_and_tests_stand_on_the_embedded_aws() {
    let graph = Graph::read();
    let stand_ins = ["dynoxide-rs", "s3s", "s3s-fs"];
    let stands_on = |name: &&String| stand_ins.iter().any(|stand_in| graph.below(name).contains(stand_in));
    let on: BTreeSet<&str> = graph.members.keys().filter(stands_on).map(String::as_str).collect();
    assert_eq!(on, BTreeSet::from([EMBEDDED_AWS, LOCAL, AWS_LOCAL, ACCEPTANCE, PERF]));
}

#[test]
fn nothing_brings_back_the_tables_of_a_hundred_checksums() {
    let graph = Graph::read();
    let computing: Vec<_> = graph.packages.iter().filter(|(name, _)| name == "crc-fast").collect();
    assert_eq!(
        computing,
        [&("crc-fast".to_owned(), None)],
        "the patch of the workspace no longer applies: see infra/adr/0013"
    );
}
