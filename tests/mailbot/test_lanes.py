"""Scans never delay typed mails: what takes long is read in a lane of its own."""

from datetime import timedelta
from pathlib import Path

from mailbot.bootstrap import Service
from mailbot.lanes import is_whole, quickly
from parsers.types import Document, MailReading, Problem, ReadOptions
from tests.builders import document
from tests.contract.rows import a_reading
from tests.integration.desk import MEDISOFT, formulaire_1
from tests.journeys.world import World


class SlowForScans:
    """ports.Readers: a mail with « scan » in its subject takes long; the quick lane leaves it."""

    def __init__(self, service: Service) -> None:
        self._real = service.make_readers()
        self.read: list[str] = []

    def read_mail(self, raw: bytes) -> MailReading:
        self.read.append("slowly")
        return self._real.read_mail(raw)

    def read_quickly(self, raw: bytes) -> MailReading | None:
        self.read.append("quickly")
        return None if b"Subject: scan" in raw else self._real.read_quickly(raw)

    def read_file(self, name: str, data: bytes) -> list[Document]:
        return self._real.read_file(name, data)


def test_a_typed_mail_is_answered_before_the_scan_that_came_first(tmp_path: Path) -> None:
    world = World(tmp_path)
    slow = SlowForScans(world.service)
    world.service.make_readers = lambda: slow
    world.deliver("scan@cabinet.example", "Bonjour, où déposer le Formulaire 1 ?", subject="scan")
    world.later(minutes=1)
    world.deliver("type@cabinet.example", "Bonjour, où déposer le Formulaire 1 ?", subject="question")
    world.service.intake.once()
    processing = world.service.processing

    quick = processing.run_lane("")
    assert (quick.read, quick.set_aside, quick.decided) == (1, 1, 1)
    assert slow.read == ["quickly", "quickly"]

    late = processing.run_lane("slow")
    assert (late.read, late.decided) == (1, 1)
    assert slow.read[2:] == ["slowly"]
    assert world.store.count_by_state()["mails"] == {"decided": 2}


def test_an_answer_waits_for_the_writers_own_scan_while_it_settles(tmp_path: Path) -> None:
    world = World(tmp_path, settle=10)
    slow = SlowForScans(world.service)
    world.service.make_readers = lambda: slow
    world.deliver(MEDISOFT, files=[("f1.pdf", formulaire_1())])
    world.deliver(MEDISOFT, "Voici la suite.", subject="scan")
    world.service.intake.once()
    processing = world.service.processing
    processing.run_lane("")
    world.later(minutes=10)
    assert processing.decide_settled() == 0  # the scan is still to be read
    world.clock.set(world.clock.now() + timedelta(minutes=30))
    assert processing.decide_settled() == 1  # but nobody waits for ever


def test_a_quick_reading_is_whole_unless_something_was_left_out() -> None:
    options = ReadOptions(libreoffice="/usr/bin/soffice")
    assert not quickly(options).ocr
    assert quickly(options).libreoffice is None
    reading = a_reading()
    assert is_whole(reading, options)
    for code, switched_on in (
        ("ocr_unavailable", {"ocr": True}),
        ("unsupported", {"libreoffice": "soffice"}),
    ):
        problem = Problem.model_validate({"code": code, "message": "left out"})
        scanned = document("other").model_copy(update={"problems": (problem,)})
        lacking = reading.model_copy(update={"documents": (scanned,)})
        assert not is_whole(lacking, ReadOptions.model_validate({"ocr": False} | switched_on))
        assert is_whole(lacking, ReadOptions(ocr=False))
