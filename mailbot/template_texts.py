"""The texts that mails share: the TOML files of a language, an operator's entries before the shipped ones."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, get_args

from parsers.types import Language
from rules.types import Item

LANGUAGES: tuple[Language, ...] = get_args(Language)
FALLBACK: Language = "fr"
FILES = ("phrases", "items", "documents", "contacts", "awaited", "situations")


class TextFiles:
    """Reads files of `outbox_templates`, an operator's folder before the package.

    `broken`: TOML files of the operator's that do not parse, and why; the shipped ones stand for them.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.broken: list[tuple[str, str]] = []
        self._texts = {language: self._read_texts(language) for language in LANGUAGES}

    def source(self, name: str) -> str | None:
        """The text of a file, the operator's before the package's."""
        if self.folder is not None and (own := self.folder / name).is_file():
            return own.read_text("utf-8")
        shipped = resources.files("outbox_templates").joinpath(*name.split("/"))
        return shipped.read_text("utf-8") if shipped.is_file() else None

    def place(self, name: str) -> str:
        """Where that file stands, for people."""
        if self.folder is not None and (self.folder / name).is_file():
            return str(self.folder / name)
        return f"outbox_templates/{name}"

    def keys(self, language: Language) -> Iterator[tuple[str, str]]:
        """Every text of a language: its dotted key and its wording."""
        yield from _flat(self._texts[language])

    def wording(self, language: Language, *keys: str) -> str | None:
        """The unfilled text under the first of those dotted keys (`items.field_missing.title`) that there is.

        A text in the mail's own language comes before a more particular one in French.
        """
        for texts in (self._texts[language], self._texts[FALLBACK]):
            for key in keys:
                found: Any = texts
                for part in key.split("."):
                    found = found.get(part) if isinstance(found, dict) else None
                if isinstance(found, str):
                    return found
        return None

    def _read_texts(self, language: Language) -> dict[str, Any]:
        texts: dict[str, Any] = {}
        for file in FILES:
            name = f"{language}/{file}.toml"
            shipped = resources.files("outbox_templates").joinpath(*name.split("/"))
            texts[file] = tomllib.loads(shipped.read_text("utf-8")) if shipped.is_file() else {}
            if self.folder is not None and (self.folder / name).is_file():
                try:
                    own = tomllib.loads((self.folder / name).read_text("utf-8"))
                except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                    self.broken.append((str(self.folder / name), str(error)))
                    continue
                texts[file] = _merged(texts[file], own)
        return texts


def item_keys(item: Item) -> Iterator[str]:
    """Where a rule's texts may stand in items.toml, the most particular first."""
    for particular in (item.detail, item.field, item.document):
        if particular and particular.isidentifier():
            yield f"items.{item.rule}.{particular}"
    yield f"items.{item.rule}"
    yield "items.other"


def _merged(shipped: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(shipped)
    for key, value in own.items():
        before = merged.get(key)
        merged[key] = (
            _merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
        )
    return merged


def _flat(texts: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in texts.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", str(value)
