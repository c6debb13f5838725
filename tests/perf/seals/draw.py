"""Draws codes of MiDNI as they are photographed off a phone's screen, each kind spoiled in one way, and `mixed` in many.

A code holds random bytes, as many as the police's. Those of twelve megapixels hold a seal, as `acredita midni draw` makes
it: whoever looks for one ends at it, and goes on after other codes. `hard` is more of the same than most pictures have."""

import argparse
import base64
import io
import pathlib
import random

import cv2
import numpy as np
import segno
from PIL import Image

SEAL = base64.b64decode((pathlib.Path(__file__).parent / "seal.base64").read_text())
KINDS = ["scale", "blur", "motion", "turn", "tilt", "glare", "moire", "low", "jpeg", "mixed", "twelve"]
# How much of each: ordinary, hard. Blur, motion: in modules. Scale: 1 is four pixels a module.
AMOUNTS = {
    "scale": ((0.5, 2.0), (0.4, 0.6)),
    "blur": ((0.15, 0.55), (0.3, 0.7)),
    "motion": ((0.3, 1.1), (0.8, 1.5)),
    "turn": ((-45, 45), (-180, 180)),
    "tilt": ((10, 40), (30, 50)),
    "glare": ((60, 170), (150, 300)),
    "moire": ((0.08, 0.3), (0.25, 0.6)),
    "low": ((0.12, 0.3), (0.06, 0.15)),
    "jpeg": ((60, 60), (25, 25)),
}


class Drawing:
    def __init__(self, kind, hard, seed):
        self.kind, self.hard, self.random = kind, hard, random.Random(seed)

    def amount(self, kind):
        return self.random.uniform(*AMOUNTS[kind][self.hard])

    def has(self, kind, likelihood):
        return self.kind == kind or (self.kind == "mixed" and self.random.random() < likelihood)

    def draw(self):
        uniform = self.random.uniform
        scale = self.amount("scale") if self.kind in ("scale", "mixed") else uniform(0.8, 1.5)
        module = uniform(5, 14) if self.kind == "twelve" else 4 * scale
        code = self.code()
        side = int(module * code.shape[0] * 1.9) + 40
        size = (3000, 4000) if self.kind == "twelve" else (int(side * uniform(0.75, 1)), side)
        turn = self.amount("turn") if self.kind in ("turn", "mixed", "twelve") else uniform(-8, 8)
        tilt = self.amount("tilt") if self.has("tilt", 0.5) else uniform(0, 4)
        picture = self.photo(self.screen(code, max(4, int(np.ceil(module)))), code.shape[0], module, turn, tilt, size)
        if self.kind == "motion":
            picture = cv2.filter2D(picture, -1, self.line(module * self.amount("motion")))
        blur = module * self.amount("blur") if self.has("blur", 0.5) else uniform(0.3, 0.6)
        picture = cv2.GaussianBlur(picture, (0, 0), blur)
        height, width = picture.shape
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        if self.has("glare", 0.4):
            dx = (x - width * uniform(0.3, 0.7)) / (width * uniform(0.1, 0.3))
            dy = (y - height * uniform(0.3, 0.7)) / (height * uniform(0.1, 0.3))
            picture = picture + self.amount("glare") * np.exp(-(dx**2) - dy**2)
        if self.has("moire", 0.4):
            angle, period = uniform(0, np.pi), uniform(3, 40)
            wave = np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period)
            picture = picture * (1 + self.amount("moire") * wave)
        if self.has("low", 0.3):
            picture = picture * self.amount("low") + uniform(0, 10)
        noise = np.random.default_rng(self.random.getrandbits(30)).normal(0, uniform(1.5, 5), picture.shape)
        picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
        if self.has("jpeg", 0.5):
            buffer = io.BytesIO()
            Image.fromarray(picture).save(buffer, "JPEG", quality=int(self.amount("jpeg")))
            picture = np.array(Image.open(buffer))
        return picture

    def code(self):
        data = SEAL if self.kind == "twelve" else self.random.randbytes(self.random.randint(1014, 1139))
        code = segno.make(data, error="l", mode="byte", boost_error=False, micro=False)
        return np.array([list(row) for row in code.matrix_iter(border=4)], np.uint8)

    def screen(self, code, pixels):
        """The screen, the code in it with so many pixels a module, and where its middle is."""
        dark, light = self.random.randint(0, 25), self.random.randint(235, 255)
        drawn = np.kron(code, np.ones((pixels, pixels), np.float32)) * (dark - light) + light
        side = drawn.shape[0]
        left, top = int(side * 0.08), int(side * 0.9)
        screen = np.full((int(side * 2.1), side + 2 * left), 255, np.uint8)
        screen[: int(side * 0.1)] = 40
        for line in range(5):
            place = (left + side // 4, int(side * (0.3 + 0.08 * line)))
            cv2.putText(screen, "DNI 99999990S ANA", place, cv2.FONT_HERSHEY_SIMPLEX, side / 900, 30, max(1, side // 500))
        screen = np.minimum(screen.astype(np.float32), light)
        screen[top : top + side, left : left + side] = drawn
        return screen, (left + side / 2, top + side / 2), side

    def photo(self, screen, modules, module, turn, tilt, size):
        screen, middle, side = screen
        scale = module * modules / side
        about_x = np.deg2rad(tilt * self.random.uniform(-1, 1))
        about_y = np.deg2rad(tilt * self.random.choice([-1, 1]))
        about_z = np.deg2rad(turn)
        (sx, sy, sz), (cx, cy, cz) = np.sin([about_x, about_y, about_z]), np.cos([about_x, about_y, about_z])
        rotation = (
            np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
            @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
            @ np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
        )
        height, width = screen.shape
        distance = 3 * height * scale
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        seen = []
        for corner in corners:
            x, y, z = rotation @ [*(corner - middle) * scale, 0]
            seen.append(np.array([x, y]) * distance / (distance + z) + np.array(size) / 2)
        # Twice the size, and then the mean of four pixels, as a sensor would.
        twice = np.diag([2, 2, 1]) @ cv2.getPerspectiveTransform(corners, np.array(seen, np.float32))
        background = float(self.random.randint(60, 160))
        large = cv2.warpPerspective(screen, twice, (2 * size[0], 2 * size[1]), borderValue=background)
        return cv2.resize(large, size, interpolation=cv2.INTER_AREA)

    def line(self, length):
        radius = int(length) + 1
        kernel = np.zeros((2 * radius + 1, 2 * radius + 1), np.float32)
        angle = self.random.uniform(0, np.pi)
        dx, dy = length / 2 * np.cos(angle), length / 2 * np.sin(angle)
        ends = [(round(radius - dx), round(radius - dy)), (round(radius + dx), round(radius + dy))]
        cv2.line(kernel, *ends, 1.0)
        return kernel / kernel.sum()


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=pathlib.Path, required=True)
    arguments.add_argument("--seed", type=int, required=True)
    arguments.add_argument("--count", type=int, required=True)
    arguments = arguments.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for hard in (False, True):
        for kind in KINDS:
            if hard and kind == "twelve":
                continue
            for count in range(arguments.count if kind != "twelve" else min(arguments.count, 8)):
                name = f"{'hard ' if hard else ''}{kind}-{count:03}"
                picture = Drawing(kind, hard, f"{arguments.seed} {name}").draw()
                Image.fromarray(picture).save(arguments.out / f"{name}.png", compress_level=1)


main()
