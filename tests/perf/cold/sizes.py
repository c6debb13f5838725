"""Prints a Markdown table of the size of each function, as a program and as the zip for Lambda:
`sizes.py FOLDER FUNCTION...`."""

import io
import sys
import zipfile
from pathlib import Path


def zipped(binary):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        file.write(binary, "bootstrap")
    return len(archive.getvalue())


def main(folder, *functions):
    print("| function | program | zip |\n|---|--:|--:|")
    for function in functions:
        binary = Path(folder) / function
        print(f"| {function} | {binary.stat().st_size / 1e6:.1f} MB | {zipped(binary) / 1e6:.2f} MB |")


main(*sys.argv[1:])
