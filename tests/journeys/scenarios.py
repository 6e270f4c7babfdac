"""Invented submissions, clean and faulty, with what has to leave and what has to stand in the queue.

Each starts from a dossier at a step of process.md and goes through the real pipeline with real documents.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pikepdf

from mailbot.demo.filling import filled_docx, filled_pdf
from rules.types import Case, Dossier
from tests.builders import (
    AES,
    BON,
    FORMULAIRE_1,
    FORMULAIRE_2,
    FORMULAIRE_3,
    FORMULAIRE_4,
    MEDISOFT,
    NDA,
    enrolled,
    labelling,
)

File = tuple[str, bytes]
Files = Callable[[], list[File]]
Values = Mapping[str, Any]
COVER = "Bonjour,\n\nVeuillez trouver nos documents ci-joints.\n\nCordialement\nAnne Weber"
REPORT = (
    b"Rapport de tests de conformite\nLogiciel MediPraxis version 4.2\n"
    b"Test 1 Remboursement : reussi\nTest 2 PID v2 : reussi\nResultat : 12 tests sur 12 reussis\n"
)
IN_WORDS = (
    "Bonjour,\n\nEn réponse à votre demande de complément : le test PID 7 a été répété avec succès le "
    "3 septembre avec la version 4.2.\n\nCordialement"
)
MULLER = "jean.muller@cabinet.example"
PERSON = {
    "type_personne": "physique",
    "nom": "Muller",
    "prenom": "Jean",
    "matricule": "1893120105732",
    "iban": "LU280019400644750000",
    "email": MULLER,
    "adresse": "3, Grand-Rue, L-9050 Ettelbruck",
    "pays": "LU",
    "date_signature": "2025-06-02",
}
PERSONS_NDA = {"denomination": "Jean Muller", "matricule": "1893120105732", "date_signature": "2025-06-02"}
PARC = {
    "type_client": "maison_medicale",
    "nom_client": "Maison médicale du Parc",
    "nombre_postes": 6,
    "responsable": "Claire Thill",
    "code_prestataire_client": "",
}
CENTRE = PARC | {"type_client": "centre_flexible", "nom_client": "Centre médical Belair"}
HOSPITAL = PARC | {"type_client": "etablissement_hospitalier", "nom_client": "Hôpital du Nord"}


@dataclass(frozen=True)
class Scenario:
    """`sent`: template and address of what leaves by itself. `codes`: all exceptions, sorted."""

    id: str
    start: str
    files: Files
    sent: tuple[tuple[str, str], ...]
    codes: tuple[str, ...] = ()
    text: str = COVER
    subject: str = "Nos documents"
    sender: str = MEDISOFT
    received: str = "2025-09-20 10:00"
    clean: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


@cache
def _pdf(kind: str, values: tuple[tuple[str, Any], ...], signed_by: tuple[str, ...]) -> bytes:
    return filled_pdf(
        kind, {k: list(v) if isinstance(v, tuple) else v for k, v in values}, signed_by=signed_by
    )


def pdf(kind: str, values: Values, *signed_by: str) -> bytes:
    return _pdf(
        kind, tuple((k, tuple(v) if isinstance(v, list) else v) for k, v in values.items()), signed_by
    )


def f1(**changes: Any) -> File:
    return "Formulaire 1.pdf", pdf("formulaire_1", FORMULAIRE_1 | changes)


def nda(*signed_by: str, **changes: Any) -> File:
    return "NDA.pdf", pdf("nda", NDA | changes, *(signed_by or ("industriel",)))


def unsigned_nda() -> File:
    return "NDA.pdf", pdf("nda", NDA)


def f2(signed: bool = True, **changes: Any) -> File:
    return "Formulaire 2.pdf", pdf(
        "formulaire_2", FORMULAIRE_2 | changes, *(("industriel",) if signed else ())
    )


def f3(**changes: Any) -> File:
    return "Formulaire 3.pdf", pdf("formulaire_3", FORMULAIRE_3 | changes)


def f4(**changes: Any) -> File:
    return "Formulaire 4.pdf", pdf("formulaire_4", FORMULAIRE_4 | changes)


def note(*signed_by: str, **changes: Any) -> File:
    return "Bon de livraison.pdf", pdf("bon_de_livraison", BON | changes, *signed_by)


def report() -> File:
    return "rapport_tests.txt", REPORT


def zipped(*files: File) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def locked(data: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="x", user="y"))
    return out.getvalue()


def starts() -> dict[str, Dossier | None]:
    """The dossiers that scenarios start from."""
    access = labelling("acces_configure", version="", version_key="")
    queued = labelling("demande_complete", complete_at="2025-07-02T10:00:00+02:00")
    major_update = labelling("labelise", number=2, version="5.0", version_key="5.0")
    connected = Case(
        kind="R",
        number=1,
        state="valide",
        facts={
            "product": "MediPraxis",
            "product_key": "medipraxis",
            "version": "4.2",
            "version_key": "4.2",
            "client": "Dr Paul Kayser",
            "client_key": "65432109",
        },
    )
    return {
        "nothing": None,
        "to configure": enrolled(labelling("acces_a_configurer", version="", version_key="")),
        "failed": enrolled(labelling("tests_echoues", complete_at="2025-07-02T10:00:00+02:00")),
        "enrolled": enrolled(),
        "access": enrolled(access),
        "queued": enrolled(queued),
        "asked": enrolled(labelling("complement_demande", complete_at="2025-07-02T10:00:00+02:00")),
        "passed": enrolled(labelling("tests_reussis")),
        "labelled": enrolled(labelling("labelise")),
        "direct": enrolled(labelling("labelise", mode="acces_direct")),
        "connected": enrolled(labelling("labelise"), connected),
        "updated": enrolled(labelling("labelise"), major_update, connected),
    }


ACK = (("accuse_reception", MEDISOFT),)
ASKED = (("elements_manquants", MEDISOFT),)
ENROLLED = (("accuse_reception", MEDISOFT), ("nda_pour_signature", AES))
QUEUED = (("demande_labelisation_recue", MEDISOFT),)
CONNECTED = (("raccordement_recu", MEDISOFT),)
TASK = ("manual_task",)

CLEAN = [
    Scenario("E: Formulaire 1 and NDA", "nothing", lambda: [f1(), nda()], ENROLLED),
    Scenario("E: NDA before Formulaire 1 in the mail", "nothing", lambda: [nda(), f1()], ENROLLED),
    Scenario(
        "E: Formulaire 1 as Word file",
        "nothing",
        lambda: [("F1.docx", filled_docx("formulaire_1", FORMULAIRE_1)), nda()],
        ENROLLED,
    ),
    Scenario(
        "E: Formulaire 1 as PDF and as Word file",
        "nothing",
        lambda: [f1(), ("F1.docx", filled_docx("formulaire_1", FORMULAIRE_1)), nda()],
        ENROLLED,
    ),
    Scenario(
        "E: the NDA as Word file and signed as PDF",
        "nothing",
        lambda: [f1(), nda(), ("NDA.docx", filled_docx("nda", NDA))],
        ENROLLED,
    ),
    Scenario("E: SARL is S.à r.l.", "nothing", lambda: [f1(), nda(denomination="MEDISOFT SARL")], ENROLLED),
    Scenario(
        "E: a natural person",
        "nothing",
        lambda: [
            ("f1.pdf", pdf("formulaire_1", PERSON)),
            ("nda.pdf", pdf("nda", PERSONS_NDA, "industriel")),
        ],
        (("accuse_reception", MULLER), ("nda_pour_signature", AES)),
        sender=MULLER,
    ),
    Scenario(
        "E: a German company without RCS",
        "nothing",
        lambda: [
            f1(pays="DE", rcs="", numero_tva="DE136695976", adresse="Hauptstr. 3, D-54290 Trier"),
            nda(),
        ],
        ENROLLED,
    ),
    Scenario(
        "E: both in an archive",
        "nothing",
        lambda: [("dossier.zip", zipped(("a/" + f1()[0], f1()[1]), ("a/" + nda()[0], nda()[1])))],
        ENROLLED,
    ),
    Scenario(
        "E: a French company, its form written out",
        "nothing",
        lambda: [
            f1(
                pays="FR",
                rcs="",
                numero_tva="FR40303265045",
                adresse="10, rue de la Paix, F-57000 Metz",
                denomination_sociale="Praxilog SAS",
            ),
            nda(denomination="PRAXILOG, société par actions simplifiée"),
        ],
        ENROLLED,
    ),
    Scenario("L1: Formulaire 2", "enrolled", lambda: [f2()], ACK, TASK),
    Scenario("L1: without a word", "enrolled", lambda: [f2()], ACK, TASK, text=""),
    Scenario("L1: without the software's name", "enrolled", lambda: [f2(nom_logiciel="")], ACK, TASK),
    Scenario("L1: a second product", "labelled", lambda: [f2(nom_logiciel="DentaPraxis")], ACK, TASK),
    Scenario("L3: Formulaire 3 and report", "access", lambda: [f3(), report()], QUEUED, TASK),
    Scenario(
        "L3: at the last second",
        "access",
        lambda: [f3(), report()],
        QUEUED,
        TASK,
        received="2026-06-30 23:59:59",
    ),
    Scenario(
        "L3: before 15 May 2025 it is kept",
        "access",
        lambda: [f3(), report()],
        QUEUED,
        TASK,
        received="2025-05-10 09:00",
    ),
    Scenario(
        "L3: the evidence in an archive",
        "access",
        lambda: [f3(), ("preuves.zip", zipped(("log_pid.txt", REPORT), ("log_remb.txt", REPORT + b"2")))],
        QUEUED,
        TASK,
    ),
    Scenario(
        "L3: new evidence after failed tests",
        "failed",
        lambda: [f3(date_tests="2025-09-10"), report()],
        QUEUED,
        TASK,
    ),
    Scenario("L3: a complement that was asked for", "asked", lambda: [report()], QUEUED, TASK),
    Scenario("R1: a doctor", "labelled", lambda: [f4()], CONNECTED, TASK),
    Scenario("R1: « v4.2 » is 4.2", "labelled", lambda: [f4(version_logiciel="v4.2")], CONNECTED, TASK),
    Scenario(
        "R1: another doctor",
        "connected",
        lambda: [f4(nom_client="Dr Anne Roy", code_prestataire_client="111111-11")],
        CONNECTED,
        TASK,
    ),
    Scenario("R1: a maison médicale", "labelled", lambda: [f4(**PARC), note("client")], CONNECTED, TASK),
    Scenario(
        "R1: a flexibly rented centre",
        "labelled",
        lambda: [
            f4(**CENTRE),
            note("client", type_client="centre_flexible", nom_client="Centre médical Belair"),
        ],
        CONNECTED,
        TASK,
    ),
    Scenario(
        "R1: a hospital, signed",
        "labelled",
        lambda: [
            f4(**HOSPITAL),
            note("client", type_client="etablissement_hospitalier", nom_client="Hôpital du Nord"),
        ],
        CONNECTED,
        TASK,
    ),
    Scenario(
        "R1: at the last second", "labelled", lambda: [f4()], CONNECTED, TASK, received="2026-12-31 23:59:59"
    ),
]

FAULTY = [
    Scenario("E: NDA missing", "nothing", lambda: [f1()], ASKED),
    Scenario("E: IBAN missing", "nothing", lambda: [f1(iban=""), nda()], ASKED),
    Scenario("E: a wrong check digit", "nothing", lambda: [f1(iban="LU280019400644750001"), nda()], ASKED),
    Scenario("E: NDA not signed", "nothing", lambda: [f1(), unsigned_nda()], ASKED),
    Scenario("E: NDA alone", "nothing", lambda: [nda()], (), ("approval_needed",)),
    Scenario(
        "E: another name on the NDA",
        "nothing",
        lambda: [f1(), nda(denomination="Medisoft S.A.")],
        (),
        ("name_mismatch",),
    ),
    Scenario(
        "E: the legal form is missing",
        "nothing",
        lambda: [f1(), nda(denomination="Medisoft")],
        (),
        ("name_mismatch",),
    ),
    Scenario(
        "E: another matricule on the NDA",
        "nothing",
        lambda: [f1(), nda(matricule="20032401237")],
        (),
        ("matricule_mismatch",),
    ),
    Scenario("E: outside the EEA", "nothing", lambda: [f1(pays="CH"), nda()], (), ("not_in_eea",)),
    Scenario(
        "E: another sender",
        "nothing",
        lambda: [f1(), nda()],
        (),
        ("sender_not_registered",),
        sender="x@else.example",
    ),
    Scenario("E: forwarded by AeS", "nothing", lambda: [f1()], (), ("approval_needed",), sender=AES),
    Scenario(
        "E: two versions that differ",
        "nothing",
        lambda: [
            f1(),
            ("F1.docx", filled_docx("formulaire_1", FORMULAIRE_1 | {"iban": "DE89370400440532013000"})),
            nda(),
        ],
        (),
        ("data_mismatch",),
    ),
    Scenario("L1: too early", "nothing", lambda: [f1(), nda(), f2()], (), ("step_out_of_order",)),
    Scenario(
        "L1: a question beside an incomplete form",
        "enrolled",
        lambda: [f2(signed=False)],
        ASKED,
        ("question",),
        text="Bonjour,\n\nci-joint le Formulaire 2. Quand l'accès sera-t-il configuré ?\n\nMerci",
    ),
    Scenario(
        "L1: a new IBAN told beside the form",
        "enrolled",
        lambda: [f2()],
        ACK,
        ("data_change_request", "manual_task"),
        text="Bonjour,\n\nNotre IBAN a changé : DE89 3704 0044 0532 0130 00. Ci-joint le Formulaire 2.\n\n"
        "Cordialement",
    ),
    Scenario(
        "L1: protected by a password",
        "enrolled",
        lambda: [("F2.pdf", locked(f2()[1]))],
        ASKED,
        ("unreadable_attachment",),
    ),
    Scenario("L1: not signed", "enrolled", lambda: [f2(signed=False)], ASKED),
    Scenario("L1: MySecu not active", "enrolled", lambda: [f2(mysecu_actif=False)], ASKED),
    Scenario(
        "L1: another matricule on MySecu",
        "enrolled",
        lambda: [f2(matricule_mysecu="20032401237")],
        (),
        ("matricule_mismatch",),
    ),
    Scenario(
        "L1: another e-mail", "enrolled", lambda: [f2(email="neu@medisoft.example")], (), ("data_mismatch",)
    ),
    Scenario(
        "L1: direct services",
        "enrolled",
        lambda: [f2(mode_integration="acces_direct")],
        (),
        ("mode_not_allowed",),
    ),
    Scenario(
        "L1: a stranger", "enrolled", lambda: [f2()], (), ("sender_not_registered",), sender="x@else.example"
    ),
    Scenario(
        "L3: before the access is configured",
        "to configure",
        lambda: [f3(), report()],
        (),
        ("step_out_of_order",),
    ),
    Scenario("L3: a complement in words", "asked", list, (), TASK, text=IN_WORDS, subject="Re: complément"),
    Scenario(
        "L3: a complement in words, a second too late",
        "asked",
        list,
        (),
        ("deadline_passed",),
        text=IN_WORDS,
        subject="Re: complément",
        received="2026-07-01 00:00:00",
    ),
    Scenario("L3: no proof", "access", lambda: [f3()], ASKED),
    Scenario("L3: one service", "access", lambda: [f3(services=["pid_v2"]), report()], (), TASK),
    Scenario(
        "L3: a second too late",
        "access",
        lambda: [f3(), report()],
        (),
        ("deadline_passed",),
        received="2026-07-01 00:00:00",
    ),
    Scenario(
        "L3: major update",
        "labelled",
        lambda: [f3(version_logiciel="5.0", type_demande="mise_a_jour_majeure"), report()],
        QUEUED,
        ("major_change", "manual_task"),
    ),
    Scenario(
        "L3: major update of nothing",
        "access",
        lambda: [f3(type_demande="mise_a_jour_majeure"), report()],
        (),
        ("step_out_of_order",),
    ),
    Scenario(
        "V: told in words",
        "labelled",
        list,
        ACK,
        ("major_change",),
        text="Bonjour,\n\nNous vous informons d'une mise à jour majeure de notre logiciel.\n\nCordialement",
        subject="Mise à jour majeure",
    ),
    Scenario("R1: not labelled yet", "passed", lambda: [f4()], (), ("step_out_of_order",)),
    Scenario(
        "R1: « 42 » is not 4.2", "labelled", lambda: [f4(version_logiciel="42")], (), ("step_out_of_order",)
    ),
    Scenario("R1: no delivery note", "labelled", lambda: [f4(**PARC)], ASKED),
    Scenario("R1: delivery note not validated", "labelled", lambda: [f4(**PARC), note()], ASKED),
    Scenario(
        "R1: other workstations",
        "labelled",
        lambda: [f4(**PARC), note("client", nombre_postes=7)],
        (),
        ("data_mismatch",),
    ),
    Scenario(
        "R1: a hospital, not signed",
        "labelled",
        lambda: [f4(**HOSPITAL), note(type_client="etablissement_hospitalier", nom_client="Hôpital du Nord")],
        ASKED,
    ),
    Scenario(
        "R1: the same client again",
        "connected",
        lambda: [f4(date_raccordement="2025-10-01")],
        (),
        ("duplicate_request",),
    ),
    Scenario(
        "R1: the same client after an update",
        "updated",
        lambda: [f4(version_logiciel="5.0")],
        (),
        ("duplicate_request",),
    ),
    Scenario(
        "R1: direct services are over",
        "direct",
        lambda: [f4()],
        (),
        ("mode_not_allowed",),
        received="2026-07-01 00:00:00",
    ),
    Scenario(
        "R1: a second too late",
        "labelled",
        lambda: [f4()],
        (),
        ("deadline_passed",),
        received="2027-01-01 00:00:00",
    ),
    Scenario(
        "Q: a question",
        "access",
        list,
        (("orientation_contact", MEDISOFT),),
        ("question",),
        text="Bonjour,\n\nQuand recevrons-nous nos accès ?\n\nMerci",
        subject="Question",
    ),
    Scenario(
        "Q: a question of AeS", "access", list, (), TASK, text="Bonjour, où en est ce dossier ?", sender=AES
    ),
    Scenario(
        "Q: a stranger about the Industriel",
        "labelled",
        list,
        (("orientation_contact", "presse@journal.example"),),
        ("question",),
        text="Bonjour,\n\nLe logiciel MediPraxis de Medisoft est-il labélisé ?",
        sender="presse@journal.example",
    ),
    Scenario(
        "Q: an announcement that something will come",
        "access",
        list,
        (),
        text="D'accord, nous vous l'enverrons demain.\n\nLe 20 sept. 2025 à 10:00, INCERT a écrit :\n"
        "> Le Formulaire 3 manque\n> Merci de nous le renvoyer",
        subject="Re: votre envoi",
    ),
    Scenario("Q: thanks", "access", list, (), (), text="Merci beaucoup !", subject="Re: accès"),
    Scenario(
        "C: a new IBAN",
        "enrolled",
        list,
        (("changement_donnees_recu", MEDISOFT),),
        ("data_change_request", "manual_task"),
        text="Bonjour,\n\nnotre nouvel IBAN est DE89 3704 0044 0532 0130 00.\n\nCordialement",
    ),
    Scenario(
        "an out-of-office note",
        "access",
        list,
        (),
        (),
        text="Je suis absent.",
        headers={"Auto-Submitted": "auto-replied"},
    ),
]

SCENARIOS = [*(Scenario(**{**vars(s), "clean": True}) for s in CLEAN), *FAULTY]
