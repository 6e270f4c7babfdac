"""A reader: one process that reads mails and files for its parent until its input ends.

Run as `python -m mailbot.adapters.worker_main`, in a folder of its own that it may write to. It holds no
secrets, gets bytes and gives JSON: each message is a JSON header with its length before it, then, in a
request, the bytes to read. The first message is its settings: `module`, the readers; `memory` in bytes;
`readable`, further paths that it may read; `program`, LibreOffice or null.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import struct
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

from pydantic import TypeAdapter

from mailbot.adapters.sandbox import confine_reader
from parsers.types import Document, MailReading, ReadOptions

LENGTH = struct.Struct(">Q")
MOST_OPEN_FILES = 256
LARGEST_FILE = 2**30
_COLLECT_AFTER = (50_000, 20, 20)  # a reading makes many short-lived values and hardly a cycle
_ROOT = Path(__file__).resolve().parents[2]
_DOCUMENTS = TypeAdapter(Sequence[Document])


def main() -> None:
    gc.set_threshold(*_COLLECT_AFTER)
    requests, answers = _own_pipes()
    settings = _message(requests)
    if settings is None:
        return
    _limit(settings["memory"])
    module = settings["module"]
    readable = [Path(path) for path in settings["readable"]]
    confine_reader(Path.cwd(), _ROOT, module.partition(".")[0], readable, settings["program"])
    readers = importlib.import_module(module)
    while (request := _message(requests)) is not None:
        data = requests.read(request["size"])
        _limit_cpu(float(request["seconds"]))
        answer, exhausted = _answer(readers, request, data)
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()
        if exhausted:
            return  # memory is fragmented or full: the parent starts a fresh process


def _message(requests: BinaryIO) -> dict[str, Any] | None:
    """The next header; None when the parent has no more."""
    length = requests.read(LENGTH.size)
    if not length:
        return None
    header: dict[str, Any] = json.loads(requests.read(LENGTH.unpack(length)[0]))
    return header


def _answer(readers: ModuleType, request: dict[str, Any], data: bytes) -> tuple[bytes, bool]:
    try:
        options = ReadOptions.model_validate(request["options"])
        if request["what"] in ("mail", "words"):
            read = readers.read_mail if request["what"] == "mail" else readers.read_words
            reading: MailReading = read(data, options)
            return b'{"reading":' + reading.model_dump_json().encode() + b"}", False
        if request["what"] == "part":
            documents = readers.read_part(data, request["path"], request["name"], options)
        else:
            documents = readers.read_file(request["name"], data, options)
        return b'{"documents":' + _DOCUMENTS.dump_json(documents) + b"}", False
    except MemoryError:
        return json.dumps({"failed": "memory", "message": "the memory limit was reached"}).encode(), True
    except Exception as error:  # noqa: BLE001 - the parent must learn of whatever went wrong with this one mail
        message = f"{type(error).__name__}: {error}"[:500]
        return json.dumps({"failed": "error", "message": message}).encode(), False


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the parent, out of reach of libraries and programs that print or read."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return requests, answers


def _limit(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_OPEN_FILES, MOST_OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))


def _limit_cpu(seconds: float) -> None:
    """This request may take so much more processor time; RLIMIT_CPU counts the whole life of the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime + seconds) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


if __name__ == "__main__":
    main()
