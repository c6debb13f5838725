"""Both sides of cards, and data pages of passports, that nobody has: laid out after the kinds that Spain issues,
without any of their security features. SPECIMEN is printed over each.

A side is drawn flat, at `SCALE` pixels a millimetre; `camera` takes its picture.
"""

import dataclasses
import math

from PIL import Image, ImageDraw, ImageFilter

import grounds
import people
import portraits
import typefaces

SCALE = 16
CARD, PAGE = (85.6, 53.98), (125.0, 88.0)  # millimetres
KINDS = ("DNI3", "DNI4", "TIE", "PASSPORT")
LABELS = {
    "DNI3": dict(
        title="DOCUMENTO NACIONAL DE IDENTIDAD",
        surnames="APELLIDOS",
        given="NOMBRE",
        sex="SEXO",
        nationality="NACIONALIDAD",
        birth="FECHA DE NACIMIENTO",
        support="NUM SOPORT",
        expiry="VALIDEZ",
        issue="EMISIÓN",
        number="DNI",
    ),
    "DNI4": dict(
        title="DOCUMENTO NACIONAL DE IDENTIDAD",
        surnames="APELLIDOS / SURNAMES",
        given="NOMBRE / NAME",
        sex="SEXO / SEX",
        nationality="NACIONALIDAD / NATIONALITY",
        birth="FECHA DE NACIMIENTO / DATE OF BIRTH",
        support="NUM SOPORTE / SUPPORT NUMBER",
        expiry="VALIDEZ / VALIDITY",
        issue="EMISIÓN / ISSUE",
        number="DNI",
    ),
    "TIE": dict(
        title="PERMISO DE RESIDENCIA",
        surnames="APELLIDOS / Surname",
        given="NOMBRE / Name",
        sex="SEXO / Sex",
        nationality="NACIONALIDAD / Nationality",
        birth="FECHA DE NACIMIENTO / Date of birth",
        support="NUM. SOPORTE",
        expiry="VÁLIDO HASTA / Valid until",
        issue="EMISIÓN / Issue",
        number="NIE",
    ),
    "PASSPORT": dict(
        state="ESPAÑA",
        citizen="ESPAÑOLA",
        title="PASAPORTE / PASSPORT",
        surnames="Apellidos / Surname (1)",
        given="Nombre / Given names (2)",
        sex="Sexo / Sex (5)",
        nationality="Nacionalidad / Nationality (3)",
        birth="Fecha de nacimiento / Date of birth (4)",
        support="Pasaporte nº / Passport No",
        expiry="Fecha de caducidad / Date of expiry (8)",
        issue="Fecha de expedición / Date of issue (7)",
        number="Nº personal / Personal No (10)",
    ),
}
NATIONAL_TITLES = ("ESPAÑA", "REINO DE ESPAÑA")


@dataclasses.dataclass
class Look:
    """How one card is printed: the same on both of its sides."""

    labels: str
    values: str
    titles: str
    label_ink: tuple
    value_ink: tuple
    title_ink: tuple
    label_high: float  # of capitals, millimetres
    value_high: float
    separator: str  # in dates
    ground: object
    strength: float
    spread: float  # of letters, as a share of their height
    portrait: str


@dataclasses.dataclass
class Side:
    picture: Image.Image
    mask: Image.Image
    millimetres: tuple
    boxes: list  # (field, text, box in pixels)
    portrait: tuple = None  # box in pixels


def look(random, kind, style="plain", ink=0, strength=1.0):
    """Of two families: `plain` has waving lines and dark print, `ornate` rosettes, coloured and spread print."""
    grey = lambda low, high: (random.randint(low, high),) * 3
    ornate = style == "ornate"
    values = (
        typefaces.SANS
        if kind in ("TIE", "PASSPORT") or ornate and random.random() < 0.5
        else typefaces.SANS + typefaces.MONO
    )
    value_ink, label_ink = grey(8 + ink, 56 + ink), grey(50 + ink, 108 + ink)
    if ornate:
        value_ink = tuple(random.randint(ink, 70 + ink) for _ in range(3))
        label_ink = random.choice(((60, 60, 140), (140, 50, 50), (40, 100, 80), (70, 70, 70)))
        label_ink = tuple(min(150, c + ink) for c in label_ink)
    return Look(
        labels=random.choice(typefaces.SANS),
        values=random.choice(values),
        titles=random.choice(typefaces.SERIF + typefaces.SANS),
        label_ink=label_ink,
        value_ink=value_ink,
        title_ink=random.choice(((150, 30, 30), (90, 40, 110), (40, 60, 130), (110, 40, 60), (30, 80, 90))),
        label_high=random.uniform(0.95, 1.15) if not ornate else random.uniform(0.9, 1.25),
        value_high=random.uniform(1.7, 2.0) if not ornate else random.uniform(1.6, 2.15),
        separator=random.choice((" ", " ", " ", "-", ".")) if not ornate else random.choice((" ", "/", "-")),
        ground=grounds.rosettes if ornate else grounds.waves,
        strength=strength,
        spread=random.choice((0, 0, 0.08, 0.14)) if ornate else 0,
        portrait=random.choice(portraits.STYLES),
    )


def date(day, separator):
    return separator.join(("%02d" % day.day, "%02d" % day.month, "%04d" % day.year))


class Sheet:
    """A flat drawing, measured in millimetres."""

    def __init__(self, picture):
        self.picture, self.draw, self.boxes = picture, ImageDraw.Draw(picture), []

    def text(self, x, y, text, face, high, ink, field=None, room=None, spread=0.0):
        """Prints from the left, on a baseline; `high` is of capitals, and falls until the text fits its room."""
        font = typefaces.sized(face, high * SCALE)
        gap = spread * high * SCALE
        length = lambda: font.getlength(text) + gap * len(text)
        while room and length() > room * SCALE:
            high *= 0.94
            font, gap = typefaces.sized(face, high * SCALE), spread * high * SCALE
        if gap:
            at = x * SCALE
            for letter in text:
                self.draw.text((at, y * SCALE), letter, font=font, fill=ink, anchor="ls")
                at += font.getlength(letter) + gap
        else:
            self.draw.text((x * SCALE, y * SCALE), text, font=font, fill=ink, anchor="ls")
        if field:
            box = (x * SCALE, (y - high) * SCALE, x * SCALE + length(), y * SCALE)
            self.boxes.append((field, text, tuple(round(c) for c in box)))

    def zone(self, lines, millimetres, ink, random, face=typefaces.ZONE):
        """Ten characters an inch, each in the middle of its cell."""
        pitch = 2.54 * SCALE * random.uniform(0.98, 1.005)
        font = typefaces.sized(face, 1.0 * SCALE)
        font = font.font_variant(size=font.size * pitch * 0.98 / font.getlength("0"))
        gap = 6.35 if len(lines) == 2 else 4.233 * random.uniform(1.0, 1.15)
        left = (millimetres[0] * SCALE - pitch * len(lines[0])) / 2 + random.uniform(-0.8, 0.8) * SCALE
        bottom = millimetres[1] - random.uniform(4.6, 6.0)
        for row, line in enumerate(lines):
            y = (bottom - (len(lines) - 1 - row) * gap) * SCALE
            for column, letter in enumerate(line):
                self.draw.text((left + (column + 0.5) * pitch, y), letter, font=font, fill=ink, anchor="ms")
            self.boxes.append(
                ("zone", line, tuple(round(c) for c in (left, y - 2.6 * SCALE, left + pitch * len(line), y)))
            )


def blank(random, look, millimetres):
    width, height = (round(mm * SCALE) for mm in millimetres)
    return grounds.painted(look.ground(random, width, height, SCALE, look.strength))


def finished(random, sheet, millimetres, portrait=None, corners=3.0):
    """Prints SPECIMEN over it, faintly, and cuts the corners round."""
    picture = sheet.picture
    over = Image.new("L", picture.size, 0)
    center = picture.width * random.uniform(0.5, 0.66), picture.height * random.uniform(0.5, 0.62)
    font = typefaces.sized("truetype/liberation2/LiberationSans-Bold.ttf", 5.2 * SCALE)
    ImageDraw.Draw(over).text(center, "SPECIMEN", font=font, fill=34, anchor="mm")
    over = over.rotate(random.uniform(18, 38), center=center)
    picture.paste(Image.new("RGB", picture.size, (130, 60, 60)), (0, 0), over)
    mask = Image.new("L", picture.size, 0)
    edge = (0, 0, picture.width - 1, picture.height - 1)
    ImageDraw.Draw(mask).rounded_rectangle(edge, radius=round(corners * SCALE), fill=255)
    return Side(picture, mask, millimetres, sheet.boxes, portrait)


def paste_portrait(random, sheet, look, person, box):
    left, top, right, bottom = (round(mm * SCALE) for mm in box)
    picture = portraits.portrait(random, right - left, bottom - top, look.portrait, person.sex)
    edge = Image.new("L", picture.size, 0)
    rim = round(0.5 * SCALE)
    ImageDraw.Draw(edge).rectangle((rim, rim, picture.width - rim, picture.height - rim), fill=255)
    sheet.picture.paste(picture, (left, top), edge.filter(ImageFilter.GaussianBlur(rim / 2)))
    return left, top, right, bottom


def signature(random, sheet, x, y):
    swing = [random.uniform(0.6, 1.5) for _ in range(3)]
    points = []
    for step in range(70):
        t = step / 69
        points.append(
            (
                x + 15 * t + 1.4 * math.sin(9 * t * swing[0]),
                y + 1.5 * math.sin(15 * t * swing[1] + swing[2]) * (1 - 0.4 * t),
            )
        )
    sheet.draw.line(
        [(a * SCALE, b * SCALE) for a, b in points], fill=(30, 30, 70), width=round(SCALE * 0.2), joint="curve"
    )


def front(random, person, look, labels=None):
    labels = labels or LABELS[person.kind]
    sheet = Sheet(blank(random, look, CARD))
    label = lambda x, y, field, high=None: sheet.text(
        x, y, labels[field], look.labels, high or look.label_high, look.label_ink, "label", 85 - x, look.spread
    )
    value = lambda x, y, field, text, room=None, high=None: sheet.text(
        x, y, text, look.values, high or look.value_high, look.value_ink, field, room, look.spread
    )
    day = lambda when: date(when, look.separator)
    left = random.uniform(30.5, 33.5)
    sheet.text(random.uniform(2, 4), 6, random.choice(NATIONAL_TITLES), look.titles, 2.6, look.title_ink, "title", 25)
    sheet.text(left, 6, labels["title"], random.choice((look.titles, look.labels)), 1.9, look.title_ink, "title", 48)
    box = (3, 9, 29, 42) if person.kind != "DNI4" else (3, 10, 28, 42)
    portrait = paste_portrait(random, sheet, look, person, box)
    above = person.kind == "TIE" or person.kind == "DNI4" and random.random() < 0.5  # where the number is
    top = 13.0
    if above:
        label(left, 10.2, "number", 1.2)
        value(left + 8, 10.4, "number", person.number, 26, 2.2)
        top = 14.2
    label(left, top, "surnames")
    for row, surname in enumerate(person.surnames):
        value(left, top + 3 + 2.9 * row, f"surname{row}", surname, 48)
    label(left, top + 8.6, "given")
    value(left, top + 11.6, "given", person.given, 48)
    label(left, top + 14.4, "sex")
    value(left, top + 17.4, "sex", person.sex)
    label(left + 16, top + 14.4, "nationality")
    value(left + 16, top + 17.4, "nationality", person.nationality)
    label(left, top + 20.2, "birth")
    value(left, top + 23.2, "birth", day(person.birth))
    low = top + 26.2
    if person.kind == "DNI3":
        label(left, low, "support")
        value(left, low + 3, "support", person.support, 17)
        label(left + 19, low, "expiry")
        value(left + 19, low + 3, "expiry", day(person.expiry), 22)
    elif person.kind == "DNI4":
        label(left, low, "issue")
        value(left, low + 3, "issue", day(person.issue), 20)
        label(left + 23, low, "expiry")
        value(left + 23, low + 3, "expiry", day(person.expiry), 22)
        label(left, low + 6, "support")
        value(left, low + 9, "support", person.support, 20)
    else:
        label(left, low, "expiry")
        value(left, low + 3, "expiry", day(person.expiry), 22)
        label(left + 28, low, "support")
        value(left + 28, low + 3, "support", person.support, 20)
    if not above:
        label(3, 50.2, "number", 1.3)
        value(8.5, 50.4, "number", person.number, 22, 2.4)
    sheet.text(70, 51, person.access, look.labels, 2.0, look.value_ink)
    signature(random, sheet, 6 if above else 54, 48.2)
    return finished(random, sheet, CARD, portrait)


def back(random, person, look, lines=None):
    """With its own zone, unless other lines are given."""
    sheet = Sheet(blank(random, look, CARD))
    place = random.choice(("MADRID", "SEVILLA", "A CORUÑA", "BILBAO", "CÁDIZ", "LLEIDA", "JAÉN"))
    parents = " / ".join((random.choice(people.GIVEN["M"]), random.choice(people.GIVEN["F"])))
    street = (
        f"C. {random.choice(people.SURNAMES)} {random.randint(1, 180)} P0{random.randint(1, 9)} {random.choice('ABCD')}"
    )
    rows = [("DOMICILIO", street), ("LUGAR DE DOMICILIO", place), ("LUGAR DE NACIMIENTO", place)]
    if person.kind == "TIE":
        rows = [
            ("DOMICILIO", street),
            ("LUGAR DE NACIMIENTO", person.nationality),
            ("OBSERVACIONES", "AUTORIZA A TRABAJAR"),
        ]
    else:
        rows.append(("HIJO/A DE", parents))
    chip = random.random() < 0.7
    left = 22 if chip else random.uniform(4, 8)
    if chip:
        x, y, r = 5 * SCALE, 8 * SCALE, round(1.4 * SCALE)
        sheet.draw.rounded_rectangle(
            (x, y, x + 13 * SCALE, y + 12 * SCALE), radius=r, fill=(206, 178, 110), outline=(150, 124, 70)
        )
        for row in range(1, 4):
            sheet.draw.line((x, y + row * 3 * SCALE, x + 13 * SCALE, y + row * 3 * SCALE), fill=(150, 124, 70), width=2)
        sheet.draw.line((x + 6.5 * SCALE, y, x + 6.5 * SCALE, y + 12 * SCALE), fill=(150, 124, 70), width=2)
    y = 5.0
    for label, value in rows:
        sheet.text(left, y, label, look.labels, look.label_high * 0.9, look.label_ink)
        sheet.text(left, y + 2.7, value, look.values, look.value_high * 0.85, look.value_ink, room=84 - left)
        y += 6.2
    ink = (random.randint(0, 40),) * 3
    sheet.zone(lines or people.zone(person), CARD, ink, random)
    return finished(random, sheet, CARD)


def page(random, person, look, labels=LABELS["PASSPORT"]):
    """The data page of a passport: its print above its zone."""
    sheet = Sheet(blank(random, look, PAGE))
    left, right = 44 + random.uniform(-1, 1), 90
    label = lambda x, y, text: sheet.text(x, y, text, look.labels, 1.1, look.label_ink, "label", 122 - x)
    value = lambda x, y, field, text, room=None: sheet.text(
        x, y, text, look.values, 1.9, look.value_ink, field, room, look.spread
    )
    day = lambda when: date(when, look.separator)
    sheet.text(5, 8, labels["state"], look.titles, 3.0, look.title_ink, "title", 36)
    sheet.text(left, 8, labels["title"], look.titles, 2.4, look.title_ink, "title", 46)
    portrait = paste_portrait(random, sheet, look, person, (5, 15, 39, 59))
    rows = [
        (16, left, "Tipo / Type", "type", "P"),
        (16, left + 15, "Código / Code", "state", person.nationality),
        (16, right, labels["support"], "support", person.support),
        (23.5, left, labels["surnames"], "surnames", " ".join(person.surnames)),
        (31, left, labels["given"], "given", person.given),
        (38.5, left, labels["nationality"], "nationality", labels["citizen"]),
        (46, left, labels["birth"], "birth", day(person.birth)),
        (53.5, left, labels["sex"], "sex", person.sex),
        (61, left, labels["expiry"], "expiry", day(person.expiry)),
        (53.5, right, labels["issue"], "issue", day(person.issue)),
    ]
    if person.number:
        rows.append((46, right, labels["number"], "number", person.number))
    for y, x, what, field, text in rows:
        label(x, y, what)
        value(x, y + 3.3, field, text, 122 - x)
    sheet.zone(people.zone(person), PAGE, (random.randint(0, 40),) * 3, random)
    return finished(random, sheet, PAGE, portrait, corners=2.0)


def both(random, kind, style="plain", ink=0, strength=1.0, person=None):
    """One document: its person, its front, and its back if it has one."""
    person = person or people.person(random, kind)
    appearance = look(random, kind, style, ink, strength)
    if kind == "PASSPORT":
        return person, appearance, page(random, person, appearance), None
    return person, appearance, front(random, person, appearance), back(random, person, appearance)
