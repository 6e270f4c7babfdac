"""Logs hold no personal data, even where somebody put some in."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from mailbot.demo.filling import filled_pdf
from mailbot.logs import configure_logs, masked
from mailbot.mail_ports import Sending
from tests.builders import FORMULAIRE_1, MEDISOFT
from tests.journeys.test_happy_ways import enrol
from tests.journeys.world import World


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Logging is the process's: other tests get it back."""
    root, before, hooks = logging.getLogger(), logging.getLogger().handlers[:], (threading.excepthook,)
    yield
    root.handlers[:] = before
    threading.excepthook = hooks[0]
    sys.unraisablehook = sys.__unraisablehook__
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "personal",
    [
        "anne.weber@medisoft.example",
        "1893120105732",
        "1893 1201 057 32",
        "20142406897",
        "LU28 0019 4006 4475 0000",
        "LU10000356",
        "B123456",
        "B 123.456",
        "123456-78",
    ],
)
def test_addresses_and_numbers_are_masked(personal: str) -> None:
    text = masked(f"the server refuses {personal}: no such user")
    assert personal not in text
    assert "no such user" in text


def test_what_is_no_personal_data_stays() -> None:
    text = "IMAP server imap.example.lu:993 cannot be reached: [Errno 111], entry 20250601"
    assert masked(text) == text


def test_a_line_names_its_event_and_masks_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs()
    structlog.get_logger("x").warning("step_failed", said="refused: anne@medisoft.example", mail=7)
    line = capsys.readouterr().err
    assert "event=step_failed" in line
    assert "mail=7" in line
    assert "anne" not in line


def test_a_journey_leaves_no_personal_data_in_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Enrolment, then what goes wrong with everybody quoting what they were given; every logger at DEBUG."""
    configure_logs(logging.DEBUG)
    logging.getLogger().setLevel(logging.DEBUG)
    world = World(tmp_path)
    enrol(world)
    personal = ", ".join(str(value) for value in FORMULAIRE_1.values())
    readers = world.service.readers
    read_mail = readers.read_mail

    def quoting(raw: bytes) -> object:
        raise ValueError(f"cannot parse {personal}")

    readers.read_mail = quoting  # type: ignore[method-assign, assignment]  # a mistake of ours
    world.deliver(MEDISOFT, personal, files=[("f1.pdf", filled_pdf("formulaire_1", FORMULAIRE_1))])
    world.once()
    readers.read_mail = read_mail  # type: ignore[method-assign]  # put back
    world.mailer.answers = [Sending("permanent", f"550 5.1.1 <{MEDISOFT}>: no such user")]
    world.deliver(MEDISOFT, "Bonjour, quand ferme la labélisation ?", subject="Question de Medisoft")
    world.once()
    try:
        raise KeyError(personal)
    except KeyError:
        logging.getLogger("somebody").exception("lost the mail of %s", MEDISOFT)
    thread = threading.Thread(target=lambda: {}[personal])
    thread.start()
    thread.join()
    world.service.close()
    said = capsys.readouterr().err
    assert "event=mail_not_processed" in said
    assert "event=mail_decided" in said
    assert said.count("KeyError (its words may be personal and are left out)") == 2
    for value in ("Medisoft", "Weber", "Anne", "l'Exemple", *map(str, FORMULAIRE_1.values())):
        if len(value) > 3:
            assert value not in said, value


def test_a_mistake_of_ours_is_told_without_its_words(tmp_path: Path) -> None:
    program = (
        "import mailbot.cli as cli\n"
        "def broken(*a, **k): raise RuntimeError('anne.weber@medisoft.example')\n"
        "cli.app.__class__.__call__ = broken\ncli.main()"
    )
    environment = {"PYTHONPATH": str(Path(__file__).resolve().parents[2]), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "RuntimeError" in done.stderr
    assert "weber" not in done.stderr


def test_what_a_command_writes_is_its_users_alone(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mailbot.cli", "init", str(tmp_path / "work")],
        env={"PYTHONPATH": str(Path(__file__).resolve().parents[2]), "PATH": os.environ["PATH"]},
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert done.returncode == 0
    written = list((tmp_path / "work").rglob("*"))
    assert {oct(path.stat().st_mode & 0o077) for path in written} == {"0o0"}
