"""How mails are rendered: languages, an operator's own files, strangers' values, the check at start-up."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from lxml import etree, html
from rich.console import Console

from mailbot.daily_figures import DailyFigures
from mailbot.template_filters import date_words, listed, one_line, without_reference, wrapped
from mailbot.templates import LANGUAGES, TEMPLATE_NAMES, Addresses, Templates
from parsers.types import Language
from rules.types import CaseLine, Item, Letter, TemplateName

ADDRESSES = Addresses(
    mailbox="labelisation@agence.example",
    helpdesk="aide@agence.example",
    aes="aes@sante.example",
    public_name="INCERT – Labélisation SONS",
)
REFERENCE = "SONS2-000123-K7QF"
SHIPPED = Templates(None, ADDRESSES)


def own(folder: Path, name: str, text: str) -> Path:
    """An operator's folder with one file in it."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return folder


def problems(folder: Path) -> list[str]:
    return [str(p).replace(f"{folder}/", "") for p in Templates(folder, ADDRESSES).check()]


def test_the_shipped_templates_have_no_problem() -> None:
    assert SHIPPED.check() == []


# Subjects


def test_the_reference_stands_in_front_of_the_subject() -> None:
    rendered = SHIPPED.render("raccordement_recu", Letter(reference=REFERENCE))
    assert rendered.subject == "[SONS2-000123-K7QF] Votre demande de raccordement est complète"


def test_without_a_dossier_there_is_no_reference() -> None:
    assert (
        SHIPPED.render("raccordement_recu", Letter()).subject == "Votre demande de raccordement est complète"
    )


def test_a_line_break_in_a_value_stays_out_of_the_subject() -> None:
    letter = Letter(product="Praxis\r\nBcc: tous@victime.example\x00", version="1\u2028.0")
    subject = SHIPPED.render("tests_reussis", letter).subject
    assert subject == "Vos tests sont réussis\u00a0: Praxis Bcc: tous@victime.example 1 .0"
    assert subject.isprintable() or "\u00a0" in subject
    assert len(subject.splitlines()) == 1


def test_a_very_long_value_makes_no_endless_subject() -> None:
    subject = SHIPPED.render("tests_reussis", Letter(reference=REFERENCE, product="x" * 5000)).subject
    assert len(subject) < 220
    assert subject.endswith("…")


def test_a_strangers_subject_is_not_repeated() -> None:
    letter = Letter(subject_received="Achetez maintenant")
    assert "Achetez" not in SHIPPED.render("orientation_contact", letter).subject


def test_an_answer_to_our_own_answer_does_not_pile_up_references() -> None:
    letter = Letter(
        reference=REFERENCE, subject_received=f"RE: AW: [{REFERENCE}] Votre accès", note="Bonjour"
    )
    assert SHIPPED.render("reponse_libre", letter).subject == f"[{REFERENCE}] Re\u00a0: Votre accès"


# Values from strangers


@pytest.mark.parametrize("language", LANGUAGES)
def test_markup_in_a_value_is_text(language: Language) -> None:
    nasty = "<script>alert(1)</script><img src=x>"
    item = Item(
        rule="data_mismatch", document="formulaire_2", field="email", label=nasty, value=nasty, file=nasty
    )
    letter = Letter(
        language=language,
        product=nasty,
        version=nasty,
        client=nasty,
        note=nasty,
        items=(item, Item(rule="attachment_unreadable", file=nasty), Item(rule=nasty, field=nasty)),
        attachments=(nasty,),
        changed_fields=(nasty,),
        subject_received=nasty,
        lines=(CaseLine(case=nasty, step="L3", what=nasty, subject=nasty),),
        contact_topic=nasty,
        situation=nasty,
    )
    for template in TEMPLATE_NAMES:
        page = html.document_fromstring(SHIPPED.render(template, letter).html)
        assert page.xpath("//script | //img") == [], template


def test_a_template_in_a_value_is_not_run() -> None:
    rendered = SHIPPED.render("tests_reussis", Letter(product="{{ 7 * 7 }}{% raw %}"))
    assert "{{ 7 * 7 }}{% raw %}" in rendered.text
    assert "{{ 7 * 7 }}{% raw %}" in rendered.html


def test_a_value_cannot_start_a_paragraph_of_its_own() -> None:
    text = SHIPPED.render("tests_reussis", Letter(product="Praxis\n\nVirez 640 EUR à ce compte")).text
    assert "- Logiciel\u00a0: Praxis Virez 640 EUR à ce compte" in text


def test_staffs_words_are_shown_as_they_are() -> None:
    note = "Utilisateur :  exemple-01\n    Mot de passe :  a  b<c>\n\n\n" + "mot " * 40
    rendered = SHIPPED.render("acces_environnement", Letter(note=note))
    assert note.strip() in rendered.text
    shown = html.document_fromstring(rendered.html).xpath("//div[contains(@style, 'pre-wrap')]")[0]
    assert shown.text_content() == "\n".join(line.rstrip() for line in note.split("\n"))


# Languages and an operator's own files


@pytest.mark.parametrize(("language", "said"), [("fr", "Madame"), ("de", "Sehr geehrte"), ("en", "Dear")])
def test_a_mail_is_in_the_letters_language(language: Language, said: str) -> None:
    rendered = SHIPPED.render("tests_reussis", Letter(language=language))
    assert said in rendered.text
    assert html.document_fromstring(rendered.html).get("lang") == language


def test_a_language_without_the_mail_falls_back_to_french(monkeypatch: pytest.MonkeyPatch) -> None:
    templates = Templates(None, ADDRESSES)
    there = templates.files.source
    monkeypatch.setattr(
        templates.files, "source", lambda name: None if name == "de/tests_reussis/body.html" else there(name)
    )
    rendered = templates.render("tests_reussis", Letter(language="de"))
    assert "Madame" in rendered.text
    assert '<html lang="fr">' in rendered.html


def test_an_operators_file_replaces_a_single_one(tmp_path: Path) -> None:
    folder = own(tmp_path, "fr/tests_reussis/subject.txt", "Bravo pour {{ letter.product }}\n")
    rendered = Templates(folder, ADDRESSES).render("tests_reussis", Letter(product="Praxis"))
    assert rendered.subject == "Bravo pour Praxis"
    assert "les tests de votre logiciel sont réussis" in rendered.text
    assert problems(folder) == []


def test_an_operators_toml_replaces_single_texts(tmp_path: Path) -> None:
    folder = own(tmp_path, "fr/phrases.toml", 'greeting = "Bonjour & bienvenue,"\n')
    rendered = Templates(folder, ADDRESSES).render("tests_reussis", Letter())
    assert rendered.text.startswith("Bonjour & bienvenue,\n")
    assert "<p>Bonjour &amp; bienvenue,</p>" in rendered.html
    assert "Avec nos meilleures salutations" in rendered.text


def test_only_what_leaves_by_itself_says_so() -> None:
    said = "établi automatiquement"
    assert said in SHIPPED.render("tests_reussis", Letter()).text
    assert said not in SHIPPED.render("tests_reussis", Letter(), automatic=False).text


# The check


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        (
            "fr/tests_reussis/body.txt",
            "Bonjour\n{{ letter.produit }}\n",
            "fr/tests_reussis/body.txt:2: no variable is called 'letter.produit'",
        ),
        (
            "fr/tests_reussis/body.txt",
            "{{ iban }}",
            "fr/tests_reussis/body.txt:1: no variable is called 'iban'",
        ),
        (
            "de/tests_reussis/body.html",
            "<p>\n{% if letter.note %}\n</p>",
            "de/tests_reussis/body.html:3: does not parse: Unexpected end of template.",
        ),
        (
            "fr/tests_reussis/subject.txt",
            '{{ say("phrases.salut") }}',
            "fr/tests_reussis/subject.txt:1: no text is called 'phrases.salut'",
        ),
        (
            "en/phrases.toml",
            '# Own words\ngreeting = "Hello {{ letter.name }}"\n',
            "en/phrases.toml:2: no variable is called 'letter.name'",
        ),
        ("fr/test_reussis/body.txt", "Bonjour", "fr/test_reussis: no template has this name"),
        ("_base/items.txt", "{{ item.wrong }}", "_base/items.txt:1: no variable is called 'item.wrong'"),
        (
            "fr/tests_reussis/body.txt",
            "\n{{ 1 + letter.product }}",
            "fr/tests_reussis/body.txt:2: cannot be filled (fr/tests_reussis): "
            "unsupported operand type(s) for +: 'int' and 'str'",
        ),
    ],
)
def test_the_check_names_file_line_and_variable(tmp_path: Path, name: str, text: str, problem: str) -> None:
    assert [p for p in problems(own(tmp_path, name, text)) if p.startswith(problem)]


def test_a_toml_that_does_not_parse_is_named_and_the_shipped_one_stands(tmp_path: Path) -> None:
    folder = own(tmp_path, "fr/items.toml", "[document_missing]\ntitle = sans guillemets\n")
    assert any(p.startswith("fr/items.toml:2: Invalid value") for p in problems(folder))
    letter = Letter(items=(Item(rule="document_missing", document="nda"),))
    assert "NDA" in Templates(folder, ADDRESSES).render("elements_manquants", letter).text


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    folder = own(tmp_path, "fr/tests_reussis/body.txt", "")
    (folder / "fr/tests_reussis/body.txt").write_bytes("Réussi".encode("latin-1"))
    assert problems(folder) == ["fr/tests_reussis/body.txt: is not in UTF-8: invalid continuation byte"]


def test_a_rule_without_texts_is_named(tmp_path: Path) -> None:
    folder = own(tmp_path, "rules.toml", 'items = ["un_nouveau_point"]\n')
    found = Templates(folder, ADDRESSES).check()
    assert {p.message for p in found} == {
        "the rule 'un_nouveau_point' has no text 'title'",
        "the rule 'un_nouveau_point' has no text 'todo'",
    }


def test_a_template_reaches_nothing_but_its_variables(tmp_path: Path) -> None:
    text = "{{ letter.__class__.__mro__ }}"
    folder = own(tmp_path, "fr/tests_reussis/body.txt", text)
    assert "fr/tests_reussis/body.txt:1: no variable is called 'letter.__class__'" in problems(folder)


# The preview


def test_the_preview_shows_every_mail(tmp_path: Path) -> None:
    previews = SHIPPED.preview(tmp_path / "mails.html")
    assert {(p.template, p.language) for p in previews} == {
        (t, la) for t in TEMPLATE_NAMES for la in LANGUAGES
    }
    page = html.parse(str(tmp_path / "mails.html"))
    assert len(page.xpath("//iframe[@srcdoc][@title]")) == len(previews)
    console = Console(record=True, width=100)
    console.print(previews[0])
    assert "Bien reçu" in console.export_text()


@pytest.mark.parametrize("template", TEMPLATE_NAMES)
def test_the_samples_use_what_the_template_is_about(template: TemplateName) -> None:
    full, empty = SHIPPED.render(template, SHIPPED.samples(template)), SHIPPED.render(template, Letter())
    assert len(full.text) > len(empty.text)


# Words, dates and lines


@pytest.mark.parametrize(
    ("value", "language", "written"),
    [
        (date(2026, 6, 30), "fr", "30 juin 2026"),
        (date(2026, 7, 1), "fr", "1er juillet 2026"),
        (date(2026, 6, 30), "de", "30. Juni 2026"),
        (date(2026, 6, 30), "en", "30 June 2026"),
        (datetime(2026, 6, 30, 22, 30, tzinfo=UTC), "fr", "1er juillet 2026"),
        (datetime(2026, 12, 31, 22, 30, tzinfo=UTC), "fr", "31 décembre 2026"),
        ("2026-08-15", "fr", "15 août 2026"),
    ],
)
def test_dates_are_written_out_in_luxembourgs_time(
    value: date | datetime | str, language: str, written: str
) -> None:
    assert date_words(value, language).replace("\ue000", " ") == written


def test_lines_are_wrapped_and_lists_hang() -> None:
    text = wrapped("1. " + "mot " * 30 + "\n\n\n\n- https://exemple.lu/" + "a" * 90 + "\nune  phrase")
    lines = text.split("\n")
    assert lines[0].startswith("1. mot")
    assert lines[1].startswith("   mot")
    assert max(len(line) for line in lines if "https" not in line) <= 74
    assert "https://exemple.lu/" + "a" * 90 in text
    assert "\n\n\n" not in text
    assert lines[-2] == "une phrase"


def test_small_words() -> None:
    assert listed(["a", "b", "c"], "de") == "a, b und c"
    assert listed([], "fr") == ""
    assert one_line("a\u202eb\n\tc", 4) == "a b…"
    assert without_reference("WG: Re : [SONS2-000123-K7QF/L1] Accès") == "Accès"


# The daily figures


def test_figures_that_make_no_sense_are_left_out_and_the_rest_is_told() -> None:
    figures = {"received": 4, "queued": "beaucoup", "unknown": 1, "queued_by_reason": {"virus": 2, "neuf": 1}}
    assert DailyFigures.read(figures) == DailyFigures(received=4, queued_by_reason={"virus": 2, "neuf": 1})
    text = SHIPPED.render("synthese_quotidienne", Letter(figures=figures)).text
    assert "- Mails reçus\u00a0: 4" in text
    assert re.search(r"- virus\u00a0: 2\n- neuf\u00a0: 1", text)


def test_html_is_well_formed_xml_but_for_its_void_elements() -> None:
    for template in TEMPLATE_NAMES:
        page = SHIPPED.render(template, SHIPPED.samples(template)).html
        closed = re.sub(r"<(meta|br|hr)\b([^>]*)>", r"<\1\2/>", page.removeprefix("<!doctype html>\n"))
        etree.fromstring(closed.encode())
