"""Takes a picture of a flat drawing on a table: pose, light, lens, sensor."""

import dataclasses
import math

import numpy as np
from PIL import Image, ImageFilter


@dataclasses.dataclass(frozen=True)
class Level:
    turn: float  # degrees, either way
    slant: float  # of each corner, as a share of the width
    blur: tuple  # pixels, of a picture 1,600 pixels wide
    noise: tuple  # standard deviation
    quality: tuple  # of the JPEG
    glare: float  # how many of the pictures have a reflection
    shade: float  # how far light falls off
    width: tuple  # of the picture, pixels
    fill: tuple  # the share of the picture's width or height that the document takes
    ink: int = 0  # how much paler the print is
    strength: float = 1.0  # of the ground's lines


LEVELS = {
    "easy": Level(3, 0.010, (0, 0.5), (0, 3), (85, 95), 0, 0.10, (1200, 2400), (0.82, 0.96)),
    "medium": Level(12, 0.030, (0, 1.0), (2, 7), (65, 92), 0.25, 0.30, (1100, 2200), (0.72, 0.95)),
    "hard": Level(15, 0.055, (0.4, 1.6), (4, 11), (40, 80), 0.5, 0.45, (900, 2000), (0.66, 0.92), ink=20, strength=1.4),
}
TABLES = ("waves", "wood", "plain", "cloth")


@dataclasses.dataclass
class Shot:
    picture: Image.Image
    quality: int
    corners: list  # of the drawing, in the picture

    def place(self, size, box):
        """Where a box of the drawing is in the picture."""
        back = coefficients(self.corners, around(size))
        points = [(box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])]
        placed = []
        for x, y in points:
            scale = back[6] * x + back[7] * y + 1
            placed.append(
                [
                    round((back[0] * x + back[1] * y + back[2]) / scale, 1),
                    round((back[3] * x + back[4] * y + back[5]) / scale, 1),
                ]
            )
        return placed


def around(size):
    return [(0, 0), (size[0], 0), (size[0], size[1]), (0, size[1])]


def coefficients(source, target):
    """The homography that takes points of the target to those of the source."""
    rows, right = [], []
    for (x, y), (u, v) in zip(target, source):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return np.linalg.solve(np.array(rows, float), np.array(right, float))


def pose(random, size, level):
    """The size of a picture, and where the corners of a drawing lie in it."""
    width = random.randint(*level.width)
    height = round(width * random.choice((0.66, 0.75)))
    turn = math.radians(random.uniform(-level.turn, level.turn))
    cos, sin = abs(math.cos(turn)), abs(math.sin(turn))
    scale = random.uniform(*level.fill) * min(
        width / (size[0] * cos + size[1] * sin), height / (size[0] * sin + size[1] * cos)
    )
    jitter = lambda: random.uniform(-1, 1) * level.slant * size[0] * scale
    corners = []
    for x, y in around(size):
        x, y = (x - size[0] / 2) * scale, (y - size[1] / 2) * scale
        corners.append(
            (
                width / 2 + x * math.cos(turn) - y * math.sin(turn) + jitter(),
                height / 2 + x * math.sin(turn) + y * math.cos(turn) + jitter(),
            )
        )
    return (width, height), corners


def warped(picture, size, corners, times=2):
    """A drawing in its pose, drawn larger and shrunk, so that no line is lost between pixels."""
    long = max(math.dist(corners[0], corners[1]), math.dist(corners[3], corners[2]))
    shrink = min(1.0, times * long / picture.width)
    small = (
        picture.resize((round(picture.width * shrink), round(picture.height * shrink)), Image.LANCZOS)
        if shrink < 1
        else picture
    )
    found = coefficients(around(small.size), [(x * times, y * times) for x, y in corners])
    large = small.transform((size[0] * times, size[1] * times), Image.PERSPECTIVE, tuple(found), Image.BICUBIC)
    return large.resize(size, Image.BOX)


def table(random, size, kind=None):
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    kind = kind or random.choice(TABLES)
    seeded = np.random.default_rng(random.randrange(2**31))
    color = np.array([random.randint(30, 215) for _ in range(3)], np.float32)
    if kind == "waves":
        texture = 12 * np.sin(x / random.uniform(5, 60) + 3 * np.sin(y / random.uniform(40, 200))) + 8 * np.sin(
            y / random.uniform(10, 90)
        )
    elif kind == "wood":
        color = np.array(random.choice(((122, 84, 52), (168, 128, 88), (84, 60, 44), (196, 164, 124))), np.float32)
        along = y + 22 * np.sin(x / random.uniform(200, 500) + random.uniform(0, 6))
        texture = (
            10 * np.sin(along / random.uniform(5, 12))
            + 7 * np.sin(along / random.uniform(2, 4))
            + 9 * np.sin(along / 61)
        )
    elif kind == "cloth":
        texture = 7 * np.sin(x / random.uniform(1.2, 2.5)) * np.sin(y / random.uniform(1.2, 2.5)) + 5 * np.sin(
            (x + y) / 170
        )
    else:
        texture = 4 * np.sin(x / random.uniform(300, 900)) + 4 * np.sin(y / random.uniform(300, 900))
    grain = seeded.normal(0, random.uniform(2, 6), (height, width, 1)).astype(np.float32)
    return color + texture[..., None] + grain


def shadowed(random, scene, mask, size):
    """Darkens the table along one edge of a document that lies on it."""
    move = random.uniform(2, 9) * size[0] / 1600
    shadow = np.roll(mask, (round(move), round(move * random.choice((-1, 1)))), (0, 1))
    shadow = (
        np.asarray(Image.fromarray((shadow * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(move)), np.float32)
        / 255
    )
    return scene * (1 - 0.35 * shadow)[..., None]


def developed(random, scene, level):
    """Light, lens and sensor."""
    height, width = scene.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    turn = random.uniform(0, 6.28)
    fall = (x / width - 0.5) * math.cos(turn) + (y / height - 0.5) * math.sin(turn)
    scene = scene * (random.uniform(0.80, 1.04) * (1 + level.shade * random.uniform(0.3, 1) * 2 * fall))[..., None]
    if random.random() < 0.4:  # a lens that is darker in its corners
        scene = scene * (1 - 0.3 * random.random() * ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2))[..., None]
    scene = scene * np.array([random.uniform(0.94, 1.06), 1, random.uniform(0.9, 1.06)], np.float32)
    if random.random() < level.glare:
        cx, cy, reach = (
            random.uniform(0.1, 0.9) * width,
            random.uniform(0.1, 0.95) * height,
            random.uniform(0.05, 0.13) * width,
        )
        spot = np.exp(-(((x - cx) / reach) ** 2 + ((y - cy) / reach / random.uniform(0.5, 1)) ** 2))
        scene = scene + (random.uniform(60, 180) * spot)[..., None]
    picture = Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8))
    picture = picture.filter(ImageFilter.GaussianBlur(random.uniform(*level.blur) * width / 1600))
    if random.random() < 0.3:  # phones sharpen
        picture = picture.filter(ImageFilter.UnsharpMask(radius=1.5, percent=random.randint(20, 80), threshold=2))
    noise = random.uniform(*level.noise)
    seeded = np.random.default_rng(random.randrange(2**31))
    scene = np.asarray(picture, np.float32)
    scene = scene + 0.6 * noise * seeded.standard_normal(scene.shape, np.float32)
    scene += 0.8 * noise * seeded.standard_normal(scene.shape[:2] + (1,), np.float32)
    return Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8))


def shoot(random, flat, mask, level, ground=None):
    """The picture of a drawing; `ground` is a colour or the kind of a table."""
    size, corners = pose(random, flat.size, level)
    drawing = np.asarray(warped(flat, size, corners), np.float32)
    cover = np.asarray(warped(mask, size, corners), np.float32) / 255
    if isinstance(ground, tuple):
        scene = np.broadcast_to(np.array(ground, np.float32), drawing.shape)
    else:
        scene = table(random, size, ground)
    if random.random() < 0.6:
        scene = shadowed(random, scene, cover, size)
    scene = drawing * cover[..., None] + scene * (1 - cover[..., None])
    return Shot(
        developed(random, scene, level),
        random.randint(*level.quality),
        [(round(x, 1), round(y, 1)) for x, y in corners],
    )
