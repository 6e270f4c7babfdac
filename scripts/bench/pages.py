"""How long the reviewer waits: the queue's pages, and an entry with a scan of 20 pages, in a grown store."""

from __future__ import annotations

import html
import http.client
import io
import math
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import pypdfium2
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from mailbot.adapters.clock import FixedClock
from mailbot.adapters.store.sql import SqlStore, open_store
from mailbot.bootstrap import Service
from mailbot.config import load_config
from mailbot.demo.filling import filled_pdf
from mailbot.demo.papers import scanned
from mailbot.web.accounts import hashed
from mailbot.web_rows import UserRow
from parsers.types import ReadOptions
from scripts.bench.growth import CONFIGURATION, UNTIL, Known
from scripts.grow.__main__ import grow
from scripts.grow.store import Size
from tests.builders import FORMULAIRE_1
from tests.fakes import MemoryMailbox, MemoryMailer

_NAME, _PASSWORD = "claire", "une phrase assez longue"
_LINE = "le logiciel affiche, imprime et transmet ce que la notice décrit."
_PAGES = 20
_START_SECONDS = 30
_WARM = 10
_LISTS: tuple[dict[str, str], ...] = (
    {},
    {"page": "2"},
    {"sort": "age"},
    {"sort": "deadline"},
    {"tab": "mine"},
    {"tab": "waiting"},
    {"tab": "labelling"},
    {"tab": "closed"},
    {"code": "low_confidence"},
    {"step": "E1"},
    {"page": "50"},
)


def pages(size: Size, requests: int) -> dict[str, Any]:
    """Milliseconds of wall clock, as a browser on the same machine sees them; p95 unless named otherwise.

    Every fifth page of the queue comes after a decision, which makes the app read the queue again.
    """
    with tempfile.TemporaryDirectory(prefix="mailbot-pages-") as made:
        folder, port = Path(made), _free_port()
        (folder / "config.toml").write_text(f'{CONFIGURATION}[web]\nlisten = "127.0.0.1:{port}"\n')
        grow(load_config(folder / "config.toml"), size, until=UNTIL, files=False)
        entry_id = _receive_scan(folder)
        with _served(folder, port) as visitor:
            queue = [_one_of_the_queue(visitor, n) for n in range(_WARM + requests)]
            entry, first = _longest(visitor, entry_id)
            pictures = visitor.pictures()
            drawn = [visitor.timed(path) for path in pictures]
            entries = [visitor.timed(entry) for _ in range(requests)]
            kept = [visitor.timed(path) for path in pictures]
    return {
        "archived_mails": size.mails,
        "open_entries": size.open_entries,
        "queue_p95_ms": _p95(queue[_WARM:]),
        "queue_slowest_ms": round(max(queue), 1),
        "entry_first_ms": round(first, 1),
        "entry_p95_ms": _p95(entries),
        "pictures": len(pictures),
        "picture_drawn_p95_ms": _p95(drawn),
        "picture_kept_p95_ms": _p95(kept),
    }


def _one_of_the_queue(visitor: _Visitor, number: int) -> float:
    if number % 5 == 4:
        visitor.get("/queue")
        visitor.postpone(visitor.entries()[number % 10])
    return visitor.timed(f"/queue?{urlencode(_LISTS[number % len(_LISTS)])}")


def _longest(visitor: _Visitor, entry_id: int) -> tuple[str, float]:
    """The address that shows the document with the most pages, and how long its first visit took."""
    visitor.get(f"/entry/{entry_id}")
    shown = []
    for path in [f"/entry/{entry_id}{said}" for said in visitor.documents()] or [f"/entry/{entry_id}"]:
        milliseconds = visitor.timed(path)
        shown.append((len(visitor.pictures()), path, milliseconds))
    _, path, first = max(shown)
    visitor.get(path)
    return path, first


def _p95(milliseconds: list[float]) -> float:
    return round(sorted(milliseconds)[math.ceil(0.95 * len(milliseconds)) - 1], 1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _receive_scan(folder: Path) -> int:
    """Open an account and let a mail with a scan of 20 pages come in; returns the entry in the queue."""
    raw = _mail_with(scanned(_thick_paper()))
    config = load_config(folder / "config.toml")
    mailbox = MemoryMailbox()
    mailbox.deliver(raw, UNTIL)
    service = Service(
        config,
        FixedClock(UNTIL + timedelta(hours=1)),
        lambda: open_store(config.store.url),
        lambda: Known([raw], ReadOptions(seconds=600)),
        lambda: mailbox,
        MemoryMailer,
    )
    try:
        service.intake.once()
        service.processing.run()
        store = cast(SqlStore, service.store)
        store.add_user(UserRow(_NAME, "reviewer", hashed(_PASSWORD), False, UNTIL))
        return max(entry.id for entry in store.entries())
    finally:
        service.close()


def _thick_paper() -> bytes:
    """A Formulaire 1 without its signature, with an annex: 20 pages."""
    form = pypdfium2.PdfDocument(filled_pdf("formulaire_1", FORMULAIRE_1))
    annex = io.BytesIO()
    drawing = canvas.Canvas(annex, pagesize=A4, invariant=1)
    for page in range(_PAGES - len(form)):
        for line in range(6):
            drawing.drawString(60, 780 - 110 * line, f"Annexe {page + 1}, ligne {line + 1} : {_LINE}")
        drawing.showPage()
    drawing.save()
    form.import_pages(pypdfium2.PdfDocument(annex.getvalue()))
    out = io.BytesIO()
    form.save(out)
    return out.getvalue()


def _mail_with(scan: bytes) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "papier@medisoft.example", "support@incert.test"
    message["Subject"], message["Message-ID"] = "Notre formulaire", "<papier@medisoft.example>"
    message["Date"] = format_datetime(UNTIL)
    message.set_content("Bonjour,\n\nVeuillez trouver notre formulaire scanné.\n")
    message.add_attachment(scan, maintype="application", subtype="pdf", filename="scan.pdf")
    return message.as_bytes()


class _Visitor:
    """A browser that keeps its connection, its cookies and the last page."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies: dict[str, str] = {}
        self._page = ""

    def timed(self, path: str) -> float:
        """Milliseconds until the whole answer is there."""
        begun = time.perf_counter()
        self.get(path)
        return (time.perf_counter() - begun) * 1000

    def get(self, path: str) -> None:
        self._ask("GET", path)

    def sign_in(self) -> None:
        self.get("/login")
        self._ask("POST", "/login", {"name": _NAME, "password": _PASSWORD, "token": self._hidden("token")})

    def postpone(self, entry: str) -> None:
        until = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
        values = {"csrf": self._hidden("csrf"), "action": "postpone", "entry": entry, "until": until}
        self._ask("POST", "/queue/bulk", values | {"count": "1"})

    def entries(self) -> list[str]:
        """The numbers of the entries that the page lists."""
        return re.findall(r'name="entry" value="(\d+)"', self._page)

    def pictures(self) -> list[str]:
        """The addresses of the document's pages."""
        return [html.unescape(found) for found in re.findall(r'src="(/entry/[^"]+\.png[^"]*)"', self._page)]

    def documents(self) -> list[str]:
        """The addresses under which the entry shows its documents."""
        return sorted({html.unescape(found) for found in re.findall(r'href="(\?doc=\d+[^"]*)"', self._page)})

    def _hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self._page)
        return html.unescape(found[1]) if found else ""

    def _ask(self, method: str, path: str, values: dict[str, str] | None = None) -> None:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if values is not None:
            origin = f"http://127.0.0.1:{self._connection.port}"
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin}
        self._connection.request(method, path, urlencode(values) if values else None, headers)
        answer = self._connection.getresponse()
        body = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, rest = cookie.partition("=")
            self._cookies[name] = rest.partition(";")[0]
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status}")
        if answer.headers.get_content_type() == "text/html":
            self._page = body.decode()


@contextmanager
def _served(folder: Path, port: int) -> Iterator[_Visitor]:
    """`mailbot web` as a process of its own, and somebody who has signed in."""
    command = [sys.executable, "-m", "mailbot.cli", "--config", str(folder / "config.toml"), "web"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield _arrived(port, process)
        finally:
            process.terminate()


def _arrived(port: int, process: subprocess.Popen[bytes]) -> _Visitor:
    until = time.monotonic() + _START_SECONDS
    while True:
        visitor = _Visitor(port)
        try:
            visitor.sign_in()
            return visitor
        except ConnectionError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.05)
