//! No crate has a cycle of files: no file depends on itself through others.
//!
//! A file depends on another one when it names an item that is defined there, directly or through a re-export. A
//! module's own file does not count as depending on the files below it: it is their container, and may use and
//! re-export them, while they use its definitions.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A module by its names from the crate's root on, or the path of an item in one.
type Names = Vec<String>;

#[derive(Default)]
struct Module {
    file: PathBuf,
    defines: BTreeSet<String>,
    /// The names that it imports with `use`, and their paths as written.
    imports: BTreeMap<String, Names>,
    globs: Vec<Names>,
    /// Every path that it names, imports included.
    names: Vec<Names>,
}

/// The modules of a target, without those of its own tests.
struct Crate(BTreeMap<Names, Module>);

enum Found {
    Module(Names),
    /// An item, in the module that defines it.
    Item(Names),
}

impl Crate {
    fn read(root: &Path) -> Self {
        let mut read = Self(BTreeMap::new());
        let folder = root.parent().expect("a folder");
        read.file(root, folder, Vec::new());
        read
    }

    /// `folder` contains the files of its modules.
    fn file(&mut self, file: &Path, folder: &Path, module: Names) {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let tokens = text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.module(tokens, file, folder, module);
    }

    fn module(&mut self, tokens: TokenStream, file: &Path, folder: &Path, names: Names) {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let (mut at, mut elsewhere) = (0, None);
        while let Some(token) = tokens.get(at) {
            let next = tokens.get(at + 1);
            match (token.to_string().as_str(), next) {
                ("#", Some(TokenTree::Group(attribute))) => {
                    let attribute = attribute.stream().to_string();
                    let path = attribute.strip_prefix("path = ").map(|path| path.trim_matches('"').to_owned());
                    elsewhere = path.or(elsewhere);
                    at = if attribute == "cfg (test)" { end_of_item(&tokens, at + 2) } else { at + 2 };
                }
                ("mod", Some(TokenTree::Ident(name))) => {
                    let name = name.to_string();
                    let below: Names = names.iter().cloned().chain([name.clone()]).collect();
                    match &tokens[at + 2] {
                        TokenTree::Group(body) => self.module(body.stream(), file, &folder.join(&name), below),
                        _ => {
                            let path = elsewhere.take().unwrap_or_else(|| format!("{name}.rs"));
                            self.file(&folder.join(path), &folder.join(&name), below);
                        }
                    }
                    at += 3;
                }
                ("use", _) => {
                    let end = end_of_item(&tokens, at);
                    module.import(&tokens[at + 1..end - 1], &[]);
                    at = end;
                }
                ("fn" | "struct" | "enum" | "trait" | "type" | "const" | "static" | "union", Some(name)) => {
                    module.defines.insert(name.to_string());
                    at += 1;
                }
                ("macro_rules", _) => {
                    module.defines.insert(tokens[at + 2].to_string());
                    at += 3;
                }
                _ => at = module.path(&tokens, at),
            }
        }
        self.0.insert(names, module);
    }

    /// The target of a path from a module. `None` if it is local or outside the crate.
    fn find(&self, from: &[String], path: &[String], depth: usize) -> Option<Found> {
        let (first, mut rest) = path.split_first()?;
        let mut module = match first.as_str() {
            "crate" => Vec::new(),
            "self" => from.to_vec(),
            "super" => from.split_last()?.1.to_vec(),
            name => {
                let below: Names = from.iter().cloned().chain([name.to_owned()]).collect();
                match self.0.get(from)?.imports.get(name) {
                    _ if self.0.contains_key(&below) => below,
                    Some(import) if depth > 0 && import[..] != path[..] => {
                        let whole: Names = import.iter().chain(rest).cloned().collect();
                        return self.find(from, &whole, depth - 1);
                    }
                    _ => return None,
                }
            }
        };
        while let Some((name, after)) = rest.split_first() {
            if name == "super" {
                module.pop();
            } else {
                module.push(name.clone());
                if !self.0.contains_key(&module) {
                    module.pop();
                    return Some(self.defining(module, name, after, depth));
                }
            }
            rest = after;
        }
        Some(Found::Module(module))
    }

    /// The definition of a name in a module: there, or where the module imports it from.
    fn defining(&self, module: Names, name: &str, rest: &[String], depth: usize) -> Found {
        let here = &self.0[&module];
        if depth == 0 || here.defines.contains(name) {
            return Found::Item(module);
        }
        let imported = here.imports.get(name).map(|import| import.iter().chain(rest).cloned().collect::<Names>());
        if let Some(found) = imported.and_then(|path| self.find(&module, &path, depth - 1)) {
            return found;
        }
        let globbed = here.globs.iter().filter_map(|glob| self.find(&module, glob, depth - 1));
        let mut defining = globbed.filter_map(|found| match found {
            Found::Module(below) if self.0[&below].defines.contains(name) => Some(below),
            _ => None,
        });
        Found::Item(defining.next().unwrap_or(module))
    }

    /// The files that each file depends on, and the items that it needs from them.
    fn arrows(&self) -> BTreeMap<&Path, BTreeMap<&Path, BTreeSet<String>>> {
        let mut arrows: BTreeMap<&Path, BTreeMap<&Path, BTreeSet<String>>> = BTreeMap::new();
        for (from, module) in &self.0 {
            for path in &module.names {
                let Some(Found::Item(to)) = self.find(from, path, 8) else { continue };
                let file = self.0[&to].file.as_path();
                if file != module.file && !to.starts_with(from) {
                    let name = path.last().cloned().unwrap_or_default();
                    arrows.entry(&module.file).or_default().entry(file).or_default().insert(name);
                }
            }
        }
        arrows
    }
}

impl Module {
    /// Reads what follows `use` up to its semicolon.
    fn import(&mut self, tree: &[TokenTree], before: &[String]) {
        let mut path = before.to_vec();
        for (at, token) in tree.iter().enumerate() {
            match token {
                TokenTree::Ident(alias) if alias == "as" => {
                    self.imports.insert(tree[at + 1].to_string(), path.clone());
                    self.names.push(path);
                    return;
                }
                TokenTree::Ident(name) => path.push(name.to_string()),
                TokenTree::Punct(star) if star.as_char() == '*' => return self.globs.push(path),
                TokenTree::Group(group) => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    for branch in inner.split(|token| token.to_string() == ",").filter(|branch| !branch.is_empty()) {
                        self.import(branch, &path);
                    }
                    return;
                }
                _ => {}
            }
        }
        if path.len() > 1 && path.last().is_some_and(|name| name == "self") {
            path.pop();
        }
        if let Some(name) = path.last() {
            self.imports.insert(name.clone(), path.clone());
            self.names.push(path);
        }
    }

    /// Reads the path, or the contents of the group, that begins at a token; returns the position after it.
    fn path(&mut self, tokens: &[TokenTree], mut at: usize) -> usize {
        match &tokens[at] {
            TokenTree::Group(group) => self.paths(group.stream()),
            TokenTree::Ident(first) if first == "use" => {
                let end = end_of_item(tokens, at);
                // Inside a function: it uses names, but gives the module none.
                let mut local = Self::default();
                local.import(&tokens[at + 1..end - 1], &[]);
                self.names.extend(local.names);
                return end;
            }
            TokenTree::Ident(first) => {
                let mut path = vec![first.to_string()];
                while let [TokenTree::Punct(one), TokenTree::Punct(two), TokenTree::Ident(name), ..] = &tokens[at + 1..]
                    && (one.as_char(), two.as_char()) == (':', ':')
                {
                    path.push(name.to_string());
                    at += 3;
                }
                self.names.push(path);
            }
            _ => {}
        }
        at + 1
    }

    fn paths(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            at = self.path(&tokens, at);
        }
    }
}

/// The position after the item that begins at a token: it ends with its braces or its semicolon.
fn end_of_item(tokens: &[TokenTree], at: usize) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => token.to_string() == ";",
    };
    let braces_then_semicolon = tokens[at].to_string() == "use";
    let end = match braces_then_semicolon {
        true => tokens[at..].iter().position(|token| token.to_string() == ";"),
        false => tokens[at..].iter().position(ends),
    };
    end.map_or(tokens.len(), |end| at + end + 1)
}

/// The dependencies that form the cycles of a target.
fn circles(root: &Path) -> Vec<String> {
    let read = Crate::read(root);
    let arrows = read.arrows();
    let mut reached: BTreeMap<&Path, BTreeSet<&Path>> = BTreeMap::new();
    for from in arrows.keys() {
        let (all, mut next) = (reached.entry(from).or_default(), vec![*from]);
        while let Some(file) = next.pop() {
            next.extend(arrows.get(file).into_iter().flat_map(BTreeMap::keys).filter(|to| all.insert(**to)));
        }
    }
    let mut ties: BTreeMap<BTreeSet<&Path>, String> = BTreeMap::new();
    for (file, reach) in &reached {
        let circle: BTreeSet<&Path> =
            reach.iter().copied().filter(|other| reached.get(other).is_some_and(|back| back.contains(file))).collect();
        if !reach.contains(file) {
            continue;
        }
        let tie = ties.entry(circle.clone()).or_default();
        for (to, names) in arrows[file].iter().filter(|(to, _)| circle.contains(**to)) {
            let _ = writeln!(tie, "  {} needs {}: {names:?}", file.display(), to.display());
        }
    }
    ties.into_values().collect()
}

/// The roots of all targets of the workspace.
fn roots() -> BTreeSet<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let metadata = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages").iter();
    let targets = packages.flat_map(|package| package["targets"].as_array().expect("targets"));
    targets.map(|target| target["src_path"].as_str().expect("a path").into()).collect()
}

#[test]
fn no_crate_has_a_circle_of_files() {
    let found: Vec<String> = roots().iter().flat_map(|root| circles(root)).collect();
    assert!(found.is_empty(), "circles of files:\n{}", found.join("\n"));
}
