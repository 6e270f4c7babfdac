"""The NDA as issued against the NDA as returned."""

import time

import pytest

from parsers.documents.pdf import read_pdf
from parsers.forms import load_forms
from parsers.layout.text import reading_text
from parsers.signatures import altered_clauses
from parsers.types import FormDef, ReadOptions
from tests.parsers.signing.authority import blank


@pytest.fixture(scope="module")
def nda() -> FormDef:
    form = load_forms().for_kind("nda")
    assert form is not None
    return form


@pytest.fixture(scope="module")
def issued() -> str:
    """The blank's words with headers and footers, as a reader gives them."""
    pages = read_pdf(blank("nda"), ReadOptions()).pages
    return " ".join(word.text for page in pages for word in page.words)


@pytest.mark.parametrize("ocr", [False, True])
def test_the_blank_reads_as_issued(nda: FormDef, issued: str, ocr: bool) -> None:
    assert altered_clauses(issued, nda, ocr=ocr) == ()


def test_a_form_without_clauses_is_never_altered(issued: str) -> None:
    form = load_forms().for_kind("formulaire_2")
    assert form is not None
    assert altered_clauses(issued, form) == ()


def test_type_is_no_change(nda: FormDef, issued: str) -> None:
    other = (
        issued.replace("'", "’")
        .replace("fi", "ﬁ")
        .replace(" de ", "  de\n")
        .replace("confidentielles", "confiden-\ntielles")
    )
    assert altered_clauses(other.upper(), nda) == ()
    assert altered_clauses(other, nda) == ()


CHANGES = [
    ("cinq années", "trois années", "Article 8"),
    ("Elle ne doit en aucun cas être", "Elle peut être", "Article 4"),
    ("ne les utilise qu", "les utilise qu", "Article 3"),
    ("quinze jours", "quinze mois", "Article 9"),
    ("droit luxembourgeois", "droit allemand", "Article 10"),
    ("la compétence exclusive", "la compétence non exclusive", "Article 10"),
    ("aux fins de l'article 1.", "aux fins de l'article 2.", "Article 6"),
    ("sans délai", "dans un délai de 30 jours", "Article 5"),
    ("par le droit", "par le seul droit du pays de l'Industriel, à défaut par le droit", "Article 10"),
]


@pytest.mark.parametrize(("old", "new", "article"), CHANGES)
@pytest.mark.parametrize("ocr", [False, True])
def test_a_changed_word_is_named_with_its_article(
    nda: FormDef, issued: str, old: str, new: str, article: str, ocr: bool
) -> None:
    assert old in issued
    found = altered_clauses(issued.replace(old, new), nda, ocr=ocr)
    assert found
    assert all(text.startswith(f"{article} : ") for text in found)


def test_what_differs_is_quoted(nda: FormDef, issued: str) -> None:
    assert altered_clauses(issued.replace("cinq années", "trois années"), nda) == (
        "Article 8 : « cinq » remplacé par « trois ».",
    )


def test_a_single_word_put_in_is_reported_for_digital_text(nda: FormDef, issued: str) -> None:
    found = altered_clauses(issued.replace("toute information", "toute autre information"), nda)
    assert found == ("Article 2 : ajout de « autre ».",)


def test_a_clause_left_out_is_reported(nda: FormDef, issued: str) -> None:
    cut = issued[: issued.index("Article 4 ")] + issued[issued.index("Article 5 ") :]
    assert altered_clauses(cut, nda) == ("Article 4 : absent du texte.",)


@pytest.mark.parametrize("before", ["Article 6 ", "2. Signatures"])
def test_an_article_put_in_is_reported(nda: FormDef, issued: str, before: str) -> None:
    added = (
        "Article 11 – Dérogation Par dérogation, l'Industriel est libre de publier la documentation "
        "technique reçue. "
    )
    (found,) = altered_clauses(issued.replace(before, added + before, 1), nda)
    assert "ajout de « Article 11" in found


def test_another_text_altogether(nda: FormDef) -> None:
    assert altered_clauses("Contrat de location d'un véhicule", nda) == ("Le texte émis n'y figure pas.",)


def test_what_a_scanner_misreads_is_no_change(nda: FormDef, issued: str) -> None:
    misread = (
        issued.replace("confidentielles", "confidentieiles")
        .replace("documentation", "docurnentation")
        .replace("l'Industriel", "lIndustriel")
        .replace("eSanté", "e5anté")
        .replace("article 1", "article l")
        .replace("propriété", "propriete")
    )
    assert altered_clauses(misread, nda, ocr=True) == ()
    assert altered_clauses(misread, nda) != ()


def test_a_value_in_a_blank_is_no_change() -> None:
    form = FormDef(
        kind="nda",
        version="x",
        titles={},
        clauses=("Article 1 – Parties\nEntre ______ et l'Agence, il est convenu.",),
    )
    text = "Article 1 – Parties Entre Medisoft S.A. et l'Agence, il est convenu."
    assert altered_clauses(text, form) == ()
    assert altered_clauses(text.replace("convenu", "refusé"), form) == (
        "Article 1 : « convenu » remplacé par « refusé ».",
    )


def test_a_phrase_over_and_over_takes_no_time_that_grows_with_its_square() -> None:
    clauses = ("Article 1 – Parties\nIl est convenu.", "Article 2 – Objet\nRien de plus.")
    text = clauses[0] + " bla bla" * 10_000 + "\n" + clauses[1]
    form = FormDef(kind="nda", version="x", titles={}, clauses=clauses)
    began = time.process_time()
    altered_clauses(text, form)
    assert time.process_time() - began < 5  # without a bound on the places compared: more than 18


@pytest.mark.parametrize(
    "sentence",
    [
        "L'Industriel peut communiquer la documentation à ses partenaires.",
        "Les conditions générales de Medisoft SA prévalent.",
        "Der Industrielle darf sie weitergeben, die Vereinbarung steht dem nicht entgegen.",
    ],
)
def test_a_sentence_that_rules_something_is_an_addition_wherever_it_stands(
    nda: FormDef, sentence: str
) -> None:
    blank_text = reading_text(read_pdf(blank("nda"), ReadOptions()))
    assert altered_clauses(blank_text, nda) == ()
    for text in (f"{sentence}\n{blank_text}", f"{blank_text}\n{sentence}"):
        (found,) = altered_clauses(text, nda)
        assert found.startswith("Hors des articles")


def test_what_copies_say_of_themselves_is_no_addition(nda: FormDef) -> None:
    blank_text = reading_text(read_pdf(blank("nda"), ReadOptions()))
    said = (
        "DocuSign Envelope ID: 3F2504E0-4F89-11D3\nMedisoft S.à r.l., ayant son siège social à L-2355 "
        "Luxembourg, 12, rue du Puits, immatriculée sous le numéro B123456, représentée par Alice Muller, "
        "gérante unique, dûment habilitée aux fins des présentes"
    )
    end = "Lu et approuvé, bon pour accord\nThis document was signed electronically. You may keep a copy."
    assert altered_clauses(f"{said}\n{blank_text}\n{end}", nda) == ()


def test_values_of_a_flattened_page_are_no_addition(nda: FormDef, issued: str) -> None:
    page_end = issued.replace("Article 8", "Medisoft SA 20041234567 NDA – édition 2025-04 Article 8", 1)
    assert altered_clauses(page_end, nda, values=["Medisoft SA", "20041234567"]) == ()
    (found,) = altered_clauses(page_end, nda, values=["20041234567"])
    assert found.startswith("Après article 7")
