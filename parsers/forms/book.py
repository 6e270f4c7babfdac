"""All form definitions together: those shipped, and an operator's on top."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from parsers.forms.definition import FormDefinitionError, parse_form, read_toml
from parsers.types import FormDef

_WORDINGS = "wordings.toml"
_Sources = tuple[tuple[str, str], ...]
"""(file name, its text), sorted by name."""


@dataclass(frozen=True, slots=True)
class FormBook:
    """Every definition known, sorted by kind, the newest version of each kind first."""

    forms: tuple[FormDef, ...]

    def for_kind(self, kind: str) -> FormDef | None:
        """The definition in force: the newest version, or None for a kind that has no form."""
        return next(iter(self.versions(kind)), None)

    def versions(self, kind: str) -> tuple[FormDef, ...]:
        """All versions of a kind, newest first."""
        return tuple(form for form in self.forms if form.kind == kind)

    def all(self) -> tuple[FormDef, ...]:
        """The definition in force of every kind."""
        return tuple({form.kind: form for form in reversed(self.forms)}.values())[::-1]


def load_forms(folder: Path | None = None) -> FormBook:
    """The shipped definitions and those of an operator's folder, `*.toml` directly in it.

    A definition of the folder replaces the shipped one of the same kind and version; any other is
    added. `wordings.toml` there replaces shared wordings by name. Read again only when a file changed.
    Raises FormDefinitionError (also when the folder is not there).
    """
    return _load(_read_folder(folder) if folder is not None else ())


def _read_folder(folder: Path) -> _Sources:
    if not folder.is_dir():
        raise FormDefinitionError(str(folder), "(folder)", "a folder with form definitions")
    sources = []
    for path in sorted(folder.glob("*.toml")):
        stat = path.stat()
        sources.append((str(path), _read_file(str(path), stat.st_mtime_ns, stat.st_size)))
    return tuple(sources)


@lru_cache(maxsize=256)
def _read_file(path: str, mtime_ns: int, size: int) -> str:
    """The text of a file; time and size are in the key so that a changed file is read again."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FormDefinitionError(path, "(file)", "UTF-8 text") from error


@lru_cache(maxsize=1)
def _shipped() -> _Sources:
    files = resources.files("parsers.forms").iterdir()
    return tuple(
        sorted((file.name, file.read_text(encoding="utf-8")) for file in files if file.name.endswith(".toml"))
    )


@lru_cache(maxsize=8)
def _load(own: _Sources) -> FormBook:
    wordings: dict[str, Any] = {}
    for file, text in (*_shipped(), *own):
        if _is_wordings(file):
            wordings |= read_toml(text, file)
    forms: dict[tuple[str, str], FormDef] = {}
    for layer in (_shipped(), own):
        seen: dict[tuple[str, str], str] = {}
        for file, text in layer:
            if _is_wordings(file):
                continue
            form = parse_form(text, file, wordings)
            key = (form.kind, form.version)
            if key in seen:
                raise FormDefinitionError(file, "version", f"a version of its own, {seen[key]} has this one")
            seen[key] = file
            forms[key] = form
    newest_first = sorted(forms.values(), key=lambda form: _version_key(form.version), reverse=True)
    return FormBook(tuple(sorted(newest_first, key=lambda form: form.kind)))


def _is_wordings(file: str) -> bool:
    return Path(file).name == _WORDINGS


def _version_key(version: str) -> tuple[tuple[int, int, str], ...]:
    """Numbers compare as numbers: 2025-10 comes after 2025-4, and 10 after 9."""
    return tuple(
        (1, int(piece), "") if piece.isdigit() else (0, 0, piece)
        for piece in re.findall(r"\d+|[^\W\d]+", version)
    )
