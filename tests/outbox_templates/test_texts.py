"""What the mails say: every mail in every language, read as its recipient gets it."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from lxml import html

import rules
from mailbot.templates import LANGUAGES, TEMPLATE_NAMES, Addresses, Rendered, Templates
from outbox_templates.blanks import BLANK_KINDS
from parsers.types import FieldType, Kind, Language, ProblemCode
from rules.awaited import AWAITED
from rules.types import CaseLine, ExceptionCode, Item, Letter, Step, TemplateName

ADDRESSES = Addresses(
    mailbox="labelisation@agence.example",
    helpdesk="aide@agence.example",
    aes="aes@sante.example",
    public_name="INCERT – Labélisation SONS",
)
TEMPLATES = Templates(None, ADDRESSES)
REFERENCE = "SONS2-000123-K7QF"
BY_HAND = ("reponse_libre", "transfert")
MAILS = [(template, language) for template in TEMPLATE_NAMES for language in LANGUAGES]
RULES_THAT_ASK = re.compile(r'severity="(?:demand|mismatch)"')


def filled(template: TemplateName, language: Language) -> Rendered:
    return TEMPLATES.render(template, TEMPLATES.samples(template).model_copy(update={"language": language}))


def empty(template: TemplateName, language: Language) -> Rendered:
    return TEMPLATES.render(template, Letter(language=language))


def words(rendered: Rendered) -> str:
    """The text on one line, so that a sentence is found wherever it was wrapped."""
    return " ".join(rendered.text.replace("\u00a0", " ").split())


def asked(*items: Item, language: Language = "fr", **more: object) -> Rendered:
    letter = Letter.model_validate({"language": language, "items": items, **more})
    return TEMPLATES.render("elements_manquants", letter)


def read_toml(name: str) -> dict[str, object]:
    return tomllib.loads(resources.files("outbox_templates").joinpath(*name.split("/")).read_text("utf-8"))


# Every mail


@pytest.mark.parametrize("template", [t for t in TEMPLATE_NAMES if t not in BY_HAND])
@pytest.mark.parametrize("make", [filled, empty])
def test_a_german_mail_goes_on_in_small_letters_after_its_greeting(
    template: TemplateName, make: object
) -> None:
    text: str = make(template, "de").text  # type: ignore[operator]  # one of the two functions above
    first = text.partition("Sehr geehrte Damen und Herren,")[2].split()[0]
    assert first[0].islower() or first in ("Ihr", "Ihre")


@pytest.mark.parametrize(("template", "language"), MAILS)
@pytest.mark.parametrize("make", [filled, empty])
def test_nothing_of_the_machine_shows(template: TemplateName, language: Language, make: object) -> None:
    rendered = make(template, language)  # type: ignore[operator]  # one of the two functions above
    shown = html.document_fromstring(rendered.html).text_content()
    for text in (rendered.subject, rendered.text, shown):
        assert not re.search(r"\{[{%]|[%}]\}|\bNone\b|\bUndefined\b|[\ue000\ue001]", text)
        assert not re.search(r"\b(?:formulaire|bon_de|preuve)_\w+(?!\w*\.pdf)\b", text)
    for text in (rendered.subject, rendered.text):
        assert not re.search(r"\S  +\S", text)
        assert not re.search(r" [,.](?:\s|$)|\.\.(?!\.)|,,|\(\s*\)|«\s*»|„“|“”", text)
    assert "\n\n\n" not in rendered.text


@pytest.mark.parametrize(("template", "language"), MAILS)
def test_lines_fit_every_mail_program(template: TemplateName, language: Language) -> None:
    assert all(
        len(line) <= 76 for line in filled(template, language).text.split("\n") if "https://" not in line
    )


@pytest.mark.parametrize("template", TEMPLATE_NAMES)
def test_french_typography(template: TemplateName) -> None:
    rendered = filled(template, "fr")
    shown = html.document_fromstring(rendered.html).xpath("string(//body)")
    for text in (rendered.subject, rendered.text, shown):
        own = re.sub(r"https?://\S+", "", text.replace(TEMPLATES.samples(template).note or "\0", ""))
        assert not re.search(r"(?<!\u00a0)[;?!»]|«(?!\u00a0)", own), own
        assert not re.search(r"(?<![\u00a0\d])[ ]:|\w:(?=\s)", own), own


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("template", TEMPLATE_NAMES)
def test_no_french_spacing_elsewhere(template: TemplateName, language: Language) -> None:
    assert not re.search(r"[\u00a0 ][:;?!]", empty(template, language).text)


@pytest.mark.parametrize(("template", "language"), MAILS)
def test_every_mail_is_signed(template: TemplateName, language: Language) -> None:
    text = filled(template, language).text
    assert "INCERT – support labélisation SONS" in text
    assert ADDRESSES.mailbox in text
    assert ADDRESSES.helpdesk in text


@pytest.mark.parametrize(("template", "language"), MAILS)
def test_html_says_the_same_and_is_accessible(template: TemplateName, language: Language) -> None:
    rendered = filled(template, language)
    page = html.document_fromstring(rendered.html)
    assert page.get("lang") == language
    assert len(page.xpath("//h1")) == 1
    assert page.xpath("//title")[0].text_content()
    assert page.xpath("//*[@src] | //link | //img | //script | //style") == []
    for table in page.xpath("//table"):
        assert table.xpath(".//th[@scope]")
    levels = [int(h.tag[1]) for h in page.xpath("//h1 | //h2 | //h3")]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    said = set(re.findall(r"\w{4,}", " ".join(page.xpath("//body//text()"))))
    assert set(re.findall(r"\w{4,}", rendered.text)) <= said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_name_of_the_industriel_is_told_to_aes_only(language: Language) -> None:
    told = {t for t in TEMPLATE_NAMES if "Exemple Logiciels" in words(filled(t, language))}
    assert told == {"nda_pour_signature", "information_aes", "rappel_partie"}


# Texts for what the rules and the pipeline can say


def rules_in_sources() -> set[str]:
    """The ids of all rules whose findings are demands or mismatches, read from the rules' sources."""
    found: set[str] = set()
    for file in Path(rules.__file__).parent.rglob("*.py"):
        source = file.read_text("utf-8")
        for finding in re.split(r"Finding\(", source)[1:]:
            severity = re.search(r"severity=([^,\n]*)", finding)
            if severity and ("demand" in severity.group(1) or "mismatch" in severity.group(1)):
                found.update(re.findall(r'"([a-z_0-9]+)"', re.split(r",\n", finding.split("rule=")[1])[0]))
    return found - {"mismatch"}


def test_the_list_of_rules_is_that_of_the_sources() -> None:
    listed = set(read_toml("rules.toml")["items"])  # type: ignore[call-overload]  # a list of strings
    assert rules_in_sources() - {"name_doubtful"} <= listed | {"already_received"}
    everything = "".join(f.read_text("utf-8") for f in Path(rules.__file__).parent.rglob("*.py"))
    assert {rule for rule in listed if f'"{rule}"' not in everything} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_falls_back_to_the_general_text(language: Language) -> None:
    general = TEMPLATES.files.wording(language, "items.other.todo") or "?"
    listed = read_toml("rules.toml")["items"]
    for rule in listed:  # type: ignore[attr-defined]  # a list of strings
        assert general not in words(asked(Item(rule=rule, document="formulaire_2"), language=language)), rule


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rule_nobody_has_written_words_for_still_makes_a_mail(language: Language) -> None:
    rendered = asked(Item(rule="tout_neuf", field="iban", document="formulaire_1"), language=language)
    assert "IBAN" in rendered.text
    assert "tout_neuf" not in rendered.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", get_args(ProblemCode))
def test_each_way_of_being_unreadable_says_what_to_do(language: Language, code: str) -> None:
    text = words(
        asked(Item(rule="attachment_unreadable", file="a.zip!b/c.pdf", detail=code), language=language)
    )
    assert "c.pdf" in text
    assert "a.zip" not in text
    assert "_" not in code or code not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_of_the_program_has_its_words(language: Language) -> None:
    keys = [
        *(f"documents.{kind}.{part}" for kind in get_args(Kind) for part in ("name", "title")),
        *(f"phrases.forms.{field_type}" for field_type in get_args(FieldType)),
        *(f"phrases.exceptions.{code}" for code in get_args(ExceptionCode)),
        *(f"awaited.{what}" for what in {*AWAITED.values(), "nda_a_signer", "tests_a_verifier"}),
        *(f"contacts.{topic}" for topic in contact_topics()),
        *(f"situations.{s}" for s in ("kept_early", "already_received", "kept_until_open", "major_change")),
    ]
    own = dict(TEMPLATES.files.keys(language))
    assert [key for key in keys if key not in own] == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_languages_have_the_same_texts(language: Language) -> None:
    french = {key for key, _ in TEMPLATES.files.keys("fr") if not key.startswith(("documents.", "items."))}
    own = {key for key, _ in TEMPLATES.files.keys(language) if not key.startswith(("documents.", "items."))}
    assert own == french


def contact_topics() -> set[str]:
    data = tomllib.loads(resources.files("rules").joinpath("contacts.toml").read_text("utf-8"))
    return {topic["id"] for topic in data["topic"]} | set(data["step"].values()) | {"general"}


# What single mails have to say


def test_everything_that_is_missing_is_listed_at_once_by_document() -> None:
    rendered = asked(
        Item(rule="document_missing", document="nda"),
        Item(
            rule="field_missing",
            document="formulaire_1",
            field="iban",
            label="IBAN",
            expected="iban",
            criterion=1,
        ),
        Item(rule="signature_missing", document="nda"),
        documents_received=("formulaire_1",),
        blanks=("nda",),
        attachments=("nda.pdf",),
        step="E1",
    )
    text = words(rendered)
    assert "Votre envoi : 3 points à compléter ou à corriger" in rendered.subject.replace("\u00a0", " ")
    assert text.index("1. NDA") < text.index("2. La signature manque") < text.index("3. Le champ « IBAN »")
    assert "le NDA joint à ce message" in text
    assert "NDA « Industriels », à remplir et à signer (nda.pdf)" in text
    assert "LU suivi de 18 caractères" in text
    assert "Critère 1" in text
    assert "chapitre 3" in text


def test_what_belongs_to_no_document_comes_last_and_long_lists_hang_straight() -> None:
    fields = [Item(rule="field_missing", document="formulaire_1", field=f) for f in ("iban", "rcs") * 5]
    text = asked(Item(rule="attachment_forgotten"), *fields).text
    assert text.index("10. Le champ «\u00a0") < text.index("11. Votre message annonce")
    assert "\n    Merci de nous l'envoyer" in text


def test_a_deadline_is_told_where_there_is_one() -> None:
    item = Item(rule="document_missing", document="preuve_tests")
    assert "au plus tard le 30 juin 2026" in words(asked(item, deadline=date(2026, 6, 30)))
    assert "au plus tard" not in words(asked(item))


def test_a_value_is_shown_as_read_in_this_mail() -> None:
    wrong = Item(
        rule="identifier_invalid",
        document="formulaire_1",
        field="matricule",
        label="Matricule",
        value="1893120105733",
        expected="matricule",
        criterion=1,
    )
    text = words(asked(wrong))
    assert "Lu dans votre envoi : 1893120105733" in text
    assert "13 chiffres pour une personne physique, 11 chiffres pour une personne morale" in text


def test_a_choice_is_told_in_words() -> None:
    text = words(asked(Item(rule="direct_access_too_late", document="formulaire_2", value="acces_direct")))
    assert "Lu dans votre envoi : accès direct" in text
    assert "acces_direct" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_difference_from_the_enrolment_names_no_registered_value(language: Language) -> None:
    item = Item(
        rule="data_mismatch", document="formulaire_2", field="iban", label="IBAN", value="DE02…", criterion=2
    )
    rendered = asked(item, language=language, industriel="Nom Enregistré S.A.", reference=REFERENCE)
    assert "Enregistré" not in rendered.text + rendered.html + rendered.subject


@pytest.mark.parametrize(
    ("language", "settled"),
    [("fr", "Déjà en ordre"), ("de", "Bereits in Ordnung"), ("en", "Already in order")],
)
def test_a_resubmission_is_told_what_is_settled_and_what_remains(language: Language, settled: str) -> None:
    rendered = asked(
        Item(rule="document_missing", document="nda"),
        language=language,
        settled=("formulaire_1",),
        remains_of_round=1,
    )
    assert settled in rendered.text
    assert "1" in rendered.subject


@pytest.mark.parametrize(
    ("step", "party", "said"),
    [
        ("E2", "aes", "transmis le NDA à l'Agence eSanté"),
        ("L1", "incert", "configurons votre accès à l'environnement de test"),
        ("V", "incert", "nouvelle labélisation"),
        ("E1", "incert", "une personne de notre équipe"),
        ("E1", "industriel", "de votre part"),
        (None, "", "Une personne de notre équipe"),
    ],
)
def test_an_acknowledgement_says_who_is_next(step: Step | None, party: str, said: str) -> None:
    letter = Letter.model_validate({"step": step, "next_party": party})
    assert said in words(TEMPLATES.render("accuse_reception", letter))


@pytest.mark.parametrize(
    ("situation", "said"),
    [
        ("kept_early", "Nous le conservons"),
        ("kept_until_open", "à partir du 15 mai 2025"),
        ("already_received", "rien ne manque"),
        ("major_change", "nouvelle labélisation"),
    ],
)
def test_an_acknowledgement_tells_the_situation(situation: str, said: str) -> None:
    letter = Letter(situation=situation, opens_on=date(2025, 5, 15))
    assert said in words(TEMPLATES.render("accuse_reception", letter))


def test_the_nda_is_to_come_back_to_the_mailbox_with_its_reference() -> None:
    text = words(TEMPLATES.render("nda_pour_signature", Letter(reference=REFERENCE)))
    assert f"nous le renvoyer à l'adresse {ADDRESSES.mailbox}" in text
    assert f"la référence [{REFERENCE}] dans l'objet" in text


def test_passed_tests_announce_the_accord() -> None:
    text = words(filled("tests_reussis", "fr"))
    assert "« Accord de service et usage relatif à la labélisation »" in text
    assert "attestation.pdf" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("amount", [640, 1280])
def test_a_valid_connection_may_be_invoiced(language: Language, amount: int) -> None:
    rendered = TEMPLATES.render("raccordement_valide", Letter(language=language, amount_eur=amount))
    assert f"{amount} EUR TTC" in words(rendered)
    assert f"{amount} EUR TTC" in rendered.html


@pytest.mark.parametrize(
    ("language", "day"), [("fr", "30 juin 2026"), ("de", "30. Juni 2026"), ("en", "30 June 2026")]
)
def test_too_late_says_since_when_and_whom_to_ask(language: Language, day: str) -> None:
    letter = Letter(language=language, step="L3", closed_on=date(2026, 6, 30))
    text = words(TEMPLATES.render("delai_depasse", letter))
    assert day in text
    assert ADDRESSES.helpdesk in text


@pytest.mark.parametrize("template", ["tests_echoues", "raccordement_refuse"])
@pytest.mark.parametrize(
    ("language", "over", "again"),
    [
        ("fr", "un nouvel envoi ne pourrait plus être examiné", "en répondant à ce message"),
        ("de", "könnte nicht mehr geprüft werden", "als Antwort auf diese Nachricht"),
        ("en", "could no longer be examined", "by replying to this message"),
    ],
)
def test_when_it_is_too_late_nobody_is_invited_to_come_again(
    template: TemplateName, language: Language, over: str, again: str
) -> None:
    late = Letter(language=language, closed_on=date(2026, 6, 30))
    assert over in words(TEMPLATES.render(template, late))
    assert again not in words(TEMPLATES.render(template, late))
    assert over not in words(filled(template, language))
    assert again in words(filled(template, language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", sorted(contact_topics()))
def test_a_question_is_pointed_to_the_right_contact(language: Language, topic: str) -> None:
    text = words(TEMPLATES.render("orientation_contact", Letter(language=language, contact_topic=topic)))
    contact = {
        "invoicing": "AeS",
        "labelling": "AeS",
        "ehealth_id": "AeS",
        "convention": "CNS",
        "mysecu": "CISS",
        "formulaire_1": "https://www.esante.lu/portal/fr/formulaires-470-791.html",
    }.get(topic, "INCERT")
    assert contact in text.split("INCERT –")[0]


def test_a_change_of_data_names_fields_never_values() -> None:
    letter = Letter(changed_fields=("iban", "email", "inconnu"), accepted=True)
    for template in ("changement_donnees_recu", "changement_donnees_decide"):
        text = TEMPLATES.render(template, letter).text
        assert "- IBAN\n- adresse e-mail\n- inconnu" in text


def test_a_refused_change_does_not_say_it_is_done() -> None:
    rendered = TEMPLATES.render(
        "changement_donnees_decide", Letter(accepted=False, note="Justificatif manquant.")
    )
    assert "fait" not in rendered.subject
    assert "ne peut pas être acceptée" in words(rendered)
    assert "Justificatif manquant." in rendered.text


@pytest.mark.parametrize(
    ("days", "said"), [(60, "encore 60 jours"), (1, "encore 1 jour"), (0, "aujourd'hui")]
)
def test_a_reminder_lists_each_case_with_its_days(days: int, said: str) -> None:
    line = CaseLine(
        case="L1",
        step="L3",
        what="formulaire_3",
        subject="Praxis 2",
        deadline=date(2026, 6, 30),
        days_left=days,
    )
    text = words(TEMPLATES.render("rappel_echeance", Letter(reference=REFERENCE, lines=(line,))))
    assert f"Praxis 2 Dossier {REFERENCE}/L1 · au plus tard le 30 juin 2026 ({said})" in text


def test_the_summary_names_the_entries_of_the_queue_as_such() -> None:
    question = CaseLine(case="", entry=12, step="Q", what="entree_a_traiter", subject="Une question")
    task = CaseLine(case=f"{REFERENCE}/L1", entry=7, step="L4", what="tests_a_verifier")
    text = words(TEMPLATES.render("synthese_quotidienne", Letter(lines=(question, task))))
    assert "Une question entrée n° 12" in text
    assert f"Dossier {REFERENCE}/L1 · entrée n° 7" in text


@pytest.mark.parametrize("kind", BLANK_KINDS)
def test_a_blank_is_named_for_people(kind: Kind) -> None:
    letter = Letter(
        items=(Item(rule="document_missing", document=kind),), blanks=(kind,), attachments=(f"{kind}.pdf",)
    )
    text = words(TEMPLATES.render("elements_manquants", letter))
    signed = " et à signer" if kind in ("nda", "formulaire_2") else ""
    assert f", à remplir{signed} ({kind}.pdf)" in text


@pytest.mark.parametrize("template", BY_HAND)
def test_a_persons_words_stand_alone(template: TemplateName) -> None:
    text = TEMPLATES.render(template, Letter(note="Bonjour,\n\nVoici."), automatic=False).text
    assert text.startswith("Bonjour,\n\nVoici.\n\nINCERT")
