"""Finds what is wrong in the mail templates before a mail needs them: at start-up and in `mailbot check`."""

from __future__ import annotations

import re
import tomllib
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError, TemplateSyntaxError, meta, nodes
from pydantic import BaseModel

from mailbot.daily_figures import DailyFigures, Deadline
from mailbot.template_samples import sample
from rules.types import CaseLine, Item, Letter

if TYPE_CHECKING:
    from mailbot.templates import Templates

LAYOUT = "_base"
_PARTS = (
    *("attachments", "base", "besides", "case", "changes", "contact", "criteria", "figures"),
    *("items", "lines", "maker", "note", "received", "reply", "settled"),
)
_MODELS: Mapping[str, type[BaseModel]] = {
    "letter": Letter,
    "item": Item,
    "line": CaseLine,
    "figures": DailyFigures,
    "deadline": Deadline,
}
_MAIL_NAMES = frozenset(
    {"letter", "address", "figures", "automatic", "language", "subject"}
    | {"say", "about", "named", "form_of", "names_of"}
)
_TEXT_NAMES = _MAIL_NAMES | {"item", "line", "deadline"}
_TEXT_NAMES |= {"value", "number", "document", "kind", "file", "form", "name", "count"}
_ADDRESSES = frozenset({"mailbox", "helpdesk", "aes", "public_name"})


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """One thing wrong in one file. `line` counts from 1; 0 where no line can be named."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


def check_templates(
    templates: Templates, languages: tuple[Any, ...], names: tuple[Any, ...]
) -> list[TemplateProblem]:
    """Every file parsed, every variable and text looked up, every mail rendered full and nearly empty."""
    problems = [*_layout(templates), *_unknown_folders(templates, names)]
    for language in languages:
        problems.extend(_texts(templates, language))
        for name in names:
            for member in ("subject.txt", "body.txt", "body.html"):
                problems.extend(
                    _file(templates, language, f"{language}/{name}/{member}", missing_ok=language != "fr")
                )
        problems.extend(_rules(templates, language))
    if not problems:  # else the same would be said again, less clearly
        problems.extend(_renderings(templates, languages, names))
    return list(dict.fromkeys(problems))


def _layout(templates: Templates) -> Iterator[TemplateProblem]:
    for part in _PARTS:
        for ending in ("txt", "html"):
            yield from _file(templates, "fr", f"{LAYOUT}/{part}.{ending}", missing_ok=False)


def _unknown_folders(templates: Templates, names: tuple[Any, ...]) -> Iterator[TemplateProblem]:
    """A folder of the operator's whose name is no template is a typing error, not an addition."""
    if templates.files.folder is None:
        return
    for language in ("fr", "de", "en"):
        own = templates.files.folder / language
        for folder in sorted(own.iterdir()) if own.is_dir() else ():
            if folder.is_dir() and folder.name not in names:
                yield TemplateProblem(str(folder), 0, "no template has this name")


def _file(templates: Templates, language: Any, name: str, *, missing_ok: bool) -> Iterator[TemplateProblem]:
    try:
        source = templates.files.source(name)
    except UnicodeDecodeError as error:
        yield TemplateProblem(templates.files.place(name), 0, f"is not in UTF-8: {error.reason}")
        return
    if source is None:
        if not missing_ok:
            yield TemplateProblem(templates.files.place(name), 0, "this file is missing")
        return
    yield from _source(templates, language, source, templates.files.place(name), 0, _MAIL_NAMES)


def _texts(templates: Templates, language: Any) -> Iterator[TemplateProblem]:
    for file, message in templates.files.broken:
        line = re.search(r"line (\d+)", message)
        yield TemplateProblem(file, int(line.group(1)) if line else 0, message)
    lines: dict[str, dict[str, int]] = {}
    for key, wording in templates.files.keys(language):
        file, _, rest = key.partition(".")
        name = f"{language}/{file}.toml"
        if name not in lines:
            lines[name] = _lines_of_keys(templates.files.source(name) or "")
        at = lines[name].get(rest, 0)  # 0 where it stands in the shipped file only
        if "{" in wording:
            yield from _source(templates, language, wording, templates.files.place(name), at, _TEXT_NAMES)


def _lines_of_keys(toml: str) -> dict[str, int]:
    """Dotted key of a TOML file -> the line on which it stands."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(toml.split("\n"), 1):
        if header := re.match(r"\[([^\[\]]+)\]\s*(?:#.*)?$", line.strip()):
            table = header.group(1).replace('"', "") + "."
        elif key := re.match(r"\"?([^\"=\s]+)\"?\s*=", line.strip()):
            found.setdefault(table + key.group(1), number)
    return found


def _source(
    templates: Templates, language: Any, source: str, file: str, offset: int, names: frozenset[str]
) -> Iterator[TemplateProblem]:
    def at(line: int) -> int:
        return offset or line

    try:
        tree = templates.environment(html=False).parse(source)
    except TemplateSyntaxError as error:
        yield TemplateProblem(file, at(error.lineno), f"does not parse: {error.message}")
        return
    unknown = meta.find_undeclared_variables(tree) - names
    for name in tree.find_all(nodes.Name):
        if name.name in unknown and name.ctx == "load":
            yield TemplateProblem(file, at(name.lineno), f"no variable is called {name.name!r}")
    for member in tree.find_all(nodes.Getattr):
        if isinstance(member.node, nodes.Name) and not _has(member.node.name, member.attr):
            called = f"{member.node.name}.{member.attr}"
            yield TemplateProblem(file, at(member.lineno), f"no variable is called {called!r}")
    for call in tree.find_all(nodes.Call):
        key = call.args[0] if call.args else None
        if isinstance(call.node, nodes.Name) and call.node.name == "say" and isinstance(key, nodes.Const):
            yield from _text_there(templates, language, str(key.value), file, at(call.lineno))
    for filter_ in tree.find_all(nodes.Filter):
        if filter_.name not in templates.environment(html=False).filters:
            yield TemplateProblem(file, at(filter_.lineno), f"no filter is called {filter_.name!r}")


def _text_there(
    templates: Templates, language: Any, key: str, file: str, line: int
) -> Iterator[TemplateProblem]:
    if templates.files.wording(language, key) is None:
        yield TemplateProblem(file, line, f"no text is called {key!r}")


def _has(name: str, member: str) -> bool:
    if name == "address":
        return member in _ADDRESSES
    model = _MODELS.get(name)
    return model is None or member in model.model_fields


def item_rules(templates: Templates) -> list[str]:
    """The ids of the rules whose findings an answer can ask about."""
    listed = tomllib.loads(templates.files.source("rules.toml") or "")
    return [str(rule) for rule in listed.get("items", [])]


def _rules(templates: Templates, language: Any) -> Iterator[TemplateProblem]:
    file = templates.files.place(f"{language}/items.toml")
    for rule in [*item_rules(templates), "other"]:
        for part in ("title", "todo"):
            if templates.files.wording(language, f"items.{rule}.{part}") is None:
                yield TemplateProblem(file, 0, f"the rule {rule!r} has no text {part!r}")


def _renderings(
    templates: Templates, languages: tuple[Any, ...], names: tuple[Any, ...]
) -> Iterator[TemplateProblem]:
    for language in languages:
        for name in names:
            for letter in (sample(name), Letter()):
                try:
                    templates.render(name, letter.model_copy(update={"language": language}))
                except Exception as error:  # noqa: BLE001 - an operator's template can raise anything
                    yield _raised(templates, f"{language}/{name}", error)
    for language in languages:
        for rule in item_rules(templates):
            letter = Letter(language=language, items=(Item(rule=rule),))
            try:
                templates.render("elements_manquants", letter)
            except Exception as error:  # noqa: BLE001 - the same
                yield _raised(templates, f"{language}/items.toml [{rule}]", error)


def _raised(templates: Templates, name: str, error: Exception) -> TemplateProblem:
    frames = traceback.extract_tb(error.__traceback__)
    inside = [f for f in frames if f.filename.endswith((".txt", ".html"))]
    said = error.message if isinstance(error, TemplateError) and error.message else str(error)
    if not inside:
        return TemplateProblem(templates.files.place(name), 0, f"cannot be filled: {said}")
    return TemplateProblem(inside[-1].filename, inside[-1].lineno or 0, f"cannot be filled ({name}): {said}")
