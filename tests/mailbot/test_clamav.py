"""The virus scanner: what it names is not opened, and without it nothing is."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from mailbot.adapters.clamav import ClamAvScanner
from mailbot.adapters.workers import InProcessReaders
from mailbot.errors import ReadingFailed, ScannerUnreachable
from mailbot.scanned import ScannedReaders
from mailbot.settings import ClamAV
from parsers.types import MailReading, ReadOptions
from tests.journeys.world import World

# Composed here, so that this file is not itself taken for what it tests.
EICAR = "".join(("X5O!P%@AP[4\\PZX54(P^)7CC)7}", "$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*")).encode()
MOST = 1_000_000


class Clamd:
    """As much of clamd as is needed: PING, INSTREAM, a limit."""

    def __init__(self, listening: socket.socket) -> None:
        self.seen: list[bytes] = []
        self._listening = listening

    def serve(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            with line, line.makefile("rb") as said:
                line.sendall(self._answer(said) + b"\0")

    def _answer(self, said: BinaryIO) -> bytes:
        command = b""
        while not command.endswith(b"\0"):
            command += said.read(1)
        if command == b"zPING\0":
            return b"PONG"
        data = b""
        while length := struct.unpack(">I", said.read(4))[0]:
            data += said.read(length)
            if len(data) > MOST:
                return b"INSTREAM size limit exceeded. ERROR"
        self.seen.append(data)
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in data else b"stream: OK"


@contextmanager
def running_clamd(path: Path) -> Iterator[Clamd]:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        clamd = Clamd(listening)
        thread = threading.Thread(target=clamd.serve, daemon=True)
        thread.start()
        yield clamd
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(10)
    path.unlink()


class CountingReaders(InProcessReaders):
    opened = 0

    def read_mail(self, raw: bytes) -> MailReading:
        self.opened += 1
        return super().read_mail(raw)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clamd"


def scanner(path: Path) -> ClamAvScanner:
    return ClamAvScanner(ClamAV.model_validate({"socket": path, "seconds": 5}))


def test_what_clamd_says(path: Path) -> None:
    with running_clamd(path) as clamd:
        scanner(path).ping()
        assert scanner(path).scan(b"Bonjour" * 20_000) == ""
        assert scanner(path).scan(b"x" * 65_530 + EICAR) == "Eicar-Test-Signature"
        assert clamd.seen[0] == b"Bonjour" * 20_000


def test_what_is_too_large_for_it_is_not_opened_either(path: Path) -> None:
    with running_clamd(path), pytest.raises(ReadingFailed) as caught:
        scanner(path).scan(b"x" * (4 * MOST))
    assert caught.value.reason == "unscanned"


def test_a_scanner_that_is_not_there(path: Path) -> None:
    with pytest.raises(ScannerUnreachable):
        scanner(path).scan(b"Bonjour")


def test_an_infected_file_is_a_document_with_that_problem(path: Path) -> None:
    with running_clamd(path):
        readers = ScannedReaders(InProcessReaders(ReadOptions), scanner(path))
        [document] = readers.read_file("a.txt", EICAR)
    assert (document.kind, [p.code for p in document.problems]) == ("unreadable", ["virus"])


def test_an_infected_mail_is_not_opened_and_a_person_is_told(tmp_path: Path, path: Path) -> None:
    world = World(tmp_path)
    readers = CountingReaders(ReadOptions)
    world.service.make_readers = lambda: ScannedReaders(readers, scanner(path))
    world.deliver("qui@logiciel.example", EICAR.decode(), subject="Question")
    with running_clamd(path):
        assert world.once() == []
        assert (world.codes(), readers.opened) == ([("virus",)], 0)
        assert "forward" not in world.entry().actions
        world.deliver("autre@logiciel.example", "Bonjour, comment s'inscrire ?", subject="Question")
        assert len(world.once()) == 1


def test_without_the_scanner_mails_wait(tmp_path: Path, path: Path) -> None:
    world = World(tmp_path)
    readers = CountingReaders(ReadOptions)
    world.service.make_readers = lambda: ScannedReaders(readers, scanner(path))
    world.deliver("qui@logiciel.example", "Bonjour, comment s'inscrire ?", subject="Question")
    for _ in range(5):
        with pytest.raises(ScannerUnreachable):
            world.once()
        world.later(hours=3)
    assert (world.codes(), readers.opened) == ([], 0)
    with running_clamd(path):
        assert len(world.once()) == 1
