"""The boxes and buttons of one form field -> what is answered with them."""

from __future__ import annotations

import re

from pydantic import JsonValue

from parsers.choices import match_choice
from parsers.claims import Claim
from parsers.documents.reading import Widget
from parsers.folding import compact
from parsers.types import FieldDef
from parsers.values import parse_value

OWN, LABEL = 4, 3
"""The rank of what a form field's own name says, and of what its tooltip does."""


def ticked_claim(group: list[tuple[Widget, str, int]], field: FieldDef) -> tuple[Claim | None, list[Widget]]:
    """One claim from a field's check boxes or radio buttons, or the widgets whose choice is not told."""
    widgets = [w for w, _, _ in group]
    rank = min(r for _, _, r in group)
    sure = 0.99 if rank == OWN else 0.96
    if any(w.doubtful and w.checked for w in widgets):
        sure = 0.7
    on = [(w, rest) for w, rest, _ in group if w.checked]
    first = on[0][0] if on else widgets[0]
    evidence = (f"form field “{first.name}”", "ticked" if on else "not ticked")
    value: JsonValue = None
    if field.type == "bool":
        if len(widgets) == 1:
            value = bool(widgets[0].checked)
            if (answer := _answer(widgets[0])) and not value:
                return None, widgets  # the box of the other answer is perhaps ticked
            if answer:
                value = parse_value("bool", answer).value
            no = parse_value("bool", widgets[0].export)
            if widgets[0].checked and no.value is False:
                value = False
        else:
            # "Yes" on every box is what the program calls "ticked", not an answer.
            meant = [_answer(w) for w in widgets]
            if not all(meant):
                meant = [rest or w.export for w, rest, _ in group]
            apart = len(set(meant)) == len(group)
            said = {_said_by(text) for w, text in zip(widgets, meant, strict=True) if apart and w.checked}
            said -= {None}
            if len(said) == 1:
                value = said.pop()
            elif on and not said:
                return None, widgets
    else:
        apart = field.type == "choices" or widgets[0].kind == "checkbox"
        if apart and rank == LABEL and len(group) < len(field.choices):
            return None, widgets  # the boxes of other choices, whose tooltips say less, are perhaps ticked
        told = {id(w): _chosen_by(w, rest, field) for w, rest, _ in group}
        if any(told[id(w)] is None for w, _ in on) or (not on and None in told.values()):
            return None, widgets  # which choice a box stands for is only printed beside it
        chosen = {told[id(w)] for w, _ in on}
        if field.type == "choices":
            ordered: list[JsonValue] = [c for c in field.choices if c in chosen]
            value = ordered or None
        elif len(chosen) == 1:
            value = chosen.pop()
    claim = Claim(field.id, value, ", ".join(w.export for w, _ in on) or None, sure, first.source, rank,
                  first.page, first.box, evidence, value is not None)  # fmt: skip
    return claim, []


LONGEST = 160
"""Characters of what a form field is called; a longer tooltip explains."""
_PARTS = r"\s:?,/–—-"
_ANSWERED = re.compile(
    rf"(?<![{_PARTS}])[{_PARTS}]+(oui|non|ja|nein|yes|no|jo|nee)[\s.]*(?:[\s_]\d{{1,3}})?$", re.I
)
"""Behind a question, the answer that one of its boxes stands for ("eHealth ID actif ? Non"), perhaps counted
("… actif non_15")."""


def question_of(text: str, widget: Widget) -> str:
    """What a form field is called, without the answer that its box stands for."""
    return _parted(text)[0] if widget.kind in ("checkbox", "radio") else text


def _answer(widget: Widget) -> str:
    """The answer that the tooltip or the name of a box ends with, or ""."""
    texts = (widget.label, re.sub(r"[_\-.]+", " ", widget.name))
    return next((answer for text in texts if (answer := _parted(text)[1])), "")


def _parted(text: str) -> tuple[str, str]:
    """(a question, the answer behind it); the text as it is where it has none."""
    found = _ANSWERED.search(text) if len(text) <= LONGEST else None
    if found is None or not re.search(r"\w", text[: found.start()]):
        return text, ""
    return text[: found.start()], found[1]


def _said_by(export: str) -> bool | None:
    """The answer that an export value says; "0" and "1" of several buttons only count them."""
    value = parse_value("bool", export).value if len(export) > 1 or export.isalpha() else None
    return value if isinstance(value, bool) else None


def _chosen_by(widget: Widget, rest: str, field: FieldDef) -> str | None:
    texts = (rest, widget.export, widget.label, widget.name)
    return next((choice for text in texts if text and (choice := _choice(text, field))), None)


def _choice(text: str, field: FieldDef) -> str | None:
    said = compact(text)
    return next((c for c in field.choices if compact(c) == said), None) or match_choice(text, field)
