#!/usr/bin/env python3
"""Reads sets of pictures with the reader and prints its accuracy as rows of a Markdown table.

    judge.py --reader target/release/acredita-mrz NAME=FOLDER …

A set is a folder with truth.jsonl (`file`, `lines`; no lines if there is no zone). `exact` counts pictures whose every
character is right; `false` counts pictures that were accepted with any character wrong, or without a zone. Exit code 1
if any picture was accepted falsely.
"""
import argparse, json, os, statistics, subprocess, sys

# Sets whose CPU time is reported together.
LEVELS = ("easy", "medium", "hard")
HEAD = """\
| pictures | number | every character exact | accepted | accepted and wrong | CPU ms, median | CPU ms, 95th percentile |
|---|--:|--:|--:|--:|--:|--:|"""


def truth_of(folder):
    return {row["file"]: row["lines"] for row in map(json.loads, open(os.path.join(folder, "truth.jsonl")))}


def read(reader, folder, files):
    paths = [os.path.join(folder, file) for file in files]
    out = subprocess.run([reader, "read", *paths], stdout=subprocess.PIPE, check=True, text=True).stdout
    return {os.path.basename(row["file"]): row for row in map(json.loads, out.splitlines())}


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def judge(reader, name, folder):
    truth = truth_of(folder)
    found = read(reader, folder, list(truth))
    assert found.keys() == truth.keys(), f"{name}: the reader left pictures out"
    exact = sum(found[file]["lines"] == lines for file, lines in truth.items() if lines)
    accepted = [file for file in truth if found[file]["accepted"]]
    false = [file for file in accepted if found[file]["lines"] != truth[file]]
    cpu = [row["cpu_ms"] for row in found.values()]
    zones = sum(bool(lines) for lines in truth.values())
    share = f"{100 * exact / zones:.1f} %" if zones else "–"
    print(f"| {name} | {len(truth)} | {share} | {100 * len(accepted) / len(truth):.1f} % | {len(false)} "
          f"| {statistics.median(cpu):.0f} | {percentile(cpu, .95):.0f} |", flush=True)
    for file, lines in truth.items():
        if lines and found[file]["lines"] != lines or file in false:
            print(f"{name}/{file}: {found[file]['status']}, accepted {found[file]['accepted']}", file=sys.stderr)
    return name, cpu, len(accepted), len(false)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--reader", required=True)
    ap.add_argument("sets", nargs="+", metavar="NAME=FOLDER")
    a = ap.parse_args()
    print(HEAD)
    counts = [judge(a.reader, *each.split("=", 1)) for each in a.sets]
    levels = {name: cpu for name, cpu, *_ in counts if name in LEVELS}
    if levels:
        levels, names = sum(levels.values(), []), ", ".join(levels)
        print(f"\nCPU over {names}: {statistics.median(levels):.0f} ms median, {percentile(levels, .95):.0f} ms 95th percentile.")
    accepted, false = (sum(column) for column in list(zip(*counts))[2:])
    print(f"\nAccepted in all: {accepted}, wrong among them: {false}.")
    sys.exit(1 if false else 0)


if __name__ == "__main__":
    main()
