"""Reading in processes of their own: what goes wrong there costs one mail."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailbot.adapters.landlock import version
from mailbot.adapters.workers import InProcessReaders, WorkerReaders
from mailbot.errors import ReadingFailed
from parsers.types import ReadOptions
from tests.mailbot.misbehaving_readers import what_can_be_had

MODULE = "tests.mailbot.misbehaving_readers"


@pytest.fixture
def readers() -> Iterator[WorkerReaders]:
    with WorkerReaders(ReadOptions, seconds=20, memory_mb=1024, module=MODULE) as pool:
        yield pool


def process_of(readers: WorkerReaders) -> str:
    return readers.read_mail(b"good").message.text.split()[1]


def test_a_mail_is_read_in_another_process(readers: WorkerReaders) -> None:
    assert process_of(readers) != str(os.getpid())


def test_one_process_reads_many_mails(readers: WorkerReaders) -> None:
    assert process_of(readers) == process_of(readers)


def test_a_large_mail_crosses_the_pipe_whole(readers: WorkerReaders) -> None:
    assert readers.read_mail(b"x" * 5_000_000).message.text.startswith("5000000 ")


def test_a_file_gives_its_documents(readers: WorkerReaders) -> None:
    [document] = readers.read_file("été.txt", b"abc")
    assert (document.file, document.pages) == ("été.txt", 3)


@pytest.mark.parametrize(
    ("mail", "reason"),
    [(b"crash", "crashed"), (b"exit", "crashed"), (b"bomb", "memory"), (b"raise", "error")],
)
def test_what_goes_wrong_has_a_name_and_the_next_mail_is_read(
    readers: WorkerReaders, mail: bytes, reason: str
) -> None:
    with pytest.raises(ReadingFailed) as caught:
        readers.read_mail(mail)
    assert caught.value.reason == reason
    assert readers.read_mail(b"good").message.text.startswith("4 ")


def test_a_reading_that_hangs_is_ended() -> None:
    with WorkerReaders(ReadOptions, seconds=3, module=MODULE) as readers:
        with pytest.raises(ReadingFailed) as caught:
            readers.read_mail(b"hang")
        assert caught.value.reason in ("timeout", "crashed")
        assert readers.read_mail(b"good").message.text.startswith("4 ")


def test_the_part_that_breaks_the_reader_costs_itself_only(readers: WorkerReaders) -> None:
    reading = readers.read_mail(b"parts:good.pdf,crash,bomb,other.pdf")
    found = [(d.file, d.kind, d.part, [p.code for p in d.problems]) for d in reading.documents]
    assert found == [
        ("good.pdf", "other", "0", []),
        ("crash", "unreadable", "1", ["damaged"]),
        ("bomb", "unreadable", "2", ["too_large"]),
        ("other.pdf", "other", "3", []),
    ]


def test_the_real_readers_read_a_mail_whole_and_by_parts() -> None:
    message = EmailMessage()
    message["From"] = "a@logiciel.example"
    message.set_content("Bonjour, voici notre formulaire.")
    message.add_attachment("Une simple note.", filename="note.txt")
    with WorkerReaders(lambda: ReadOptions(ocr=False), seconds=60) as readers:
        whole = readers.read_mail(message.as_bytes())
        by_parts = readers._by_parts(message.as_bytes())
    assert [d.file for d in whole.documents] == ["note.txt"]
    assert by_parts.documents == whole.documents
    assert by_parts.message == whole.message


def test_what_a_library_prints_does_not_disturb(readers: WorkerReaders) -> None:
    assert readers.read_mail(b"print").message.text.startswith("5 ")


def test_a_worker_has_no_secrets_in_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILBOT_PASSWORD", "secret")
    with WorkerReaders(ReadOptions, seconds=20, module=MODULE) as readers:
        names = readers.read_mail(b"environment").message.text.split()
    assert "MAILBOT_PASSWORD" not in names
    assert "PATH" in names


@pytest.mark.skipif(version() < 6, reason="not run: this kernel has no Landlock, or an older one")
def test_a_reader_that_was_taken_over_reaches_nothing_but_its_own_folder(
    readers: WorkerReaders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    secret = tmp_path / "password"
    secret.write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as beside:
        beside.bind(str(tmp_path / "socket"))
        beside.listen()
        handle = os.open(secret, os.O_RDONLY)
        os.set_inheritable(handle, True)
        moved = fcntl.fcntl(handle, fcntl.F_DUPFD, 200)  # no file of the reader's own has that number
        os.set_inheritable(moved, True)
        port = server.getsockname()[1]
        mail = f"break out:{secret}:{port}:{os.getpid()}:{moved}".encode()
        assert readers.read_mail(mail).message.text.split() == ["own_folder"]
        assert secret.read_text() == "secret"
        # This process, which nothing confines, can do it all: the attempts are real ones.
        assert len(what_can_be_had(str(secret), port, os.getpid(), moved).split()) == 13
    for opened in (handle, moved):
        os.close(opened)


def test_a_worker_that_died_between_two_mails_is_replaced(readers: WorkerReaders) -> None:
    first = process_of(readers)
    os.kill(int(first), 9)
    assert process_of(readers) != first


def test_in_this_process_errors_have_the_same_name() -> None:
    readers = InProcessReaders(ReadOptions, MODULE)
    assert readers.read_mail(b"good").message.text == f"4 {os.getpid()}"
    with pytest.raises(ReadingFailed) as caught:
        readers.read_mail(b"raise")
    assert caught.value.reason == "error"
