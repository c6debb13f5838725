#!/usr/bin/env python3
"""Draws what somebody shows who does not have the document, with the data that they would declare.

    python3 attacks.py --seed 1 --count 25 --out target/front-pictures/1/attacks

`truth.jsonl` has the lines of generate.py, with `attack`, the kind, and `shows`: `nothing` (a side that is no such
document), `other` (a side of another one), `part` (a side that is cut off), or `altered` (the document, but copied,
edited or drawn after it).
"""

import argparse
import dataclasses
import os
import random as randomness

from PIL import Image, ImageDraw

import camera
import cards
import generate
import grounds
import media
import people
import sheets
import typefaces

KINDS = {}  # name: (what it shows, the function that draws it)


def attack(shows):
    def register(function):
        KINDS[function.__name__.replace("_", "-")] = shows, function
        return function

    return register


class Scene:
    """What one attack is drawn from: chance, a level of difficulty, the document it pretends to be."""

    def __init__(self, seed, kind, number):
        self.random = randomness.Random(f"{seed}/{kind}/{number}")
        self.level_name = list(camera.LEVELS)[number % 3]
        self.level = camera.LEVELS[self.level_name]
        self.style = ("plain", "ornate")[number // 3 % 2]
        self.person = people.person(self.random, ("DNI3", "DNI4", "TIE")[number // 6 % 3])

    def passport(self):
        self.person = people.person(self.random, "PASSPORT")
        return self.person

    def sides(self, person=None, kind=None):
        """Genuine ones, of this person or another."""
        person = person or self.person
        _, _, front, back = cards.both(
            self.random, kind or person.kind, self.style, self.level.ink, self.level.strength, person
        )
        return front, back

    def shot(self, side, ground=None):
        if ground is None and self.random.random() < 0.3:
            ground = (self.random.randint(225, 250),) * 3  # paper on paper: no edge to be seen
        return camera.shoot(self.random, side.picture, side.mask, self.level, ground)

    def pair(self, front, back=None):
        return self.shot(front), back and self.shot(back)


# Nothing of the document: typed, drawn as anything, plain.


@attack("nothing")
def typed_zone(scene):
    return scene.pair(sheets.nothing(scene.random), sheets.typed_zone(scene.random, scene.person))


@attack("nothing")
def typed_zone_alone(scene):
    return None, scene.shot(sheets.typed_zone(scene.random, scene.person))


@attack("nothing")
def typed_zone_and_data(scene):
    back = sheets.typed_zone(scene.random, scene.person)
    return scene.pair(sheets.typed(scene.random, sheets.data(scene.person)), back)


@attack("nothing")
def typed_labels_before_data(scene):
    back = sheets.typed_zone(scene.random, scene.person)
    return scene.pair(sheets.typed(scene.random, sheets.labelled(scene.person)), back)


@attack("nothing")
def typed_labels_above_data(scene):
    back = sheets.typed_zone(scene.random, scene.person)
    return scene.pair(sheets.typed(scene.random, sheets.under_labels(scene.person)), back)


@attack("nothing")
def typed_all_on_the_front(scene):
    """One sheet with zone, labels and data, and a picture of nothing as its back."""
    front = sheets.typed_zone(scene.random, scene.person, above=sheets.labelled(scene.person))
    return scene.pair(front, sheets.nothing(scene.random))


@attack("nothing")
def typed_sheet_twice(scene):
    """One sheet, and the very same picture of it as front and back."""
    shot = scene.shot(sheets.typed_zone(scene.random, scene.person, above=sheets.labelled(scene.person)))
    return shot, shot


@attack("nothing")
def typed_sheet_taken_twice(scene):
    sheet = sheets.typed_zone(scene.random, scene.person, above=sheets.labelled(scene.person))
    return scene.pair(sheet, sheet)


@attack("nothing")
def typed_passport_hello(scene):
    return scene.pair(sheets.typed_zone(scene.random, scene.passport(), above=["hello"]))


@attack("nothing")
def typed_passport_data(scene):
    person = scene.passport()
    return scene.pair(sheets.typed_zone(scene.random, person, above=[*sheets.data(person), person.support]))


@attack("nothing")
def typed_passport_labels(scene):
    person = scene.passport()
    lines = scene.random.choice((sheets.labelled, sheets.under_labels))(person)
    return scene.pair(sheets.typed_zone(scene.random, person, above=lines))


@attack("nothing")
def typed_front_genuine_back(scene):
    """Somebody has a picture of the back only, and types the front."""
    lines = scene.random.choice((sheets.data, sheets.labelled, sheets.under_labels))(scene.person)
    return scene.pair(sheets.typed(scene.random, lines), scene.sides()[1])


@attack("nothing")
def nothing_front_genuine_back(scene):
    return scene.pair(sheets.nothing(scene.random), scene.sides()[1])


@attack("nothing")
def genuine_front_typed_back(scene):
    """Somebody has a picture of the front only, and types the back."""
    return scene.pair(scene.sides()[0], sheets.typed_zone(scene.random, scene.person))


@attack("nothing")
def typed_labels_with_portrait(scene):
    """Somebody's portrait glued onto a sheet with labels and data."""
    back = sheets.typed_zone(scene.random, scene.person)
    return scene.pair(sheets.with_portrait(scene.random, sheets.typed_under_labels(scene.random, scene.person)), back)


@attack("nothing")
def typed_passport_with_portrait(scene):
    person = scene.passport()
    page = sheets.typed_zone(scene.random, person, above=sheets.labelled(person))
    return scene.pair(sheets.with_portrait(scene.random, page))


@attack("nothing")
def other_words_for_labels(scene):
    """A front and a genuine back: values in their places, and above them words that no document has for them."""
    return scene.pair(sheets.mislabelled(scene.random, scene.person, scene.level), scene.sides()[1])


@attack("nothing")
def passport_with_other_words_for_labels(scene):
    return scene.pair(sheets.mislabelled(scene.random, scene.passport(), scene.level))


@attack("nothing")
def nothing_twice(scene):
    return scene.pair(sheets.nothing(scene.random), sheets.nothing(scene.random))


# Sides of other documents.


@attack("other")
def front_of_another(scene):
    other = people.person(scene.random, scene.person.kind)
    return scene.pair(scene.sides(other)[0], scene.sides()[1])


@attack("other")
def back_of_another(scene):
    other = people.person(scene.random, scene.person.kind)
    return scene.pair(scene.sides()[0], scene.sides(other)[1])


@attack("other")
def front_of_a_relative(scene):
    """Another person with the same surnames, who lives as long and whose card was issued on the same days."""
    mine = scene.person
    other = dataclasses.replace(
        people.person(scene.random, mine.kind),
        surnames=mine.surnames,
        issue=mine.issue,
        expiry=mine.expiry,
        nationality=mine.nationality,
    )
    return scene.pair(scene.sides(other)[0], scene.sides()[1])


@attack("other")
def back_as_front(scene):
    """The back twice, from two pictures."""
    back = scene.sides()[1]
    return scene.pair(back, back)


@attack("other")
def same_picture_twice(scene):
    shot = scene.shot(scene.sides()[1])
    return shot, shot


@attack("other")
def passport_as_front_of_a_card(scene):
    other = people.person(scene.random, "PASSPORT")
    return scene.pair(scene.sides(other)[0], scene.sides()[1])


# The document, altered.


def altered_number(random, person):
    """Another number that is right in itself: one or two digits differ, and the letter fits."""
    digits = [i for i, c in enumerate(person.number) if c.isdigit()]
    text = list(person.number)
    for i in random.sample(digits, random.choice((1, 1, 2))):
        text[i] = random.choice([c for c in "0123456789" if c != text[i]])
    number = people.with_letter("".join(text[:-1]))
    return dataclasses.replace(person, number=number)


@attack("altered")
def edited_zone(scene):
    """Another number in the zone, with its check digits; the front as it was. The zone's number is declared."""
    mine, scene.person = scene.person, altered_number(scene.random, scene.person)
    return scene.pair(scene.sides(mine)[0], scene.sides()[1])


@attack("altered")
def edited_front(scene):
    """Another number on the front; the zone as it was. The zone's number is declared."""
    front, back = scene.sides()
    return scene.pair(patched(scene.random, front, "number", altered_number(scene.random, scene.person).number), back)


@attack("altered")
def edited_zone_dates(scene):
    """Made valid for longer, and younger, in the zone only."""
    mine = scene.person
    scene.person = dataclasses.replace(
        mine, expiry=mine.expiry.replace(year=mine.expiry.year + 5), birth=mine.birth.replace(year=mine.birth.year + 7)
    )
    return scene.pair(scene.sides(mine)[0], scene.sides()[1])


@attack("altered")
def edited_zone_names(scene):
    """Another holder in the zone; number and front as they were."""
    mine, other = scene.person, people.person(scene.random, scene.person.kind)
    scene.person = dataclasses.replace(mine, surnames=other.surnames, given=other.given)
    return scene.pair(scene.sides(mine)[0], scene.sides()[1])


@attack("altered")
def edited_both(scene):
    """Another number on both sides: pasted over the front in another typeface."""
    front, mine = scene.sides()[0], scene.person
    scene.person = altered_number(scene.random, mine)
    return scene.pair(patched(scene.random, front, "number", scene.person.number), scene.sides()[1])


@attack("altered")
def edited_portrait(scene):
    """Another portrait, with a hard edge."""
    front, back = scene.sides()
    other, _ = scene.sides(people.person(scene.random, scene.person.kind))
    face = other.picture.crop(other.portrait).resize(
        (front.portrait[2] - front.portrait[0], front.portrait[3] - front.portrait[1])
    )
    front.picture.paste(face, front.portrait[:2])
    return scene.pair(front, back)


def patched(random, side, field, text):
    """A box of one colour over a field, and other text in it."""
    box = next(box for name, _, box in side.boxes if name == field)
    high = box[3] - box[1]
    wide = (box[0] - high // 4, box[1] - high // 3, box[2] + high // 2, box[3] + high // 3)
    draw = ImageDraw.Draw(side.picture)
    draw.rectangle(wide, fill=side.picture.getpixel((wide[0] - 2, wide[1])))
    draw.text(
        (box[0], box[3]),
        text,
        font=typefaces.sized(random.choice(typefaces.SANS), high),
        fill=(40, 40, 40),
        anchor="ls",
    )
    return side


@attack("altered")
def sketched_front_genuine_back(scene):
    return scene.pair(sheets.sketched(scene.random, scene.person), scene.sides()[1])


@attack("altered")
def sketched_front_typed_back(scene):
    return scene.pair(sheets.sketched(scene.random, scene.person), sheets.typed_zone(scene.random, scene.person))


@attack("altered")
def genuine_front_sketched_back(scene):
    """A zone on a card of one colour, with a chip and an address."""
    look = dataclasses.replace(cards.look(scene.random, scene.person.kind), ground=grounds.flat)
    return scene.pair(scene.sides()[0], cards.back(scene.random, scene.person, look))


@attack("altered")
def sketched_passport(scene):
    return scene.pair(sheets.sketched(scene.random, scene.passport()))


@attack("altered")
def on_a_screen(scene):
    front, back = scene.sides()
    return media.screen(scene.random, front, scene.level), media.screen(scene.random, back, scene.level)


@attack("altered")
def passport_on_a_screen(scene):
    return media.screen(scene.random, scene.sides(scene.passport())[0], scene.level), None


@attack("altered")
def grey_copy(scene):
    return scene.pair(*(media.on_paper(scene.random, media.grey_copy(scene.random, side)) for side in scene.sides()))


@attack("altered")
def grey_copy_cut_out(scene):
    return scene.pair(*(media.grey_copy(scene.random, side) for side in scene.sides()))


@attack("altered")
def colour_copy(scene):
    return scene.pair(*(media.on_paper(scene.random, media.printed(scene.random, side)) for side in scene.sides()))


@attack("altered")
def colour_copy_cut_out(scene):
    return scene.pair(*(media.printed(scene.random, side) for side in scene.sides()))


@attack("altered")
def small_on_a_large_sheet(scene):
    """A picture within a picture: both sides printed on one sheet, which is front and back."""
    front, back = scene.sides()
    sheet = Image.new("RGB", (round(front.picture.width * 1.9), round(front.picture.height * 3.2)), (247, 247, 247))
    for side, y in ((front, 0.4), (back, 1.7)):
        sheet.paste(side.picture, (round(front.picture.width * 0.45), round(front.picture.height * y)), side.mask)
    large = dataclasses.replace(front, picture=sheet, mask=Image.new("L", sheet.size, 255))
    return scene.pair(large, large)


@attack("altered")
def both_sides_in_one_picture(scene):
    """The same sheet, sent as the front alone."""
    return small_on_a_large_sheet(scene)[0], None


@attack("part")
def back_alone(scene):
    return None, scene.shot(scene.sides()[1])


@attack("part")
def front_alone(scene):
    return scene.shot(scene.sides()[0]), None


@attack("part")
def cut_off(scene):
    """Taken so close that a part of the card is outside: its portrait, or an edge without any text."""
    return tuple(cropped(scene.random, scene.shot(side)) for side in scene.sides())


@attack("part")
def passport_cut_off(scene):
    """The zone and the lines above it, without the portrait."""
    return cropped(scene.random, scene.shot(scene.sides(scene.passport())[0])), None


def cropped(random, shot):
    left = max(0, min(x for x, _ in shot.corners))
    wide = max(x for x, _ in shot.corners) - left
    at = round(left + wide * random.uniform(0.02, 0.06))
    return dataclasses.replace(shot, picture=shot.picture.crop((at, 0, *shot.picture.size)))


def draw(seed, kind, number):
    scene = Scene(seed, kind, number)
    shows, function = KINDS[kind]
    front, back = function(scene)
    truth = generate.declared(scene.person)
    # Whoever may leave out what gives them away does.
    if number % 5 == 4:
        truth["declared"] = None
    shots = {side: shot for side, shot in (("front", front), ("back", back)) if shot}
    return (
        shots,
        dict(attack=kind, shows=shows, level=scene.level_name, style=scene.style, kind=scene.person.kind) | truth,
    )


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seed", default="1")
    arguments.add_argument("--count", type=int, default=25, help="of each kind")
    arguments.add_argument("--kinds", default=",".join(KINDS))
    arguments.add_argument("--out", required=True)
    given = arguments.parse_args()
    os.makedirs(given.out, exist_ok=True)
    with open(os.path.join(given.out, "truth.jsonl"), "w") as out:
        for kind in given.kinds.split(","):
            for number in range(given.count):
                shots, truth = draw(given.seed, kind, number)
                generate.save(given.out, f"{kind}-{number:03d}", shots, truth, out)


if __name__ == "__main__":
    main()
