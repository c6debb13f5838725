#!/usr/bin/env python3
"""Reads sets of pictures with PassportEye and Debian's tesseract and prints the same table as judge.py prints for ours.

    peer.py NAME=FOLDER …

`accepted` is PassportEye's own `valid`: all check digits hold.
"""
import argparse, os, resource, statistics, sys, warnings

warnings.filterwarnings("ignore")
from judge import HEAD, percentile, truth_of
from passporteye import read_mrz


def cpu_ms():
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return 1000 * sum(each.ru_utime + each.ru_stime for each in usage)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("sets", nargs="+", metavar="NAME=FOLDER")
    print(HEAD)
    for name, folder in (each.split("=", 1) for each in ap.parse_args().sets):
        exact = accepted = false = 0
        times = []
        truth = truth_of(folder)
        for file, expected in truth.items():
            began = cpu_ms()
            found = read_mrz(os.path.join(folder, file), save_roi=False)
            times.append(cpu_ms() - began)
            lines = found.aux["text"].split("\n") if found is not None else []
            right = [line.strip() for line in lines if line.strip()] == expected
            exact += right
            accepted += found is not None and bool(found.valid)
            false += found is not None and bool(found.valid) and not right
        n, late = len(truth), percentile(times, .95)
        print(f"| {name} | {n} | {100 * exact / n:.1f} % | {100 * accepted / n:.1f} % | {false} | {statistics.median(times):.0f} | {late:.0f} |", flush=True)


if __name__ == "__main__":
    main()
