"""Grounds of cards, as security print draws them: fine coloured lines over soft colours."""

import math

import numpy as np
from PIL import Image


def waves(random, width, height, scale, strength=1.0):
    """Waving lines in several directions over a gradient of two colours."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    first, second = (np.array([random.randint(low, 246) for low in (208, 208, 214)], np.float32) for _ in range(2))
    along = 0.5 + 0.5 * np.sin(
        x / width * random.uniform(2, 5) + y / height * random.uniform(-2, 2) + random.uniform(0, 6)
    )
    ground = first * along[..., None] + second * (1 - along[..., None])
    for _ in range(random.randint(3, 5)):
        period, swing, phase = random.uniform(0.5, 1.8) * scale, random.uniform(4, 22) * scale, random.uniform(0, 6)
        turn = random.uniform(-1.2, 1.2)
        u = x * math.cos(turn) + y * math.sin(turn)
        v = -x * math.sin(turn) + y * math.cos(turn)
        line = np.clip(np.sin((v + swing / 3 * np.sin(u / swing + phase)) / period * 6.28) - 0.55, 0, 1) * 2.2
        ground -= (
            line[..., None]
            * np.array([random.uniform(0.1, 1) for _ in range(3)], np.float32)
            * random.uniform(6, 24)
            * strength
        )
    return ground


def rosettes(random, width, height, scale, strength=1.0):
    """Rosettes of lines around a few centres, over bands of colour."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    ground = np.empty((height, width, 3), np.float32)
    low, high, turn = random.uniform(0.7, 0.9), random.uniform(0.93, 0.99), random.uniform(0, 3)
    for k in range(3):
        band = np.sin(x / width * random.uniform(3, 7) + turn + 2.1 * k) * np.cos(y / height * 2.2 + k)
        ground[..., k] = 255 * (high - (high - low) * 0.5 * (1 + band) * random.uniform(0.3, 1))
    for _ in range(random.randint(2, 4)):
        cx, cy = random.uniform(0.1, 1.0) * width, random.uniform(0.1, 0.9) * height
        radius, angle = np.hypot(x - cx, y - cy), np.arctan2(y - cy, x - cx)
        petals, period = random.randint(5, 16), random.uniform(0.6, 1.6) * scale
        swing = random.uniform(0.4, 2.2) * scale
        line = (
            np.clip(
                np.cos((radius + swing * np.sin(petals * angle + radius / (9 * scale))) / period * 6.28) - 0.6, 0, 1
            )
            * 2.5
        )
        reach = np.exp(-((radius / (random.uniform(14, 34) * scale)) ** 2))
        ink = np.array([random.uniform(0.05, 1) for _ in range(3)], np.float32)
        ground -= (line * reach)[..., None] * ink * random.uniform(14, 40) * strength
    dots = ((x % (0.9 * scale) < 0.25 * scale) & (y % (0.9 * scale) < 0.25 * scale)).astype(np.float32)
    ground -= (dots * random.uniform(3, 10))[..., None]
    return ground


def flat(random, width, height, _scale, _strength=1.0):
    """One pale colour."""
    ground = np.empty((height, width, 3), np.float32)
    ground[:] = [random.randint(215, 248) for _ in range(3)]
    return ground


def painted(ground):
    return Image.fromarray(np.clip(ground, 0, 255).astype(np.uint8))
