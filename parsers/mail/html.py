"""HTML mails as text, so that pairs of label and value survive. Nothing is ever fetched."""

from __future__ import annotations

import re

import lxml.etree
import lxml.html

from parsers.mail.charsets import clean, visible

MAX_HTML = 2_000_000
_SKIP = re.compile(r"script|style|head|title|template|object|svg|select|iframe|noscript|map")
_BLOCK = re.compile(
    r"address|article|aside|blockquote|body|center|dd|div|dl|dt|fieldset|figure|footer|form|h1|h2|h3"
    r"|h4|h5|h6|header|hr|html|li|main|nav|ol|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul"
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|(?<![-\w])opacity\s*:\s*0(?![.\d])"
    r"|max-height\s*:\s*0(?![.\d])|font-size\s*:\s*0(?![.\d])",
    re.I,
)
_APART = re.compile(r"display\s*:\s*(?:inline-)?(?:block|flex|grid|table)", re.I)
"""What stands in a box or a column of its own, whatever its tag."""
_QUOTE_CLASSES = re.compile(r"gmail_quote|moz-cite|yahoo_quoted|protonmail_quote", re.I)
_LABEL = 100
_LED = 4
"""Lines that words in bold lead, at least, for these to be their labels."""


def html_text(html: str) -> str:
    """The text that a reader sees; table rows of two cells as `Label : value`, cited text with `> `."""
    source = re.sub(r"^\s*<\?xml[^>]*\?>", "", clean(html[:MAX_HTML]))
    try:
        # Bytes, so that a wrong charset declaration inside the document has no say.
        parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        root = lxml.html.document_fromstring(source.encode("utf-8"), parser=parser)
        _part_labels(root)
        text = "".join(_walk(root))
    except (lxml.etree.LxmlError, ValueError, RecursionError, AssertionError):
        text = re.sub(r"<[^>]{0,5000}>", " ", source)
    text = visible(text)
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", re.sub(r"[ \t]+", " ", text))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _walk(node: lxml.html.HtmlElement) -> list[str]:
    tag = node.tag if isinstance(node.tag, str) else ""
    if not tag or _SKIP.fullmatch(tag) or _is_hidden(node):
        return []
    if tag == "br":
        return ["\n"]
    if tag == "hr":
        return ["\n"]
    if tag == "tr":
        return ["\n", _row(node), "\n"]
    if tag == "table" and (pairs := _headed_record(node)):
        return ["\n", pairs, "\n"]
    if tag == "dt":
        return ["\n", _flat(node).rstrip(" :"), " : "]
    inside = _inside(node, keep_lines=tag == "pre")
    if tag in ("b", "strong") and _is_label(node, "".join(inside)):
        return [*inside, " :"]
    if tag == "dd":
        return [re.sub(r"\s+", " ", "".join(inside)).strip(), "\n"]
    if tag == "li":
        return ["\n- ", "".join(inside).strip(), "\n"]
    if tag == "blockquote" and _is_cited(node):
        lines = html_lines("".join(inside))
        return ["\n", "\n".join(f"> {line}" for line in lines), "\n"]
    if tag in ("p", "h1", "h2", "h3", "h4"):
        return ["\n", *inside, "\n\n"] if tag != "p" else ["\n", *inside, "\n"]
    if _BLOCK.fullmatch(tag) or _APART.search(node.get("style") or ""):
        return ["\n", *inside, "\n"]
    return inside


def html_lines(text: str) -> list[str]:
    """Lines without the spaces and empty lines that markup leaves behind."""
    squeezed = re.sub(r"\n\s*\n\s*", "\n\n", re.sub(r"[ \t]+", " ", text)).strip()
    return [line.strip() for line in squeezed.split("\n")]


def _inside(node: lxml.html.HtmlElement, keep_lines: bool = False) -> list[str]:
    out = [_space(node.text, keep_lines)]
    for child in node:
        out.extend(_walk(child))
        out.append(_space(child.tail, keep_lines))
    return out


def _space(text: str | None, keep_lines: bool) -> str:
    if not text:
        return ""
    return text if keep_lines else re.sub(r"[ \t\r\n\f]+", " ", text)


def _flat(node: lxml.html.HtmlElement) -> str:
    return re.sub(r"\s+", " ", "".join(_inside(node))).strip()


def _row(row: lxml.html.HtmlElement) -> str:
    cells = [cell for cell in row if cell.tag in ("td", "th") and not _is_hidden(cell)]
    if any(cell.find(".//table") is not None for cell in cells):
        return "\n".join("".join(_inside(cell)).strip() for cell in cells)
    texts = ["\n".join(html_lines("".join(_inside(cell)))) for cell in cells]
    if len(texts) == 3 and re.fullmatch(r"#?\d{1,3}[.)]?", texts[0]):
        del texts[0]  # the row's number
    filled = [text for text in texts if text]
    if len(cells) > 1 and all(cell.tag == "th" for cell in cells):
        return ", ".join(filled)  # what the columns are called, no pair
    if len(texts) == 2 and texts[0] and len(texts[0]) <= _LABEL and "\n" not in texts[0]:
        return f"{texts[0].rstrip(' :')} : {re.sub(chr(10) + '+', ', ', texts[1])}"
    if len(texts) == 3 and texts[0] and texts[1] == ":":
        return f"{texts[0]} : {texts[2]}"
    heads = [_is_head(cell) for cell in cells]
    alternate = len(heads) == len(texts) and heads == [True, False] * (len(texts) // 2)
    if len(texts) in (4, 6) and (alternate or all(t.rstrip().endswith(":") for t in texts[::2])):
        pairs = zip(texts[::2], texts[1::2], strict=True)
        return "\n".join(f"{label.rstrip(' :')} : {value}" for label, value in pairs)
    if any("\n" in text for text in filled) or not filled:
        return "\n".join(filled)
    return " | ".join(texts if len(texts) in (4, 6) else filled)  # labels and values by turns, perhaps


def _headed_record(table: lxml.html.HtmlElement) -> str:
    """A table of one header row and one row of values: one line each."""
    rows = [row for row in table.iter("tr") if len(row)]
    if len(rows) != 2 or table.find(".//table") is not None:
        return ""
    heads, cells = list(rows[0]), list(rows[1])
    if len(heads) != len(cells) or len(heads) < 2 or not all(map(_is_head, heads)):
        return ""
    if any(cell.tag != "td" or _is_head(cell) for cell in cells):
        return ""
    pairs = zip(heads, cells, strict=True)
    return "\n".join(f"{_flat(head).rstrip(' :')} : {_flat(cell)}" for head, cell in pairs)


def _is_head(cell: lxml.html.HtmlElement) -> bool:
    """True for a cell that says what others hold: a `th`, or bold words and nothing else."""
    bold = "".join(part.text_content() for part in cell.iter("b", "strong")).strip()
    return cell.tag == "th" or (bool(bold) and bold == cell.text_content().strip())


def _part_labels(root: lxml.html.HtmlElement) -> None:
    """Puts a colon behind the bold words (or labels) that lead many lines: `<b>IBAN</b> LU…`."""
    leads = [node for node in root.iter("b", "strong", "label") if _leads_line(node)]
    if len(leads) >= _LED:
        for node in leads:
            node.tail = f" : {node.tail or ''}"


def _leads_line(node: lxml.html.HtmlElement) -> bool:
    before = node.getprevious()
    starts = before.tag == "br" and not (before.tail or "").strip() if before is not None else _opens(node)
    label = re.sub(r"\s+", " ", node.text_content()).strip()
    follows = re.match(r"\s*[^\s:,;.)!?–-]", node.tail or "")
    return starts and bool(follows) and bool(re.fullmatch(r"\w[^:.!\n]{1,60}[\w)?*]", label))


def _is_label(node: lxml.html.HtmlElement, text: str) -> bool:
    """Whether bold words stand alone on their line, over the value: `<b>IBAN</b><br>LU…`."""
    before, after = node.getprevious(), node.getnext()
    starts = before.tag == "br" and not (before.tail or "").strip() if before is not None else _opens(node)
    ends = after is not None and after.tag == "br" and not (node.tail or "").strip()
    return starts and ends and bool(re.fullmatch(r"\s*\w[^:.!?\n]{1,60}\w\)?\s*", text))


def _opens(node: lxml.html.HtmlElement) -> bool:
    parent = node.getparent()
    return parent is not None and not (parent.text or "").strip()


def _is_hidden(node: lxml.html.HtmlElement) -> bool:
    return "hidden" in node.attrib or bool(_HIDDEN.search(node.get("style") or ""))


def _is_cited(node: lxml.html.HtmlElement) -> bool:
    if (node.get("type") or "").lower() == "cite" or node.get("cite"):
        return True
    if _QUOTE_CLASSES.search(node.get("class") or ""):
        return True
    parent = node.getparent()
    return parent is not None and bool(_QUOTE_CLASSES.search(parent.get("class") or ""))
