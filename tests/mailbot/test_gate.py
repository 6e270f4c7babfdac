"""The gate before the way out, against process.md's table written down a second time, by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.adapters.archive import FileArchive
from mailbot.adapters.files import FileStore
from mailbot.adapters.store.sql import SqlStore
from mailbot.attachments import Attachments
from mailbot.gate import Gate, GateRefused
from mailbot.given_files import note_given
from mailbot.rows import EntryRow, OutboxRow
from mailbot.setting_values import template_names
from outbox_templates.blanks import blank_bytes
from parsers.types import ReadOptions
from rules.types import AttachmentRef, Case, Dossier
from tests.contract.rows import a_document, a_mail
from tests.ready_store import store_in_memory

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AES, INCERT, MAILBOX = "sons@aes.example", "equipe@incert.example", "support@incert.example"

# Who may get what (process.md, « Confidentiality » and the steps). Whoever is not named gets nothing.
TO_INDUSTRIEL = {"registered", "contact"}
TO_SENDER = {*TO_INDUSTRIEL, "sender"}
ALLOWED: dict[str, tuple[set[str], set[str]]] = {
    "accuse_reception": (TO_SENDER, set()),
    "elements_manquants": (TO_SENDER, {"blank_form"}),
    "nda_pour_signature": ({"aes"}, {"nda_signed_by_industriel"}),
    "enrolement_valide": ({"registered"}, {"blank_form", "nda_countersigned", "technical_documentation"}),
    "enrolement_refuse": (TO_INDUSTRIEL, {"staff_file"}),
    "acces_refuse": (TO_INDUSTRIEL, {"staff_file"}),
    "acces_environnement": ({"registered"}, {"blank_form", "access_details"}),
    "demande_labelisation_recue": (TO_SENDER, set()),
    "complement_demande": (TO_INDUSTRIEL, {"staff_file"}),
    "tests_echoues": (TO_INDUSTRIEL, {"test_results"}),
    "tests_reussis": (TO_INDUSTRIEL, {"attestation", "blank_form"}),
    "information_aes": ({"aes"}, set()),
    "raccordement_recu": (TO_SENDER, set()),
    "raccordement_valide": (TO_INDUSTRIEL, {"staff_file"}),
    "raccordement_refuse": (TO_INDUSTRIEL, {"staff_file"}),
    "delai_depasse": (TO_SENDER, set()),
    "orientation_contact": (TO_SENDER, set()),
    "changement_donnees_recu": ({*TO_INDUSTRIEL, "new"}, set()),
    "changement_donnees_decide": ({*TO_INDUSTRIEL, "new"}, {"staff_file"}),
    "mise_a_jour_exigences": ({"registered"}, {"technical_documentation"}),
    "rappel_echeance": (TO_INDUSTRIEL, set()),
    "rappel_partie": ({"aes"}, set()),
    "synthese_quotidienne": ({"incert"}, set()),
    "alarme": ({"incert"}, set()),
    "reponse_libre": (TO_SENDER, {"staff_file"}),
    "transfert": (set(), {"staff_file"}),  # to whom a person chooses; what mailbot writes by itself: nobody
}
RECIPIENTS = {
    "registered": "direction@medisoft.example",
    "contact": "technique@medisoft.example",
    "sender": "assistant@medisoft.example",
    "new": "neuf@medisoft.example",
    "aes": AES,
    "incert": INCERT,
    "other": "direction@concurrent.example",
    "stranger": "qui@ailleurs.example",
    "nobody": "",
}
CLASSES = {
    "blank_form": "blank",
    "nda_signed_by_industriel": "own_nda",
    "nda_countersigned": "own_nda",
    "technical_documentation": "own_file",
    "access_details": "own_file",
    "attestation": "own_file",
    "test_results": "own_file",
    "staff_file": "own_file",
}


@dataclass
class House:
    """Two Industriels whose enrolment is valid, one whose is not, and files of the first two."""

    store: SqlStore
    gate: Gate
    attachments: Attachments
    files: dict[str, str]  # what it is -> the reference to it
    mail_id: int
    enrolled: int
    other: int
    open: int

    def row(
        self, template: str, to: list[str], given: list[tuple[str, str]], dossier_id: int | None
    ) -> OutboxRow:
        refs = [AttachmentRef.model_validate({"ref": ref, "name": "x", "class_": c}) for c, ref in given]
        return OutboxRow(
            id=1,
            key="k",
            message_id="<k@incert.example>",
            template=template,
            to=tuple(to),
            subject="x",
            text="x",
            html="",
            attachments=tuple(refs),
            headers={},
            state="sending",
            mail_id=self.mail_id,
            dossier_id=dossier_id,
        )

    def passes(self, row: OutboxRow) -> bool:
        try:
            self.gate(row, [(ref, self.attachments.bytes_of(ref)) for ref in row.attachments])
        except GateRefused:
            return False
        return True


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("gate")
    store = store_in_memory()
    archive, files = FileArchive(folder / "archive"), FileStore(folder / "files")
    attachments = Attachments(archive, files, None, ReadOptions())
    valid = (Case(kind="E", number=1, state="valide"),)

    def dossier(number: int, email: str, *contacts: str, cases: tuple[Case, ...] = valid) -> int:
        made = Dossier(reference=f"SONS2-{number:06}-AAAA", email=email, contacts=contacts, cases=cases)
        return store.new_dossier(made, AT).id

    enrolled = dossier(1, RECIPIENTS["registered"], RECIPIENTS["contact"])
    other = dossier(2, RECIPIENTS["other"])
    unfinished = dossier(3, "futur@logiciel.example", cases=(Case(kind="E", number=1, state="ouvert"),))
    refs: dict[str, str] = {"blank": "blank:formulaire_2:pdf"}
    mail_id = 0
    for uid, (whose, dossier_id, kind) in enumerate(
        [("own_nda", enrolled, "nda"), ("other_nda", other, "nda"), ("own_proof", enrolled, "preuve_tests")]
    ):
        data = f"%PDF {whose}".encode()
        raw = (
            b"From: x@y.example\r\nContent-Type: application/pdf\r\n"
            b"Content-Disposition: attachment; filename=a.pdf\r\n\r\n" + data
        )
        mail = a_mail(store, uid + 1, sha256=archive.put(raw), sender=RECIPIENTS["sender"])
        store.update_mail(mail.id, dossier_id=dossier_id)
        document = a_document(kind=kind, sha256=hashlib.sha256(data).hexdigest())
        store.add_document(mail.id, dossier_id, "E", document)
        from parsers.message import read_message

        [part] = read_message(raw, ReadOptions()).parts
        refs[whose] = f"part:{mail.sha256}:{part.path}"
        mail_id = mail_id or mail.id
    for whose, dossier_id in (("own_file", enrolled), ("other_file", other)):
        digest = files.put(whose.encode())
        note_given(store, dossier_id, digest, "claire", AT)
        refs[whose] = f"file:{digest}"
    refs["unknown_file"] = f"file:{files.put(b'nobody gave it')}"
    refs["whole_mail"] = "mail:" + refs["own_nda"].split(":")[1]
    refs["other_mail"] = "mail:" + refs["other_nda"].split(":")[1]
    change = {"old": {"email": RECIPIENTS["registered"]}, "new": {"email": RECIPIENTS["new"]}}
    store.open_entry(
        EntryRow(
            id=0, codes=(), messages=(), state="open", created_at=AT, received_at=AT,
            dossier_id=enrolled, step="C", facts=change,
        )
    )  # fmt: skip
    gate = Gate(store, AES, INCERT, attachments.blank_digests)
    yield House(store, gate, attachments, refs, mail_id, enrolled, other, unfinished)
    store.close()


def allowed(template: str, to: list[str], given: list[tuple[str, str]]) -> bool:
    roles, classes = ALLOWED.get(template, (set(), set()))
    recipients = bool(to) and set(to) <= roles
    fits = all(
        class_ in classes and (source == CLASSES[class_] or (class_, source) == ("staff_file", "whole_mail"))
        for class_, source in given
    )
    return recipients and fits


SOURCES = ("blank", "own_nda", "other_nda", "own_proof", "own_file", "other_file", "unknown_file",
           "whole_mail", "other_mail")  # fmt: skip


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    template=st.sampled_from([*ALLOWED, "inconnu"]),
    to=st.lists(st.sampled_from(sorted(RECIPIENTS)), max_size=2),
    given_=st.lists(st.tuples(st.sampled_from(sorted(CLASSES)), st.sampled_from(SOURCES)), max_size=2),
)
def test_what_is_not_in_the_table_does_not_leave(
    house: House, template: str, to: list[str], given_: list[tuple[str, str]]
) -> None:
    addresses = [RECIPIENTS[role] for role in to]
    row = house.row(template, addresses, [(c, house.files[source]) for c, source in given_], house.enrolled)
    assert house.passes(row) == allowed(template, to, given_)


def test_everything_in_the_table_leaves(house: House) -> None:
    for template, (roles, classes) in ALLOWED.items():
        for role in roles:
            given_ = [(c, house.files[CLASSES[c]]) for c in sorted(classes)]
            assert house.passes(house.row(template, [RECIPIENTS[role]], given_, house.enrolled)), template


def test_every_template_has_its_line() -> None:
    assert set(ALLOWED) == set(template_names())


@pytest.mark.parametrize("template", ["enrolement_valide", "acces_environnement", "mise_a_jour_exigences"])
def test_before_the_enrolment_is_valid_nothing_confidential_leaves(house: House, template: str) -> None:
    assert not house.passes(house.row(template, ["futur@logiciel.example"], [], house.open))


def test_bytes_that_are_not_the_blanks_are_no_blank(house: House) -> None:
    row = house.row("elements_manquants", [RECIPIENTS["registered"]], [("blank_form", "blank:nda:pdf")], 1)
    [ref] = row.attachments
    house.gate(row, [(ref, blank_bytes("nda"))])
    with pytest.raises(GateRefused):
        house.gate(row, [(ref, blank_bytes("nda") + b"\n")])
    with pytest.raises(GateRefused):
        house.gate(row, [])


def test_a_persons_forward_goes_where_the_person_says_with_that_mail_only(house: House) -> None:
    from dataclasses import replace

    for source, passes in (("whole_mail", True), ("other_mail", False), ("other_file", False)):
        row = house.row("transfert", ["x@ailleurs.example"], [("staff_file", house.files[source])], 1)
        assert house.passes(replace(row, auto=False)) == passes
