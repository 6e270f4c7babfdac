"""Every rule, told by a table: what was handed in, and all findings on it, as whole values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from parsers.types import Document, Signature, Signer
from rules.checks.documents_present import DOCUMENTS
from rules.evaluate import evaluate
from rules.facts import Policy, Precedents, Vague1Participant
from rules.order import RULES
from rules.types import Case, Dossier, Exhibit, Finding, Sender
from tests.builders import (
    FORMULAIRE_1,
    MEDISOFT,
    at,
    bon,
    document,
    enrolled,
    formulaire_1,
    formulaire_2,
    formulaire_3,
    formulaire_4,
    labelling,
    nda,
    participant,
    policy,
    proof,
    signed,
)

Said = tuple[str, str, str | None, str | None, str | None]
"""rule, severity, code, field, value"""
OTHER_MATRICULE = "20032401237"
OPEN = Case(kind="E", number=1, state="ouvert")
SHIPPED, NOTHING = policy(), Precedents()
PARC: dict[str, Any] = {
    "type_client": "maison_medicale",
    "nom_client": "Maison médicale du Parc",
    "code_prestataire_client": None,
    "nombre_postes": 6,
    "responsable": "Claire Thill",
}
HOSPITAL = PARC | {"type_client": "etablissement_hospitalier"}
STAMP = Signature(status="absent", signers=(Signer(role="client", kind="stamp", status="absent"),))
CUT = document("nda", problem="timeout").problems
BY_INDUSTRIEL = signed("handwritten", kind="ink")


@dataclass(frozen=True)
class Row:
    """One line of the table. `case`: the case as it stands, without its papers."""

    id: str
    papers: tuple[Document, ...]
    findings: tuple[Said, ...] = ()
    case: Case = OPEN
    others: tuple[Case, ...] = ()
    registered: dict[str, str] = field(default_factory=dict)
    policy: Policy = SHIPPED
    received: str = "2025-09-20 10:00"
    precedents: Precedents = NOTHING
    dossier: dict[str, Any] = field(default_factory=dict)


ACCESS = Case(kind="L", number=1, state="ouvert")
TESTS = labelling("acces_configure")
LINK = Case(kind="R", number=2, state="ouvert")
LABEL = (labelling("labelise"),)
VAGUE_1 = policy(vague_1=(participant(),))
BY_NAME = policy(vague_1=(Vague1Participant(name="Medisoft SARL", code_prestataire="123456 78"),))


def says(paper: Document, text: str) -> Document:
    return paper.model_copy(update={"text": text})


def demand(field_: str, value: str | None = None, rule: str = "field_missing") -> Said:
    return (rule, "demand", None, field_, value)


def earlier(**facts: str) -> Case:
    base = {"client_key": "65432109", "product_key": "medipraxis", "version_key": "4.2"}
    return Case(kind="R", number=1, state="valide", facts=base | facts)


def mismatch(rule: str, code: str, field_: str | None = None, value: str | None = None) -> Said:
    return (rule, "mismatch", code, field_, value)


def doubt(rule: str, code: str, field_: str | None = None, value: str | None = None) -> Said:
    return (rule, "doubt", code, field_, value)


ENROLMENT = [
    Row("complete", (formulaire_1(), nda())),
    Row("no NDA", (formulaire_1(),), (("document_missing", "demand", None, None, None),)),
    Row("no CEO", (formulaire_1(ceo_nom=None), nda()), (demand("ceo_nom"),)),
    Row("no VAT number", (formulaire_1(numero_tva=None), nda()), (demand("numero_tva"),)),
    Row("RCS of a Luxembourg company", (formulaire_1(rcs=None), nda()), (demand("rcs"),)),
    Row("no country", (formulaire_1(pays=None), nda()), (demand("pays"),)),
    Row("wrong IBAN", (formulaire_1(iban="LU00"), nda()), (demand("iban", "LU00", "identifier_invalid"),)),
    Row(
        "wrong IBAN, badly read",
        (document("formulaire_1", FORMULAIRE_1 | {"iban": "LU00"}, low=("iban",)), nda()),
        (doubt("identifier_invalid", "identifier_invalid", "iban", "LU00"),),
    ),
    Row(
        "an optional field badly read is no matter",
        (document("formulaire_1", FORMULAIRE_1 | {"signataire": "A. W."}, low=("signataire",)), nda()),
    ),
    Row(
        "Switzerland", (formulaire_1(pays="CH"), nda()), (mismatch("not_in_eea", "not_in_eea", "pays", "CH"),)
    ),
    Row("Norway", (formulaire_1(pays="NO", rcs=None, numero_tva="LU10000356"), nda())),
    Row(
        "Vague 1 not confirmed",
        (formulaire_1(participation_vague_1=True), nda()),
        (("vague_1_not_confirmed", "note", "manual_task", "participation_vague_1", None),),
    ),
    Row("Vague 1 confirmed", (formulaire_1(participation_vague_1=True), nda()), policy=VAGUE_1),
    Row("Vague 1 confirmed by name", (formulaire_1(participation_vague_1=True), nda()), policy=BY_NAME),
    Row("no date on the NDA", (formulaire_1(), nda(date_signature=None)), (demand("date_signature"),)),
    Row(
        "NDA not signed",
        (formulaire_1(), nda(signed("absent"))),
        (("signature_missing", "demand", None, None, None),),
    ),
    Row(
        "NDA stamped only", (formulaire_1(), nda(STAMP)), (("signature_missing", "demand", None, None, None),)
    ),
    Row("NDA signed digitally", (formulaire_1(), nda(signed("digital_valid")))),
    Row(
        "signature without a root",
        (formulaire_1(), nda(signed("digital_untrusted"))),
        (doubt("signature_untrusted", "signature_untrusted"),),
    ),
    Row(
        "changed after signing",
        (formulaire_1(), nda(signed("digital_invalid"))),
        (mismatch("signature_invalid", "signature_invalid"),),
    ),
    Row(
        "signature unsure",
        (formulaire_1(), nda(signed("unknown"))),
        (doubt("signature_uncertain", "signature_missing"),),
    ),
    Row(
        "NDA altered",
        (formulaire_1(), nda(altered=("article 4",))),
        (mismatch("document_altered", "document_altered"),),
    ),
    Row(
        "what a page that was not read may hold is asked for by a person",
        (
            document("formulaire_1", FORMULAIRE_1 | {"iban": None}, problem="timeout"),
            nda().model_copy(update={"altered": ("article 8",), "problems": CUT}),
        ),
        (
            doubt("partly_read", "unreadable_attachment"),
            doubt("partly_read", "unreadable_attachment"),
            demand("iban"),
        ),
    ),
    Row(
        "an IBAN, an address and a date that the reading did not place",
        (
            says(
                document("formulaire_1", FORMULAIRE_1 | {"iban": None, "email": None, "numero_tva": None}),
                "Compte LU28 0019 4006 4475 0000 BIC\nMail contact@medisoft.example\nTVA : néant",
            ),
            says(nda(date_signature=None), "Luxembourg, le 02.06.2025"),
        ),
        (
            doubt("value_unplaced", "low_confidence", "iban"),
            doubt("value_unplaced", "low_confidence", "email"),
            doubt("value_unplaced", "low_confidence", "date_signature"),
            demand("numero_tva"),
            demand("iban"),
            demand("email"),
            demand("date_signature"),
        ),
    ),
    Row(
        "INCERT's own address, a wrong IBAN and a value of another field are none",
        (
            says(
                document("formulaire_1", FORMULAIRE_1 | {"iban": None, "email": None, "rcs": None}),
                "À envoyer à support_labelisation@incert.lu\nex. LU00 0000 0000 0000 0000\n"
                f"Matricule {FORMULAIRE_1['matricule']}, TVA LU10000356, L-2510 Luxembourg",
            ),
            nda(),
        ),
        (demand("rcs"), demand("iban"), demand("email")),
        policy=policy(own_domains=frozenset({"incert.lu"})),
    ),
    Row("SARL is S.à r.l.", (formulaire_1(), nda(denomination="medisoft, SARL"))),
    Row(
        "legal form missing",
        (formulaire_1(), nda(denomination="Medisoft")),
        (doubt("name_doubtful", "name_mismatch", "denomination", "Medisoft"),),
    ),
    Row(
        "another legal form",
        (formulaire_1(), nda(denomination="Medisoft S.A.")),
        (mismatch("name_mismatch", "name_mismatch", "denomination", "Medisoft S.A."),),
    ),
    Row(
        "another matricule",
        (formulaire_1(), nda(matricule=OTHER_MATRICULE)),
        (mismatch("matricule_mismatch", "matricule_mismatch", "matricule", OTHER_MATRICULE),),
    ),
    Row(
        "after the scheme's end",
        (formulaire_1(), nda()),
        (mismatch("deadline_passed", "deadline_passed"),),
        received="2027-04-01 00:00:00",
    ),
    Row("at the scheme's last second", (formulaire_1(), nda()), received="2027-03-31 23:59:59"),
]
LABELLING = [
    Row("L1 complete", (formulaire_2(),), case=ACCESS),
    Row(
        "an eHealth ID beside its label that was not understood",
        (
            says(
                formulaire_2(ehealth_id=None),
                "4) eHealth ID-Nr.\nLU-5294-5876\n5) eHealth ID aktiv?",
            ),
        ),
        (doubt("value_unplaced", "low_confidence", "ehealth_id"), demand("ehealth_id")),
        case=ACCESS,
    ),
    Row(
        "an eHealth ID that is not there",
        (says(formulaire_2(ehealth_id=None), f"eHealth ID :\n{FORMULAIRE_1['matricule']}\n"),),
        (demand("ehealth_id"),),
        case=ACCESS,
    ),
    Row(
        "the same matricule once more, where MySecu's was not found",
        (
            says(
                formulaire_2(matricule_mysecu=None),
                f"Matricule {FORMULAIRE_1['matricule']}\nMySecu 2014 2406 897",
            ),
        ),
        (doubt("value_unplaced", "low_confidence", "matricule_mysecu"), demand("matricule_mysecu")),
        case=ACCESS,
    ),
    Row(
        "no code prestataire",
        (formulaire_2(code_prestataire=None),),
        (demand("code_prestataire"),),
        case=ACCESS,
    ),
    Row(
        "a code of another shape",
        (formulaire_2(code_prestataire="12345"),),
        (demand("code_prestataire", "12345", "identifier_invalid"),),
        case=ACCESS,
    ),
    Row(
        "MySecu not ticked",
        (formulaire_2(mysecu_actif=False),),
        (demand("mysecu_actif", None, "mysecu_inactive"),),
        case=ACCESS,
    ),
    Row(
        "MySecu under another matricule",
        (formulaire_2(matricule_mysecu=OTHER_MATRICULE),),
        (mismatch("matricule_mysecu_differs", "matricule_mismatch", "matricule_mysecu", OTHER_MATRICULE),),
        case=ACCESS,
    ),
    Row(
        "another matricule behind the code",
        (formulaire_2(matricule=OTHER_MATRICULE, matricule_mysecu=OTHER_MATRICULE),),
        (mismatch("matricule_mismatch", "matricule_mismatch", "matricule", OTHER_MATRICULE),),
        case=ACCESS,
    ),
    Row(
        "another code than in Vague 1",
        (formulaire_2(code_prestataire="999999-99"),),
        (mismatch("code_prestataire_not_of_vague_1", "data_mismatch", "code_prestataire", "999999-99"),),
        case=ACCESS,
        policy=VAGUE_1,
    ),
    Row("Vague 1's code written otherwise", (formulaire_2(),), case=ACCESS, policy=BY_NAME),
    Row(
        "another code than for the first product",
        (formulaire_2(code_prestataire="999999-99"),),
        (mismatch("data_mismatch", "data_mismatch", "code_prestataire", "999999-99"),),
        case=ACCESS,
        dossier={"code_prestataire": "123456-78"},
    ),
    Row(
        "another e-mail",
        (formulaire_2(email="x@medisoft.example"),),
        (mismatch("data_mismatch", "data_mismatch", "email", "x@medisoft.example"),),
        case=ACCESS,
    ),
    Row(
        "a contact's e-mail",
        (formulaire_2(email="x@medisoft.example"),),
        case=ACCESS,
        dossier={"contacts": ("x@medisoft.example",)},
    ),
    Row(
        "direct services without Vague 1",
        (formulaire_2(mode_integration="acces_direct"),),
        (mismatch("direct_access_not_vague_1", "mode_not_allowed", "mode_integration", "acces_direct"),),
        case=ACCESS,
    ),
    Row(
        "direct services, imported as Vague 1",
        (formulaire_2(mode_integration="acces_direct"),),
        case=ACCESS,
        dossier={"vague_1": True},
    ),
    Row(
        "direct services too late",
        (formulaire_2(mode_integration="acces_direct"),),
        (mismatch("direct_access_too_late", "mode_not_allowed", "mode_integration", "acces_direct"),),
        case=ACCESS,
        policy=VAGUE_1,
        received="2026-07-01 00:00:00",
    ),
    Row("L3 complete", (formulaire_3(), proof()), case=TESTS),
    Row("no proof", (formulaire_3(),), (("document_missing", "demand", None, None, None),), case=TESTS),
    Row(
        "a form that came blank",
        (document("formulaire_3", {}, filled=False), proof()),
        (("document_blank", "demand", None, None, None),),
        case=TESTS,
    ),
    Row(
        "one service",
        (formulaire_3(services=["pid_v2"]), proof()),
        (doubt("one_service_only", "manual_task", "services", "pid_v2"),),
        case=TESTS,
    ),
    Row(
        "an update of what has no label",
        (formulaire_3(type_demande="mise_a_jour_majeure"), proof()),
        (doubt("update_of_unlabelled", "step_out_of_order", "type_demande"),),
        case=TESTS,
    ),
    Row(
        "an update without proof",
        (formulaire_3(version_logiciel="5.0", type_demande="mise_a_jour_majeure"),),
        (
            ("document_missing", "demand", None, None, None),
            ("major_change", "note", "major_change", None, None),
        ),
        case=labelling("acces_configure", number=2),
        others=LABEL,
    ),
    Row(
        "a renewal needs new evidence",
        (formulaire_3(), proof()),
        (
            ("document_missing", "demand", None, None, None),
            ("document_missing", "demand", None, None, None),
        ),
        case=labelling("a_renouveler", changed_at="2025-12-01T10:00:00+01:00"),
    ),
    Row("a complement completes what was complete", (proof(),), case=labelling("complement_demande")),
]
CONNECTION = [
    Row("a doctor", (formulaire_4(),), case=LINK, others=LABEL),
    Row(
        "no code of the doctor",
        (formulaire_4(code_prestataire_client=None),),
        (demand("code_prestataire_client"),),
        case=LINK,
        others=LABEL,
    ),
    Row("a maison médicale, signed", (formulaire_4(**PARC), bon()), case=LINK, others=LABEL),
    Row("a maison médicale, stamped", (formulaire_4(**PARC), bon(STAMP)), case=LINK, others=LABEL),
    Row(
        "not validated",
        (formulaire_4(**PARC), bon(signed("absent"))),
        (demand("responsable", None, "validation_missing"),),
        case=LINK,
        others=LABEL,
    ),
    Row(
        "signed by the Industriel only",
        (formulaire_4(**PARC), bon(BY_INDUSTRIEL)),
        (demand("responsable", None, "validation_missing"),),
        case=LINK,
        others=LABEL,
    ),
    Row(
        "no responsible person",
        (formulaire_4(**PARC), bon(responsable=None)),
        (demand("responsable"),),
        case=LINK,
        others=LABEL,
    ),
    Row(
        "a hospital, stamped only",
        (formulaire_4(**HOSPITAL), bon(STAMP, type_client="etablissement_hospitalier")),
        (("signature_missing", "demand", None, None, None),),
        case=LINK,
        others=LABEL,
    ),
    Row(
        "other workstations",
        (formulaire_4(**PARC), bon(nombre_postes=7)),
        (mismatch("delivery_note_differs", "data_mismatch", "nombre_postes", "7"),),
        case=LINK,
        others=LABEL,
    ),
    Row(
        "the same client again",
        (formulaire_4(),),
        (doubt("already_requested", "duplicate_request"),),
        case=LINK,
        others=(*LABEL, earlier()),
    ),
    Row(
        "the same client after a refusal",
        (formulaire_4(),),
        case=LINK,
        others=(*LABEL, earlier().model_copy(update={"state": "refuse"})),
    ),
    Row(
        "the same client, another product",
        (formulaire_4(),),
        case=LINK,
        others=(*LABEL, earlier(product_key="denta")),
    ),
    Row(
        "the same client after an update",
        (formulaire_4(version_logiciel="5.0"),),
        (doubt("already_requested", "duplicate_request"),),
        case=LINK,
        others=(*LABEL, earlier()),
    ),
    Row(
        "another Industriel's client",
        (formulaire_4(),),
        (doubt("client_of_another", "duplicate_request"),),
        case=LINK,
        others=LABEL,
        precedents=Precedents(client_elsewhere={"65432109": "SONS2-000009-AAAA/R1"}),
    ),
    Row(
        "a document that was used before",
        (formulaire_4(),),
        (doubt("document_used_before", "duplicate_request"),),
        case=LINK,
        others=LABEL,
        precedents=Precedents(used_documents={formulaire_4().sha256: "SONS2-000009-AAAA/R1"}),
    ),
    Row(
        "direct services are over",
        (formulaire_4(),),
        (doubt("direct_services_over", "mode_not_allowed"),),
        case=LINK,
        others=(labelling("labelise", mode="acces_direct"),),
        received="2026-07-01 00:00:00",
    ),
    Row(
        "direct services at the last second",
        (formulaire_4(),),
        case=LINK,
        others=(labelling("labelise", mode="acces_direct"),),
        received="2026-06-30 23:59:59",
    ),
]
ROWS = [*ENROLMENT, *LABELLING, *CONNECTION]


def judged(row: Row) -> tuple[Finding, ...]:
    received = at(row.received)
    papers = tuple(
        Exhibit(id=n, document=d, mail_id=1, received_at=received, sender=MEDISOFT)
        for n, d in enumerate(row.papers, start=1)
    )
    case = row.case.model_copy(update={"exhibits": papers})
    dossier: Dossier = enrolled(*row.others).with_case(case)
    dossier = dossier.model_copy(update={"registered": dossier.registered | row.registered, **row.dossier})
    evaluation = evaluate(dossier, case, row.policy, Sender(email=MEDISOFT), received, row.precedents)
    assert evaluation is not None
    return evaluation.findings


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_findings(row: Row) -> None:
    said = tuple((f.rule, f.severity, f.code, f.field, f.value) for f in judged(row))
    assert said == row.findings


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_no_finding_tells_what_is_registered(row: Row) -> None:
    """A finding's value is what this mail says; what the staff's message says never leaves."""
    given = {str(f.value) for d in row.papers for f in d.fields.values()}
    given |= {
        str(v) for d in row.papers for f in d.fields.values() if isinstance(f.value, list) for v in f.value
    }
    for finding in judged(row):
        assert finding.value is None or finding.value in given


def test_every_step_with_documents_has_its_rules() -> None:
    assert set(RULES) == set(DOCUMENTS)
