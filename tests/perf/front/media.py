"""Documents that are not before the camera themselves: shown on a screen, copied, printed."""

import dataclasses
import math

import numpy as np
from PIL import Image, ImageFilter

import camera
import cards

SUBPIXELS = 6  # of the drawing of a screen, each way, for one of its pixels


def on_paper(random, side):
    """A copy in the middle of a sheet that is larger."""
    margin = round(random.uniform(8, 22) * cards.SCALE)
    shade = random.randint(238, 251)
    sheet = Image.new("RGB", (side.picture.width + 2 * margin, side.picture.height + 2 * margin), (shade,) * 3)
    sheet.paste(side.picture, (margin, margin), side.mask)
    return dataclasses.replace(side, picture=sheet, mask=Image.new("L", sheet.size, 255))


def grey_copy(random, side):
    """As a copier makes it: grey, with more contrast, light tones lost."""
    grey = np.asarray(side.picture.convert("L"), np.float32)
    grey = np.clip((grey - 128) * random.uniform(1.1, 1.7) + 128 + random.uniform(0, 35), 8, 248)
    return dataclasses.replace(side, picture=Image.fromarray(grey.astype(np.uint8)).convert("RGB"))


def printed(random, side):
    """As a laser printer makes it: four inks in screens of dots, each at its angle."""
    inks = 1 - np.asarray(side.picture, np.float32) / 255
    black = inks.min(axis=2) * 0.8
    planes = [np.clip(inks[..., k] - black, 0, 1) for k in range(3)] + [black]
    period = 25.4 / random.choice((85, 100, 133, 150)) * cards.SCALE
    y, x = np.mgrid[0 : side.picture.height, 0 : side.picture.width].astype(np.float32)
    out = np.ones(inks.shape, np.float32)
    for plane, angle, color in zip(planes, (15, 75, 0, 45), ((0, 1, 1), (1, 0, 1), (1, 1, 0), (0, 0, 0))):
        turn = math.radians(angle)
        u = (x * math.cos(turn) + y * math.sin(turn)) / period * 2 * math.pi
        v = (-x * math.sin(turn) + y * math.cos(turn)) / period * 2 * math.pi
        dot = 1 / (1 + np.exp(-(plane - (np.cos(u) + np.cos(v)) / 4 - 0.5) * 14))
        out *= 1 - dot[..., None] * (1 - np.array(color, np.float32)) * 0.92
    return dataclasses.replace(side, picture=Image.fromarray(np.clip(out * 255, 0, 255).astype(np.uint8)))


def screen(random, side, level):
    """The picture of a screen that shows a side: stripes of red, green and blue, sampled by a sensor with a filter
    before each of its pixels, which gives moire."""
    around = random.choice(((255, 255, 255), (30, 30, 30), (240, 240, 240)))
    shown = Image.new("RGB", (side.picture.width + 200, side.picture.height + 200), around)
    shown.paste(side.picture, (100, 100), side.mask)
    width = random.randint(700, 1200)
    shown = np.asarray(shown.resize((width, round(width * shown.height / shown.width)), Image.LANCZOS), np.float32)
    stripes = np.zeros((SUBPIXELS, SUBPIXELS, 3), np.float32)
    for k in range(3):
        stripes[:-1, 2 * k : 2 * k + 2, k] = 0.95
    stripes[-1] = 0.25 * stripes[0]
    fine = np.repeat(np.repeat(shown.astype(np.uint16), SUBPIXELS, 0), SUBPIXELS, 1)
    fine *= np.tile((stripes * 256).astype(np.uint16), shown.shape[:2] + (1,))
    flat = Image.fromarray((fine >> 8).astype(np.uint8))
    size, corners = camera.pose(random, flat.size, dataclasses.replace(level, fill=(0.95, 1.12)))
    scene = np.asarray(camera.warped(flat, size, corners, times=3), np.float32) / stripes.mean()
    lens = Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(random.uniform(0.3, 0.7))
    )
    scene = filtered(np.asarray(lens, np.float32))
    picture = camera.developed(random, scene, dataclasses.replace(level, blur=(0, level.blur[1] * 0.6)))
    return camera.Shot(picture, random.randint(*level.quality), corners)


def filtered(scene):
    """One colour for each pixel of the sensor, and the others from its neighbours."""
    colors = np.zeros(scene.shape, np.float32)
    colors[0::2, 0::2, 0] = colors[1::2, 1::2, 2] = 1
    colors[0::2, 1::2, 1] = colors[1::2, 0::2, 1] = 1

    def spread(plane):
        plane = plane + 0.5 * (np.roll(plane, 1, 0) + np.roll(plane, -1, 0))
        return plane + 0.5 * (np.roll(plane, 1, 1) + np.roll(plane, -1, 1))

    return np.stack([spread(scene[..., k] * colors[..., k]) / spread(colors[..., k]) for k in range(3)], axis=2)
