"""Drawn portraits of nobody: a head as a landscape of heights, lit from one side, in the colours of skin, hair and
cloth.

Drawn in one of three ways: like a photograph, like an engraving by laser (grey, with the grain of its lines), or
painted flat. Each is only meant to have the shading that makes a face look like a face.
"""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

STYLES = ("photograph", "engraving", "painting")
SKINS = ((236, 198, 176), (224, 178, 150), (196, 146, 116), (150, 104, 80), (112, 76, 58), (245, 212, 196))
HAIRS = ((42, 30, 26), (92, 62, 42), (24, 24, 28), (158, 124, 82), (122, 118, 114), (60, 40, 30))
EYES = ((86, 60, 40), (70, 90, 104), (64, 46, 34), (84, 92, 60))
CLOTHES = ((58, 68, 92), (92, 58, 60), (42, 42, 48), (124, 124, 134), (200, 200, 206), (60, 86, 74))


def portrait(random, width, height, style, sex):
    if style == "ellipses":
        return ellipses(random, width, height)
    long_hair = random.random() < (0.75 if sex == "F" else 0.1)
    picture = head(random, width, height, style == "painting", long_hair, sex)
    if style == "engraving":
        picture = engraved(random, picture)
    elif style == "photograph" and random.random() < 0.4:
        picture = np.repeat(picture.mean(axis=2, keepdims=True), 3, axis=2)
    grain = np.random.default_rng(random.randrange(2**31)).normal(0, random.uniform(1, 4), picture.shape[:2])
    return Image.fromarray(np.clip(picture + grain[..., None], 0, 255).astype(np.uint8))


def ellipses(random, width, height):
    """What a child would draw."""
    picture = Image.new("RGB", (width, height), (200, 205, 210))
    draw = ImageDraw.Draw(picture)
    skin = random.choice(SKINS)
    for (x0, y0, x1, y1), color in (
        ((0.05, 0.75, 0.95, 1.2), (60, 70, 90)),
        ((0.2, 0.08, 0.8, 0.6), (70, 50, 40)),
        ((0.25, 0.18, 0.75, 0.78), skin),
        ((0.34, 0.40, 0.44, 0.45), (30, 30, 30)),
        ((0.56, 0.40, 0.66, 0.45), (30, 30, 30)),
        ((0.40, 0.62, 0.60, 0.66), (160, 70, 70)),
    ):
        draw.ellipse((x0 * width, y0 * height, x1 * width, y1 * height), fill=color)
    return picture


def soft(distance, edge):
    """From 1 inside to 0 outside of an outline, over a soft edge."""
    return np.clip(0.5 - distance / edge, 0, 1)


def ellipse(x, y, cx, cy, rx, ry):
    return np.hypot((x - cx) / rx, (y - cy) / ry) - 1


def head(random, width, height, flat, long_hair, sex):
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x - width / 2) / width * 1.76, (
        y - height * 0.45
    ) / width * 1.76  # the head is as large as documents want it
    x = x + random.uniform(-0.05, 0.05)
    x = x * (1 + 0.02 * y) - random.uniform(-0.04, 0.04) * y  # slightly tilted
    wide, tall = random.uniform(0.43, 0.49), random.uniform(0.60, 0.67)
    skin, hair, cloth, eye = (np.array(random.choice(c), np.float32) for c in (SKINS, HAIRS, CLOTHES, EYES))
    hair = np.minimum(hair, skin * 0.9)
    color = np.empty(x.shape + (3,), np.float32)
    color[:] = random.uniform(212, 240)
    color -= (y * random.uniform(2, 10))[..., None]

    def lay(mask, what):
        nonlocal color
        color = color * (1 - mask[..., None]) + mask[..., None] * what

    strands = 1 + 0.16 * np.sin(x * random.uniform(60, 110) + 3 * np.sin(y * 5) + random.uniform(0, 6))
    strands += 0.10 * np.sin(x * random.uniform(150, 220) + y * 11)
    hair_color = (hair * strands[..., None]).clip(0, 255)
    if long_hair:
        behind = np.minimum(ellipse(x, y, 0, -0.05, wide * 1.28, tall * 1.18), np.maximum(np.abs(x) - wide * 1.28, -y))
        lay(soft(np.maximum(behind, y - random.uniform(0.7, 1.1)), 0.10), hair_color * 0.75)
    shoulders = ellipse(x, y, 0, 1.60, 1.08, 0.72)
    neck = np.maximum(np.abs(x) - wide * (0.50 + 0.12 * np.abs(y - 0.6)), np.abs(y - 0.72) - 0.42)
    lay(soft(neck, 0.05), skin * 0.80)
    lay(soft(neck, 0.3) * soft(np.abs(y - 0.62) - 0.05, 0.2) * 0.45, skin * 0.55)
    lay(soft(shoulders, 0.05), cloth * (1 - 0.25 * np.abs(x))[..., None])
    collar = np.maximum(ellipse(x, y, 0, 0.92, wide * 0.62, 0.22), -y + 0.80)
    lay(soft(collar, 0.08), skin * 0.84)
    for side in (-1, 1):
        lay(soft(ellipse(x, y, side * wide * 1.0, 0.03, 0.07, 0.15), 0.2), skin * 0.82)

    narrow = wide * (1 - 0.20 * np.clip(y - 0.12, 0, 1) ** 1.2 / tall)  # towards the chin
    face = np.hypot(x / narrow, y / tall) - 1
    inside = soft(face, 0.05)
    # Heights: the head, and what stands out of it and lies in it.
    height_map = np.sqrt(np.clip(1 - (x / narrow) ** 2 * 0.92 - (y / tall) ** 2 * 0.80, 0.0, 1)) * 0.55
    bump = lambda cx, cy, rx, ry: np.exp(-(((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2))
    nose = 0.30 * (tall / 0.62)
    height_map += 0.10 * bump(0, nose * 0.45, 0.050, 0.16) + 0.085 * bump(0, nose * 0.86, 0.085, 0.065)
    height_map += 0.02 * (bump(-0.08, nose * 0.92, 0.04, 0.04) + bump(0.08, nose * 0.92, 0.04, 0.04))
    eyes, apart = -0.05, wide * 0.43
    for side in (-1, 1):
        height_map -= 0.075 * bump(side * apart, eyes, 0.14, 0.075)
        height_map += 0.030 * bump(side * apart, eyes - 0.14, 0.17, 0.05)
        height_map += 0.035 * bump(side * apart * 1.12, 0.20, 0.15, 0.13)
    mouth = 0.36 * (tall / 0.62)
    height_map += 0.03 * bump(0, mouth, 0.16, 0.06) + 0.035 * bump(0, tall * 0.86, 0.14, 0.08)
    height_map -= 0.02 * bump(0, mouth + 0.10, 0.14, 0.035)
    step = 1.76 / width
    slope_y, slope_x = np.gradient(height_map, step)
    normal = np.sqrt(slope_x**2 + slope_y**2 + 1)
    light = np.array([random.uniform(-0.55, 0.55), -0.45, 0.85])
    light /= np.linalg.norm(light)
    lit = np.clip((-slope_x * light[0] - slope_y * light[1] + light[2]) / normal, 0, 1)
    shade = 0.93 + 0.07 * lit if flat else 0.52 + 0.60 * lit
    tone = skin[None, None, :] * np.ones_like(color)
    blush = (
        bump(-apart * 1.2, 0.20, 0.14, 0.11)
        + bump(apart * 1.2, 0.20, 0.14, 0.11)
        + 0.7 * bump(0, nose * 0.85, 0.08, 0.06)
    )
    tone[..., 1:] -= (blush * 16)[..., None]
    lay(inside, tone * shade[..., None])
    dark = max(0.25, skin.mean() / 330)
    for side in (-1, 1):  # eyes
        cx = side * apart
        lay(bump(cx, eyes - 0.015, 0.15, 0.08) * 0.36 * inside, skin * 0.45)
        lids = np.maximum(
            np.abs(y - eyes + 0.5 * (x - cx) ** 2 * 2.0) - 0.042 + 1.9 * (x - cx) ** 2, np.abs(x - cx) - 0.135
        )
        white = soft(lids, 0.018)
        lay(white, np.array((226, 222, 218), np.float32) * (0.86 + 0.14 * dark))
        iris = np.hypot(x - cx, y - eyes)
        lay(white * soft(iris - 0.050, 0.016), eye)
        lay(white * soft(iris - 0.024, 0.012), np.array((18, 14, 14), np.float32))
        lay(soft(np.hypot(x - cx + 0.016, y - eyes + 0.016) - 0.010, 0.01), np.array((250, 250, 250), np.float32))
        lash = np.abs(y - eyes + 0.046 - 2.1 * (x - cx) ** 2) - 0.011
        lay(soft(np.maximum(lash, np.abs(x - cx) - 0.145), 0.018) * 0.9, hair * 0.45)
        brow = np.abs(y - eyes + 0.155 - 0.9 * (x - cx * 1.05) ** 2 - 0.02 * np.abs(x) / wide) - 0.024
        lay(soft(np.maximum(brow, np.abs(x - cx * 1.03) - 0.165), 0.03) * 0.85, hair * 0.8)
    for side in (-1, 1):
        lay(bump(side * 0.055, nose + 0.012, 0.032, 0.018) * 0.8, skin * 0.30)
        lay(bump(side * 0.11, nose * 0.95, 0.018, 0.05) * 0.35, skin * 0.5)
    lay(bump(0, nose + 0.05, 0.11, 0.025) * 0.30, skin * 0.5)
    upper = np.abs(y - mouth + 0.022 - 0.012 * np.cos(x * 40) * (np.abs(x) < 0.08)) - 0.028 + 0.9 * x**2
    lower = np.abs(y - mouth - 0.030) - 0.034 + 1.3 * x**2
    lips = np.array((168, 86, 84), np.float32) * (0.45 + 0.55 * skin.mean() / 220)
    lay(soft(np.maximum(upper, np.abs(x) - 0.17), 0.02) * 0.85, lips * 0.86)
    lay(soft(np.maximum(lower, np.abs(x) - 0.15), 0.02) * 0.85, lips * 1.05)
    lay(soft(np.maximum(np.abs(y - mouth - 0.5 * x**2) - 0.007, np.abs(x) - 0.17), 0.012), skin * 0.30)
    # Hair: a cap over the skull, with its line above the forehead.
    line = (
        -tall * random.uniform(0.52, 0.62)
        + random.uniform(-0.14, 0.14) * x
        + random.uniform(0.5, 1.5) * np.abs(x) ** 2.2
    )
    skull = ellipse(x, y, 0, -0.08, wide * 1.13, tall * 1.10)
    cap = np.maximum(skull, y - line - 0.12 * soft(np.abs(np.abs(x) - wide * 1.0), 0.2))
    sides = np.maximum(np.maximum(skull, wide * 0.90 - np.abs(x)), y - (0.9 if long_hair else 0.06))
    shine = 0.75 + 0.5 * bump(light[0] * 0.4, -tall * 0.8, 0.3, 0.14)
    lay(np.maximum(soft(cap, 0.05), soft(sides, 0.04)), hair_color * shine[..., None])
    if sex == "M" and random.random() < 0.3:  # a beard
        beard = np.maximum(-(y - 0.24 - 0.6 * (wide - np.abs(x))), face)
        lay(
            soft(beard, 0.10) * 0.55 * (1 - soft(np.maximum(np.abs(x) - 0.17, np.abs(y - mouth) - 0.06), 0.05)),
            hair_color,
        )
    smooth = Image.fromarray(np.clip(color, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(width * 0.006))
    return np.asarray(smooth, np.float32)


def engraved(random, picture):
    """Burnt into the card by a laser: grey, with little range, in lines."""
    grey = picture.mean(axis=2)
    y = np.arange(grey.shape[0], dtype=np.float32)[:, None]
    lines = 1 + 0.05 * np.sin(y * random.uniform(1.0, 1.6))
    grey = (62 + grey * 0.74) * lines
    tint = np.array([random.uniform(0.94, 1.0), random.uniform(0.97, 1.0), random.uniform(0.95, 1.02)], np.float32)
    return grey[..., None] * tint
