"""Public files, signed and damaged: a result for every one, never an exception."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from parsers.documents.docx import read_docx
from parsers.documents.pdf import read_pdf
from parsers.forms import load_forms
from parsers.signatures import find_signatures
from parsers.signing.trust import trust_anchors
from parsers.types import ReadOptions

OPTIONS = ReadOptions()


@pytest.mark.corpora
@pytest.mark.no_cover  # other tests run the same lines
@pytest.mark.timeout(300)
def test_every_pdf_and_docx_gives_a_result(corpora: Path) -> None:
    form = load_forms().for_kind("nda")
    statuses = {}
    for path in sorted((corpora / "pdf").rglob("*.pdf")):
        data = path.read_bytes()
        statuses[path.name] = find_signatures(data, read_pdf(data, OPTIONS), form, OPTIONS).status
    for path in sorted((corpora / "docx").rglob("*.docx")):
        data = path.read_bytes()
        statuses[path.name] = find_signatures(data, read_docx(data, OPTIONS), form, OPTIONS).status
    assert len(statuses) > 100
    assert statuses["form-update-override-appearance-stream-sneaky.pdf"] == "digital_invalid"
    assert statuses["tail-uncovered.pdf"] == "digital_invalid"
    assert statuses["minimal-two-fields-signed-twice.pdf"] == "digital_untrusted"
    assert statuses["pades-lta-dss-indirect-arrs-test.pdf"] == "digital_untrusted"
    assert "digital_valid" not in statuses.values()


@pytest.mark.corpora
def test_hostile_xml_among_the_anchors_gives_none(corpora: Path) -> None:
    assert trust_anchors((*(str(p) for p in sorted((corpora / "trust").rglob("*.xml"))),)) == ()


def test_the_front_door_is_cheap_to_import() -> None:
    code = (
        "import json, sys; import parsers.signatures; "
        "print(json.dumps([m for m in ('pyhanko', 'cv2', 'numpy', 'PIL', 'pypdfium2') if m in sys.modules]))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert json.loads(out.stdout) == []
