"""Bombs, nests, damage: each costs itself only, in seconds and within the worker's memory, and says why."""

from __future__ import annotations

import io
import struct
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from types import SimpleNamespace
from typing import Any, get_args

import pikepdf
import pytest

from mailbot.adapters.workers import WorkerReaders
from mailbot.config import default_config
from mailbot.errors import ReadingFailed
from mailbot.importing import read_plan
from mailbot.policy import build_policy
from mailbot.references import References
from parsers.documents.xfa_form import read_xfa
from parsers.read import read_file
from parsers.types import MailReading, ProblemCode, ReadOptions
from parsers.values import parse_value
from rules.facts import Policy

LONGEST = 60.0
MOST_MEMORY = 2**30
OPTIONS = ReadOptions(ocr=False, seconds=40)
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
HEAD = b"From: Contact <contact@medilux.example>\nSubject: Formulaire\nMIME-Version: 1.0\n"
LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {x} "{f"&{y};" * 10}">' for y, x in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


@pytest.fixture(scope="module")
def readers() -> Iterator[WorkerReaders]:
    """Real reading processes; their limit is what the whole test holds them to."""
    with WorkerReaders(lambda: OPTIONS, workers=2, seconds=50, memory_mb=MOST_MEMORY >> 20) as pool:
        yield pool


@pytest.fixture
def policy() -> Policy:
    return build_policy(default_config(Path("config.toml")))


# What the files are made of


def archive(**members: bytes | str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members.items():
            target.writestr(name, data)
    return out.getvalue()


def archive_in_archive(depth: int) -> bytes:
    data = archive(**{"a.txt": b"x"})
    for _ in range(depth):
        data = archive(**{"a.zip": data})
    return data


def docx(body: str, before: str = "") -> bytes:
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="a" Type="x/officeDocument" Target="word/document.xml"/></Relationships>'
    )
    document = f"{before}<w:document {WORD}><w:body>{body}</w:body></w:document>"
    return archive(
        **{"[Content_Types].xml": "<Types/>", "_rels/.rels": relations, "word/document.xml": document}
    )


def pdf(xfa: bytes = b"", content: bytes = b"", side: float = 600) -> bytes:
    with pikepdf.new() as made:
        made.add_blank_page()
        made.pages[0].MediaBox = pikepdf.Array([0, 0, side, side])
        made.pages[0].Contents = pikepdf.Stream(made, content)
        if xfa:
            form = pikepdf.Dictionary(Fields=pikepdf.Array(), XFA=pikepdf.Stream(made, xfa))
            made.Root.AcroForm = made.make_indirect(form)
        out = io.BytesIO()
        made.save(out, compress_streams=True)
    return out.getvalue()


def pdf_of_objects(count: int) -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
        + b"".join(b"%d 0 obj<<>>endobj\n" % number for number in range(4, count))
        + b"trailer<</Root 1 0 R/Size %d>>\n%%%%EOF" % count
    )


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def nested_parts(depth: int) -> bytes:
    levels = (
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(depth)
    )
    return HEAD + b"".join(levels) + b"\nBonjour\n"


def attachments(count: int) -> bytes:
    parts = (
        b"--q\nContent-Disposition: attachment; filename=a%d.txt\n\nFichier %d\n" % (number, number)
        for number in range(count)
    )
    return HEAD + b"Content-Type: multipart/mixed; boundary=q\n\n" + b"".join(parts) + b"--q--\n"


def codes_of_file(readers: WorkerReaders, name: str, data: bytes) -> set[str]:
    return {problem.code for document in readers.read_file(name, data) for problem in document.problems}


# Files


@pytest.mark.parametrize(
    ("name", "make", "code"),
    [
        ("zeros.zip", lambda: archive(a=bytes(100_000_000)), "bomb"),
        ("nest.zip", lambda: archive_in_archive(40), "bomb"),
        ("laughs.docx", lambda: docx("<w:p><w:r><w:t>&i;</w:t></w:r></w:p>", LAUGHS), "bomb"),
        ("wide.docx", lambda: docx("<w:p/>" * 2_000_000), "bomb"),
        ("deep.docx", lambda: docx("<w:tbl><w:tr><w:tc>" * 5000), "empty"),
        ("laughs.pdf", lambda: pdf(xfa=f"{LAUGHS}<x>&i;</x>".encode()), "empty"),
        ("zeros.pdf", lambda: pdf(xfa=b"<x>" + bytes(200_000_000)), "bomb"),
        ("deep.pdf", lambda: pdf(xfa=b"<a>" * 100_000), "empty"),
        ("objects.pdf", lambda: pdf_of_objects(1_000_000), "empty"),
        ("box.pdf", lambda: pdf(side=1e9, content=b"0 0 m 1 1 l S"), "empty"),
        ("lines.pdf", lambda: pdf(content=b"0 0 m 1 1 l S\n" * 300_000), "empty"),
    ],
)
def test_a_hostile_file_says_what_it_is(
    readers: WorkerReaders, name: str, make: Callable[[], bytes], code: str
) -> None:
    assert code in codes_of_file(readers, name, make())


@pytest.mark.parametrize(
    ("width", "height", "code"), [(60_000, 60_000, "bomb"), (19_000, 19_000, "too_large")]
)
def test_an_image_of_too_many_pixels_is_not_unpacked(width: int, height: int, code: str) -> None:
    options = OPTIONS.model_copy(update={"ocr": True})
    with WorkerReaders(lambda: options, seconds=20, memory_mb=512) as readers:
        assert codes_of_file(readers, "a.png", png(width, height)) == {code}


# Mails


@dataclass(frozen=True)
class Case:
    name: str
    make: Callable[[], bytes]
    code: str | None
    check: Callable[[MailReading], Any] = lambda reading: True


MAILS = [
    Case("10,000 nested parts", lambda: nested_parts(10_000), "damaged"),
    Case("5,000 attachments", lambda: attachments(5000), "truncated", lambda r: len(r.documents) == 301),
    Case(
        "a header of 50 MB in one line",
        lambda: HEAD + b"X-A: " + b"x" * 50_000_000 + b"\n\nBonjour\n",
        "too_large",
        lambda r: r.message.text.strip() == "Bonjour" and r.message.subject == "Formulaire",
    ),
    Case(
        "a header of 50 MB in many lines",
        lambda: HEAD + b"X-A: b\n" * 7_000_000 + b"\nBonjour\n",
        "too_large",
        lambda r: r.message.text.strip() == "Bonjour",
    ),
    Case("a mail of 70 MB", lambda: HEAD + b"\n" + b"x" * 70_000_000, "too_large"),
    Case(
        "forwarded 2,000 times",
        lambda: (HEAD + b"Content-Type: message/rfc822\n\n") * 2000 + b"Bonjour",
        "damaged",
    ),
    Case("70,000 addresses", lambda: b"To: " + b"a@b.example, " * 70_000 + b"\n\nx", None),
    Case("open comments", lambda: b"From: a@b.example\nTo: " + b"(" * 900_000 + b"\n\nx", None),
    Case(
        "NUL bytes",
        lambda: b"From: a@b.example\0\nSubject: a\0b\n\nBon\0jour\n",
        None,
        lambda r: r.message.text.strip() == "Bonjour" and not r.message.parts,
    ),
    Case(
        "lone surrogates",
        lambda: b"From: \xed\xa0\x80 <a@b.example>\nSubject: =?utf-8?b?7aCA?=\n\n\xed\xbf\xbf Bonjour\n",
        None,
        lambda r: "Bonjour" in r.message.text and r.message.model_dump_json(),
    ),
    Case(
        "line ends in an encoded name",
        lambda: b"From: =?utf-8?q?A=0D=0ABcc:_x@y.example?= <a@b.example>\r\n\n\rBonjour\r",
        None,
        lambda r: r.message.sender.email == "a@b.example" and "bcc" not in r.message.headers,
    ),
    Case("tables in tables", lambda: b"Content-Type: text/html\n\n" + b"<table><tr><td>" * 60_000, None),
    Case("angle brackets", lambda: b"Content-Type: text/html\n\n" + b"<" * 400_000, None),
    Case("at signs", lambda: HEAD + b"\n" + b"a@" * 100_000, None),
    Case("digits", lambda: HEAD + b"\n" + b"1 " * 100_000, None),
    Case("one number of 100,000 digits", lambda: HEAD + b"\n" + b"IBAN " + b"9" * 100_000, None),
    Case("spaces", lambda: HEAD + b"\n" + b" " * 200_000 + b"x", None),
]


@pytest.mark.parametrize("case", MAILS, ids=lambda case: case.name)
def test_a_hostile_mail_is_read_as_far_as_it_goes(readers: WorkerReaders, case: Case) -> None:
    reading = readers.read_mail(case.make())
    codes = {p.code for p in reading.message.problems}
    assert codes == ({case.code} if case.code else set())
    assert case.check(reading)


# Values and lists


def test_a_number_that_python_refuses_is_malformed() -> None:
    assert parse_value("int", "9" * 5000).problem == "malformed"


def test_a_reference_of_thousands_of_digits_is_none() -> None:
    assert References(b"k" * 32).find(f"SONS2-{'9' * 5000}-ABCD") == ()


def test_a_csv_that_is_none_names_its_line(policy: Policy) -> None:
    plan = read_plan("designation;email\n" + '"' + "x" * 200_000, policy, datetime(2026, 1, 5, tzinfo=UTC))
    assert [problem.line for problem in plan.problems] == [2]


def test_undeclared_prefixes_in_xfa_data_are_names_like_others() -> None:
    data = b"<x xmlns:d='http://www.xfa.org/schema/xfa-data/1.0/'><d:data><p:a>1</p:a></d:data></x>"
    assert [(w.name, w.value) for w in read_xfa(data)[0].widgets] == [("p:a", "1")]


def test_when_the_seconds_are_over_what_is_left_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(0, 10_000, 25))
    monkeypatch.setattr("parsers.read.time", SimpleNamespace(monotonic=lambda: next(ticks)))
    documents = read_file("a.zip", archive(**{f"{n}.txt": b"Bonjour" for n in range(3)}), OPTIONS)
    assert [[p.code for p in d.problems] for d in documents] == [[], ["timeout"], ["timeout"]]


# The public files


@dataclass(frozen=True)
class Measured:
    file: str
    seconds: float
    failed: str
    codes: tuple[str, ...]


@pytest.mark.corpora
def test_every_public_file_gives_a_result_or_a_typed_problem(corpora: Path) -> None:
    files: SimpleQueue[Path] = SimpleQueue()
    for path in sorted(corpora.rglob("*")):
        if path.is_file() and path.parent != corpora and "LICENSES" not in path.parts:
            files.put(path)
    measured: list[Measured] = []

    def read(readers: WorkerReaders) -> None:
        while True:
            try:
                path = files.get_nowait()
            except Empty:
                return
            measured.append(_measured(readers, path.name, path.read_bytes()))
            if "email" in path.parts:
                measured.append(_measured(readers, "", path.read_bytes()))

    # The memory limit is the process's own: who reaches it fails with `memory` or crashes.
    with WorkerReaders(lambda: OPTIONS, workers=2, seconds=LONGEST, memory_mb=MOST_MEMORY >> 20) as readers:
        threads = [threading.Thread(target=read, args=(readers,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(measured) > 500
    assert [m for m in measured if m.failed or m.seconds > LONGEST] == []
    assert {code for m in measured for code in m.codes} <= set(get_args(ProblemCode))


def _measured(readers: WorkerReaders, name: str, data: bytes) -> Measured:
    """A mail where there is no name."""
    started = time.monotonic()
    failed, codes = "", set[str]()
    try:
        if name:
            codes = codes_of_file(readers, name, data)
        else:
            codes = {p.code for p in readers.read_mail(data).message.problems}
    except ReadingFailed as error:
        failed = f"{error.reason}: {error}"
    return Measured(name, time.monotonic() - started, failed, tuple(sorted(codes)))
