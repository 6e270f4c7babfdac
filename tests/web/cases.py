"""Entries of every kind in a world in memory: the same for tests, the browser and the screenshots."""

from __future__ import annotations

from argon2 import PasswordHasher

from mailbot.demo.filling import filled_pdf, signed_too
from mailbot.web_rows import UserRow
from tests.builders import AES, FORMULAIRE_1, FORMULAIRE_2, FORMULAIRE_3, FORMULAIRE_4, MEDISOFT, NDA
from tests.journeys.world import World

PASSWORD = "une phrase assez longue"
# A sign-in reckons as its hash says; one as real accounts have takes longer than most tests.
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
PROOF = (
    b"Rapport de tests de conformite\nLogiciel MediPraxis version 4.2\n"
    b"Test 1 Remboursement : reussi\nTest 2 PID v2 : reussi\nResultat : 12 tests sur 12 reussis\n"
)
OTHER = {
    "denomination_sociale": "Praxilux S.A.",
    "ceo_nom": "Thill",
    "ceo_prenom": "Marc",
    "email": "labo@praxilux.example",
}
NEW_IBAN = """Bonjour,

Veuillez noter notre changement de compte bancaire.
Nouvel IBAN : LU120010001234567891

Merci"""
PRAXILUX = OTHER["email"]


def people(world: World) -> None:
    """One account of each role, and a second reviewer; all with the same password."""
    for name, role in (("rita", "reader"), ("claire", "reviewer"), ("paul", "reviewer"), ("anne", "admin")):
        world.store.add_user(UserRow(name, role, _HASH, False, world.clock.now()))  # type: ignore[arg-type]  # literals


def name_mismatch(world: World) -> int:
    """Formulaire 1 and an NDA with another name: a held draft."""
    other = filled_pdf("nda", NDA | {"denomination": "Medisoft S.A."}, signed_by=("industriel",))
    form = filled_pdf("formulaire_1", FORMULAIRE_1)
    world.deliver(
        MEDISOFT, files=[("Formulaire 1.pdf", form), ("NDA.pdf", other)], subject="Notre enrôlement"
    )
    world.once()
    return world.entry(code="name_mismatch").id


def question(world: World) -> int:
    world.deliver(
        "curieux@cabinet.example",
        "Bonjour,\n\nQuand sera disponible la documentation de l'eConnector ? Qui contacter ?\n\nMerci",
        subject="Question sur le dispositif",
    )
    world.once()
    return world.entry(code="question").id


def enrolment(world: World) -> int:
    """Up to the task E4."""
    form = filled_pdf("formulaire_1", FORMULAIRE_1)
    signed = filled_pdf("nda", NDA, signed_by=("industriel",))
    world.deliver(MEDISOFT, files=[("Formulaire 1.pdf", form), ("NDA.pdf", signed)])
    _, to_aes = world.once()
    world.later(days=1)
    world.deliver(AES, "NDA signé en annexe.", [("NDA.pdf", signed_too(signed, "aes"))], answers=to_aes)
    world.once()
    return world.entry(step="E4").id


def access(world: World) -> int:
    """Up to the task L2."""
    enrolment(world)
    world.act(world.entry(step="E4"), "enrolment-valid", files=(("doc_technique.pdf", b"%PDF-1.4 doc"),))
    world.later(days=2)
    form_2 = filled_pdf("formulaire_2", FORMULAIRE_2, signed_by=("industriel",))
    world.deliver(MEDISOFT, files=[("F2.pdf", form_2)])
    world.once()
    return world.entry(step="L2").id


def labelling(world: World) -> int:
    """Up to the task L4."""
    access(world)
    world.act(world.entry(step="L2"), "access-configured", note="https://test.example, client 42")
    world.now("2025-07-03 09:00")
    files = [("F3.pdf", filled_pdf("formulaire_3", FORMULAIRE_3)), ("rapport_tests.txt", PROOF)]
    world.deliver(MEDISOFT, files=files)
    world.once()
    return world.entry(step="L4").id


def labelled(world: World) -> int:
    """Up to the task L5."""
    labelling(world)
    world.act(world.entry(step="L4"), "tests-passed", files=(("attestation.pdf", b"%PDF-1.4 a"),))
    return world.entry(step="L5").id


def connection(world: World) -> int:
    """Up to the task R2."""
    labelled(world)
    world.act(world.entry(step="L5"), "labelled")
    world.now("2025-09-20 11:00")
    world.deliver(MEDISOFT, files=[("F4.pdf", filled_pdf("formulaire_4", FORMULAIRE_4))])
    world.once()
    return world.entry(step="R2").id


def change(world: World) -> int:
    """An enrolled Industriel asks for another IBAN: the task C."""
    access(world)
    world.later(days=1)
    world.deliver(
        MEDISOFT,
        NEW_IBAN,
        subject="Changement de nos données",
    )
    world.once()
    return world.entry(code="data_change_request").id


def everything(world: World) -> None:
    """A desk on an ordinary day, for screenshots."""
    connection(world)
    world.later(days=1)
    other = filled_pdf("nda", NDA | {"denomination": "Praxilux SARL"}, signed_by=("industriel",))
    world.deliver(
        PRAXILUX,
        "Bonjour,\n\nVeuillez trouver en annexe notre formulaire et le NDA signé.\n\nMarc Thill",
        [
            (
                "Formulaire 1 Praxilux.pdf",
                filled_pdf("formulaire_1", FORMULAIRE_1 | OTHER | {"matricule": "20182400018"}),
            ),
            ("NDA signé.pdf", other),
        ],
        subject="Enrôlement de Praxilux",
    )
    world.once()
    world.later(hours=5)
    question(world)
    world.later(hours=2)
    world.deliver(
        MEDISOFT,
        NEW_IBAN,
        subject="Changement de nos données",
    )
    world.once()
    world.later(hours=3)
