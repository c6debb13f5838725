"""People who do not exist, and what their documents say of them: printed, and in the machine-readable zone.

Everything is drawn from the random generator that is passed in, so that the same seed gives the same person.
"""

import dataclasses
import datetime
import unicodedata

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CONTROL = "TRWAGMYFPDXBNJZSQVHLCKE"
SURNAMES = (
    """GARCÍA RODRÍGUEZ GONZÁLEZ FERNÁNDEZ LÓPEZ MARTÍNEZ SÁNCHEZ PÉREZ GÓMEZ MARTÍN JIMÉNEZ RUIZ HERNÁNDEZ DÍAZ MORENO
    ÁLVAREZ MUÑOZ ROMERO ALONSO GUTIÉRREZ NAVARRO TORRES DOMÍNGUEZ VÁZQUEZ RAMOS GIL RAMÍREZ SERRANO BLANCO
    SUÁREZ MOLINA MORALES ORTEGA DELGADO CASTRO ORTIZ RUBIO MARÍN SANZ NÚÑEZ IGLESIAS MEDINA GARRIDO CORTÉS
    CASTILLO SANTOS GUERRERO LOZANO CANO PRIETO MÉNDEZ CRUZ HERRERA GALLEGO VIDAL LEÓN MÁRQUEZ PEÑA IBÁÑEZ
    VICENTE CABALLERO FLORES REYES SANTANA CAMPOS VEGA FUENTES CARRASCO DIEZ AGUILAR NIETO PASCUAL HIDALGO
    BENÍTEZ PARRA SIERRA BRAVO MORA ROJAS QUIROGA ZÚÑIGA ORDÓÑEZ GÜELL PUIG FERRÉ ESTEVE SOLÀ BOSCH ETXEBERRIA
    IRIARTE ITURRALDE AGIRRE ZUBIZARRETA YBARRA CAÑAS BRAÑA ÁVALOS ÚBEDA OÑATE SÁEZ WALS XIFRÉ KINDELÁN""".split()
)
COMPOUND = ["DE LA TORRE", "DEL RÍO", "DE LA FUENTE", "SAN MARTÍN", "LA CALLE", "DE DIOS"]
GIVEN = {
    "F": """MARÍA CARMEN ANA ISABEL LAURA CRISTINA MARTA SARA PAULA ELENA LUCÍA BEATRIZ YOLANDA NOELIA BEGOÑA NÚRIA MIREIA
    ZOE ROSA PILAR TERESA RAQUEL ANDREA SILVIA IRENE ALBA EVA SOFÍA INÉS ÁNGELA XIMENA VERÓNICA MÓNICA JULIA
    DOLORES WENDA KARMELE IDOIA""".split()
    + ["MARÍA DEL CARMEN", "ANA MARÍA", "MARÍA ÁNGELES", "MARÍA JOSÉ"],
    "M": """JOSÉ ANTONIO MANUEL FRANCISCO DAVID JUAN JAVIER DANIEL CARLOS JESÚS ALEJANDRO MIGUEL RAFAEL PABLO ÁNGEL SERGIO
    FERNANDO LUIS JORGE ALBERTO IVÁN ÓSCAR RUBÉN HUGO KAI ÍÑIGO AITOR UNAI PEDRO DIEGO ADRIÁN RAÚL ENRIQUE
    VICENTE ANDRÉS RAMÓN JOAQUÍN MARTÍ JOAN XAVIER EUSEBIO GONZALO""".split()
    + ["JOSÉ LUIS", "JUAN CARLOS", "JOSÉ MARÍA"],
}
ABROAD = {  # nationalities of foreigners' cards, and names from there
    "MAR": (["ALAOUI", "BENALI", "EL IDRISSI", "TAZI"], ["KARIM", "FATIMA", "YOUSSEF", "SALMA"]),
    "COL": (["RESTREPO", "CÁRDENAS", "MEJÍA", "OSPINA"], ["CAMILO", "LUZ MARINA", "ANDRÉS", "VALENTINA"]),
    "ROU": (["POPESCU", "IONESCU", "MUNTEANU"], ["ANDREI", "ELENA", "MIHAI", "IOANA"]),
    "GBR": (["SMITH", "WALKER", "BROWN"], ["JAMES", "OLIVIA", "WILLIAM", "EMMA"]),
    "ITA": (["ROSSI", "BIANCHI", "FERRARI"], ["MARCO", "GIULIA", "LUCA", "CHIARA"]),
    "UKR": (["SHEVCHENKO", "KOVALENKO", "BONDAR"], ["OLENA", "ANDRII", "IRYNA"]),
    "PER": (["QUISPE", "HUAMÁN", "FLORES"], ["JOSÉ", "ROSA", "WILFREDO"]),
    "CHN": (["WANG", "ZHANG", "XU"], ["WEI", "XIAOLI", "JING"]),
    "VEN": (["CHACÓN", "URDANETA", "PEÑALVER"], ["JESÚS", "YULIMAR", "GABRIELA"]),
}


@dataclasses.dataclass
class Person:
    kind: str  # DNI3, DNI4, TIE or PASSPORT
    number: str  # NIF or NIE, with its letter
    support: str  # of the card; a passport's number
    surnames: list
    given: str
    sex: str
    nationality: str
    birth: datetime.date
    issue: datetime.date
    expiry: datetime.date
    access: str  # the number that opens the chip (CAN)

    @property
    def zone(self):
        return zone(self)


def control_letter(body):
    """The letter of a NIF, or of a NIE, whose first letter counts as 0, 1 or 2."""
    return CONTROL[int(body.translate(str.maketrans("XYZ", "012"))) % 23]


def with_letter(body):
    return body + control_letter(body)


def day(random, first, last):
    return datetime.date(random.randint(first, last), random.randint(1, 12), random.randint(1, 28))


def plain(text):
    """Without accents, as zones and many cards print names."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


def person(random, kind):
    sex = random.choice("FM")
    issue = day(random, 2022, 2025)
    birth = day(random, 1940, 2008)
    years = 10 if issue.year - birth.year >= 30 or kind != "DNI3" and random.random() < 0.4 else 5
    support = "".join(random.choice(LETTERS) for _ in range(3)) + "%06d" % random.randrange(10**6)
    number = with_letter("%08d" % random.randrange(10**8))
    nationality = "ESP"
    surnames = [random.choice(SURNAMES + COMPOUND), random.choice(SURNAMES)]
    given = random.choice(GIVEN[sex])
    if " " not in given and random.random() < 0.25:
        given += " " + random.choice(["DOLORES", "PILAR", "ROSA"] if sex == "F" else ["ANTONIO", "MANUEL", "LUIS"])
    if kind == "TIE":
        nationality = random.choice(sorted(ABROAD))
        family, first = ABROAD[nationality]
        surnames = random.sample(family, random.choice((1, 1, 2)))
        given = random.choice(first)
        number = with_letter(random.choice("XYZ") + "%07d" % random.randrange(10**7))
        support = "E%08d" % random.randrange(10**8)
    if random.random() < 0.35:
        surnames, given = [plain(s) for s in surnames], plain(given)
    expiry = issue.replace(year=issue.year + years)
    return Person(
        kind, number, support, surnames, given, sex, nationality, birth, issue, expiry, "%06d" % random.randrange(10**6)
    )


def digit(text):
    """The check digit of ICAO 9303 part 3 §4.9."""
    return str(sum((0 if c == "<" else int(c, 36)) * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10)


def names(person, room):
    text = "<".join(plain(s) for s in person.surnames) + "<<" + plain(person.given)
    return text.replace(" ", "<").replace("-", "<")[:room].ljust(room, "<")


def zone(person):
    birth, expiry = person.birth.strftime("%y%m%d"), person.expiry.strftime("%y%m%d")
    if person.kind == "PASSPORT":
        own = ("A" + person.number if person.number else "").ljust(14, "<")
        second = person.support + digit(person.support) + person.nationality + birth + digit(birth) + person.sex
        second += expiry + digit(expiry) + own + digit(own)
        second += digit(second[0:10] + second[13:20] + second[21:43])
        return ["P<" + person.nationality + names(person, 39), second]
    code = "IXESP" if person.kind == "TIE" else "IDESP"
    first = (code + person.support + digit(person.support) + person.number).ljust(30, "<")
    second = birth + digit(birth) + person.sex + expiry + digit(expiry) + person.nationality + "<" * 11
    second += digit(first[5:30] + second[0:7] + second[8:15] + second[18:29])
    return [first, second, names(person, 30)]
