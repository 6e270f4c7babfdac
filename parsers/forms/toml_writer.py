"""One form definition: FormDef -> TOML text, for the definitions that are drafted from a new blank."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from parsers.types import FieldDef, FormDef


def dump_form(form: FormDef) -> str:
    """The definition as TOML that `parse_form` reads back to the same value; wordings written out."""
    lines = [f"kind = {_quoted(form.kind)}", f"version = {_quoted(form.version)}"]
    if form.source:
        lines.append(f"source = {_quoted(form.source)}")
    if form.signature_required:
        lines.append("signature_required = true")
    if form.clauses:
        lines += ["clauses = [", *(f"  {_quoted(clause)}," for clause in form.clauses), "]"]
    lines += _labels_table("titles", form.titles) + _labels_table("cues", form.cues)
    for role, labels in form.signature_labels.items():
        lines += _labels_table(f"signature_labels.{role}", labels)
    for field in form.fields:
        lines += ["", "[[fields]]", *_field_lines(field)]
        for column in field.columns:
            lines += ["", "[[fields.columns]]", *_field_lines(column)]
    return "\n".join(lines) + "\n"


def _field_lines(field: FieldDef) -> list[str]:
    lines = [f"id = {_quoted(field.id)}", f"type = {_quoted(field.type)}"]
    if field.required != "never":
        lines.append(f"required = {_quoted(field.required)}")
    if field.choices:
        lines.append(f"choices = {_list(field.choices)}")
    lines += [
        f"{name} = {_quoted(text)}"
        for name, text in (("section", field.section), ("source", field.source))
        if text
    ]
    lines += [f"labels.{language} = {_list(texts)}" for language, texts in field.labels.items()]
    for choice, labels in field.choice_labels.items():
        lines += [
            f"choice_labels.{_quoted(choice)}.{language} = {_list(texts)}"
            for language, texts in labels.items()
        ]
    return lines


def _labels_table(name: str, labels: Mapping[Any, tuple[str, ...]]) -> list[str]:
    if not labels:
        return []
    return ["", f"[{name}]", *(f"{language} = {_list(texts)}" for language, texts in labels.items())]


def _list(texts: Iterable[str]) -> str:
    return "[" + ", ".join(map(_quoted, texts)) + "]"


def _quoted(text: str) -> str:
    """A TOML basic string: quotes, backslashes and control characters escaped."""
    escaped = "".join(map(_escaped, text))
    return f'"{escaped}"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char == "\n":
        return "\\n"
    return char if char >= " " and char != "\x7f" else f"\\u{ord(char):04X}"
