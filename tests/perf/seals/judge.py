"""Compares `acredita-seal` with zxing-cpp: how many codes each reads of every kind of picture, and the CPU time.

Of most codes, which hold random bytes, what is read is NOT_A_SEAL to the program, which has then tried everything; of those
of twelve megapixels it is UNKNOWN_SIGNER. NOT_READ is not read."""

import argparse
import collections
import json
import pathlib
import resource
import statistics
import subprocess
import tempfile
import time

import numpy as np
import zxingcpp
from PIL import Image


def ours(reader, certificates, picture):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    line = subprocess.run(
        [reader, "verify", "--certificates", certificates, picture], check=True, capture_output=True, text=True
    ).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(line)["signature"] != "NOT_READ", seconds * 1000


def peer(picture):
    began = time.process_time()
    pixels = np.array(Image.open(picture).convert("L"))
    codes = zxingcpp.read_barcodes(pixels, formats=zxingcpp.BarcodeFormat.QRCode)
    return bool(codes), (time.process_time() - began) * 1000


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--reader", required=True)
    arguments.add_argument("pictures", type=pathlib.Path)
    arguments = arguments.parse_args()
    kinds = collections.defaultdict(list)
    with tempfile.TemporaryDirectory() as certificates:
        for picture in sorted(arguments.pictures.iterdir()):
            kind = picture.stem.rsplit("-", 1)[0]
            kinds[kind].append((ours(arguments.reader, certificates, picture), peer(picture)))
    print("| pictures | number | read | CPU ms, median | most | zxing-cpp: read | CPU ms, median | most |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for kind, results in kinds.items():
        cells = []
        for side in zip(*results):
            times = [milliseconds for _, milliseconds in side]
            cells += [sum(read for read, _ in side), f"{statistics.median(times):.0f}", f"{max(times):.0f}"]
        print("|", " | ".join(map(str, [kind, len(results), *cells])), "|")


main()
