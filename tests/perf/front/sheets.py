"""Sheets of paper, and pictures of nothing: what somebody without the document can make in a minute."""

import dataclasses

import numpy as np
from PIL import Image, ImageDraw

import cards
import grounds
import people
import portraits
import typefaces

SCALE = cards.SCALE
A5 = (120.0, 85.0)  # millimetres
PROSE = (
    """En un lugar de la Mancha, de cuyo nombre no quiero acordarme, no ha mucho tiempo que vivía un hidalgo de los de
    lanza en astillero, adarga antigua, rocín flaco y galgo corredor. Una olla de algo más vaca que carnero, salpicón
    las más noches, duelos y quebrantos los sábados, lentejas los viernes, algún palomino de añadidura los domingos,
    consumían las tres partes de su hacienda. El resto della concluían sayo de velarte, calzas de velludo para las
    fiestas""".split()
)
OTHER_WORDS = """Referencia / Reference,Cantidad / Amount,Artículo / Item,Dirección / Address,Teléfono / Telephone,
    Correo / E-mail,Profesión / Profession,Empresa / Company,Departamento / Department,Matrícula / Plate,
    Cliente / Customer,Importe / Total,Domicilio / Residence,Curso / Course,Socio desde / Member since (3),
    Última visita / Last visit (8),Primera compra / First purchase (4),Grupo / Group,Color / Colour,Talla / Size,
    Observaciones / Remarks,Firma / Signature,Parentesco / Relationship""".replace("\n", " ").split(",")
GOODS = "PAN LECHE ENTERA TOMATE CAFE MOLIDO ARROZ ACEITE GEL DUCHA AGUA 6X1,5L YOGUR QUESO CURADO".split()


def paper(random, millimetres=A5, color=None):
    shade = random.randint(236, 253)
    size = tuple(round(mm * SCALE) for mm in millimetres)
    return cards.Sheet(Image.new("RGB", size, color or (shade, shade, shade - random.randint(0, 6))))


def whole(sheet, corners=0.0):
    """The sheet as a side: everything of it is visible, and nothing printed over it."""
    picture = sheet.picture
    mask = Image.new("L", picture.size, 0)
    edge = (0, 0, picture.width - 1, picture.height - 1)
    ImageDraw.Draw(mask).rounded_rectangle(edge, radius=round(corners * SCALE), fill=255)
    return cards.Side(picture, mask, (picture.width / SCALE, picture.height / SCALE), sheet.boxes)


def shape(random):
    """In the shape of a document or not."""
    return random.choice((A5, cards.CARD))


def typed_zone(random, person, above=(), face=None):
    """A zone on paper, under lines of text or nothing."""
    millimetres = cards.PAGE if person.kind == "PASSPORT" else shape(random)
    sheet = paper(random, millimetres)
    face = face or random.choice((typefaces.ZONE, typefaces.ZONE, typefaces.ZONE, *typefaces.MONO))
    ink = (random.randint(0, 40),) * 3
    lettering, high = random.choice(typefaces.SANS + typefaces.MONO), random.uniform(1.7, 2.4)
    room = millimetres[1] - 24
    for row, text in enumerate(above):
        y = 7 + row * min(4.6, room / max(1, len(above)))
        sheet.text(
            8, y, text, lettering, min(high, 0.5 * room / max(1, len(above)) + 0.4), ink, room=millimetres[0] - 12
        )
    sheet.zone(people.zone(person), millimetres, ink, random, face)
    return whole(sheet, random.choice((0.0, 3.0)))


def data(person):
    """What the printed side says, without labels."""
    day = lambda when: cards.date(when, " ")
    return [
        " ".join(person.surnames),
        person.given,
        day(person.birth),
        person.support,
        day(person.expiry),
        person.number,
    ]


def labelled(person):
    """The same with its labels, as one would type them: each on a line with its value."""
    labels, day = cards.LABELS[person.kind], lambda when: cards.date(when, " ")
    state = labels.get("state", "ESPAÑA")
    return [
        f"{state}  {labels['title']}",
        f"{labels['surnames']}: {' '.join(person.surnames)}",
        f"{labels['given']}: {person.given}",
        f"{labels['sex']}: {person.sex}  {labels['nationality']}: {person.nationality}",
        f"{labels['birth']}: {day(person.birth)}",
        f"{labels['support']}: {person.support}",
        f"{labels['expiry']}: {day(person.expiry)}",
        f"{labels['number']} {person.number}",
    ]


def under_labels(person):
    """Labels above their values, down the sheet."""
    labels, day = cards.LABELS[person.kind], lambda when: cards.date(when, " ")
    lines = [labels["title"]]
    for label, value in (
        ("surnames", " ".join(person.surnames)),
        ("given", person.given),
        ("sex", person.sex),
        ("nationality", person.nationality),
        ("birth", day(person.birth)),
        ("support", person.support),
        ("expiry", day(person.expiry)),
        ("number", person.number),
    ):
        lines += [labels[label], value]
    return lines


def typed(random, lines, millimetres=None, left=None):
    millimetres = millimetres or shape(random)
    sheet = paper(random, millimetres)
    step = (millimetres[1] - 10) / len(lines)
    face, ink = random.choice(typefaces.SANS + typefaces.MONO + [typefaces.SERIF[0]]), (random.randint(0, 50),) * 3
    left = left or random.uniform(6, 30)
    for row, text in enumerate(lines):
        sheet.text(left, 7 + row * step, text, face, min(2.4, step * 0.5), ink, room=millimetres[0] - left - 4)
    return whole(sheet, random.choice((0.0, 3.0)))


def typed_under_labels(random, person):
    return typed(random, under_labels(person), left=34)


def with_portrait(random, side):
    """Somebody's picture, wherever there is room for it."""
    width, height = (round(mm * SCALE) for mm in random.choice(((26, 33), (20, 26))))
    face = portraits.portrait(random, width, height, random.choice(portraits.STYLES), random.choice("FM"))
    if any(field == "zone" for field, _, _ in side.boxes):
        at = side.picture.width - width - round(6 * SCALE), round(9 * SCALE)
    else:
        at = round(4 * SCALE), round(9 * SCALE)
    side.picture.paste(face, at)
    return side


def circles(random):
    sheet = paper(random, cards.CARD, tuple(random.randint(150, 250) for _ in range(3)))
    for _ in range(random.randint(8, 40)):
        x, y, r = random.randint(0, 1370), random.randint(0, 860), random.randint(20, 220)
        sheet.draw.ellipse((x - r, y - r, x + r, y + r), fill=tuple(random.randint(0, 255) for _ in range(3)))
    return whole(sheet, random.choice((0.0, 3.0)))


def noise(random):
    """Blotches of all sizes, as a photograph of foliage has."""
    seeded = np.random.default_rng(random.randrange(2**31))
    height, width = 864, 1370
    scene = np.zeros((height, width, 3), np.float32)
    for cell in (4, 11, 30, 90, 260):
        small = seeded.normal(0, 1, (height // cell + 2, width // cell + 2, 3))
        layer = Image.fromarray(np.clip(128 + 45 * small, 0, 255).astype(np.uint8)).resize(
            (width, height), Image.BICUBIC
        )
        scene += (np.asarray(layer, np.float32) - 128) * cell**0.25
    tint = np.array([random.randint(80, 170) for _ in range(3)], np.float32)
    return whole(cards.Sheet(Image.fromarray(np.clip(scene * 0.6 + tint, 0, 255).astype(np.uint8))))


def prose(random):
    sheet, face = paper(random), random.choice(typefaces.SERIF + typefaces.SANS)
    at, y = random.randrange(len(PROSE)), 8.0
    while y < 80:
        line = " ".join(PROSE[(at + k) % len(PROSE)] for k in range(9))
        sheet.text(8, y, line, face, 1.7, (30, 30, 30), room=104)
        at, y = at + 9, y + 3.9
    return whole(sheet)


def receipt(random):
    sheet, face = paper(random, (70.0, 110.0)), random.choice(typefaces.MONO)
    lines = [
        "SUPERMERCADO LA PLAZA SL",
        "NIF B%08d" % random.randrange(10**8),
        "%02d/%02d/2026  %02d:%02d"
        % (random.randint(1, 28), random.randint(1, 12), random.randint(9, 21), random.randint(0, 59)),
        "",
    ]
    lines += ["%-18s %6.2f" % (" ".join(random.sample(GOODS, 2)), random.uniform(0.6, 15)) for _ in range(12)]
    for row, text in enumerate(lines + ["", "TOTAL  %.2f EUR" % random.uniform(10, 90), "GRACIAS POR SU VISITA"]):
        sheet.text(6, 8 + row * 5, text, face, 1.8, (50, 50, 60), room=58)
    return whole(sheet)


def empty(random):
    return whole(paper(random, random.choice((A5, cards.CARD)), tuple(random.randint(160, 255) for _ in range(3))), 3.0)


NOTHING = {"circles": circles, "noise": noise, "prose": prose, "receipt": receipt, "empty": empty}


def nothing(random):
    """A picture of no document."""
    return NOTHING[random.choice(sorted(NOTHING))](random)


def sketched(random, person):
    """A front after the original, in its places, made with a drawing program, in flat colours."""
    face = random.choice(typefaces.SANS)
    look = dataclasses.replace(
        cards.look(random, person.kind), labels=face, values=face, titles=face, ground=grounds.flat, portrait="ellipses"
    )
    return cards.page(random, person, look) if person.kind == "PASSPORT" else cards.front(random, person, look)


def mislabelled(random, person, level):
    """A front in its places, on a ground like that of a document, whose labels are other words, or its own with their
    letters in another order."""
    look = cards.look(random, person.kind, random.choice(("plain", "ornate")), level.ink, level.strength)
    own = cards.LABELS[person.kind]
    words = dict(zip(own, random.sample([words.strip() for words in OTHER_WORDS], len(own))))
    if random.random() < 0.5:
        words = {field: shuffled(random, text) for field, text in own.items()}
    if person.kind in ("DNI3", "DNI4"):
        words = {field: text.upper() for field, text in words.items()}
    labels = words | {field: own[field] for field in ("state", "citizen") if field in own}
    return (cards.page if person.kind == "PASSPORT" else cards.front)(random, person, look, labels)


def shuffled(random, text):
    """Each word with its letters in another order, and capitals where they were."""

    def word(letters):
        mixed = random.sample(letters.lower(), len(letters))
        return "".join(new.upper() if old.isupper() else new for old, new in zip(letters, mixed))

    return " ".join(word(part) if part.isalpha() else part for part in text.split(" "))
