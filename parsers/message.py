"""Raw mail to Message: the front door of parsers/mail.

Whatever the bytes are, the answer is a Message; what could not be read stands in `problems`. Nothing is
fetched, written or executed. What a file is, its content decides (parsers/sniff.py).
"""

from __future__ import annotations

from parsers import sniff
from parsers.mail.letter import Leaf, Letter
from parsers.mail.unwrap import Gathered, Unwrapper
from parsers.types import Message, Part, Problem, ReadOptions


def read_message(raw: bytes, options: ReadOptions) -> Message:
    """A mail (RFC 5322, or an Outlook .msg) with all the files in it, however wrapped.

    `parts` are the leaves: a zip, a forwarded mail, a winmail.dat or an opaque S/MIME object is
    replaced by what is in it, unless it cannot be opened. The parts of forwarded mails stand in the
    outer message's `parts` only, their paths under that of the mail. Besides the real header,
    `headers` holds `:trace` (parsers.mail.headers.TRACE) and `:dsn-*` (parsers.mail.bounces.PREFIX).
    """
    unwrapper = Unwrapper(options)
    letter, problems = _letter(raw, options)
    try:
        message = unwrapper.mail(letter)
    except (Exception, RecursionError) as error:  # noqa: BLE001 - one hostile mail must not stop the rest
        problems.append(_damage(error))
        message = Unwrapper(options).mail(Letter(fields=letter.fields, text=letter.text))
    return message.model_copy(
        update={
            "parts": tuple(unwrapper.parts),
            "problems": (*problems, *message.problems, *unwrapper.problems),
        }
    )


def part_bytes(raw: bytes, path: str, options: ReadOptions) -> bytes:
    """The bytes of the part with that path in the same raw mail. Raises KeyError where there is none."""
    try:
        wanted = tuple(int(number) for number in path.split("."))
    except ValueError as error:
        raise KeyError(path) from error
    unwrapper = Unwrapper(options, wanted)
    unwrapper.mail(_letter(raw, options)[0])
    for part in unwrapper.parts:
        if part.path == path:
            return part.data
    raise KeyError(path)


def unwrap_file(data: bytes, name: str, options: ReadOptions) -> tuple[Part, ...]:
    """The leaves of one file: itself, or what is in it where it is a mail or an archive.

    Names read `a.zip!b.pdf`; a mail's decoration is left in, marked as such.
    """
    unwrapper = Unwrapper(options)
    try:
        unwrapper.file(Leaf(data, name), (1,), "", 0, Gathered())
    except Exception as error:  # noqa: BLE001 - one hostile file must not stop the rest
        problem = _damage(error)
        unwrapper.file(Leaf(data, name, problems=(problem,)), (1,), "", 0, Gathered())
    return tuple(unwrapper.parts)


def _letter(raw: bytes, options: ReadOptions) -> tuple[Letter, list[Problem]]:
    from parsers.mail import mime, outlook  # which files need not wait for

    if len(raw) > options.max_bytes:
        problem = Problem(code="too_large", message=f"a mail of {len(raw)} bytes: only its header was read")
        header = raw[:100_000].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
        return Letter(fields=mime.letter(header + b"\n\n").fields), [problem]
    if not raw.strip():
        return Letter(), [Problem(code="empty", message="an empty mail")]
    try:
        if raw.startswith(b"\xd0\xcf\x11\xe0") and sniff.media_type(raw, "") == sniff.MSG:
            return outlook.msg_letter(raw), []
        return mime.letter(raw), []
    except (Exception, RecursionError) as error:  # noqa: BLE001 - one hostile mail must not stop the rest
        header = raw[:100_000].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
        try:
            fields = mime.letter(header + b"\n\n").fields
        except Exception:  # noqa: BLE001 - the same, in the header itself
            fields = []
        return Letter(fields=fields), [_damage(error)]


def _damage(error: BaseException) -> Problem:
    return Problem(code="damaged", message=f"the mail could not be read in full ({type(error).__name__})")
