# ruff: noqa: E501 - tables of wordings and drawing calls read better on one line
"""Invented values in the shapes in which people write them: (what should be read, what is printed)."""

from __future__ import annotations

import datetime
from random import Random

from stdnum.iso7064 import mod_11_10, mod_97_10

from scripts.bench_documents import invent

LANGUAGES = ("fr", "de", "en")
_TITLES = {
    "fr": ["Dr ", "Mme ", "M. ", "Dr. ", "Monsieur ", "Madame "],
    "de": ["Dr. ", "Frau ", "Herr ", "Dr. med. "],
    "en": ["Dr ", "Mrs ", "Mr. ", "Ms "],
}
_LONG = [
    "Société Luxembourgeoise d'Informatique Médicale S.A.",
    "Müller & Söhne Praxissoftware GmbH & Co. KG",
    "Thill, Weber et Associés S.à r.l.",
    "3D-Dental Systems S.à r.l.-S",
    "A.B.C. Médical SAS",
    "Contact Santé SA",
    "L'Atelier du Logiciel Médical SARL",
    "Bureau d'Études Kieffer SNC",
    "Health IT Luxembourg S.A.",
    "Laboratoire d'Idées Numériques a.s.b.l.",
]
_PRODUCTS = [
    *invent.PRODUCT,
    "Praxis-Manager 360",
    "Cabinet 2000",
    "Dent'Office Pro",
    "Médi+",
    "DoctoLux (édition cabinet)",
]
_COUNTRIES = {
    "LU": {"fr": ["Luxembourg", "Grand-Duché de Luxembourg", "LU"], "de": ["Luxemburg", "Großherzogtum Luxemburg"], "en": ["Luxembourg", "Grand Duchy of Luxembourg"]},
    "DE": {"fr": ["Allemagne"], "de": ["Deutschland"], "en": ["Germany"]},
    "FR": {"fr": ["France"], "de": ["Frankreich"], "en": ["France"]},
    "BE": {"fr": ["Belgique"], "de": ["Belgien"], "en": ["Belgium", "BE"]},
}  # fmt: skip
_PLACES = {
    "LU": ["L-1611 Luxembourg", "L-4041 Esch-sur-Alzette", "L-9010 Ettelbruck", "L-8008 Strassen", "L-3510 Dudelange"],
    "DE": ["D-54290 Trier", "54439 Saarburg", "D-66663 Merzig"],
    "FR": ["F-57100 Thionville", "57000 Metz", "F-54400 Longwy"],
    "BE": ["B-6700 Arlon", "B-4000 Liège", "6600 Bastogne"],
}  # fmt: skip
_STREETS = {
    "LU": ["rue de la Gare", "avenue de la Liberté", "Grand-Rue", "route d'Esch", "boulevard Royal"],
    "DE": ["Hauptstraße", "Am Alten Markt", "Bahnhofstr."],
    "FR": ["rue du Général Leclerc", "avenue des Nations", "place d'Armes"],
    "BE": ["rue des Martyrs", "chaussée de Namur"],
}
_MONTHS = {
    "fr": ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
    "de": ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
}  # fmt: skip
_CLIENTS = {
    "prestataire": ["Dr Claire Schaack", "Cabinet dentaire Dr Ney", "Dr. med. Jost Kremer"],
    "maison_medicale": [
        "Maison médicale du Kirchberg-Sud",
        "Ärztehaus Moselblick",
        "Maison médicale Op der Heed",
    ],
    "etablissement_hospitalier": [
        "Clinique Sainte-Odile",
        "Hôpital du Haut-Plateau",
        "Centre Hospitalier Val-Fleuri",
    ],
    "centre_flexible": ["FlexiMed Cloche d'Or", "Dental Space Belval", "MedShare 24"],
}
Pair = tuple[object, str]


def person(random: Random, language: str) -> Pair:
    first, last = random.choice(invent.FIRST), random.choice(invent.LAST)
    name = random.choice(
        [
            f"{first} {last}",
            f"{first} {last}",
            f"{first} {last.upper()}",
            f"{last.upper()} {first}",
            f"{last}, {first}",
        ]
    )
    title = random.choice(_TITLES[language]) if random.random() < 0.25 and "," not in name else ""
    return name, title + name


def last_first(random: Random) -> tuple[str, str, str]:
    """(last, first, printed) told apart by capitals or a comma."""
    first, last = random.choice(invent.FIRST), random.choice(invent.LAST)
    if random.random() < 0.5:
        return last.upper(), first, f"{last.upper()} {first}"
    return last, first, f"{last}, {first}"


def company(random: Random) -> Pair:
    name = random.choice(_LONG) if random.random() < 0.35 else invent.company(random)
    return name, name


def matricule(random: Random, physical: bool | None = None) -> Pair:
    while True:
        value = invent.matricule(random)
        if physical is None or physical == (len(value) == 13):
            break
    if random.random() < 0.06:  # a slip of the pen: given as printed
        value = value[:-1] + str((int(value[-1]) + random.randint(1, 9)) % 10)
    shapes = [value, invent.spaced(random, value, "matricule")]
    if len(value) == 13:
        shapes += [f"{value[:4]} {value[4:6]} {value[6:8]} {value[8:]}", f"{value[:4]}.{value[4:6]}.{value[6:8]}-{value[8:]}", f"{value[:8]} {value[8:]}"]  # fmt: skip
    else:
        shapes += [f"{value[:4]} {value[4:6]} {value[6:10]} {value[10:]}", f"{value[:4]} {value[4:]}"]
    return value, random.choice(shapes)


def rcs(random: Random, country: str) -> Pair:
    if country == "DE":
        number = f"HRB {random.randint(1000, 99999)}"
        return number, number
    digits = str(random.randint(10000, 299999))
    dotted = f"{digits[:-3]}.{digits[-3:]}"
    shape = random.choice([f"B{digits}", f"B {digits}", f"B {dotted}", f"RCS Luxembourg B {digits}", f"B-{digits}", f"R.C.S. Luxembourg B {dotted}"])  # fmt: skip
    return f"B{digits}", shape


def vat(random: Random, country: str) -> Pair:
    if country == "BE":
        body = f"0{random.randint(2000000, 9999999)}"
        value = f"BE{body}{97 - int(body) % 97:02}"
        return value, random.choice([value, f"BE {value[2:6]}.{value[6:9]}.{value[9:]}"])
    if country == "DE":
        body = f"{random.randint(10000000, 99999999)}"
        value = f"DE{body}{mod_11_10.calc_check_digit(body)}"
        return value, random.choice([value, f"DE {value[2:5]} {value[5:8]} {value[8:]}"])
    value = invent.vat(random)
    if random.random() < 0.05:
        value = value[:-1] + str((int(value[-1]) + 1) % 10)
    return value, random.choice(
        [value, value, f"LU {value[2:]}", f"LU {value[2:6]} {value[6:]}", f"LU-{value[2:]}"]
    )


def iban(random: Random, country: str) -> Pair:
    if country == "DE":
        body = f"{random.randint(10**7, 10**8 - 1)}{random.randint(0, 10**10 - 1):010}"
        value = "DE" + mod_97_10.calc_check_digits(body + "DE") + body
    elif country == "BE":
        body = f"{random.randint(10**9, 10**10 - 1)}"
        body += f"{int(body) % 97 or 97:02}"
        value = "BE" + mod_97_10.calc_check_digits(body + "BE") + body
    else:
        value = invent.iban(random)
    if random.random() < 0.05:
        value = value[:-1] + str((int(value[-1]) + 3) % 10)
    grouped = " ".join(value[i : i + 4] for i in range(0, len(value), 4))
    return value, random.choice(
        [value, grouped, grouped, f"IBAN {grouped}" if random.random() < 0.3 else grouped]
    )


def email(random: Random) -> Pair:
    value = invent.email(random)
    if random.random() < 0.15:
        value = value[0].upper() + value[1:]
    return value, value


def address(random: Random, country: str, language: str) -> tuple[str, str, str]:
    """(expected, printed with line breaks, country printed in it or "")"""
    street, place = random.choice(_STREETS[country]), random.choice(_PLACES[country])
    number = random.choice(
        [
            str(random.randint(1, 220)),
            f"{random.randint(1, 99)}A",
            f"{random.randint(2, 40)}-{random.randint(41, 60)}",
        ]
    )
    first = f"{street} {number}" if country in ("DE", "BE") else f"{number}, {street}"
    if random.random() < 0.2:
        first = (
            random.choice(["Bâtiment C, ", "Parc d'activités Capellen, ", "c/o Fiduciaire Ries, "]) + first
        )
    expected = f"{first}, {place}"
    shape = random.random()
    if shape < 0.55:
        return expected, expected, ""
    if shape < 0.85 or country == "LU":
        return expected, f"{first}\n{place}", ""
    name = random.choice(_COUNTRIES[country][language])
    return expected, f"{first}\n{place}\n{name}", country


def country(random: Random, code: str, language: str) -> Pair:
    return code, random.choice(_COUNTRIES[code][language])


def date(random: Random, language: str, place: bool = False) -> Pair:
    day = datetime.date(2025, 5, 1) + datetime.timedelta(days=random.randint(0, 500))
    d, m, y = day.day, day.month, day.year
    month = _MONTHS[language][m - 1]
    words = {
        "fr": f"{'1er' if d == 1 else d} {month} {y}",
        "de": f"{d}. {month} {y}",
        "en": random.choice([f"{d} {month} {y}", f"{month} {d}, {y}"]),
    }[language]
    shapes = [f"{d:02}/{m:02}/{y}", f"{d:02}.{m:02}.{y}", f"{d}.{m}.{y}", day.isoformat(), words, f"{d:02}/{m:02}/{y % 100}", f"{d:02}-{m:02}-{y}"]  # fmt: skip
    printed = random.choice(shapes)
    if place:
        town = random.choice(["Luxembourg", "Esch/Alzette", "Strassen"])
        printed = {"fr": f"{town}, le {printed}", "de": f"{town}, den {printed}", "en": f"{town}, {printed}"}[
            language
        ]
    elif language == "fr" and random.random() < 0.1:
        printed = f"le {printed}"
    return day.isoformat(), printed


def number(random: Random, language: str) -> Pair:
    value = random.randint(1, 60)
    unit = {"fr": "postes", "de": "Arbeitsplätze", "en": "workstations"}[language]
    return value, random.choice([str(value)] * 4 + [f"{value} {unit}" if value > 1 else "1"])


def code(random: Random) -> Pair:
    value = invent.code(random)
    return value, random.choice([value, value, value.replace("-", " - ")])


def ehealth(random: Random) -> Pair:
    return random.choice(
        [
            (v := f"EH{random.randint(10**7, 10**8 - 1)}", v),
            (v := f"{random.randint(10**9, 10**10 - 1)}", v),
            (v := f"LU-{random.randint(1000, 9999)}-{random.randint(1000, 9999)}", v),
            (v := f"{random.randint(10**9, 10**10 - 1)}", f"{v[:3]} {v[3:6]} {v[6:]}"),
        ]
    )


def version(random: Random) -> Pair:
    value = random.choice([invent.version(random), f"{random.randint(2024, 2026)}.{random.randint(1, 4)}", f"{random.randint(1, 9)}.{random.randint(0, 9)}.{random.randint(0, 9)}-rc{random.randint(1, 3)}", f"{random.randint(1, 9)}"])  # fmt: skip
    return value, random.choice([value, value, f"v{value}", f"V{value}"])


def product(random: Random) -> Pair:
    value = random.choice(_PRODUCTS)
    return value, value


def client(random: Random, kind: str) -> Pair:
    value = random.choice(_CLIENTS[kind])
    return value, value


def reference(random: Random) -> Pair:
    value = random.choice([f"MH-{random.randint(2025, 2026)}-{random.randint(1, 99999):05}", f"PID{random.randint(10**7, 10**8 - 1)}", f"{random.randint(1000, 9999)}/{random.randint(25, 26)}"])  # fmt: skip
    return value, value


def extra(random: Random, name: str) -> str:
    """A value for a place that nothing asks for."""
    return {
        "telephone": lambda: random.choice([f"+352 {random.randint(20, 99)} {random.randint(10, 99)} {random.randint(10, 99)}-{random.randint(1, 9)}", f"{random.randint(20, 29)}{random.randint(100000, 999999)}"]),
        "bic": lambda: random.choice(["BCEELULL", "BGLLLULL", "CCRALULL"]),
        "banque": lambda: random.choice(["Spuerkeess", "Banque du Plateau", "Raiffeisen"]),
        "site": lambda: f"www.{random.choice(['medisoft', 'logimed', 'curalux'])}.lu",
        "fonction": lambda: random.choice(["Gérant", "Directrice", "Administrateur délégué", "CEO"]),
        "naissance": lambda: f"{random.randint(1, 28):02}.{random.randint(1, 12):02}.{random.randint(1950, 1999)}",
        "reception": lambda: f"{random.randint(1, 28):02}/{random.randint(1, 12):02}/2026",
        "dossier": lambda: f"2026-{random.randint(100, 999)}",
        "depuis": lambda: f"{random.randint(1, 28):02}/{random.randint(1, 12):02}/{random.randint(1990, 2022)}",
    }[name]()  # fmt: skip
