"""A DOCX -> Reading: what a person who opens it sees, in reading order, and its form fields.

Content controls, legacy form fields, tables (nested, merged, wrapped in controls), text boxes, headers
and footers. Tracked changes are read as accepted. ECMA-376 Part 1; the w14 check box is [MS-DOCX].
"""

from __future__ import annotations

import hashlib
import posixpath
from functools import lru_cache
from typing import Any, Literal

from parsers.documents.docx_body import BodyWalk
from parsers.documents.docx_xml import local
from parsers.documents.package import SMALL_PART, Package, PackageProblem, parse_xml
from parsers.documents.reading import SCRIBBLE, Block, Picture, Reading
from parsers.types import Problem, ReadOptions

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_RELS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_MAX_PICTURES = 200
Side = Literal["header", "footer"]


def read_docx(data: bytes, options: ReadOptions) -> Reading:
    """What the document holds. Never raises for damaged input; the reading's notes say what went wrong."""
    notes: list[Problem] = []
    try:
        package = Package(data, options)
        if any(name.lower().endswith("vbaproject.bin") for name in package.names()):
            message = "The document carries macros; they were not run."
            notes.append(Problem(code="macro", message=message))
        main = _main_part(package)
        root = package.xml(main)
        if root is None:
            raise PackageProblem("damaged", "The document has no main part.")
        walk = BodyWalk()
        relations = _relations(package, main)
        for kind in ("header", "footer"):
            for _name, target in relations.items():
                if target[0].endswith("/" + kind):
                    _side_part(package, target[1], kind, walk if kind == "header" else None, notes)
        walk.body(root)
        for target in relations.values():
            if target[0].endswith("/footer"):
                _side_part(package, target[1], "footer", walk, notes)
    except PackageProblem as error:
        return Reading(MEDIA_TYPE, notes=(*notes, error.problem))
    except RecursionError:
        return Reading(
            MEDIA_TYPE, notes=(*notes, Problem(code="bomb", message="The document is nested too deeply."))
        )
    return Reading(
        MEDIA_TYPE,
        blocks=tuple(walk.blocks),
        widgets=tuple(walk.widgets),
        pictures=tuple(_pictures(package, relations, walk, notes)),
        notes=tuple(notes),
        page_count=0,
        title=_title(package),
    )


def _main_part(package: Package) -> str:
    rels = package.xml("_rels/.rels")
    for relation in rels.iter(_RELS) if rels is not None else ():
        if relation.get("Type", "").endswith("/officeDocument"):
            return str(relation.get("Target", "")).lstrip("/")
    return "word/document.xml"


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Relation id -> (type, part name). External targets are never followed."""
    folder, name = posixpath.split(part)
    rels = package.xml(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
    found: dict[str, tuple[str, str]] = {}
    for relation in rels.iter(_RELS) if rels is not None else ():
        if relation.get("TargetMode") == "External":
            continue
        target = relation.get("Target", "")
        full = (
            target.lstrip("/")
            if target.startswith("/")
            else posixpath.normpath(posixpath.join(folder, target))
        )
        found[relation.get("Id", "")] = (relation.get("Type", ""), full)
    return found


def _side_part(package: Package, name: str, kind: str, walk: BodyWalk | None, notes: list[Problem]) -> None:
    """A header or footer. A damaged one costs only itself."""
    if walk is None:
        return
    place: Side = "header" if kind == "header" else "footer"
    try:
        data = package.read(name)
        small = data is not None and len(data) <= SMALL_PART and not walk.in_a_field
        paragraphs = _paragraphs_alone(data, name, place) if small and data is not None else None
        root = package.xml(name) if paragraphs is None else None
    except PackageProblem as error:
        notes.append(error.problem)
        return
    walk.blocks += paragraphs or ()
    if root is not None:
        walk.side(root, place)


@lru_cache(maxsize=32)
def _paragraphs_alone(data: bytes, name: str, place: Side) -> tuple[Block, ...] | None:
    """The paragraphs of a header or footer, None where there is anything else in it. Kept."""
    walk = BodyWalk()
    walk.side(parse_xml(data, name), place)
    return tuple(walk.blocks) if walk.words_alone else None


def _pictures(
    package: Package, relations: dict[str, tuple[str, str]], walk: BodyWalk, notes: list[Problem]
) -> list[Picture]:
    found = []
    for relation_id, block in walk.pictures[:_MAX_PICTURES]:
        target = relations.get(relation_id)
        if target is None:
            continue
        try:
            data = package.read(target[1])
        except PackageProblem as error:
            notes.append(error.problem)
            continue
        if data:
            found.append(Picture(None, None, _pixel_size(data), hashlib.sha256(data).hexdigest(), block))
    return found + [Picture(None, None, (0, 0), SCRIBBLE, block) for block in walk.scribbles]


def _pixel_size(data: bytes) -> tuple[int, int]:
    import io

    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return (0, 0)  # a vector picture, or a damaged one


def _title(package: Package) -> str:
    try:
        core = package.xml("docProps/core.xml")
    except PackageProblem:
        return ""
    title: Any = next((e for e in core.iter() if local(e) == "title"), None) if core is not None else None
    return (title.text or "").strip() if title is not None else ""
