"""One form definition: TOML text -> FormDef, with an error that says where it is wrong.

A field may name a shared set of wordings (`wordings = "matricule"`, see wordings.toml): its labels
and choice labels are appended to the field's own. A role's signature labels are such a name too, or
labels by language.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from parsers.types import FieldDef, FormDef

Table = Mapping[str, Any]
Wordings = Mapping[str, Table]

_BOOL_CHOICES = ("true", "false")
_ROLES = ("industriel", "aes", "client")


class FormDefinitionError(ValueError):
    """A form definition that cannot be used: which file, which key, what was expected there."""

    def __init__(self, file: str, key: str, expected: str) -> None:
        super().__init__(f"{file}: {key}: expected {expected}")
        self.file = file
        self.key = key
        self.expected = expected


def read_toml(text: str, file: str) -> dict[str, Any]:
    """The tables of a TOML text; FormDefinitionError when it is not TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FormDefinitionError(file, "(syntax)", f"valid TOML: {error}") from error


def parse_form(text: str, file: str, wordings: Wordings) -> FormDef:
    """The definition that a TOML text holds. `file` is only named in errors."""
    table = read_toml(text, file)
    table["fields"] = [
        _with_wordings(field, wordings, file, f"fields.{index}")
        for index, field in enumerate(_tables(table.get("fields", []), file, "fields"))
    ]
    table["signature_labels"] = {
        role: _labels_of(value, wordings, file, f"signature_labels.{role}")
        for role, value in _table(table.get("signature_labels", {}), file, "signature_labels").items()
    }
    try:
        form = FormDef.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise FormDefinitionError(file, key, _expectation(first["type"], first["msg"])) from error
    _check(form, file)
    return form


def _with_wordings(field: Table, wordings: Wordings, file: str, key: str) -> dict[str, Any]:
    """The field with its shared wordings written out, its columns' included."""
    result = dict(field)
    name = result.pop("wordings", None)
    if name is not None:
        shared = _shared(name, wordings, file, f"{key}.wordings")
        result["labels"] = _joined(result.get("labels", {}), shared.get("labels", {}))
        own = result.get("choice_labels", {})
        common = shared.get("choice_labels", {})
        if own or common:
            result["choice_labels"] = {
                choice: _joined(own.get(choice, {}), common.get(choice, {})) for choice in {**common, **own}
            }
    if "columns" in result:
        result["columns"] = [
            _with_wordings(column, wordings, file, f"{key}.columns.{index}")
            for index, column in enumerate(_tables(result["columns"], file, f"{key}.columns"))
        ]
    return result


def _labels_of(value: object, wordings: Wordings, file: str, key: str) -> object:
    return _shared(value, wordings, file, key).get("labels", {}) if isinstance(value, str) else value


def _shared(name: object, wordings: Wordings, file: str, key: str) -> Table:
    found = wordings.get(name) if isinstance(name, str) else None
    if found is None:
        raise FormDefinitionError(file, key, f"the name of a table in wordings.toml, found {name!r}")
    return found


def _joined(own: Table, shared: Table) -> dict[str, list[str]]:
    """Labels by language, the field's own first, each once."""
    return {
        language: list(dict.fromkeys([*own.get(language, ()), *shared.get(language, ())]))
        for language in {**own, **shared}
    }


def _table(value: object, file: str, key: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise FormDefinitionError(file, key, "a table")
    return value


def _tables(value: object, file: str, key: str) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise FormDefinitionError(file, key, "a list of tables")
    return [_table(item, file, f"{key}.{index}") for index, item in enumerate(value)]


def _expectation(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "no such key here"
    if kind == "missing":
        return "a value, it is missing"
    return message.removeprefix("Input should be ")


def _check(form: FormDef, file: str) -> None:
    """What the types alone cannot say."""
    if not any(form.titles.values()):
        raise FormDefinitionError(file, "titles", "at least one title in one language")
    for role in form.signature_labels:
        if role not in _ROLES:
            raise FormDefinitionError(file, f"signature_labels.{role}", f"one of {', '.join(_ROLES)}")
    _check_fields(form.fields, file, "fields")


def _check_fields(fields: Iterable[FieldDef], file: str, key: str) -> None:
    fields = tuple(fields)
    for field_id, count in Counter(field.id for field in fields).items():
        if count > 1:
            raise FormDefinitionError(file, f"{key}.{field_id}", f"each id once, found {count}")
    for field in fields:
        where = f"{key}.{field.id}"
        if not any(field.labels.values()):
            raise FormDefinitionError(file, f"{where}.labels", "at least one label in one language")
        if (field.type in ("choice", "choices")) != bool(field.choices):
            raise FormDefinitionError(
                file, f"{where}.choices", "choices for the types choice and choices, none else"
            )
        if (field.type == "table") != bool(field.columns):
            raise FormDefinitionError(file, f"{where}.columns", "columns for the type table, none else")
        allowed = _BOOL_CHOICES if field.type == "bool" else field.choices
        for choice in field.choice_labels:
            if choice not in allowed:
                expected = f"one of {', '.join(allowed)}" if allowed else "none for this type"
                raise FormDefinitionError(file, f"{where}.choice_labels.{choice}", expected)
        _check_fields(field.columns, file, f"{where}.columns")
