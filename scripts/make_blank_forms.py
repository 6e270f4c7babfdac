"""Make the blank forms that ship: outbox_templates/blank_forms/<kind>.pdf and .docx.

Their text is in outbox_templates/blank_forms/source, their labels in parsers/forms. The same input
gives the same bytes at every run. Usage: python scripts/make_blank_forms.py [FOLDER]
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from blank_forms.layout import KINDS, load_layout  # noqa: E402 - needs the path above
from blank_forms.pdf import make_pdf  # noqa: E402 - needs the path above
from blank_forms.word import make_docx  # noqa: E402 - needs the path above

FOLDER = ROOT / "outbox_templates" / "blank_forms"


def make_all(target: Path) -> None:
    """Write every blank into the folder `target`."""
    target.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        layout = load_layout(kind, FOLDER / "source")
        (target / f"{kind}.pdf").write_bytes(make_pdf(layout))
        (target / f"{kind}.docx").write_bytes(make_docx(layout))


def print_all(folder: Path) -> None:
    """Write each Word blank as the PDF that LibreOffice makes of it; its bytes differ from time to time."""
    program = shutil.which("soffice")
    if program is None:
        print("LibreOffice is not here: the Word blanks are not printed anew")
        return
    with tempfile.TemporaryDirectory() as profile:
        command = [program, f"-env:UserInstallation={Path(profile).as_uri()}", "--headless"]
        command += ["--convert-to", "pdf:writer_pdf_Export", "--outdir", str(folder / "printed")]
        subprocess.run([*command, *map(str, sorted(folder.glob("*.docx")))], check=True, timeout=300)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    make_all(target)
    print_all(target)
