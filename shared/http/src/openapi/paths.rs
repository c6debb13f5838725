//! One path for paths that differ only in the name of a parameter: to OpenAPI they are the same.

use super::operations_mut;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::openapi::{PathItem, Paths, RefOr};

/// The name of a parameter that has different names on the two sides.
const ID: &str = "id";

/// Merges paths that differ only in a parameter's name. Each operation still describes the id that it takes.
pub fn merge(paths: &mut Paths) {
    let mut of_shape: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    for path in paths.paths.keys() {
        of_shape.entry(shape(path)).or_default().push(path.clone());
    }
    for same in of_shape.into_values().filter(|same| same.len() > 1) {
        let names: BTreeSet<String> =
            same.iter().flat_map(|path| same.iter().flat_map(|other| differing(path, other))).collect();
        let segment = |segment: String| if names.contains(&segment) { format!("{{{ID}}}") } else { segment };
        let name = segments(&same[0]).map(segment).collect::<Vec<_>>().join("/");
        for (path, parameter) in same.iter().flat_map(|path| names.iter().map(move |name| (path, name))) {
            rename(paths, path, parameter.trim_matches(['{', '}']));
        }
        let mut merged = PathItem::default();
        same.iter().filter_map(|path| paths.paths.remove(path)).for_each(|item| merged.merge_operations(item));
        paths.paths.insert(name, merged);
    }
}

fn segments(path: &str) -> impl Iterator<Item = String> {
    path.split('/').map(str::to_owned)
}

fn shape(path: &str) -> Vec<String> {
    segments(path).map(|segment| if segment.starts_with('{') { "{}".to_owned() } else { segment }).collect()
}

/// The segments of a path that are others in a path of the same shape.
fn differing(path: &str, other: &str) -> Vec<String> {
    segments(path).zip(segments(other)).filter(|(one, other)| one != other).map(|(one, _)| one).collect()
}

/// Renames a parameter of all operations of a path, and in the links that lead to them.
fn rename(paths: &mut Paths, path: &str, name: &str) {
    let mut renamed = Vec::new();
    for operation in paths.paths.get_mut(path).into_iter().flat_map(operations_mut) {
        let parameters = operation.parameters.iter_mut().flatten();
        for parameter in parameters {
            match parameter {
                RefOr::T(parameter) if parameter.name == name => parameter.name = ID.to_owned(),
                _ => {}
            }
        }
        renamed.extend(operation.operation_id.clone());
    }
    let operations = paths.paths.values_mut().flat_map(operations_mut);
    for response in operations.flat_map(|operation| operation.responses.responses.values_mut()) {
        let RefOr::T(response) = response else { continue };
        for link in response.links.values_mut() {
            let RefOr::T(link) = link else { continue };
            if renamed.contains(&link.operation_id)
                && let Some(value) = link.parameters.remove(name)
            {
                link.parameters.insert(ID.to_owned(), value);
            }
        }
    }
}
