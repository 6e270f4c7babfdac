"""Signatures in DOCX packages: XML signatures (reported, not verified) and pasted pictures."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from parsers import zipped
from parsers.documents.reading import SCRIBBLE, Block, Picture, Reading
from parsers.folding import words_of
from parsers.signing.places import Role, label_of
from parsers.signing.roles import by_order, role_of_certificate
from parsers.types import FormDef, Signer

if TYPE_CHECKING:
    from parsers.signing.ink import Mark

_LARGEST = 30_000_000
_DAMAGE = (
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    OSError,
    zlib.error,
    RuntimeError,
    NotImplementedError,
    EOFError,
)
_XML_SIGNATURES = b"_xmlsignatures/"
"""How the names of such parts begin; names stand in a zip file as they are."""
_EMU_PER_POINT = 12_700.0
_USUAL_WIDTH = 150.0
"""Points: what a pasted signature commonly measures, where the file does not say."""
_LOOK_BACK = 8
"""Blocks before a picture in which its label is looked for."""


def package_signers(data: bytes, reading: Reading, form: FormDef | None) -> list[Signer]:
    """Digital signatures of the package, and pictures of signatures beside a signature label."""
    if not data.startswith(b"PK") or not (reading.pictures or _XML_SIGNATURES in data):
        return []
    try:
        package = zipped.opened(data)
        signers = [*_digital(package, reading), *_pictures(package, reading, form)]
    except _DAMAGE:
        return []
    return by_order(signers, form)


def _digital(package: zipfile.ZipFile, reading: Reading) -> Iterator[Signer]:
    for name in package.namelist():
        if name.startswith(_XML_SIGNATURES.decode()) and name.endswith(".xml") and "/_rels/" not in name:
            root = _xml(package, name)
            if root is None or not str(root.tag).endswith("}Signature"):
                continue
            signer, organisation = _subject(root)
            yield Signer(
                role=role_of_certificate(f"{signer or ''} {organisation}", reading),
                kind="digital",
                status="unknown",
                name=signer,
                signed_at=_time(root),
                evidence=("an XML signature of the package, not verified",),
            )


def _xml(package: zipfile.ZipFile, name: str) -> Any:
    from lxml import etree

    if package.getinfo(name).file_size > _LARGEST:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(package.read(name), parser)
    except etree.XMLSyntaxError:
        return None


def _subject(root: Any) -> tuple[str | None, str]:
    """Common name and organisation of the first certificate in the signature."""
    import base64

    from parsers.signing.trust import certificate_of

    for element in root.iter("{*}X509Certificate"):
        try:
            der = base64.b64decode("".join((element.text or "").split()), validate=True)
        except ValueError:
            continue
        certificate = certificate_of(der)
        if certificate is not None:
            native = certificate.subject.native
            return str(native.get("common_name") or "") or None, str(native.get("organization_name") or "")
    return None, ""


def _time(root: Any) -> datetime | None:
    for tag in ("{*}SigningTime", "{*}SignatureTime"):
        for element in root.iter(tag):
            text = " ".join("".join(element.itertext()).split()).split(" ")[-1]
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                continue
            return moment if moment.tzinfo else None
    return None


def _pictures(package: zipfile.ZipFile, reading: Reading, form: FormDef | None) -> Iterator[Signer]:
    if form is None or not reading.pictures:
        return
    files = {}
    for info in package.infolist():
        if "/media/" in info.filename and info.file_size <= _LARGEST:
            content = package.read(info)
            files[hashlib.sha256(content).hexdigest()] = (info.filename, content)
    widths = _widths(package)
    for picture in reading.pictures:
        role = _role_of(picture, reading, form)
        if role is not None and picture.digest == SCRIBBLE:
            # What it shows only a person can tell.
            yield Signer(role=role, kind="ink", status="unknown", evidence=("a line drawn by hand",))
            continue
        if role is None or picture.digest not in files:
            continue
        name, content = files[picture.digest]
        mark = _mark(content, widths.get(name.rsplit("/", 1)[-1], _USUAL_WIDTH))
        if mark is None or mark.kind not in ("signature", "stamp"):
            continue
        stamp = mark.kind == "stamp"
        yield Signer(
            role=role,
            kind="stamp" if stamp else "image",
            status="absent" if stamp else "handwritten",
            evidence=(mark.why,),
        )


def _widths(package: zipfile.ZipFile) -> dict[str, float]:
    """Media file -> the width in points at which the document shows it."""
    widths: dict[str, float] = {}
    relations = _xml(package, "word/_rels/document.xml.rels")
    body = _xml(package, "word/document.xml")
    if relations is None or body is None:
        return widths
    targets = {r.get("Id"): str(r.get("Target", "")).rsplit("/", 1)[-1] for r in relations}
    for drawing in body.iter("{*}inline", "{*}anchor"):
        extent = next(drawing.iter("{*}extent"), None)
        for blip in drawing.iter("{*}blip"):
            embedded = next((v for k, v in blip.attrib.items() if str(k).endswith("}embed")), None)
            if extent is not None and embedded in targets and str(extent.get("cx", "")).isdigit():
                widths[targets[embedded]] = float(extent.get("cx")) / _EMU_PER_POINT
    return widths


def _mark(content: bytes, width: float) -> Mark | None:
    """The largest mark of a picture that is shown that many points wide."""
    from PIL import Image, UnidentifiedImageError

    from parsers.signing.ink import flattened, marks_in

    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > _LARGEST or width <= 0:
                return None
            gray = flattened(image)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
    marks = marks_in(gray, 72.0 * gray.shape[1] / width, whole=True)
    return max(marks, key=lambda m: (m.box[2] - m.box[0]) * (m.box[3] - m.box[1]), default=None)


def _role_of(picture: Picture, reading: Reading, form: FormDef) -> Role | None:
    """Whose label stands with the picture, above it or before it; None where there is none."""
    if picture.block is None or not 0 <= picture.block < len(reading.blocks):
        return None
    here = reading.blocks[picture.block]
    if here.kind in ("header", "footer"):
        return None
    if here.cell is None and _after_the_places(picture.block, reading, form):
        return "unknown"  # pasted below the form's last place to sign: whose it is, the order tells
    before = [
        (label, block)
        for block in reversed(reading.blocks[max(0, picture.block - 40) : picture.block + 1])
        if (label := label_of(words_of(block.text.replace("\ufffc", " ")), form)) is not None
        and _together(block, here)
    ]
    near = [pair for pair in before if _near(pair[1], here, reading)]
    if not near:
        return None
    label = near[0][0]
    if not label.generic:
        return label.role
    return next((other.role for other, _ in before if not other.generic), label.role)


def _after_the_places(index: int, reading: Reading, form: FormDef) -> bool:
    """The last place to sign stands in a table before that block, and no further label follows."""
    labelled = [
        (n, block)
        for n, block in enumerate(reading.blocks)
        if block.kind not in ("header", "footer")
        and label_of(words_of(block.text.replace("\ufffc", " ")), form) is not None
    ]
    return bool(labelled) and labelled[-1][0] < index and labelled[-1][1].cell is not None


def _together(label: Block, here: Block) -> bool:
    """Of two columns of a table, the own one; the whole row for a label on the left."""
    if label.cell is None or here.cell is None or label.cell.table != here.cell.table:
        return True
    if label.cell.column <= here.cell.column < label.cell.column + label.cell.column_span:
        return True
    return label.cell.row == here.cell.row and label.cell.column < here.cell.column


def _near(label: Block, here: Block, reading: Reading) -> bool:
    at = {id(block): index for index, block in enumerate(reading.blocks)}
    if label.cell and here.cell and label.cell.table == here.cell.table:
        return here.cell.row - label.cell.row <= 4
    return at[id(here)] - at[id(label)] <= _LOOK_BACK
