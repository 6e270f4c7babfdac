"""What a document is: by its title and its fields, not by what it mentions."""

from __future__ import annotations

import pytest

from parsers.read import read_file
from parsers.types import Document, ReadOptions
from tests.parsers.form_builder import Sheet, acroform, blank, flattened
from tests.parsers.specimens import KINDS, TYPED


def kinds(data: bytes, name: str = "a.pdf") -> list[str]:
    return [d.kind for d in documents(data, name)]


def documents(data: bytes, name: str = "a.pdf") -> list[Document]:
    return read_file(name, data, ReadOptions(ocr=False))


@pytest.mark.parametrize("suffix", ["pdf", "docx"])
@pytest.mark.parametrize("kind", KINDS)
def test_our_blanks_are_known_and_blank(kind: str, suffix: str) -> None:
    [document] = documents(blank(f"{kind}.{suffix}"), f"x.{suffix}")
    assert (document.kind, document.filled) == (kind, False)
    assert document.confidence >= 0.95


@pytest.mark.parametrize("kind", KINDS)
def test_a_printed_form_is_known_without_its_fields(kind: str) -> None:
    [document] = documents(flattened(acroform(blank(f"{kind}.pdf"), TYPED[kind])))
    assert (document.kind, document.filled) == (kind, True)


def test_a_cover_letter_is_not_the_form_it_mentions() -> None:
    letter = Sheet("Médilux Santé").text("Luxembourg, le 3 mai 2025")
    letter.text("Objet : Formulaire 2 – Formulaire d'accès à l'environnement de test", bold=True)
    letter.text("Veuillez trouver ci-joint le Formulaire 2 dûment rempli ainsi que le NDA signé.")
    letter.text("Notre matricule est le 1893120105732.")
    assert kinds(letter.pdf()) == ["other"]


def test_even_a_bare_title_makes_no_form() -> None:
    assert kinds(Sheet("Formulaire de demande de raccordement").text("Voir annexe.").pdf()) == ["other"]


def invoice() -> Sheet:
    sheet = Sheet("FACTURE").inline("Numéro de facture", "2025-17").inline("Date", "1/9/2025")
    return sheet.text("Raccordement de la Maison médicale Kirchberg : 640 EUR TTC").inline(
        "Montant TTC", "640,00"
    )


def report() -> Sheet:
    sheet = Sheet("Rapport de tests").inline("Logiciel", "MediSoft").inline("Version", "2.1")
    return sheet.ruled(
        [("Cas de test", "Résultat attendu", "Résultat obtenu"), ("REM-01", "200 OK", "réussi")],
        (150, 150, 150),
    )


def attestation() -> Sheet:
    sheet = Sheet("Attestation de labélisation")
    sheet.text("Nous attestons par la présente que le logiciel MediSoft version 2.1 de Nova SARL")
    return sheet.text("a réussi les tests et est labélisé.")


def accord() -> Sheet:
    return Sheet("Accord de service et usage relatif à la labélisation").text(
        "Entre l'Agence eSanté et Nova SARL"
    )


def chairs() -> Sheet:
    sheet = Sheet("Bon de livraison").inline("Fournisseur", "Bureau Plus").inline("Client", "Nova Santé")
    return sheet.inline("Date", "15.09.2025").ruled([("Article", "Quantité"), ("Chaise", "3")], (200, 150))


def someone_s_nda() -> Sheet:
    sheet = Sheet("Accord de confidentialité").text("Entre Alpha SA et Beta SARL,")
    return sheet.text("les informations confidentielles restent secrètes.")


def residence() -> Sheet:
    return Sheet("Attestation de résidence").text("Nous attestons que Monsieur Weis réside à Esch.")


@pytest.mark.parametrize(
    ("draw", "kind"),
    [
        (invoice, "facture"),
        (report, "preuve_tests"),
        (attestation, "attestation"),
        (accord, "accord_service"),
        (chairs, "other"),
        (someone_s_nda, "other"),
        (residence, "other"),
    ],
)
def test_other_documents(draw: object, kind: str) -> None:
    assert callable(draw)
    assert kinds(draw().pdf()) == [kind]


def test_logs_and_tables_of_results_are_proof() -> None:
    log = (
        b"2025-06-01 10:00:00 INFO start test run\n" + b"2025-06-01 10:00:01 test case R1 passed 200 OK\n" * 8
    )
    assert kinds(log, "run.txt") == ["preuve_tests"]
    table = b"Cas de test;Resultat attendu;Resultat obtenu\nREM-01;200 OK;passed\n"
    assert kinds(table, "resultats.csv") == ["preuve_tests"]
    assert kinds(b"Bonjour,\nmerci pour votre message.\n", "note.txt") == ["other"]


def test_a_test_report_in_xml_is_proof() -> None:
    report = (
        b'<?xml version="1.0"?><testsuites><testsuite name="eConnector NG"><testcase name="PID v2"/>'
        b'<testcase name="RA"><failure>500</failure></testcase></testsuite></testsuites>'
    )
    [document] = read_file("TEST-econnector.xml", report, ReadOptions(ocr=False))
    assert document.kind == "preuve_tests"
    assert "Test report: 1 passed, 1 failed, 0 skipped" in document.text
    assert kinds(b"<?xml version='1.0'?><invoice><testcase/></invoice>", "facture.xml") == ["other"]


def two_forms(second_title: str = "Formulaire de demande de raccordement") -> bytes:
    sheet = Sheet("Formulaire d'accès à l'environnement de test")
    for label, value in [
        ("Nom de l'Industriel", "Nova SARL"),
        ("Matricule", "1893120105732"),
        ("Code prestataire", "123456-78"),
        ("eHealth ID", "EH-998877"),
        ("Matricule MySecu", "1893120105732"),
        ("Email", "info@nova.example"),
    ]:
        sheet.inline(label, value)
    sheet.page()
    sheet.text(second_title, size=15, bold=True)
    for label, value in [
        ("Nom de l'Industriel", "Nova SARL"),
        ("Matricule", "1893120105732"),
        ("Nom du logiciel métier labélisé", "NovaMed"),
        ("Version labélisée", "2.1"),
        ("Nom du prestataire ou de l'établissement", "MM Kirchberg"),
        ("Nombre de postes", "4"),
        ("Date du raccordement", "1/10/2025"),
        ("Nom du responsable", "Anne Muller"),
    ]:
        sheet.inline(label, value)
    return sheet.pdf()


@pytest.mark.parametrize("title", ["Formulaire de demande de raccordement", "nulai d dem nde d acc rdem"])
def test_two_forms_in_one_file_are_told_apart_by_page(title: str) -> None:
    """By the second one's title, and by its labels where a fax lost that."""
    first, second = documents(two_forms(title))
    assert (first.kind, first.pages_of) == ("formulaire_2", (1,))
    assert (second.kind, second.pages_of) == ("formulaire_4", (2,))
    assert "code_prestataire" in first.fields
    assert second.fields["nombre_postes"].value == 4
    assert second.fields["nombre_postes"].page == 2


@pytest.mark.parametrize("date", ["12/1/2026", "1/12/2026"])
def test_a_date_does_not_make_a_page_the_first_of_another_form(date: str) -> None:
    title = "Formulaire de démarrage du processus de labélisation"
    sheet = Sheet(title).inline("Nom de l'Industriel", "Nova SARL").inline("Version", "2.1").page()
    sheet.text(title, bold=True).inline("Nom du signataire", "Aline Thill").inline("Date", date)
    (form,) = documents(sheet.pdf())
    assert (form.pages_of, "date_signature" in form.fields) == (None, True)


def test_a_cover_page_does_not_hide_the_form() -> None:
    sheet = Sheet("Nova SARL").text("Veuillez trouver ci-joint le Formulaire 2.").page()
    sheet.text("Formulaire d'accès à l'environnement de test", size=15, bold=True)
    for label, value in [
        ("Nom de l'Industriel", "Nova"),
        ("Code prestataire", "123456-78"),
        ("eHealth ID", "EH-1"),
        ("Matricule MySecu", "1893120105732"),
        ("Email", "a@b.example"),
    ]:
        sheet.inline(label, value)
    assert "formulaire_2" in kinds(sheet.pdf())
