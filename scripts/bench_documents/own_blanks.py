"""Our own blanks, filled, printed, signed and scanned: the way most forms come back.

python -m scripts.bench_documents.own_blanks [FIRST_SEED] [COUNT] [--how NAME,…] [--unregistered] [--wrong]
    [--json FILE]

Each seed is one form in one condition, in turn: `scan200`, `scan300`, those of `degrade.py`. `--unregistered`
reads them as if no blank were known.
"""

from __future__ import annotations

import argparse
import io
from collections import Counter
from random import Random
from typing import Any

import cv2
import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from mailbot.demo.filling import filled_pdf
from outbox_templates.blanks import blank_folders
from parsers.read import read_file
from parsers.types import Document

from . import degrade, invent
from .fields import PATIENT, processor_seconds
from .tally import compare, report

KINDS = ("formulaire_1", "formulaire_2", "formulaire_3", "formulaire_4", "nda", "bon_de_livraison")
CLIENTS = ("prestataire", "maison_medicale", "etablissement_hospitalier", "centre_flexible")


def values(kind: str, random: Random) -> dict[str, Any]:
    """What the form says, as normalised; dates are printed in one of the usual ways by `printed`."""
    who = invent.company(random) if random.random() < 0.7 else invent.person(random)
    common = {"denomination": who, "matricule": invent.matricule(random)}
    signed = {"signataire": invent.person(random), "date_signature": invent.date(random)[0]}
    mode = random.choice(("econnector_ng", "acces_direct"))
    software = {"nom_logiciel": random.choice(invent.PRODUCT)}
    version = {"version_logiciel": invent.version(random)}
    if kind == "formulaire_1":
        return _enrolment(random) | signed
    if kind == "formulaire_2":
        return common | software | signed | {
            "code_prestataire": invent.code(random), "ehealth_id": str(random.randint(10**9, 10**10 - 1)),
            "ehealth_actif": random.random() < 0.7, "mysecu_actif": random.random() < 0.7,
            "matricule_mysecu": invent.matricule(random), "email": invent.email(random),
            "mode_integration": mode,
        }  # fmt: skip
    if kind == "formulaire_3":
        services = random.choice((["remboursement", "pid_v2"], ["remboursement"], ["pid_v2"]))
        return common | software | version | signed | {
            "type_demande": random.choice(("nouvelle", "mise_a_jour_majeure")), "mode_integration": mode,
            "services": services, "date_tests": invent.date(random)[0],
            "contact_technique": invent.person(random), "email": invent.email(random),
        }  # fmt: skip
    client = {"type_client": random.choice(CLIENTS), "nom_client": invent.person(random)}
    if kind == "formulaire_4":
        alone = client["type_client"] == "prestataire"
        more = {"code_prestataire_client": invent.code(random)} if alone else {
            "nombre_postes": random.randint(1, 40), "responsable": invent.person(random)
        }  # fmt: skip
        connected = {"date_raccordement": invent.date(random)[0]}
        return common | software | version | client | more | connected | signed
    if kind == "bon_de_livraison":
        rows = [
            {"nom": invent.person(random), "code_prestataire": invent.code(random),
             "postes": random.randint(1, 5)}
            for _ in range(random.randint(1, 4))
        ]  # fmt: skip
        return {"denomination": who} | client | {
            "nombre_postes": random.randint(1, 40), "prestataires": rows,
            "date_livraison": invent.date(random)[0], "responsable": invent.person(random),
        }  # fmt: skip
    return common | signed


def _enrolment(random: Random) -> dict[str, Any]:
    address = f"{random.randint(1, 99)}, {random.choice(invent.STREET)}, L-{random.choice(invent.TOWN)}"
    rest = {
        "matricule": invent.matricule(random), "iban": invent.iban(random), "email": invent.email(random),
        "adresse": address, "pays": "LU", "participation_vague_1": random.random() < 0.5,
    }  # fmt: skip
    first, last = random.choice(invent.FIRST), random.choice(invent.LAST)
    if random.random() < 0.35:
        return {"type_personne": "physique", "nom": last, "prenom": first} | rest
    return {
        "type_personne": "morale", "denomination_sociale": invent.company(random), "ceo_nom": last,
        "ceo_prenom": first, "rcs": invent.rcs(random), "numero_tva": invent.vat(random),
    } | rest  # fmt: skip


def printed(truth: dict[str, Any], random: Random) -> dict[str, Any]:
    """As people type it: dates in their order, identifiers in groups or not."""
    shown = dict(truth)
    for key, value in truth.items():
        if key.startswith("date_"):
            year, month, day = value.split("-")
            shown[key] = random.choice((value, f"{day}/{month}/{year}", f"{day}.{month}.{year}"))
        elif value is False:
            del shown[key]
        elif key in ("matricule", "matricule_mysecu", "iban", "numero_tva", "rcs"):
            kind = {"numero_tva": "vat", "matricule_mysecu": "matricule"}.get(key, key)
            shown[key] = invent.spaced(random, value, kind)
    return shown


def scanned(pdf: bytes, dpi: int, random: Random) -> bytes:
    """A PDF of JPEG pages, each a little askew, with grain."""
    noise = np.random.default_rng(random.randrange(2**32))
    pages = []
    document = pdfium.PdfDocument(pdf)
    document.init_forms()
    for page in document:
        rgb = np.ascontiguousarray(page.render(scale=dpi / 72, rev_byteorder=True).to_numpy()[:, :, :3])
        height, width = rgb.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), random.uniform(-2, 2), 1.0)
        rgb = cv2.warpAffine(rgb, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,) * 3)
        rgb = np.clip(rgb + noise.normal(-4, random.uniform(2, 9), rgb.shape), 0, 255).astype(np.uint8)
        pages.append(Image.fromarray(rgb if random.random() < 0.5 else cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)))
    out = io.BytesIO()
    pages[0].save(out, "PDF", resolution=dpi, save_all=True, append_images=pages[1:],
                  quality=random.choice((55, 70, 85)))  # fmt: skip
    return out.getvalue()


def signature(document: Document, tally: Counter[str]) -> list[str]:
    """Every one of these forms is signed by hand."""
    signed = document.signature.status
    tally.update({"signed": 1, "signature right": signed == "handwritten"})
    return [] if signed == "handwritten" else [f"signature {signed}"]


HOWS = ("scan200", "scan300")
GROUPS = {"clean": (*HOWS, *degrade.CLEAN), "poor": degrade.POOR}


def degraded(pdf: bytes, how: str, seed: int) -> tuple[str, bytes]:
    """File name and bytes of all pages in that condition; photos come in one PDF, as phones make it."""
    if how in HOWS:
        return "scan.pdf", scanned(pdf, int(how[4:]), Random(f"{seed}-{how}"))
    pages = [
        Image.open(io.BytesIO(degrade.scan(pdf, how, 100 * seed + number, number)[0]))
        for number in range(len(pdfium.PdfDocument(pdf)))
    ]
    out = io.BytesIO()
    if pages[0].format == "TIFF":
        dpi = tuple(float(v) for v in pages[0].info["dpi"])
        pages[0].save(out, "TIFF", compression="group4", dpi=dpi, save_all=True, append_images=pages[1:])
        return "scan.tif", out.getvalue()
    dpi = pages[0].info.get("dpi", (pages[0].width / 9.9,))[0]
    pages[0].save(out, "PDF", resolution=float(dpi), save_all=True, append_images=pages[1:], quality=85)
    return "scan.pdf", out.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("first", type=int, nargs="?", default=0)
    parser.add_argument("count", type=int, nargs="?", default=6)
    parser.add_argument("--how", default=",".join(HOWS), help="clean, poor, or names of conditions")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--unregistered", action="store_true", help="as if no blank were known")
    parser.add_argument("--wrong", action="store_true", help="name what went wrong or was doubted")
    parser.add_argument("--json", metavar="FILE", help="the figures, for programs")
    options = parser.parse_args()
    hows = [how for name in options.how.split(",") for how in GROUPS.get(name, (name,))]
    kinds = options.kinds.split(",")
    reading = PATIENT if options.unregistered else PATIENT.model_copy(update={"blanks": blank_folders()})
    tallies: dict[str, Counter[str]] = {}
    for seed in range(options.first, options.first + options.count):
        random = Random(seed)
        kind, how = kinds[seed % len(kinds)], hows[(seed // len(kinds)) % len(hows)]
        truth = values(kind, random)
        role = "client" if kind == "bon_de_livraison" else "industriel"
        pdf = filled_pdf(kind, printed(truth, random), signed_by=(role,))
        name, data = degraded(pdf, how, seed)
        before = processor_seconds()
        documents = read_file(name, data, reading)
        spent = processor_seconds() - before
        tally = tallies.setdefault(how, Counter())
        tally["ms"] += round(1000 * spent)
        for line in compare(kind, truth, documents, tally) + signature(documents[0], tally):
            if options.wrong:
                print(f"{seed} {kind} {how} {line}", flush=True)
    report(tallies, options.json)


if __name__ == "__main__":
    main()
