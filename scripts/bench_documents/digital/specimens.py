"""One file per seed: what it is, its bytes, and which documents with which values should be read from it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any

from scripts.bench_documents.digital import others, pdf, word
from scripts.bench_documents.digital.model import KINDS, Builder, Form

PARTS = ("open", "held")
"""`open`: wordings and layouts that may be looked at; `held`: kept for measuring."""


@dataclass
class Expected:
    kind: str
    truth: dict[str, Any] = field(default_factory=dict)
    allowed: dict[str, Any] = field(default_factory=dict)
    filled: bool | None = None
    pages: tuple[int, ...] | None = None


@dataclass
class Specimen:
    name: str
    data: bytes
    layout: str
    expected: list[Expected]
    mail: bool = False


def specimen(seed: int, part: str) -> Specimen:
    """Everything follows from seed and part."""
    random = Random(f"{part}-{seed}")
    held = part == "held"
    draw = random.random()
    if draw < 0.13:
        return _other(seed, random, held)
    if draw < 0.16:
        return _nda(seed, random)
    if draw < 0.19:
        return _portal(seed, random, held)
    if draw < 0.21:
        return _xfa(seed, random, held)
    if draw < 0.24:
        return _several(seed, random, held)
    kind = random.choice(KINDS)
    state = random.choices(["filled", "half", "blank"], [80, 13, 7])[0]
    form = Builder(random, kind, held, state).build()
    if random.random() < 0.68:
        layouts = [x for x in (*pdf.FLAT, *pdf.FORM, "acro_flat") if held or x not in pdf.HELD]
        layout = random.choice(layouts)
        data = _pdf(form, layout, random)
        return Specimen(f"{part}-{seed}-{kind}-{layout}-{state}.pdf", data, layout, [_expected(form)])
    layouts = [x for x in word.LAYOUTS if held or x not in word.HELD]
    layout = random.choice(layouts)
    return Specimen(
        f"{part}-{seed}-{kind}-docx_{layout}-{state}.docx",
        word.draw(form, layout, random),
        f"docx_{layout}",
        [_expected(form)],
    )


def _pdf(form: Form, layout: str, random: Random) -> bytes:
    if layout == "acro_flat":
        return pdf.flattened(pdf.draw(form, "acro_named", random))
    return pdf.draw(form, layout, random)


def _expected(form: Form, pages: tuple[int, ...] | None = None) -> Expected:
    return Expected(form.kind, form.truth, form.allowed, form.filled, pages)


def _other(seed: int, random: Random, held: bool) -> Specimen:
    names = [n for n in others.KINDS if held or n not in others.HELD]
    name = random.choice(names)
    kind, lines = others.KINDS[name](random)
    if random.random() < 0.3:
        return Specimen(f"{seed}-{name}.docx", word.text_file(lines), f"other_{name}", [Expected(kind)])
    return Specimen(f"{seed}-{name}.pdf", others.page(lines, random), f"other_{name}", [Expected(kind)])


def _nda(seed: int, random: Random) -> Specimen:
    blank = random.random() < 0.2
    lines, truth = others.nda(random, blank)
    expected = [Expected("nda", truth, {}, not blank)]
    if random.random() < 0.4:
        return Specimen(f"{seed}-nda.docx", word.text_file(lines), "nda_docx", expected)
    return Specimen(f"{seed}-nda.pdf", others.page(lines, random), "nda_pdf", expected)


def _portal(seed: int, random: Random, held: bool) -> Specimen:
    builder = Builder(random, "formulaire_1", held)
    builder.numbered = builder.star = builder.bilingual = ""
    form = builder.build()
    style = random.choice(["text", "html_only", "both"])
    expected = _expected(form)
    # A mail cannot show an unticked box: what it says is what was typed.
    return Specimen(
        f"{seed}-portal-{style}.eml",
        others.portal_mail(form, random, style),
        f"portal_{style}",
        [expected],
        True,
    )


def _xfa(seed: int, random: Random, held: bool) -> Specimen:
    builder = Builder(random, random.choice(KINDS[:4]), held)
    form = builder.build()
    for item in form.items:
        if item.type == "choices" or len(item.fields) > 1:
            for one in item.fields:
                form.truth.pop(one, None)
            item.printed = ""
            for option in item.options:
                option.on = False
    blank = deepcopy(form)
    for item in blank.items:
        item.printed = ""
        for option in item.options:
            option.on = False
    return Specimen(
        f"{seed}-{form.kind}-xfa.pdf",
        others.xfa(form, pdf.draw(blank, "right", random)),
        "xfa",
        [_expected(form)],
    )


def _several(seed: int, random: Random, held: bool) -> Specimen:
    layouts = [x for x in pdf.FLAT if x != "freetext" and (held or x not in pdf.HELD)]
    kinds = random.sample(KINDS, random.choice([2, 2, 3]))
    forms = [Builder(random, kind, held).build() for kind in kinds]
    data, pages = pdf.joined([pdf.draw(form, random.choice(layouts), random) for form in forms])
    expected = [_expected(form, numbers) for form, numbers in zip(forms, pages, strict=True)]
    return Specimen(f"{seed}-several.pdf", data, "several", expected)
