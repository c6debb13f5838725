#!/usr/bin/env python3
"""Draws documents of people who do not exist, both sides of each, with what they say as JSON lines.

    python3 generate.py --seed 1 --count 300 --style plain --out target/front-pictures/1/plain

Pair i of a seed, style and level depends on nothing else. `truth.jsonl` has one line a pair: the files, what was
printed, the zone, where everything is in the pictures, and what its honest holder would declare.
Needs Pillow, numpy, and the typefaces of `typefaces.py`.
"""

import argparse
import json
import os
import random as randomness

import camera
import cards
import people


def pair(seed, number, level, kind, style):
    random = randomness.Random(f"{seed}/{style}/{level}/{kind}/{number}")
    look = camera.LEVELS[level]
    person, appearance, front, back = cards.both(random, kind, style, look.ink, look.strength)
    ground = random.choice(camera.TABLES)
    shots = {"front": camera.shoot(random, front.picture, front.mask, look, ground)}
    if back:
        shots["back"] = camera.shoot(random, back.picture, back.mask, look, ground)
    sides = {"front": front, "back": back}
    truth = (
        declared(person)
        | said(person, appearance)
        | dict(
            kind=kind,
            style=style,
            level=level,
            typeface=os.path.basename(appearance.values),
            zone=people.zone(person),
            places={
                name: dict(
                    size=shot.picture.size,
                    corners=shot.corners,
                    fields=[
                        (field, text, shot.place(sides[name].picture.size, box))
                        for field, text, box in sides[name].boxes
                    ],
                    portrait=sides[name].portrait and shot.place(sides[name].picture.size, sides[name].portrait),
                )
                for name, shot in shots.items()
            },
        )
    )
    return shots, truth


def declared(person):
    """What the scoring is asked to compare."""
    document = {"TIE": "NIE", "PASSPORT": "PASSPORT"}.get(person.kind, "NIF")
    number = person.support if person.kind == "PASSPORT" else person.number
    country = {"ESP": "ES", "PRT": "PT"}[person.nationality] if person.kind == "PASSPORT" else "ES"
    return dict(
        document=dict(type=document, country=country),
        declared=dict(name=person.given, last_name=" ".join(person.surnames), number=number),
    )


def said(person, appearance):
    """What is printed, dates as they are written."""
    day = lambda when: cards.date(when, appearance.separator)
    return dict(
        printed=dict(
            number=person.number,
            support=person.support,
            surnames=person.surnames,
            given=person.given,
            sex=person.sex,
            nationality=person.nationality,
            birth=day(person.birth),
            issue=day(person.issue),
            expiry=day(person.expiry),
        )
    )


def save(folder, name, shots, truth, out):
    """Writes the pictures of a pair, and its line."""
    files = {}
    for side, shot in shots.items():
        files[side] = f"{name}-{side}.jpg"
        shot.picture.save(os.path.join(folder, files[side]), quality=shot.quality)
    out.write(json.dumps(files | truth, ensure_ascii=False) + "\n")
    out.flush()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seed", default="1")
    arguments.add_argument("--count", type=int, default=300)
    arguments.add_argument("--start", type=int, default=0)
    arguments.add_argument("--style", default="plain", choices=("plain", "ornate", "mixed"))
    arguments.add_argument("--level", default="mixed", choices=(*camera.LEVELS, "mixed"))
    arguments.add_argument("--kinds", default=",".join(cards.KINDS))
    arguments.add_argument("--out", required=True)
    given = arguments.parse_args()
    os.makedirs(given.out, exist_ok=True)
    kinds, levels = given.kinds.split(","), list(camera.LEVELS)
    with open(os.path.join(given.out, "truth.jsonl"), "a" if given.start else "w") as out:
        for i in range(given.start, given.start + given.count):
            level = levels[i % 3] if given.level == "mixed" else given.level
            style = ("plain", "ornate")[i // 3 % 2] if given.style == "mixed" else given.style
            kind = kinds[(i // 6 if given.style == "mixed" else i // 3) % len(kinds)]
            shots, truth = pair(given.seed, i, level, kind, style)
            save(given.out, "%05d" % i, shots, truth, out)


if __name__ == "__main__":
    main()
