"""Everything that the rules say has its sentence, and is said in the person's language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

import rules
from mailbot.web.finding_words import NAMED, FindingWords, is_known
from mailbot.web.i18n import translations
from parsers.forms.book import load_forms
from rules.checks.documents_present import NAMES
from rules.unreadable import PROBLEM_WORDS

_SOURCES = sorted(Path(rules.__file__).parent.rglob("*.py"))
_PLACED = "7"
"""Stands for whatever is filled in: a number, a name, a label."""


def _texts(node: ast.expr, module: ast.Module) -> list[str]:
    """What an expression that builds a message can be, with `_PLACED` for what is filled in."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            return ["".join(t) for t in product(*(_texts(part, module) for part in parts))]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [a + b for a, b in product(_texts(left, module), _texts(right, module))]
        case ast.IfExp(body=body, orelse=orelse):
            return _texts(body, module) + _texts(orelse, module)
        case ast.Name(id=name) if name.lstrip("_").isupper():
            return [text for value in _constants(module, name) for text in _texts(value, module)]
        case ast.Call(func=ast.Name(id=name)):
            return ["", *_added(module, name)]
        case _:
            return [_PLACED]


def _constants(module: ast.Module, name: str) -> Iterator[ast.expr]:
    for node in module.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            yield node.value


def _added(module: ast.Module, name: str) -> Iterator[str]:
    """The pieces that a function of the module puts together."""
    for function in module.body:
        if isinstance(function, ast.FunctionDef) and function.name == name:
            for node in ast.walk(function):
                if isinstance(node, ast.AugAssign):
                    yield from _texts(node.value, module)


def _message_position(module: ast.Module) -> dict[str, int]:
    """The module's own functions that take a message, and where."""
    found = {}
    for function in module.body:
        if isinstance(function, ast.FunctionDef):
            names = [a.arg for a in function.args.args]
            if "message" in names:
                found[function.name] = names.index("message")
    return found


def _messages(module: ast.Module) -> Iterator[str]:
    """The message of every Finding and Task that the module makes, also through a function of its own."""
    takers = _message_position(module)
    for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        given = [k.value for k in call.keywords if k.arg == "message"]
        if name in takers and len(call.args) > takers[name]:
            given.append(call.args[takers[name]])
        for value in given:
            yield from (text for text in _texts(value, module) if text != _PLACED)


ALL = sorted({text for path in _SOURCES for text in _messages(ast.parse(path.read_text("utf-8")))})


def test_every_message_of_the_rules_has_its_sentence() -> None:
    assert len(ALL) > 60  # the walk finds them
    with_labels = [text.replace("demandé : 7.", "demandé : « IBAN », « E-mail ».") for text in ALL]
    assert [text for text in with_labels if not is_known(text)] == []


def test_documents_and_problems_have_a_name() -> None:
    assert {*NAMES.values(), *PROBLEM_WORDS.values()} - NAMED == set()


@pytest.mark.parametrize(
    ("message", "german"),
    [
        ("« Dénomination sociale de l'entreprise » n'est pas rempli.", "„Firmenname“ ist nicht ausgefüllt."),
        (
            "Document manquant : preuve de réussite des tests. La signature manque.",
            "Fehlendes Dokument: Nachweis bestandener Tests. Die Unterschrift fehlt.",
        ),
        (
            "Changement de données demandé : « IBAN », « Dénomination sociale de l'entreprise ».",
            "Datenänderung beantragt: „IBAN“, „Firmenname“.",
        ),
        (
            "« a, b.pdf » n'a pas pu être lu : image, et l'OCR n'est pas installé.",
            "„a, b.pdf“ konnte nicht gelesen werden: Bild, und OCR ist nicht installiert.",
        ),
        ("La signature manque. Autre chose.", "Die Unterschrift fehlt. Autre chose."),
        ("« 100 %(x)s » n'est pas rempli.", "„100 %(x)s“ ist nicht ausgefüllt."),
    ],
)
def test_a_message_is_said_in_german(message: str, german: str) -> None:
    catalogue = translations("de")

    def say(text: str, **values: object) -> str:
        said = catalogue.ugettext(text)
        return str(said % values if values else said)

    words = FindingWords(load_forms())
    assert words.said(say, "de", message) == german
    assert words.said(lambda text, **v: text % v if v else text, "fr", message) == message
