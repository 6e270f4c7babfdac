"""Members of zip and 7z archives, read under limits. Nothing is ever written to disk."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from parsers.mail.budget import Budget, Exhausted
from parsers.mail.headers import file_name
from parsers.types import Problem

_LITTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._[^/]*$)", re.I)
_MAX_RATIO = 250
"""Above this an archive only carries zeros; deflate's own limit is 1032."""
_RATIO_FROM = 5_000_000

_LOCKED = Problem(code="encrypted", message="the 7z archive is locked with a password")

Member = tuple[str, bytes, tuple[Problem, ...]]


class Unreadable(Exception):
    """The archive as a whole cannot be read; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def zip_members(data: bytes, budget: Budget) -> Iterator[Member]:
    """Name, bytes and problems of each file in a zip. Raises Unreadable and budget.Exhausted."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = [i for i in archive.infolist() if not i.is_dir() and not _LITTER.search(i.filename)]
    except Exception as error:  # zipfile raises a dozen kinds on damaged archives
        raise Unreadable(_damaged("zip", error)) from error
    with archive:
        _refuse_bomb(sum(info.file_size for info in infos), len(data), budget)
        for info in infos:
            name = _zip_name(info)
            if info.flag_bits & 0x1:
                yield name, b"", (Problem(code="encrypted", message=f"{name} is locked with a password"),)
                continue
            try:
                with archive.open(info) as stream:
                    # One byte more than it says: a header that lies about the size is found out.
                    content = stream.read(min(info.file_size, budget.bytes_left()) + 1)
            except NotImplementedError as error:
                problem = Problem(code="unsupported", message=f"{name}: {error}")
                yield name, b"", (problem,)
                continue
            except Exception as error:  # noqa: BLE001 - one bad member must not hide the others
                yield name, b"", (_damaged(name, error),)
                continue
            budget.take(len(content))
            yield name, content, ()


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Windows and macOS write names in UTF-8 or their own code page without saying so."""
    if info.flag_bits & 0x800 or info.filename.isascii():
        return file_name(info.filename)
    raw = info.filename.encode("cp437", "replace")
    try:
        return file_name(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return file_name(info.filename)


def seven_zip_members(data: bytes, budget: Budget) -> Iterator[Member]:
    """The same for a 7z archive; all its files are unpacked at once, within the budget."""
    import py7zr  # heavy, and rare
    import py7zr.io

    try:
        with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
            if archive.needs_password():
                raise Unreadable(_LOCKED)
            files = [f for f in archive.list() if not f.is_directory and not _LITTER.search(f.filename)]
            total = sum(f.uncompressed for f in files)
            _refuse_bomb(total, len(data), budget)
            factory = py7zr.io.BytesIOFactory(limit=budget.bytes_left())
            archive.extract(targets=[f.filename for f in files], factory=factory)
            contents = {name: _bytes_of(product) for name, product in factory.products.items()}
    except (Unreadable, Exhausted):
        raise
    except py7zr.exceptions.PasswordRequired as error:
        raise Unreadable(_LOCKED) from error
    except Exception as error:  # py7zr raises what its decoders raise
        raise Unreadable(_damaged("7z", error)) from error
    for file in files:
        content = contents.get(file.filename, b"")
        budget.take(len(content))
        yield file_name(file.filename), content, ()


def _bytes_of(product: object) -> bytes:
    seek, read = getattr(product, "seek", None), getattr(product, "read", None)
    if seek is None or read is None:
        return b""
    seek(0)
    return bytes(read())


def _refuse_bomb(total: int, packed: int, budget: Budget) -> None:
    if total > _RATIO_FROM and total > packed * _MAX_RATIO:
        raise Unreadable(Problem(code="bomb", message=f"{packed} bytes would unpack to {total}"))
    if total > budget.bytes_left():
        raise Unreadable(Problem(code="bomb", message=f"would unpack to {total} bytes, more than is allowed"))


def _damaged(name: str, error: Exception) -> Problem:
    return Problem(code="damaged", message=f"{name} cannot be unpacked ({type(error).__name__})")
