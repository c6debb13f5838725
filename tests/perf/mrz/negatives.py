#!/usr/bin/env python3
"""Draws pictures that have no machine-readable zone and look as if they might have one, which a reader must not accept.

    negatives.py --seed 9 --count 210 --out FOLDER

Picture i of a seed never changes. Kinds, in turn: prose, prose upside down, ruled paper, a table of numbers, a listing in a
fixed-pitch face, serial numbers in OCR-B, and a card without its zone. Writes <out>/NNNN.jpg and <out>/truth.jsonl.
"""
import argparse, json, os, random
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SANS = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
MONO = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"
WORDS = ("la casa del pueblo tiene una puerta verde y dos ventanas al sur the quick answer was never found in time "
         "contrato factura total fecha entrega importe pedido unidad precio descuento cliente").split()


def sheet(r):
    width, height = r.randint(1000, 2200), r.randint(800, 1600)
    paper = r.randint(200, 250)
    return Image.new("L", (width, height), paper), r.randint(10, 70)


def lines_of(r, image, ink, face, size, line):
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(face, size)
    y = r.randint(10, 80)
    while y < image.height - size:
        draw.text((r.randint(20, 60), y), line(r), font=font, fill=ink)
        y += int(size * r.uniform(1.2, 1.9))
    return image


def prose(r, ocrb):
    image, ink = sheet(r)
    return lines_of(r, image, ink, SANS, r.randint(18, 46), lambda r: " ".join(r.choices(WORDS, k=14)))


def upside_down(r, ocrb):
    return prose(r, ocrb).rotate(180)


def ruled(r, ocrb):
    image, ink = sheet(r)
    draw = ImageDraw.Draw(image)
    step, dash = r.randint(20, 70), r.choice((0, 6, 12, 20))
    for y in range(step, image.height, step):
        if dash:
            for x in range(0, image.width, 2 * dash):
                draw.line((x, y, x + dash, y), fill=ink, width=r.choice((2, 3)))
        else:
            draw.line((0, y, image.width, y), fill=ink, width=3)
    if r.random() < .5:
        for x in range(step, image.width, step):
            draw.line((x, 0, x, image.height), fill=ink, width=2)
    return image


def table(r, ocrb):
    image, ink = sheet(r)
    cells = lambda r: "  ".join("%0*d" % (r.choice((6, 9)), r.randrange(10**6)) for _ in range(7))
    return lines_of(r, image, ink, MONO, r.randint(18, 40), cells)


def listing(r, ocrb):
    image, ink = sheet(r)
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<<<<<<>{}();=_ "
    return lines_of(r, image, ink, MONO, r.randint(18, 40), lambda r: "".join(r.choices(signs, k=r.randint(20, 60))))


def serials(r, ocrb):
    image, ink = sheet(r)
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return lines_of(r, image, ink, ocrb, r.randint(20, 44), lambda r: "".join(r.choices(signs, k=r.choice((10, 13, 18, 24, 30, 36)))))


def card(r, ocrb):
    image, ink = sheet(r)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((60, 60, image.width - 60, image.height - 60), radius=40, fill=r.randint(180, 235))
    draw.rectangle((120, 160, 420, 560), fill=r.randint(90, 170))
    font = ImageFont.truetype(SANS, r.randint(24, 44))
    for k in range(8):
        draw.text((480, 120 + 80 * k), " ".join(r.choices(WORDS, k=3)).upper() + " %d" % r.randrange(10**8), font=font, fill=ink)
    return image


KINDS = (prose, upside_down, ruled, table, listing, serials, card)


def picture(seed, i, ocrb):
    r = random.Random(f"{seed}/negative/{i}")
    noise = np.random.default_rng(r.randrange(2**31))
    kind = KINDS[i % len(KINDS)]
    image = kind(r, ocrb).rotate(r.uniform(-12, 12), expand=True, fillcolor=r.randint(40, 200), resample=Image.BICUBIC)
    image = image.filter(ImageFilter.GaussianBlur(r.uniform(0, 1.2)))
    pixels = np.asarray(image, np.float32) + noise.normal(0, r.uniform(0, 8), (image.height, image.width))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)), kind.__name__


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--seed", default="9")
    ap.add_argument("--count", type=int, default=210)
    ap.add_argument("--font", default="/usr/share/fonts/opentype/ocr-b/OCRB.otf")
    ap.add_argument("--out", required=True)
    a = ap.parse_args()
    os.makedirs(a.out, exist_ok=True)
    with open(os.path.join(a.out, "truth.jsonl"), "w") as truth:
        for i in range(a.count):
            image, kind = picture(a.seed, i, a.font)
            name = "%04d.jpg" % i
            image.save(os.path.join(a.out, name), quality=88)
            truth.write(json.dumps({"file": name, "lines": [], "type": kind}) + "\n")


if __name__ == "__main__":
    main()
