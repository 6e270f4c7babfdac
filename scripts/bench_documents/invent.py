"""Invented, valid data: no real person, no real company. Everything follows from the seed."""

# ruff: noqa: E501 - wordings and invented names read better with one list a line
from __future__ import annotations

from random import Random

from stdnum import luhn, verhoeff
from stdnum.iso7064 import mod_97_10

FIRST = [
    "Anne",
    "Marc",
    "Sophie",
    "Jean-Paul",
    "Léa",
    "Günther",
    "Zoé",
    "Françoise",
    "Tom",
    "Claudine",
    "Éric",
    "Nathalie",
    "Björn",
    "Inês",
    "Paulo",
    "Hélène",
    "Raphaël",
    "Jürgen",
    "Martine",
    "Yves",
    "Carole",
    "Félix",
    "Monique",
    "Daniel",
    "Sandra",
]
LAST = [
    "Weber",
    "Muller",
    "Schmit",
    "Hoffmann",
    "Kieffer",
    "Thill",
    "Wagner",
    "Reuter",
    "Faber",
    "Lefèvre",
    "Dos-Santos",
    "Becker",
    "Klein",
    "Müller",
    "Schroeder",
    "Majerus",
    "Kayser",
    "Ries",
    "D'Amico",
    "Steinmetz",
    "Bertrand",
    "Pütz",
    "Wolter",
    "Ferreira",
    "Nielsen",
]
COMPANY = [
    "Medisoft",
    "Logimed",
    "DocuCare",
    "Praxsys",
    "Santalys",
    "Cabinet-Plus",
    "MediWare",
    "Clinéo",
    "Dentalog",
    "Arztwerk",
    "Novapraxis",
    "Hippocrate",
    "eHealthworks",
    "Curalux",
    "Sanitas",
    "Vitalis",
]
SUFFIX = ["S.à r.l.", "SA", "Sàrl", "S.A.", "SARL", "GmbH", "S.à r.l.-S", "SCS"]
STREET = [
    "rue de la Gare",
    "avenue de la Liberté",
    "Grand-Rue",
    "route d'Esch",
    "rue des Prés",
    "Hauptstrooss",
]
TOWN = ["1611 Luxembourg", "4041 Esch-sur-Alzette", "9010 Ettelbruck", "8008 Strassen", "3510 Dudelange"]
PRODUCT = ["MediPro", "DocuPraxis", "eCabinet", "DentaSoft", "Santé Connect", "LuxMed Office", "Praxa"]


def matricule(random: Random) -> str:
    """A natural person's, or a legal person's in the first series."""
    if random.random() < 0.6:
        body = f"{random.randint(1945, 2001)}{random.randint(1, 12):02}{random.randint(1, 28):02}"
        body += f"{random.randint(1, 999):03}"
        return body + luhn.calc_check_digit(body) + verhoeff.calc_check_digit(body)
    while True:
        body = f"{random.randint(1960, 2024)}{random.choice((20, 22, 24, 26))}{random.randint(1, 9999):04}"
        rest = sum(int(d) * w for d, w in zip(body, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
        if rest != 1:
            return body + str(0 if rest == 0 else 11 - rest)


def iban(random: Random) -> str:
    body = f"{random.choice((1, 2, 3, 19)):03}{random.randint(0, 10**13 - 1):013}"
    return "LU" + mod_97_10.calc_check_digits(body + "LU") + body


def vat(random: Random) -> str:
    body = f"{random.randint(100000, 999999)}"
    return f"LU{body}{int(body) % 89:02}"


def rcs(random: Random) -> str:
    return f"B{random.randint(10000, 299999)}"


def code(random: Random) -> str:
    return f"{random.randint(100000, 999999)}-{random.randint(0, 99):02}"


def person(random: Random) -> str:
    return f"{random.choice(FIRST)} {random.choice(LAST)}"


def company(random: Random) -> str:
    return f"{random.choice(COMPANY)} {random.choice(SUFFIX)}"


def email(random: Random) -> str:
    name = random.choice(["contact", "info", "labelisation", "j.weber", "support", "anne.thill", "office_1"])
    return f"{name}@{random.choice(['medisoft', 'logimed', 'praxsys', 'curalux', 'clineo'])}.{random.choice(['lu', 'eu', 'com'])}"


def date(random: Random) -> tuple[str, str]:
    """ISO, and as printed."""
    y, m, d = random.randint(2025, 2026), random.randint(1, 12), random.randint(1, 28)
    return f"{y}-{m:02}-{d:02}", random.choice(
        [f"{d:02}/{m:02}/{y}", f"{d:02}.{m:02}.{y}", f"{y}-{m:02}-{d:02}"]
    )


def version(random: Random) -> str:
    return f"{random.randint(1, 12)}.{random.randint(0, 20)}" + random.choice(["", ".0", ".1", ".12"])


def spaced(random: Random, value: str, kind: str) -> str:
    """As people write identifiers: with and without groups."""
    if random.random() < 0.5:
        return value
    if kind == "iban":
        return " ".join(value[i : i + 4] for i in range(0, len(value), 4))
    if kind == "matricule" and len(value) == 13:
        return f"{value[:4]} {value[4:8]} {value[8:]}"
    if kind == "matricule":
        return f"{value[:4]} {value[4:6]} {value[6:]}"
    if kind == "vat":
        return f"LU {value[2:]}"
    if kind == "rcs":
        return f"B {value[1:]}"
    return value
