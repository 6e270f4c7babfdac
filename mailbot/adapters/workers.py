"""The readers in processes of their own: a crash, a hang or a bomb costs one mail's reading, nothing else."""

from __future__ import annotations

import hashlib
import queue
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from mailbot.adapters.worker_process import Gone, WorkerProcess
from mailbot.errors import ReadingFailed
from mailbot.lanes import is_whole, quickly
from parsers.types import Document, MailReading, Part, Problem, ProblemCode, ReadOptions

READERS = "mailbot.adapters.reading"
MOST_TIME_BY_PARTS = 4  # times what one reading may take
_CODES: dict[str, ProblemCode] = {"timeout": "timeout", "memory": "too_large"}


class _Answer(BaseModel):
    """What a worker says. It is not believed: every part of it is validated."""

    model_config = ConfigDict(extra="forbid")

    reading: MailReading | None = None
    documents: list[Document] | None = None
    failed: str | None = None
    message: str = ""


class WorkerReaders:
    """ports.Readers in `workers` processes, started when they are first needed. For any number of threads.

    `options` is asked at every reading, so that certificates are judged by the day it is. `started` is one of
    the processes, which the caller has started already.
    """

    def __init__(
        self,
        options: Callable[[], ReadOptions],
        *,
        workers: int = 1,
        seconds: float = 55,
        quick_seconds: float = 10,
        memory_mb: int = 1024,
        module: str = READERS,
        started: WorkerProcess | None = None,
    ) -> None:
        self._options = options
        self._seconds = seconds
        self._quick_seconds = min(quick_seconds, seconds)
        self._module = module
        self._memory = memory_mb * 2**20
        self._idle: queue.LifoQueue[WorkerProcess | None] = queue.LifoQueue()
        for number in range(workers):
            self._idle.put(None if number else started)
        self._count = workers

    def read_mail(self, raw: bytes) -> MailReading:
        """The mail, or, when its reading breaks off, what can be read of it part by part.

        Raises ReadingFailed when not even its words can be read; `reason` is timeout, memory, crashed,
        output or error.
        """
        try:
            return self._reading("mail", raw)
        except ReadingFailed:
            return self._by_parts(raw)

    def read_quickly(self, raw: bytes) -> MailReading | None:
        """The mail; None where OCR or a conversion is needed, it takes too long, or the reader gives up."""
        options = self._options()
        try:
            answer = self._ask({"what": "mail"}, raw, quickly(options), self._quick_seconds)
        except ReadingFailed:
            return None
        whole = answer.reading is not None and is_whole(answer.reading, options)
        return answer.reading if whole else None

    def read_file(self, name: str, data: bytes) -> list[Document]:
        """Raises ReadingFailed as read_mail does."""
        answer = self._ask({"what": "file", "name": name}, data)
        if answer.documents is None:
            raise ReadingFailed("output", "the reader gave no documents")
        return answer.documents

    def _reading(self, what: str, raw: bytes) -> MailReading:
        answer = self._ask({"what": what}, raw)
        if answer.reading is None:
            raise ReadingFailed("output", "the reader gave no reading")
        return answer.reading

    def _by_parts(self, raw: bytes) -> MailReading:
        """Every part in a request of its own: the one that breaks the reader costs itself only."""
        until = time.monotonic() + MOST_TIME_BY_PARTS * self._seconds
        words = self._reading("words", raw)
        documents: list[Document] = []
        for part in words.message.parts:
            if part.decoration:
                continue
            try:
                if time.monotonic() > until:
                    raise ReadingFailed("timeout", "the mail as a whole took too long")
                request = {"what": "part", "path": part.path, "name": part.name}
                documents.extend(self._ask(request, raw).documents or ())
            except ReadingFailed as error:
                documents.append(_unreadable(part, error))
        return words.model_copy(update={"documents": tuple(documents)})

    def close(self) -> None:
        """End the processes. Waits for those that are reading."""
        for _ in range(self._count):
            worker = self._idle.get()
            if worker is not None:
                worker.end()
        for _ in range(self._count):
            self._idle.put(None)

    def __enter__(self) -> WorkerReaders:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(
        self, request: dict[str, Any], data: bytes, options: ReadOptions | None = None, seconds: float = 0
    ) -> _Answer:
        header = request | {
            "size": len(data),
            "seconds": seconds or self._seconds,
            "options": (options or self._options()).model_dump(mode="json"),
        }
        worker = self._idle.get()
        try:
            if worker is not None:
                try:
                    return self._checked(worker, header, data)
                except Gone:
                    worker.end()
            worker = WorkerProcess()
            try:
                return self._checked(worker, header, data)
            except Gone as error:
                raise ReadingFailed("crashed", "the reading process does not start") from error
        finally:
            self._idle.put(worker if worker is not None and worker.usable else None)

    def _settings(self) -> dict[str, Any]:
        options = self._options()
        given = [*options.trust, *options.blanks, *([options.forms_dir] if options.forms_dir else [])]
        return {
            "module": self._module,
            "memory": self._memory,
            "readable": [str(Path(path).resolve()) for path in given],
            "program": options.libreoffice,
        }

    def _checked(self, worker: WorkerProcess, header: dict[str, Any], data: bytes) -> _Answer:
        said = worker.ask(self._settings, header, data, float(header["seconds"]))
        try:
            answer = _Answer.model_validate_json(said)
        except ValidationError as error:
            worker.end()
            raise ReadingFailed("output", "the reader's answer has not the right shape") from error
        if answer.failed is not None:
            if answer.failed == "memory":
                worker.end()
            raise ReadingFailed(answer.failed, answer.message)
        return answer


class InProcessReaders:
    """ports.Readers in this process, without limits: for tests, and where a person waits for one file."""

    def __init__(self, options: Callable[[], ReadOptions], module: str = READERS) -> None:
        import importlib  # the readers' libraries are large, and most commands do not read

        self._options = options
        self._readers: Any = importlib.import_module(module)

    def read_mail(self, raw: bytes) -> MailReading:
        try:
            reading: MailReading = self._readers.read_mail(raw, self._options())
        except Exception as error:  # one bad input is a named error, here as in a worker
            raise ReadingFailed("error", f"{type(error).__name__}: {error}") from error
        return reading

    def read_quickly(self, raw: bytes) -> MailReading | None:
        options = self._options()
        try:
            reading: MailReading = self._readers.read_mail(raw, quickly(options))
        except Exception:  # noqa: BLE001 - the slow lane tries again and says what is wrong
            return None
        return reading if is_whole(reading, options) else None

    def read_file(self, name: str, data: bytes) -> list[Document]:
        try:
            return list(self._readers.read_file(name, data, self._options()))
        except Exception as error:  # see read_mail
            raise ReadingFailed("error", f"{type(error).__name__}: {error}") from error


def _unreadable(part: Part, error: ReadingFailed) -> Document:
    return Document(
        file=part.name,
        sha256=part.sha256,
        media_type=part.media_type,
        kind="unreadable",
        confidence=1,
        problems=(*part.problems, Problem(code=_CODES.get(error.reason, "damaged"), message=str(error))),
        content_key=hashlib.sha256(part.sha256.encode()).hexdigest(),
        part=part.path,
    )
