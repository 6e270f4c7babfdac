"""LibreOffice as a converter of old and foreign text formats: a program of its own, in a folder of its own.

It runs inside a reading process, which bounds its memory and ends it with itself. Its profile is made anew
for each file: macros are off, links are not updated, the way to the network leads nowhere.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Literal

from parsers.documents.converting import Convert
from parsers.types import Problem, ReadOptions

MOST_SECONDS = 40.0
_SHARE = 0.5  # of what one reading may take: what is made is still to be read
Target = Literal["docx", "pdf"]
_FILTERS: dict[Target, str] = {"docx": "docx:MS Word 2007 XML", "pdf": "pdf:writer_pdf_Export"}
_EXTENSIONS = {
    # Read without LibreOffice, but shown as pages with it.
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/msword": "doc",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/rtf": "rtf",
    "text/rtf": "rtf",
}
_SETTINGS = (
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("/org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("/org.openoffice.Inet/Settings", "ooInetProxyType", "2"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)


def converter(options: ReadOptions, to: Target = "docx") -> Convert | None:
    """What turns such files into Word files to read or PDFs to show; None without LibreOffice.

    A Word file keeps tables, form fields and tracked changes, which a PDF has as marks on a page.
    """
    if not options.libreoffice:
        return None
    program = options.libreoffice
    seconds = min(MOST_SECONDS, options.seconds * _SHARE)

    def convert(data: bytes, media_type: str) -> bytes | Problem:
        return _converted(program, data, media_type, to, seconds, options.max_bytes)

    return convert


def _converted(
    program: str, data: bytes, media_type: str, to: Target, seconds: float, max_bytes: int
) -> bytes | Problem:
    with tempfile.TemporaryDirectory(prefix="lo-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source = folder / f"document.{_EXTENSIONS[media_type]}"
        source.write_bytes(data)
        _write_profile(folder / "profile" / "user")
        command = [
            program,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--norestore",
            "--nolockcheck",
            "--convert-to",
            _FILTERS[to],
            "--outdir",
            str(folder / "out"),
            str(source),
        ]
        try:
            _run(command, folder, seconds)
        except subprocess.TimeoutExpired:
            return Problem(code="timeout", message="Converting the file took too long.")
        except OSError:
            return Problem(code="unsupported", message="The program that converts files does not start.")
        made = folder / "out" / f"document.{to}"
        # LibreOffice ends with 0 also where it could not load the file: only what it made counts.
        if not made.is_file() or made.stat().st_size == 0:
            return Problem(code="damaged", message="The file cannot be converted.")
        if made.stat().st_size > max_bytes:
            return Problem(code="too_large", message="What was made of the file is too large.")
        return made.read_bytes()


def _run(command: list[str], folder: Path, seconds: float) -> None:
    """Raises TimeoutExpired when nothing that was started runs any more, and OSError."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    ) as process:
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            # soffice only starts others. They stay in the reader's process group, so that they end with it.
            started = _descendants(process.pid)
            process.kill()
            for pid in started:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            raise


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return found
    for child in map(int, children.split()):
        found += [child, *_descendants(child)]
    return found


def _write_profile(user: Path) -> None:
    user.mkdir(parents=True)
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _SETTINGS
    )
    (user / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        f"{items}</oor:items>"
    )
