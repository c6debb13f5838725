#!/usr/bin/env python3
"""Reads each picture of a folder in a process of its own and prints CPU time and peak memory as a row of a Markdown
table.

    peak.py --reader target/release/acredita-mrz NAME=FOLDER …
"""
import argparse, os, statistics, subprocess

from judge import truth_of


def run(command):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return 1000 * (usage.ru_utime + usage.ru_stime), usage.ru_maxrss / 1024


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--reader", required=True)
    ap.add_argument("sets", nargs="+", metavar="NAME=FOLDER")
    a = ap.parse_args()
    print("| pictures | number | CPU ms, median | CPU ms, most | peak MiB, most |")
    print("|---|--:|--:|--:|--:|")
    for each in a.sets:
        name, folder = each.split("=", 1)
        truth = truth_of(folder)
        cpu, peak = zip(*(run([a.reader, "read", os.path.join(folder, file)]) for file in truth))
        print(f"| {name} | {len(truth)} | {statistics.median(cpu):.0f} | {max(cpu):.0f} | {max(peak):.0f} |", flush=True)


if __name__ == "__main__":
    main()
