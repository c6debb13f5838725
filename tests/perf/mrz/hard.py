#!/usr/bin/env python3
"""Draws the pictures that a reader gets wrong most easily, with their truth (measurement material only).

    hard.py lookalikes --seed 1 --count 600 --out FOLDER

* `lookalikes`: numbers full of 0 O D Q U, 8 B, 5 S, 1 I, 2 Z, 6 G, with right check digits, tilted or squeezed.
* `names`: names full of letters that resemble others, tilted or squeezed.
* `codes`: document codes and states that look like digits or each other, turned about the upright axis.
* `diagonal`: cards of three lines at 30 to 55 degrees from an edge of the picture, in every quadrant.
* `grounds`: cards on weave, checks, dots and grain.
* `dirt`: dust, light spots, pens and scratches on a letter of a name. A hidden letter may be unreadable; it must not be
  read as another.

Flat cards, one light, little noise: what is difficult is in the name of the set. Holders and numbers are invented.
Picture i of (seed, set) never changes, whatever --count is. Writes FOLDER/NNNN.jpg and FOLDER/truth.jsonl.
"""
import argparse, json, math, os, random
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from generate import ALPHA, GIV, MM, NIF, SUR, cd, coeffs, ymd

GROUPS = ("0ODQU", "8B", "5S", "1I", "2Z", "6G")
ALIKE = "".join(GROUPS)
# What a document may begin with: code and state.
HEADS = {
    "TD1": ("IDD<<", "I<D<<", "IDFRA", "IDBEL", "IOHRV", "IDESP", "I<DOM", "IDDNK", "IDPOL", "I<UTO", "IDPRT", "ACUSA", "IDROU", "IDDZA",
            "IDGEO", "IDCOD", "IDCOL", "IUUKR", "IDBGD", "I<GBD"),
    "TD2": ("IDD<<", "I<D<<", "IDFIN", "I<DOM", "I<OMN", "IDROU", "PDCOD"),
    "TD3": ("P<D<<", "PDDOM", "POOMN", "P<COD", "P<COG", "P<SDN", "PDIDN", "P<QAT", "P<GBD", "PCCUB", "P<BGD", "PDIOT", "P<USA", "P<UTO"),
}
# States whose numbers are digits, or letters and digits in fixed places: A is a letter, 0 a digit, * either.
NUMBERS = {"USA": ("000000000",), "ESP": ("AAA000000",), "HRV": ("000000000",), "UTO": ("*********", "********")}


def alike(r, share=.7):
    return r.choice(ALIKE) if r.random() < share else r.choice(ALPHA + "0123456789")


def number(r, state):
    """Of look-alikes, in the places in which the state has letters or digits."""
    pattern = r.choice(NUMBERS.get(state, ("*********",)))
    digits, letters = [c for c in ALIKE if c.isdigit()], [c for c in ALIKE if c.isalpha()]
    draw = {"A": lambda: r.choice(letters) if r.random() < .6 else r.choice(ALPHA),
            "0": lambda: r.choice(digits) if r.random() < .6 else r.choice("0123456789"), "*": lambda: alike(r)}
    made = [draw[c]() for c in pattern]
    if r.random() < .6 and pattern[-6:] == "000000" or pattern[0] == "*" and r.random() < .6:
        # Two of a kind next to each other, which cancel out.
        at = r.randrange(len(made) - 5, len(made) - 1)
        made[at:at + 2] = r.choice(("00", "OO")) if pattern[0] == "*" else "00"
    return "".join(made).ljust(9, "<")


def name(r):
    """A word of letters that resemble others, most of all O D Q and C G."""
    return "".join(r.choice(r.choice(("ODQ", "CG", "UV", "EF", "BPR", "IJTL", "MNWHK", ALPHA))) for _ in range(r.randint(4, 9)))


def zone(r, kind, head=None, num=None, full=None):
    c = (head or r.choice(HEADS[kind]))[2:]
    state = c.rstrip("<")
    num = num or number(r, state)
    head = head or {"TD1": "ID", "TD2": "I<", "TD3": "P<"}[kind] + c
    sur, giv = full or ("<".join(r.sample(SUR, r.choice((1, 1, 2)))), r.choice(GIV))
    dob, exp, sex = ymd(r, 1940, 2008), ymd(r, 2026, 2036), r.choice("MF<")
    fill = lambda s, k: (s + "<" * k)[:k]
    n = r.randrange(10**8)
    if kind == "TD1":
        opt = fill("%08d%s" % (n, NIF[n % 23]) if state == "ESP" else r.choice(("", "%011d" % r.randrange(10**11))), 15)
        one = head + num + cd(num) + opt
        two = dob + cd(dob) + sex + exp + cd(exp) + c + "<" * 11
        return [one, two + cd(one[5:30] + two[:7] + two[8:15] + two[18:29]), fill(sur + "<<" + giv, 30)]
    wide = 44 if kind == "TD3" else 36
    two = num + cd(num) + c + dob + cd(dob) + sex + exp + cd(exp)
    if kind == "TD3":
        opt = fill(r.choice(("", "".join(alike(r) for _ in range(9)))), 14)
        two += opt + (cd(opt) if opt.strip("<") else r.choice("0<"))
        two += cd(two[:10] + two[13:20] + two[21:43])
    else:
        two += "<" * 7
        two += cd(two[:10] + two[13:20] + two[21:35])
    return [fill(head + sur + "<<" + giv, wide), two]


def card(r, kind, lines, pitch, font, dirt=None):
    """A card whose characters are `pitch` pixels apart."""
    scale = pitch / 2.54
    w, h = (round(side * scale) for side in MM[kind])
    paper = tuple(r.randint(215, 240) + shade for shade in (-4, 0, 6))
    im = Image.new("RGB", (w, h), paper)
    d = ImageDraw.Draw(im)
    d.rectangle((w * .04, h * .16, w * .27, h * .55), fill=(168, 174, 178))
    small = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", max(6, int(2.7 * scale)))
    for row, text in enumerate(("SPECIMEN", "SURNAME", "MUESTRA", "NAME", "EJEMPLO")):
        d.text((w * .32, h * (.06 + .1 * row)), text, font=small, fill=(40, 60, 120) if row == 0 else (40, 40, 40))
    face = ImageFont.truetype(font, 1000)
    face = ImageFont.truetype(font, pitch * 1000 / face.getlength("0"))
    gap = (4.233 if kind == "TD1" else 6.35) * scale
    left, base = (w - pitch * len(lines[0])) / 2, h - 5.5 * scale
    ink = r.randint(10, 60)
    cells = []
    for row, line in enumerate(lines):
        y = base - (len(lines) - 1 - row) * gap
        for column, character in enumerate(line):
            d.text((left + (column + .5) * pitch, y), character, font=face, fill=(ink,) * 3, anchor="ms")
        cells.append([(left + (column + .5) * pitch, y - .5 * pitch) for column in range(len(line))])
    if dirt:
        im = dirt(r, im, cells, lines, pitch, paper)
    return im


def on_a_name(r, im, cells, lines, pitch, paper):
    row = len(lines) - 1 if len(lines) == 3 else 0
    letters = [at for at, c in enumerate(lines[row]) if c.isalpha() and (row or at >= 5)]
    x, y = cells[row][r.choice(letters)]
    over = Image.new("L", im.size, 0)
    d = ImageDraw.Draw(over)
    how = r.choice(("dust", "spot", "pen", "scratch"))
    around = lambda far: (x + r.uniform(-far, far) * pitch, y + r.uniform(-far, far) * pitch)
    if how in ("dust", "spot"):
        for _ in range(r.randint(1, 4) if how == "dust" else 1):
            (cx, cy), a, b = around(.4), r.uniform(.05, .17) * pitch, r.uniform(.05, .17) * pitch
            if how == "spot":
                a, b = a * 2.2, b * 2.2
            d.ellipse((cx - a, cy - b, cx + a, cy + b), fill=r.randint(170, 255))
    else:
        (cx, cy), way, far = around(.35), r.uniform(0, math.pi), r.uniform(.4, 1.6) * pitch
        ends = [(cx + s * far * math.cos(way), cy + s * far * math.sin(way)) for s in (-1, 1)]
        d.line(ends, fill=r.randint(170, 255), width=max(1, round(r.uniform(.04, .12) * pitch)))
    over = over.filter(ImageFilter.GaussianBlur(r.uniform(.2, 1.2) if how != "spot" else r.uniform(.5, 2.5)))
    colour = {"dust": (r.randint(20, 110),) * 3, "spot": r.choice((paper, (255,) * 3)), "pen": (30, 40, r.randint(60, 150)),
              "scratch": r.choice((paper, (250,) * 3))}[how]
    im.paste(Image.new("RGB", im.size, colour), (0, 0), over)
    return im


def ground(r, nr, w, h, how):
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    base, depth = r.uniform(70, 190), r.uniform(15, 45)
    period = r.uniform(12, 20) if how == "weave" else r.uniform(12, 16) if how == "checks" else r.uniform(8, 22)
    turn = r.uniform(0, math.pi / 2) if r.random() < .5 else 0
    u, v = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    if how == "weave":
        tone = np.sin(2 * math.pi * u / period) * np.sign(np.sin(math.pi * v / period)) + .5 * np.sin(2 * math.pi * v / period)
    elif how == "checks":
        tone = np.where((u // period + v // period) % 2 == 0, 1., -1.)
    elif how == "dots":
        tone = np.where(((u % period) - period / 2) ** 2 + ((v % period) - period / 2) ** 2 < (period * r.uniform(.2, .38)) ** 2, -1.5, .4)
    elif how == "grain":
        tone, depth = nr.normal(0, 1, (h, w)), r.uniform(10, 22)
    else:
        tone = np.zeros((h, w))
    return (base + depth * tone)[..., None] + np.array([6, 0, -8], np.float32)


def view(r, nr, im, roll, yaw, pitch, squeeze, how="plain", noise=(0, 4)):
    """The card as a camera sees it: turned about three axes, on a ground, squeezed across or down."""
    w, h = im.size
    far = r.uniform(2.2, 4) * w
    roll, yaw, pitch = (math.radians(angle) for angle in (roll, yaw, pitch))
    corners, seen = ((0, 0), (w, 0), (w, h), (0, h)), []
    for x, y in corners:
        x, y, z = x - w / 2, y - h / 2, 0.
        y, z = y * math.cos(pitch) - z * math.sin(pitch), y * math.sin(pitch) + z * math.cos(pitch)
        x, z = x * math.cos(yaw) + z * math.sin(yaw), z * math.cos(yaw) - x * math.sin(yaw)
        x, y = x * far / (far + z), y * far / (far + z)
        x, y = x * squeeze[0], y * squeeze[1]
        seen.append((x * math.cos(roll) - y * math.sin(roll), x * math.sin(roll) + y * math.cos(roll)))
    # The master has twice the resolution.
    seen = [(x / 2, y / 2) for x, y in seen]
    border = r.uniform(.04, .14 if how == "plain" else .25) * w / 2
    left, top = min(x for x, _ in seen) - border, min(y for _, y in seen) - border
    seen = [(x - left, y - top) for x, y in seen]
    W, H = int(max(x for x, _ in seen) + border), int(max(y for _, y in seen) + border)
    to = coeffs(corners, [(2 * x, 2 * y) for x, y in seen])
    warp = lambda what: what.transform((2 * W, 2 * H), Image.PERSPECTIVE, tuple(to), Image.BILINEAR).resize((W, H), Image.BOX)
    mask = np.asarray(warp(Image.new("L", (w, h), 255)), np.float32)[..., None] / 255
    out = np.asarray(warp(im), np.float32) * mask + ground(r, nr, W, H, how) * (1 - mask)
    out = Image.fromarray(np.clip(out, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(r.uniform(0, .7)))
    out = np.asarray(out, np.float32) + nr.normal(0, r.uniform(*noise), (H, W, 1))
    return Image.fromarray(np.clip(out, 0, 255).astype(np.uint8))


def picture(what, seed, i, font):
    r = random.Random(f"{seed}/{what}/{i}")
    nr = np.random.default_rng(r.randrange(2**31))
    kind = "TD1" if what == "diagonal" else r.choice(("TD1", "TD2", "TD3") if what != "codes" else ("TD1", "TD1", "TD2", "TD3"))
    head = r.choice(HEADS[kind])
    angle = dict(roll=r.uniform(-8, 8), yaw=0, pitch=0, squeeze=(1, 1), noise=(0, 4))
    size = r.uniform(14, 30)
    if what in ("lookalikes", "names"):
        side = r.choice(("yaw", "pitch", "squeezed", "squeezed", "plain"))
        if side in ("yaw", "pitch"):
            angle[side] = r.choice((-1, 1)) * r.uniform(28, 46)
        elif side == "squeezed":
            angle["squeeze"] = r.choice(((r.uniform(.72, .88), 1), (1, r.uniform(.72, .88))))
    elif what == "codes":
        angle.update(yaw=r.choice((-1, 1)) * r.uniform(30, 48), pitch=r.uniform(-8, 8))
        size = r.uniform(16, 32)
    elif what == "diagonal":
        angle.update(roll=90 * (i % 4) + r.uniform(30, 55))
        size = r.uniform(20, 30)
    elif what == "grounds":
        angle.update(roll=r.uniform(-15, 15), how=("weave", "checks", "dots", "grain")[i % 4])
        size = r.uniform(20, 28)
    else:
        angle.update(roll=r.uniform(-4, 4), noise=(0, 3))
        size = r.uniform(18, 30)
    lines = zone(r, kind, head, full=(name(r), name(r)) if what == "names" else None)
    im = card(r, kind, lines, 2 * size, font, on_a_name if what == "dirt" else None)
    return view(r, nr, im, **angle), r.randint(75, 95), dict(type=kind, lines=lines, px_per_char=round(size, 1))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("what", choices=("lookalikes", "names", "codes", "diagonal", "grounds", "dirt"))
    ap.add_argument("--seed", default="1")
    ap.add_argument("--count", type=int, default=100)
    ap.add_argument("--font", default="/usr/share/fonts/opentype/ocr-b/OCRB.otf")
    ap.add_argument("--out", required=True)
    a = ap.parse_args()
    os.makedirs(a.out, exist_ok=True)
    with open(os.path.join(a.out, "truth.jsonl"), "w") as truth:
        for i in range(a.count):
            image, quality, meta = picture(a.what, a.seed, i, a.font)
            meta["file"] = "%04d.jpg" % i
            image.save(os.path.join(a.out, meta["file"]), quality=quality)
            truth.write(json.dumps(meta) + "\n")


if __name__ == "__main__":
    main()
