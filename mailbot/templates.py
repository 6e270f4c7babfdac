"""The mails that go out: texts of outbox_templates/ filled with a `Letter`.

A mail is a folder `<language>/<template>/` with subject.txt, body.txt and body.html (Jinja2); the words that
many mails share stand in `<language>/*.toml`, the common layout in `_base/`. An operator's folder with the
same names replaces single files, and single entries of the TOML files. Without a German or English text the
mail is in French.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template, TemplateError
from jinja2.meta import find_undeclared_variables
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
from mailbot.template_texts import FALLBACK, LANGUAGES, TextFiles, item_keys
from parsers.types import Language
from rules.types import Item, Letter, TemplateName

TEMPLATE_NAMES: tuple[TemplateName, ...] = get_args(TemplateName)
_MEMBERS = ("subject.txt", "body.txt", "body.html")
_LONGEST_SUBJECT = 180
_JINJA = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})")

__all__ = ["LANGUAGES", "TEMPLATE_NAMES", "Addresses", "Rendered", "Templates", "TextMissing"]


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
        self.addresses = addresses
        self.files = TextFiles(folder)
        self._plain = self._environment(autoescape=False)
        self._html = self._environment(autoescape=True)
        self._compiled: dict[tuple[bool, str], Template | str] = {}
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
            whole = all(
                self.files.source(f"{language}/{template}/{member}") is not None for member in _MEMBERS
            )
            self._languages[template, language] = language if whole else FALLBACK
        return self._languages[template, language]

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
            keys = [f"{key}.{part}" for key in item_keys(item)]
            return say(*keys, item=item) if self.files.wording(language, *keys) is not None else ""

        def named(kind: str, key: str, otherwise: str = "") -> str:
            """The words for a value of the program, such as `phrases.fields.iban`; else the value itself."""
            at = f"{kind}.{key}"
            return say(at) if key and self.files.wording(language, at) is not None else otherwise or key

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
        wording = self.files.wording(language, *keys)
        if wording is None:
            raise TextMissing(f"no text {' or '.join(keys)} in {language} or {FALLBACK}")
        if (html, wording) not in self._compiled:
            own = _as_html(wording) if html else wording
            self._compiled[html, wording] = self._compile(own, html) if "{" in own else own
        return self._compiled[html, wording]

    def _compile(self, text: str, html: bool) -> Template | str:
        """The text compiled; one that says the same in every mail filled at once."""
        environment = self.environment(html)
        compiled = environment.from_string(text)
        if find_undeclared_variables(environment.parse(text)) <= {"address"}:
            return compiled.render(address=self.addresses)
        return compiled

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
        source = self.files.source(name)
        return None if source is None else (source, self.files.place(name), None)


def _as_html(wording: str) -> str:
    """A plain text as HTML, what Jinja2 fills in left alone."""
    pieces = _JINJA.split(wording)
    return "".join(p if _JINJA.fullmatch(p) else p.replace("&", "&amp;").replace("<", "&lt;") for p in pieces)
