"""What the readers say, in the person's language."""

from __future__ import annotations

from typing import get_args

from mailbot.web.reader_words import PROBLEMS, evidence_words, problem_words
from parsers.types import Problem, ProblemCode
from rules.unreadable import PROBLEM_WORDS
from tests.journeys.world import World
from tests.web import cases


def say(text: str, **values: object) -> str:
    return text % values if values else text


def test_the_evidence_of_real_forms_is_said_in_french(world: World) -> None:
    cases.name_mismatch(world)
    cases.access(world)
    mails = sorted(world.store.mails_by_id())
    documents = [d.document for n in mails for d in world.store.documents_of_mail(n)]
    said = {e for d in documents for value in d.fields.values() for e in value.evidence}
    assert said
    assert [one for one in said if evidence_words(say, one) == one] == []


def test_every_problem_has_words_and_names_its_page() -> None:
    assert set(get_args(ProblemCode)) == set(PROBLEMS) == set(PROBLEM_WORDS)
    blurred = Problem(code="illegible", message="Page 3 is too unclear to be read.")
    assert problem_words(say, blurred) == "Page 3 : Trop peu net pour être lu."


def test_fields_are_named_as_the_form_prints_them() -> None:
    inferred = "inferred: only the section of nom, iban is filled in"
    labels = {"nom": "Nom", "iban": "IBAN"}
    assert evidence_words(say, inferred, labels.__getitem__).endswith(": Nom, IBAN")
