"""Writes a CycloneDX bill of materials for each function: the crates that are linked into its binary.

    sbom.py TARGET FOLDER

Cargo resolves the features of one package at a time when it builds a zip, and so does `cargo tree`, which is asked
here. `cargo metadata`, on which other tools stand, mixes in what the tests and the local server switch on: a seventh of
what it lists is in no zip. Crates that only run during the build are left out.
"""

import os
import subprocess
import sys
import tomllib
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from time import time
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

ROOT = Path(__file__).parent.parent


def run(*command):
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def checksums():
    """The SHA-256 of every crate in the lock file, by name and version."""
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    return {(crate["name"], crate["version"]): crate.get("checksum") for crate in lock["package"]}


def linked(package, target):
    """What is linked, in the order of the tree: its depth, name, version, licence and repository."""
    arguments = ["--locked", "--target", target, "--edges", "normal,no-proc-macro", "--prefix", "depth", "--no-dedupe"]
    for line in run("cargo", "tree", "--package", package, *arguments, "--format", "|{p}|{l}|{r}").splitlines():
        depth, crate, licence, repository = line.split("|")
        name, version = crate.split(" ")[:2]
        yield int(depth), name, version.removeprefix("v"), licence, repository


def component(name, version, licence, repository, sha256, kind=ComponentType.LIBRARY):
    # Our own crates are in no registry.
    purl = PackageURL("cargo", None, name, version) if sha256 else None
    made = Component(name=name, version=version, type=kind, purl=purl, bom_ref=f"{name}@{version}")
    # The older way to write OR, in some manifests.
    made.licenses.add(LicenseExpression(licence.replace("/", " OR ")))
    if sha256:
        made.hashes.add(HashType(alg=HashAlgorithm.SHA_256, content=sha256))
    if repository:
        made.external_references.add(ExternalReference(type=ExternalReferenceType.VCS, url=XsUri(repository)))
    return made


def bill(function, target, sums, at):
    components, above, edges = {}, [], {}
    for depth, name, version, licence, repository in linked(f"acredita-{function}", target):
        key = (name, version)
        if key not in components:
            kind = ComponentType.LIBRARY if components else ComponentType.APPLICATION
            components[key] = component(name, version, licence, repository, sums[key], kind)
        del above[depth:]
        if above:
            edges.setdefault(above[-1], set()).add(key)
        above.append(key)
    root, *others = components.values()
    bom = Bom(components=others)
    bom.metadata.component = root
    bom.metadata.timestamp = at
    bom.metadata.properties.add(Property(name="cargo:target", value=target))
    for key, made in components.items():
        bom.register_dependency(made, [components[used] for used in edges.get(key, ())])
    # The same contents have the same number, so that a rebuild can be compared.
    contents = " ".join(sorted(f"{name}@{version}" for name, version in components))
    bom.serial_number = uuid5(NAMESPACE_URL, f"{function} {target} {contents}")
    return bom


def write(function, target, folder, sums, at):
    bom = bill(function, target, sums, at)
    text = JsonV1Dot6(bom).output_as_string(indent=2)
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.exit(f"{function}: not valid CycloneDX: {error}")
    file = folder / f"{function}.cdx.json"
    file.write_text(text + "\n")
    return f"{len(bom.components):4} crates  {file}"


def main(target, folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    at = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", time())), timezone.utc)
    functions = sorted(path.parent.name for path in (ROOT / "functions").glob("*/Cargo.toml"))
    if len(functions) != 20:
        sys.exit(f"twenty functions are deployed, not {len(functions)}")
    # Validating takes seconds for each.
    with ProcessPoolExecutor() as pool:
        writing = partial(write, target=target, folder=folder, sums=checksums(), at=at)
        for line in pool.map(writing, functions):
            print(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
