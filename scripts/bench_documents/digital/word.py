# ruff: noqa: E501 - tables of wordings and drawing calls read better on one line
"""Draws a form as a Word file: paragraphs, tables, content controls, legacy fields, text boxes, tracked changes."""

from __future__ import annotations

import io
import zipfile
from random import Random
from xml.sax.saxutils import escape, quoteattr

from scripts.bench_documents.digital.model import Form, Item

LAYOUTS = ("colon", "underscores", "tabs", "table", "table4", "stacked", "nested", "control_inline", "control_cell", "control_opaque", "legacy", "textbox", "tracked")  # fmt: skip
HELD = ("table4", "nested", "control_opaque")
_NS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)


def draw(form: Form, layout: str, random: Random) -> bytes:
    return _Writer(form, layout, random).file()


class _Writer:
    def __init__(self, form: Form, layout: str, random: Random) -> None:
        self.form, self.layout, self.random = form, layout, random
        self.body: list[str] = []
        self.rows: list[str] = []
        self.count = 0
        self.colon = random.choice([" :", ":", " :"])
        self.boxes = (
            random.choice(["glyph", "control", "brackets"]) if not layout.startswith("legacy") else "legacy"
        )
        self.bold_labels = random.random() < 0.3
        self.pending: list[tuple[str, str]] = []

    def file(self) -> bytes:
        form = self.form
        self.body.append(
            _p(form.title, style="Title" if self.random.random() < 0.5 else "", bold=True, size=32)
        )
        self.body.append(_p(form.intro))
        for item in form.items:
            getattr(self, f"_{item.kind}")(item)
        self._close()
        if form.kind != "bon_de_livraison":
            self.body.append(
                _p({"fr": "Signature :", "de": "Unterschrift:", "en": "Signature:"}[form.language])
            )
        return _package("".join(self.body))

    # Items

    def _section(self, item: Item) -> None:
        self._close()
        self.body.append(_p(item.label, style="Heading2" if self.random.random() < 0.7 else "", bold=True))

    def _text(self, item: Item) -> None:
        label, value = item.label, item.printed
        hint = f" ({item.hint})" if item.hint else ""
        layout = self.layout
        if layout == "colon":
            self.body.append(_p(f"{label}{hint}{self.colon}", value, bold_first=self.bold_labels))
        elif layout == "underscores":
            line = (
                f"___{value}____"
                if value and self.random.random() < 0.5
                else (f" {value}" if value else "_" * 24)
            )
            self.body.append(_p(f"{label}{self.colon}", line, glue=True))
        elif layout == "tabs":
            self.body.append(_p(f"{label}{self.colon}\t", value))
        elif layout in ("table", "nested"):
            self._row([_cell(_p(label + hint)), _cell(_lines(value))])
        elif layout == "table4":
            self.pending.append((_cell(_p(label)), _cell(_lines(value))))
            if len(self.pending) == 2:
                self._flush()
        elif layout == "stacked":
            self._row([_cell(_p(label + hint, size=16) + _lines(value))])
        elif layout == "control_inline":
            self.body.append(
                f"<w:p>{_r(label + self.colon + ' ')}{self._control(item, _r(value.replace(chr(10), ', ')), False)}</w:p>"
            )
        elif layout in ("control_cell", "control_opaque"):
            self._row([_cell(_p(label)), _cell(self._control(item, _lines(value), True))])
        elif layout == "legacy":
            self.count += 1
            self.body.append(
                f"<w:p>{_r(label + self.colon + ' ')}{_legacy_text(f'Texte{self.count}', value.replace(chr(10), ', '))}</w:p>"
            )
        elif layout == "textbox":
            if self.random.random() < 0.4:
                self.body.append(_textbox(_p(f"{label}{self.colon}", value.replace("\n", ", "))))
            else:
                self.body.append(_p(f"{label}{self.colon}", value.replace("\n", ", ")))
        elif layout == "tracked":
            old = (
                "<w:del w:id='1' w:author='x'><w:r><w:delText>ancienne valeur 123</w:delText></w:r></w:del>"
                if self.random.random() < 0.5
                else ""
            )
            new = f"<w:ins w:id='2' w:author='x'>{_r(value.replace(chr(10), ', '))}</w:ins>" if value else ""
            self.body.append(f"<w:p>{_r(label + self.colon + ' ')}{old}{new}</w:p>")

    def _choice(self, item: Item) -> None:
        runs = "".join(self._tick(o.on) + _r(f" {o.label}   ") for o in item.options)
        if self._tabular():
            self._flush()
            if self.random.random() < 0.5:
                cell = _cell(f"<w:p>{runs}</w:p>", span=3 if self.layout == "table4" else 1)
            else:
                cell = _cell(
                    "".join(f"<w:p>{self._tick(o.on)}{_r(' ' + o.label)}</w:p>" for o in item.options),
                    span=3 if self.layout == "table4" else 1,
                )
            self._row(
                [_cell(_p(item.label)), cell]
                if self.layout != "stacked"
                else [_cell(_p(item.label, size=16) + f"<w:p>{runs}</w:p>")]
            )
        elif self.random.random() < 0.5:
            self.body.append(f"<w:p>{_r(item.label + self.colon + ' ')}{runs}</w:p>")
        else:
            self.body.append(_p(item.label + self.colon))
            self.body += [f"<w:p>{self._tick(o.on)}{_r(' ' + o.label)}</w:p>" for o in item.options]

    def _bool(self, item: Item) -> None:
        if len(item.options) > 1:
            self._choice(item)
            return
        on = item.options[0].on
        if self._tabular():
            self._flush()
            tick = f"<w:p>{self._tick(on)}</w:p>"
            self._row(
                [_cell(_p(item.label)), _cell(tick, span=3 if self.layout == "table4" else 1)]
                if self.layout != "stacked"
                else [_cell(f"<w:p>{self._tick(on)}{_r(' ' + item.label)}</w:p>")]
            )
        else:
            self.body.append(f"<w:p>{self._tick(on)}{_r(' ' + item.label)}</w:p>")

    def _table(self, item: Item) -> None:
        self._close()
        self.body.append(_p(item.label, bold=True))
        rows = "".join(
            "<w:tr>" + "".join(_cell(_p(text, bold=not number)) for text in row) + "</w:tr>"
            for number, row in enumerate([item.heads, *item.rows])
        )
        self.body.append(f"<w:tbl>{rows}</w:tbl>")

    # Pieces

    def _tabular(self) -> bool:
        return self.layout in ("table", "table4", "stacked", "nested", "control_cell", "control_opaque")

    def _row(self, cells: list[str]) -> None:
        self.rows.append("<w:tr>" + "".join(cells) + "</w:tr>")

    def _flush(self) -> None:
        if self.pending:
            cells = [c for pair in self.pending for c in pair]
            if len(cells) == 2:
                cells += [_cell(_p("")), _cell(_p(""))]
            self._row(cells)
            self.pending = []

    def _close(self) -> None:
        self._flush()
        if self.rows:
            table = f"<w:tbl>{''.join(self.rows)}</w:tbl>"
            if self.layout == "nested":
                table = f"<w:tbl><w:tr>{_cell(table + _p(''))}</w:tr></w:tbl>"
            self.body.append(table + _p(""))
            self.rows = []

    def _control(self, item: Item, content: str, block: bool) -> str:
        self.count += 1
        opaque = self.layout == "control_opaque"
        tag = f"ctl{self.count}" if opaque else item.name
        alias = "" if opaque else f"<w:alias w:val={quoteattr(item.label)}/>"
        empty = not item.printed
        placeholder = "Cliquez ou appuyez ici pour entrer du texte."
        if empty:
            content = _p(placeholder) if block else _r(placeholder)
        showing = "<w:showingPlcHdr/>" if empty else ""
        return f"<w:sdt><w:sdtPr>{alias}<w:tag w:val={quoteattr(tag)}/>{showing}<w:text/></w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"

    def _tick(self, on: bool) -> str:
        self.count += 1
        if self.boxes == "control":
            return (
                f"<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val='{int(on)}'/></w14:checkbox></w:sdtPr><w:sdtContent>"
                f"{_r('☒' if on else '☐')}</w:sdtContent></w:sdt>"
            )
        if self.boxes == "legacy":
            return (
                f"<w:r><w:fldChar w:fldCharType='begin'><w:ffData><w:name w:val='CaseACocher{self.count}'/><w:enabled/><w:checkBox><w:sizeAuto/>"
                f"<w:default w:val='0'/><w:checked w:val='{int(on)}'/></w:checkBox></w:ffData></w:fldChar></w:r>"
                "<w:r><w:instrText> FORMCHECKBOX </w:instrText></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r>"
            )
        return _r(("[x]" if on else "[ ]") if self.boxes == "brackets" else ("☒" if on else "☐"))


def _r(text: str, bold: bool = False, size: int = 0) -> str:
    properties = ("<w:b/>" if bold else "") + (f"<w:sz w:val='{size}'/>" if size else "")
    pieces = []
    for number, line in enumerate(text.split("\n")):
        if number:
            pieces.append("<w:br/>")
        for index, part in enumerate(line.split("\t")):
            if index:
                pieces.append("<w:tab/>")
            if part:
                pieces.append(f'<w:t xml:space="preserve">{escape(part)}</w:t>')
    return f"<w:r><w:rPr>{properties}</w:rPr>{''.join(pieces)}</w:r>"


def _p(
    text: str,
    value: str | None = None,
    style: str = "",
    bold: bool = False,
    bold_first: bool = False,
    glue: bool = False,
    size: int = 0,
) -> str:
    properties = f"<w:pPr><w:pStyle w:val='{style}'/></w:pPr>" if style else ""
    runs = _r(text, bold or bold_first, size)
    if value is not None:
        runs += _r(value if glue or text.endswith("\t") else f" {value}")
    return f"<w:p>{properties}{runs}</w:p>"


def _lines(value: str) -> str:
    return "".join(_p(line) for line in value.split("\n"))


def _cell(content: str, span: int = 1) -> str:
    properties = f"<w:tcPr><w:gridSpan w:val='{span}'/></w:tcPr>" if span > 1 else ""
    return f"<w:tc>{properties}{content}</w:tc>"


def _legacy_text(name: str, value: str) -> str:
    shown = value or "\u2002\u2002\u2002\u2002\u2002"
    return (
        f"<w:r><w:fldChar w:fldCharType='begin'><w:ffData><w:name w:val='{name}'/><w:enabled/><w:textInput/></w:ffData></w:fldChar></w:r>"
        f"<w:r><w:instrText> FORMTEXT </w:instrText></w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r>{_r(shown)}<w:r><w:fldChar w:fldCharType='end'/></w:r>"
    )


def _textbox(content: str) -> str:
    return (
        "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wp:anchor><a:graphic><a:graphicData uri='x'><wps:wsp><wps:txbx>"
        f"<w:txbxContent>{content}</w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><w:txbxContent>{content}</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )


def text_file(paragraphs: list[str]) -> bytes:
    """A plain letter or other document, a line per paragraph."""
    return _package("".join(_p(line, bold=number == 0) for number, line in enumerate(paragraphs)))


def _package(body: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        )
        target.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        target.writestr("word/document.xml", f"<w:document {_NS}><w:body>{body}</w:body></w:document>")
    return out.getvalue()
