#!/usr/bin/env python3
"""Derives sets from a set of pictures: turned without EXIF, mirrored and turned with EXIF, enlarged.

    variants.py turned   --of FOLDER --count 100 --out FOLDER   turned by a quarter, a half and three quarters, in turn
    variants.py exif     --of FOLDER --count 100 --out FOLDER   stored in the eight EXIF orientations, in turn
    variants.py enlarged --of FOLDER --count 8 --megapixels 12 --out FOLDER
    variants.py first    --of FOLDER --count 20 --out FOLDER    the first ones unchanged
"""
import argparse, json, os, shutil
from PIL import Image

T = Image.Transpose
# The stored picture is the inverse of the viewer's turn (EXIF 2.32, tag 0x0112).
STORED = {2: T.FLIP_LEFT_RIGHT, 3: T.ROTATE_180, 4: T.FLIP_TOP_BOTTOM, 5: T.TRANSPOSE, 6: T.ROTATE_90, 7: T.TRANSVERSE, 8: T.ROTATE_270}
ORIENTATION = 0x0112


def turned(image, i, _):
    return image.transpose((T.ROTATE_90, T.ROTATE_180, T.ROTATE_270)[i % 3]), {}


def exif(image, i, _):
    orientation = i % 8 + 1
    tags = Image.Exif()
    tags[ORIENTATION] = orientation
    return (image if orientation == 1 else image.transpose(STORED[orientation])), {"exif": tags}


def enlarged(image, _, megapixels):
    scale = (megapixels * 1e6 / (image.width * image.height)) ** .5
    return image.resize((int(image.width * scale), int(image.height * scale)), Image.BICUBIC), {}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("how", choices=("turned", "exif", "enlarged", "first"))
    ap.add_argument("--of", required=True)
    ap.add_argument("--count", type=int, required=True)
    ap.add_argument("--megapixels", type=float, default=12)
    ap.add_argument("--out", required=True)
    a = ap.parse_args()
    os.makedirs(a.out, exist_ok=True)
    make = {"turned": turned, "exif": exif, "enlarged": enlarged}
    rows = [json.loads(row) for row in open(os.path.join(a.of, "truth.jsonl"))][:a.count]
    with open(os.path.join(a.out, "truth.jsonl"), "w") as truth:
        for i, row in enumerate(rows):
            if a.how == "first":
                shutil.copy(os.path.join(a.of, row["file"]), a.out)
            else:
                image = Image.open(os.path.join(a.of, row["file"])).convert("RGB")
                image, extra = make[a.how](image, i, a.megapixels)
                image.save(os.path.join(a.out, row["file"]), format="JPEG", quality=92, **extra)
            truth.write(json.dumps({"file": row["file"], "lines": row["lines"], "type": row["type"]}) + "\n")


if __name__ == "__main__":
    main()
