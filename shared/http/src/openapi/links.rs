//! Links from the answers of creates to the operations that they open.

use super::operations_mut;
use utoipa::openapi::{
    Paths, RefOr,
    link::{Link, LinkBuilder},
    path::Operation,
};

/// The ids that an answer gives, and paths name.
const IDS: [&str; 6] = [
    "admin_identification_id",
    "identification_id",
    "admin_identification_chain_id",
    "identification_chain_id",
    "scoring_id",
    "endpoint_id",
];

/// An operation on what a create made.
struct Opened {
    operation: String,
    path: String,
    /// Its parameter, and the member of a create's answer with the value.
    id: &'static str,
}

/// Adds links to every answer whose example has an id, which lead to the operations that take it.
pub fn add(paths: &mut Paths) {
    let opened: Vec<Opened> =
        paths.paths.iter_mut().flat_map(|(path, item)| opened(path, operations_mut(item))).collect();
    for (path, item) in &mut paths.paths {
        for operation in item.post.iter_mut().filter(|_| !IDS.iter().any(|id| path.contains(&placeholder(id)))) {
            link(operation, path, &opened);
        }
    }
}

fn opened<'a>(path: &str, operations: impl Iterator<Item = &'a mut Operation>) -> Vec<Opened> {
    let Some(id) = IDS.into_iter().find(|id| path.contains(&placeholder(id))) else { return Vec::new() };
    let ids = operations.filter_map(|operation| operation.operation_id.clone());
    ids.map(|operation| Opened { operation, path: path.to_owned(), id }).collect()
}

fn placeholder(id: &str) -> String {
    format!("{{{id}}}")
}

/// Links a create to what it opens: the operations below its own path, and those of a scoring that it made.
fn link(create: &mut Operation, path: &str, opened: &[Opened]) {
    for (status, response) in &mut create.responses.responses {
        let RefOr::T(response) = response else { continue };
        let example = response.content.get("application/json").and_then(|content| match content {
            RefOr::T(content) if status.starts_with('2') => content.example.clone(),
            _ => None,
        });
        let Some(example) = example else { continue };
        let leads = |to: &&Opened| {
            example.get(to.id).is_some() && (to.path.starts_with(&format!("{path}/")) || to.id == "scoring_id")
        };
        for to in opened.iter().filter(leads) {
            response.links.insert(to.operation.clone(), RefOr::T(of(to)));
        }
    }
}

fn of(to: &Opened) -> Link {
    LinkBuilder::new()
        .operation_id(&to.operation)
        .parameter("org_id", "$request.path.org_id")
        .parameter(to.id, format!("$response.body#/{}", to.id))
        .build()
}
