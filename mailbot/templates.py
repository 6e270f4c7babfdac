"""The mails that go out: texts of outbox_templates/ filled with a `Letter`.

A mail is a folder `<language>/<template>/` with subject.txt, body.txt and body.html (Jinja2); the words that
many mails share stand in `<language>/*.toml`, the common layout in `_base/`. An operator's folder with the
same names replaces single files, and single entries of the TOML files. Without a German or English text the
mail is in French.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, get_args

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from mailbot.daily_figures import DailyFigures
from mailbot.template_check import TemplateProblem, check_templates
from mailbot.template_filters import (
    as_is,
    by_document,
    clean_letter,
    date_words,
    day,
    file_name,
    links,
    listed,
    one_line,
    tied,
    underlined,
    without_reference,
    wrapped,
)
from mailbot.template_preview import Preview, page
from mailbot.template_samples import sample
from parsers.types import Language
from rules.types import Item, Letter, TemplateName

LANGUAGES: tuple[Language, ...] = get_args(Language)
TEMPLATE_NAMES: tuple[TemplateName, ...] = get_args(TemplateName)
TEXT_FILES = ("phrases", "items", "documents", "contacts", "awaited", "situations")
FALLBACK: Language = "fr"
_MEMBERS = ("subject.txt", "body.txt", "body.html")
_LONGEST_SUBJECT = 180
_JINJA = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})")


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses that mails print: the mailbox, the helpdesk, AeS, and the sender's public name."""

    mailbox: str
    helpdesk: str
    aes: str
    public_name: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail ready for the outbox. `subject` is one line; `text` wrapped; `html` a whole page."""

    subject: str
    text: str
    html: str


class TextMissing(TemplateError):
    """A text that a template names stands in no file."""


class Templates:
    """Renders mails. Compiled templates and texts are kept, so that a mail takes well under 3 ms.

    `folder`: an operator's own files, laid out like the package `outbox_templates`; read once.
    """

    def __init__(self, folder: Path | None, addresses: Addresses) -> None:
        self.folder = folder
        self.addresses = addresses
        self.broken: list[tuple[str, str]] = []  # TOML files of the operator's that do not parse, and why
        self._texts = {language: self._read_texts(language) for language in LANGUAGES}
        self._plain = self._environment(autoescape=False)
        self._html = self._environment(autoescape=True)
        self._compiled: dict[tuple[bool, Language, tuple[str, ...]], Template | str] = {}
        self._languages: dict[tuple[TemplateName, Language], Language] = {}

    def render(self, template: TemplateName, letter: Letter, *, automatic: bool = True) -> Rendered:
        """The mail for that letter, in its language where there is one.

        Raises jinja2.TemplateError when an operator's template is wrong; `check` finds that at start-up.
        """
        language = self.language_of(template, letter.language)
        letter = clean_letter(letter)
        plain = self.variables(language, letter, automatic, html=False)
        rich = self.variables(language, letter, automatic, html=True)
        folder = f"{language}/{template}"
        subject = one_line(
            tied(self._plain.get_template(f"{folder}/subject.txt").render(plain)), _LONGEST_SUBJECT
        )
        text = self._plain.get_template(f"{folder}/body.txt").render(plain, subject=subject)
        html = self._html.get_template(f"{folder}/body.html").render(rich, subject=subject)
        prefix = f"[{letter.reference}] " if letter.reference else ""
        return Rendered(prefix + subject, wrapped(text), tied(html).strip() + "\n")

    def check(self) -> list[TemplateProblem]:
        """Everything that is wrong in the operator's files and the shipped ones; empty when all is well."""
        return check_templates(self, LANGUAGES, TEMPLATE_NAMES)

    def samples(self, template: TemplateName) -> Letter:
        """An invented letter that fills this template."""
        return sample(template)

    def preview(self, out: Path | None = None) -> list[Preview]:
        """Every mail in every language, filled; with `out`, also written there as one HTML page."""
        previews = [
            Preview(name, language, self.render(name, sample(name).model_copy(update={"language": language})))
            for language in LANGUAGES
            for name in TEMPLATE_NAMES
        ]
        if out is not None:
            out.write_text(page(previews), "utf-8")
        return previews

    def language_of(self, template: TemplateName, language: Language) -> Language:
        """The language that the mail can be written in: the wanted one if all its three files are there."""
        if (template, language) not in self._languages:
            whole = all(self.source(f"{language}/{template}/{member}") is not None for member in _MEMBERS)
            self._languages[template, language] = language if whole else FALLBACK
        return self._languages[template, language]

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

    def text_keys(self, language: Language) -> Iterator[tuple[str, str]]:
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

    def variables(self, language: Language, letter: Letter, automatic: bool, html: bool) -> dict[str, Any]:
        """What a template may use: values, and functions that look up texts (say, about, named, …)."""
        shared: dict[str, Any] = {
            "letter": letter,
            "address": self.addresses,
            "figures": DailyFigures.read(letter.figures),
            "automatic": automatic,
            "language": language,
        }

        def say(*keys: str, **more: object) -> str:
            text = self._text(language, keys, html)
            said = text if isinstance(text, str) else text.render(shared, **more)
            return Markup(said) if html else said  # the html environment has escaped what was filled in

        def about(item: Item, part: str) -> str:
            """A text about one item: the most particular one there is, empty where there is none."""
            keys = [f"{key}.{part}" for key in _item_keys(item)]
            return say(*keys, item=item) if self.wording(language, *keys) is not None else ""

        def named(kind: str, key: str, otherwise: str = "") -> str:
            """The words for a value of the program, such as `phrases.fields.iban`; else the value itself."""
            at = f"{kind}.{key}"
            return say(at) if key and self.wording(language, at) is not None else otherwise or key

        def form_of(item: Item) -> str:
            """The form that the field's type expects, as a sentence; empty where there is nothing to say."""
            form = named("phrases.forms", item.expected or "text")
            return say("phrases.form", form=form) if form else ""

        def names_of(kinds: Iterable[str]) -> str:
            """ "Formulaire 1, NDA et bon de livraison" """
            return listed((say(f"documents.{kind}.name") for kind in kinds), language)

        shared |= {"say": say, "about": about, "named": named, "form_of": form_of, "names_of": names_of}
        return shared

    def environment(self, html: bool) -> Environment:
        """The Jinja2 environment for HTML or for plain text."""
        return self._html if html else self._plain

    def _text(self, language: Language, keys: tuple[str, ...], html: bool) -> Template | str:
        """The text under the first of those keys, compiled; one without variables as it is."""
        at = (html, language, keys)
        if at not in self._compiled:
            wording = self.wording(language, *keys)
            if wording is None:
                raise TextMissing(f"no text {' or '.join(keys)} in {language} or {FALLBACK}")
            own = _as_html(wording) if html else wording
            self._compiled[at] = self.environment(html).from_string(own) if "{" in own else own
        return self._compiled[at]

    def _environment(self, *, autoescape: bool) -> Environment:
        environment = ImmutableSandboxedEnvironment(
            loader=FunctionLoader(self._load),
            autoescape=autoescape,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        environment.filters |= {
            "date": date_words,
            "day": day,
            "file": file_name,
            "links": links,
            "listed": listed,
            "without_reference": without_reference,
            "underlined": underlined,
            "as_is": as_is,
            "by_document": by_document,
        }
        return environment

    def _load(self, name: str) -> tuple[str, str, None] | None:
        source = self.source(name)
        return None if source is None else (source, self.place(name), None)

    def _read_texts(self, language: Language) -> dict[str, Any]:
        texts: dict[str, Any] = {}
        for file in TEXT_FILES:
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


def _as_html(wording: str) -> str:
    """A plain text as HTML, what Jinja2 fills in left alone."""
    pieces = _JINJA.split(wording)
    return "".join(p if _JINJA.fullmatch(p) else p.replace("&", "&amp;").replace("<", "&lt;") for p in pieces)


def _item_keys(item: Item) -> Iterator[str]:
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
