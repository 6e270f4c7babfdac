"""What a Word form's content controls and legacy form fields hold, as widgets."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from parsers.documents.docx_xml import attribute, child, integer, is_on, local
from parsers.documents.reading import Widget, WidgetKind, WidgetSource
from parsers.folding import fold
from parsers.no_value import is_hint

EMPTY_CONTROL = "\ufffc"
Repeat = tuple[str, int]
"""Inside a repeating section: its tag, and the number of this copy."""
# Word's style of prompts; its id is translated with the program.
_PROMPT_STYLE = re.compile(r"placeholder|platzhalter|espacer[eé]serv", re.IGNORECASE)


def _shows_prompt(properties: Any, written: str, label: str) -> bool:
    """Whether a content control shows its prompt instead of a value.

    Word takes the mark off when somebody writes; a program that fills the control in may leave it on.
    """
    if not is_on(child(properties, "showingPlcHdr")):
        return False
    styled = (attribute(e, "val") or "" for e in properties.getparent().iter() if local(e) == "rStyle")
    if child(properties, "placeholder") is not None or any(_PROMPT_STYLE.search(name) for name in styled):
        return True
    return is_hint(written) or fold(written) in (fold(label), "")


def content_control(properties: Any, written: str, repeat: Repeat | None) -> tuple[Widget | None, str]:
    """The widget of a content control, and the text that stands for it in the flow."""
    if is_container(properties) or child(properties, "picture") is not None:
        return None, written
    name = _numbered(tag_of(properties), repeat)
    alias_element = child(properties, "alias")
    label = (attribute(alias_element, "val") or "") if alias_element is not None else ""
    box = child(properties, "checkbox")
    if box is not None:
        checked = is_on(child(box, "checked")) if child(box, "checked") is not None else False
        shown = "☒" if checked else "☐"
        widget = _tick_box(name, "docx_control", label, checked)
        # What is seen and what is stored can differ after careless copying.
        if written in ("☒", "☑", "✓", "☐") and (written != "☐") != checked:
            widget = replace(widget, doubtful=True)
        return widget, shown
    empty = _shows_prompt(properties, written, label) or not written.strip(" \u2002_.…\n\t")
    kind: WidgetKind = "text"
    value = "" if empty else written
    options: tuple[tuple[str, str], ...] = ()
    listed = child(properties, "dropDownList")
    listed = child(properties, "comboBox") if listed is None else listed
    if listed is not None:
        kind = "choice"
        items = [i for i in listed if local(i) == "listItem"]
        options = tuple(
            (
                attribute(i, "value") or attribute(i, "displayText") or "",
                attribute(i, "displayText") or attribute(i, "value") or "",
            )
            for i in items
        )
        by_text = {shown.strip(): export for export, shown in options}
        if value in by_text:
            value = by_text[value]  # empty for the list's own "choose one"
    date = child(properties, "date")
    if date is not None:
        kind = "date"
        full = attribute(date, "fullDate")
        if full and not empty and not re.search(r"\d", written):
            value = full[:10]
    shown = EMPTY_CONTROL if not value else written
    return Widget(name, kind, "docx_control", value=value, label=label, options=options), shown


def _numbered(tag: str, repeat: Repeat | None) -> str:
    """A control's name inside a repeating section: every copy carries the same tag."""
    if repeat is None:
        return tag
    section, index = repeat
    match = re.fullmatch(r"(.+?)\.\d+\.(.+)", tag)
    if match:
        return f"{match[1]}.{index}.{match[2]}"
    if section and tag.startswith(section + "."):
        return f"{section}.{index}.{tag[len(section) + 1 :]}"
    return f"{section}.{index}.{tag}" if section else tag


def _tick_box(name: str, source: WidgetSource, label: str, checked: bool) -> Widget:
    return Widget(
        name, "checkbox", source, checked=checked, label=label, value="true" if checked else "", export=name
    )


def legacy_field(data: Any, written: str) -> tuple[Widget, str]:
    """The widget of a legacy form field, and the text that stands for it in the flow."""
    named = child(data, "name")
    name = (attribute(named, "val") or "") if named is not None else ""
    helps = [child(data, n) for n in ("statusText", "helpText")]
    label = next((attribute(h, "val") or "" for h in helps if h is not None), "")
    box = child(data, "checkBox")
    listed = child(data, "ddList")
    if box is not None:
        state = child(box, "checked")
        checked = is_on(state) if state is not None else is_on(child(box, "default"))
        widget = _tick_box(name, "docx_field", label, checked)
        shown = "☒" if checked else "☐"
    elif listed is not None:
        entries = [attribute(e, "val") or "" for e in listed if local(e) == "listEntry"]
        result = child(listed, "result")
        index = integer(attribute(result, "val"), 0) if result is not None else None
        value = entries[index] if index is not None and 0 <= index < len(entries) else written.strip()
        widget = Widget(
            name,
            "choice",
            "docx_field",
            value=value.strip(),
            label=label,
            options=tuple((e, e) for e in entries),
            doubtful=index is None,
        )
        shown = value or EMPTY_CONTROL
    else:
        value = written.replace("\u2002", " ").strip()
        default = child(child(data, "textInput"), "default") if child(data, "textInput") is not None else None
        widget = Widget(
            name,
            "text",
            "docx_field",
            value=value,
            label=label,
            default=(attribute(default, "val") or "") if default is not None else "",
        )
        shown = value or EMPTY_CONTROL
    return widget, shown


def tag_of(properties: Any) -> str:
    tag = child(properties, "tag")
    return (attribute(tag, "val") or "") if tag is not None else ""


def is_container(properties: Any | None) -> bool:
    """True for controls that only group others."""
    if properties is None:
        return False
    kinds = {local(p) for p in properties}
    return bool(kinds & {"group", "docPartObj", "docPartList", "repeatingSection", "repeatingSectionItem"})


def repeating_item(wrapper: Any | None) -> tuple[str, int] | None:
    """(tag of the repeating section, number of this copy) for what stands directly in one."""
    if wrapper is None or local(wrapper) != "sdtContent":
        return None
    item = wrapper.getparent()
    properties = child(item, "sdtPr")
    if properties is None or child(properties, "repeatingSectionItem") is None:
        return None
    content = item.getparent()
    section = content.getparent() if content is not None else None
    if section is None:
        return None
    siblings = [c for c in content if local(c) == "sdt"]
    section_properties = child(section, "sdtPr")
    return (tag_of(section_properties) if section_properties is not None else "", siblings.index(item))
