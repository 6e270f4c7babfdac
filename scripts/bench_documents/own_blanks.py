"""Our own blanks, filled, printed, signed and scanned: the way most forms come back.

python -m scripts.bench_documents.own_blanks [FIRST_SEED] [COUNT] [--dpi 200,300] [--wrong]
"""

from __future__ import annotations

import argparse
import io
import time
from collections import Counter
from random import Random
from typing import Any

import cv2
import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from mailbot.demo.filling import filled_pdf
from parsers.read import read_file
from parsers.types import Document

from . import invent
from .fields import PATIENT, processor_seconds

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


def compare(kind: str, truth: dict[str, Any], documents: list[Document], tally: Counter[str]) -> list[str]:
    document = documents[0]
    tally["documents"] += 1
    tally["pages"] += document.pages
    wrong = []
    if document.kind != kind or len(documents) != 1:
        tally["kind wrong"] += 1
        wrong.append(f"kind {[d.kind for d in documents]}")
    signed = document.signature.status
    tally["signature right"] += signed == "handwritten"
    if signed != "handwritten":
        wrong.append(f"signature {signed}")
    for field, value in truth.items():
        found = document.fields.get(field)
        right = found is not None and found.value == value
        sure = found is not None and found.confidence >= 0.95
        tally.update({"fields": 1, "right": right, "sure": sure, "wrong sure": sure and not right})
        if not right:
            read = f"{found.value!r} at {found.confidence:.2f}" if found else "nothing"
            wrong.append(f"{field}: {value!r} read {read}" + ("  <-- believed" if sure else ""))
        elif not sure and found is not None:
            wrong.append(f"({field}: {value!r} doubted at {found.confidence:.2f})")
    for field, found in document.fields.items():
        if field not in truth and found.value not in (None, False):
            tally["wrong sure"] += found.confidence >= 0.95
            wrong.append(f"{field}: read {found.value!r} at {found.confidence:.2f} where nothing was")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=int, nargs="?", default=0)
    parser.add_argument("count", type=int, nargs="?", default=6)
    parser.add_argument("--dpi", default="200,300")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--wrong", action="store_true", help="name what went wrong or was doubted")
    options = parser.parse_args()
    sizes, kinds = [int(n) for n in options.dpi.split(",")], options.kinds.split(",")
    tally: Counter[str] = Counter()
    wall = worked = 0.0
    for seed in range(options.first, options.first + options.count):
        random = Random(seed)
        kind, dpi = kinds[seed % len(kinds)], sizes[(seed // len(kinds)) % len(sizes)]
        truth = values(kind, random)
        role = "client" if kind == "bon_de_livraison" else "industriel"
        data = scanned(filled_pdf(kind, printed(truth, random), signed_by=(role,)), dpi, random)
        started, before = time.monotonic(), processor_seconds()
        documents = read_file("scan.pdf", data, PATIENT)
        wall += time.monotonic() - started
        worked += processor_seconds() - before
        for line in compare(kind, truth, documents, tally):
            if options.wrong:
                print(f"{seed} {kind} {dpi} {line}", flush=True)
    fields, pages, count = max(1, tally["fields"]), max(1, tally["pages"]), max(1, tally["documents"])
    print(f"documents {count} kind wrong {tally['kind wrong']} signed {tally['signature right'] / count:.2f}"
          f" fields {fields} exact {tally['right'] / fields:.3f} at 0.95 {tally['sure'] / fields:.3f}"
          f" believed and wrong {tally['wrong sure']}"
          f" {wall / pages:.2f} s/page ({worked / pages:.2f} s of processor)")  # fmt: skip


if __name__ == "__main__":
    main()
