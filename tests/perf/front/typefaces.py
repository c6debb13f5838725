"""The typefaces of the drawings, by role. All are free, and of Debian's packages `fonts-*`, which `run` names.

A typeface that lacks a letter would print a box or nothing, and a reader would be blamed for it: each is asked for
every letter in use before it is taken.
"""

import functools
import os

from PIL import ImageFont

FOLDER = "/usr/share/fonts/"
USED = "ABCDEFGHIJKLMNÑOPQRSTUVWXYZÁÉÍÓÚÀÈÒÜÏÇabcdefghijklmnñopqrstuvwxyzáéíóú0123456789 -./()º"
SANS = """truetype/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf truetype/roboto/unhinted/RobotoTTF/Roboto-Medium.ttf
    truetype/roboto/unhinted/RobotoCondensed-Regular.ttf truetype/lato/Lato-Regular.ttf truetype/lato/Lato-Bold.ttf
    truetype/open-sans/OpenSans-Regular.ttf truetype/open-sans/OpenSans-Semibold.ttf truetype/freefont/FreeSans.ttf
    truetype/liberation2/LiberationSans-Regular.ttf truetype/liberation2/LiberationSans-Bold.ttf
    truetype/dejavu/DejaVuSans.ttf truetype/dejavu/DejaVuSansCondensed.ttf opentype/urw-base35/NimbusSans-Regular.otf
    opentype/urw-base35/NimbusSansNarrow-Bold.otf opentype/inter/Inter-Regular.otf opentype/inter/Inter-Medium.otf
    opentype/cabin/Cabin-Medium.otf opentype/cantarell/Cantarell-Bold.otf truetype/crosextra/Carlito-Regular.ttf
    truetype/crosextra/Carlito-Bold.ttf opentype/urw-base35/URWGothic-Demi.otf""".split()
MONO = """truetype/dejavu/DejaVuSansMono.ttf truetype/dejavu/DejaVuSansMono-Bold.ttf truetype/hack/Hack-Regular.ttf
    truetype/liberation2/LiberationMono-Bold.ttf truetype/firacode/FiraCode-Medium.ttf
    truetype/freefont/FreeMonoBold.ttf opentype/urw-base35/NimbusMonoPS-Bold.otf""".split()
SERIF = """truetype/liberation2/LiberationSerif-Bold.ttf truetype/dejavu/DejaVuSerif-Bold.ttf
    truetype/crosextra/Caladea-Bold.ttf opentype/urw-base35/C059-Bold.otf truetype/freefont/FreeSerifBold.ttf""".split()
ZONE = "opentype/ocr-b/OCRB.otf"  # only what a zone needs: no accents
SMALLEST, CAPITAL = 2, 200


@functools.lru_cache(maxsize=None)
def probe(name):
    """A typeface, after a look at every letter in use, and the height of its capitals at 200 pixels."""
    path = os.path.join(FOLDER, name)
    face = ImageFont.truetype(path, CAPITAL)
    missing = bytes(face.getmask("\U0010fffe"))
    lacking = [c for c in USED if name != ZONE and c != " " and bytes(face.getmask(c)) == missing]
    if lacking:
        raise SystemExit(f"{path} has no {''.join(lacking)}")
    box = face.getbbox("H")
    return path, box[3] - box[1]


@functools.lru_cache(maxsize=512)
def sized(name, pixels):
    """A typeface whose capitals are so many pixels high."""
    path, high = probe(name)
    return ImageFont.truetype(path, max(SMALLEST, round(CAPITAL * pixels / high)))
