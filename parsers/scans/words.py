"""Readings of a page to words with a confidence that keeps its promise.

0.95 and more is given only where two readings say the same and the first is sure of itself; what
they disagree on stays below. The bounds were measured with `scripts/bench_documents`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from parsers.documents.reading import Word
from parsers.scans.accents import lacks_marks, loses_marks, told_by_marks, unread_mark
from parsers.scans.agree import at_words, only_accents
from parsers.scans.hands import Hands, hands
from parsers.scans.handwriting import GUESS, in_coloured_ink, joined
from parsers.scans.image import Sheet
from parsers.scans.legal_forms import LEGAL_FORM, legal_form_at
from parsers.scans.lines import points_of
from parsers.scans.misread import as_box, put_right
from parsers.scans.numbering import are_lettered, relettered, renumbered
from parsers.scans.ocr import Token
from parsers.scans.printed import confirmed
from parsers.scans.second import CombReading, Reread, Run, bounds
from parsers.scans.settle import settled_identifier
from parsers.scans.sizes import evened, line_of, type_size
from parsers.scans.votes import AGAINST_FIRST, FAIR, SURE, TWO_OF_THREE, votes

_RUBBISH = re.compile(r"^[^\w@]+$|^_+$")
_LEADER = re.compile(r"^[.·…]{2,}$")
"""What is left of a row of dots to write on."""
_ACCENTED = {"Sarl": "Sàrl", "sarl": "sàrl"}
"""A legal form whose accent a reading loses; without one it is written in these letters, too."""
_STROKES = frozenset("|¦[]_")
_HARDLY = 0.3
"""Confidence of a word that the other readings may take for none."""
_DASHES = re.compile(r"^[-–—~=]+$")
_SPLIT = 0.85
_ACCENT_LOST = 0.85
_BY_MARKS = 0.95
"""A word on whose bare letters two readings agree, its accents counted in the picture."""
_RUNNING = 0.85
"""Letters that hang together, as by a running hand."""
_LOWEST = 2.2
"""Points: the ink of a line of letters is higher."""
_COARSE = 0.94
"""A word of letters on a fax in standard resolution, in which e and o are alike to all readings, or on a page
that has lost the dots of its i."""
_COMB_SIZE = 0.6
"""Type size in a comb, of its cells' height."""
_COMB_RIM = 1.5
_NOTHING = 0.1
"""Confidence of what only the first reading took for letters at all."""


def assemble(second: Reread, sheet: Sheet) -> list[Word]:
    """The words of a page, from top to bottom."""
    words: list[Word] = []
    who = hands(second, sheet)
    read = [(token.text, token.box) for run in second.runs for token in run.tokens if not token.printed]
    vague = sheet.coarse or loses_marks(sheet.gray, read)
    lettered = are_lettered(run.tokens[0].text for run in second.runs if run.tokens)
    for run in second.runs:
        if not run.tokens:
            continue
        if not run.again and not run.once and max(t.confidence for t in run.tokens) < _NOTHING:
            continue  # a dotted line that waves, a speck
        settled = _settled_word(run, sheet)
        line = _line(run, who, vague, sheet) if settled is None else [settled]
        words += relettered(line) if lettered else line
    words += [word for reading in second.combs if (word := _comb_word(reading, sheet)) is not None]
    return sorted(evened(renumbered(words)), key=lambda w: (round(w.box[1] / 4), w.box[0]))


def _line(run: Run, who: Hands, vague: bool, sheet: Sheet) -> list[Word]:
    """The words of one run; on a `vague` page letters are alike to all readings."""
    words: list[Word] = []
    _, top, _, bottom = run.box  # one height for the words of a line, whatever letters they have
    said = "".join(t.text for t in run.tokens)
    size = _size(run.tokens, sheet)
    high, low = line_of(said, top, bottom)
    most = _most_sure(run, said, who, sheet)
    answers = votes(run)
    forms = _legal_forms(run, answers)
    for index, (token, answer, sure) in enumerate(answers):
        if token.text in _STROKES and index in (0, len(answers) - 1):
            continue  # the side of a box
        answer, sure = _spelled(run, token, *forms.get(index, (answer, sure)), sheet)
        box_to_tick = as_box(token, run, sure)
        answer, sure = box_to_tick or (_unframed(answer, said), sure)
        answer, sure = put_right(answer, sure, run)
        if not run.once and sure > _ACCENT_LOST and unread_mark(sheet.gray, token.box, answer):
            sure = _ACCENT_LOST
        if _DASHES.match(token.text) and 0 < index < len(answers) - 1:
            # It joins two words of a label, or a number's parts, however many strokes were seen.
            answer = token.text if len(token.text) == 1 else "–"
        elif (
            _LEADER.match(answer)
            or (_RUBBISH.match(token.text) and token.confidence < FAIR)
            or (token.confidence < _HARDLY and _heard_as_rubbish(run, token))
        ):
            continue
        if bottom - top < sheet.px(_LOWEST) and any(c.isalnum() for c in answer):
            continue  # a piece of a line that was taken for letters
        lettered = 2 * sum(map(str.isalpha, answer)) > len(answer)
        if (id(run) in who.unsteady or (vague and lettered)) and not confirmed(token):
            sure = min(sure, _COARSE)
        box = (token.box[0], high, token.box[2], low)
        hand = id(run) in who.written and index >= who.labels[id(run)]
        words.append(_word(answer, box, min(sure, most), sheet, size, written=hand))
    return words


def _heard_as_rubbish(run: Run, token: Token) -> bool:
    """True where both other readings have signs only in a word's place: dots to write on."""
    texts = [t.text for t in run.tokens]
    if token not in run.tokens:
        return False  # another reading's
    index = run.tokens.index(token)
    heard = [at_words(texts, [t.text for t in line])[index] for line in (run.again, run.third)]
    return all(text and not any(map(str.isalnum, text)) for text in heard)


def _most_sure(run: Run, said: str, who: Hands, sheet: Sheet) -> float:
    """The most confidence that a line as a whole leaves to its words."""
    running = not run.once and joined(run.box, said, sheet)
    return min(_RUNNING if running else 1.0, GUESS if id(run) in who.guessed else 1.0)


def _spelled(run: Run, token: Token, answer: str, sure: float, sheet: Sheet) -> tuple[str, float]:
    """A word with the accents that the picture has, and how sure that is."""
    if "@" in answer and _split_address(token, run):
        sure = min(sure, _SPLIT)
    spellings = _spellings(token, run) if sure <= _ACCENT_LOST else ()
    accented = _ACCENTED.get(answer, "")
    if accented and told_by_marks(sheet.gray, token.box, (answer, accented)) == accented:
        return accented, min(sure, TWO_OF_THREE)
    told = told_by_marks(sheet.gray, token.box, spellings) if spellings else None
    if told is not None:
        return told, max(sure, _BY_MARKS) if token.confidence >= SURE else sure
    if _heard_otherwise(token.text, answer) and lacks_marks(sheet.gray, token.box, answer):
        return token.text, min(sure, _ACCENT_LOST)
    return answer, sure


def _spellings(token: Token, run: Run) -> tuple[str, ...]:
    """A word's accents as the readings have them, where two readings agree on its bare letters.

    An accent that one of them has was there, even if the picture tells little of it.
    """
    heard = {t.text for t in (*run.again, *run.third) if only_accents(t.text, token.text)}
    accented = {text for text in (token.text, *heard) if not text.isascii()}
    return tuple(sorted(accented)) if heard else ()


def _heard_otherwise(first: str, answer: str) -> bool:
    """True for a word that got its umlaut from the German model alone."""
    return answer != first and only_accents(first, answer)


def _unframed(answer: str, line: str) -> str:
    """Without what a box's side was read as: an upright stroke, a bracket that nothing closes."""
    bare = answer.strip("_|¦")
    if "]" not in line:
        bare = bare.lstrip("[")
    if "[" not in line:
        bare = bare.rstrip("]")
    return bare or answer


def _size(tokens: Sequence[Token], sheet: Sheet) -> float:
    """Points: the median of what the words and the whole line tell, since a letter may stick out."""
    lines = [(t.text, t.box) for t in tokens if sum(map(str.isalnum, t.text)) > 1]
    lines.append(("".join(t.text for t in tokens), bounds(tokens)))
    sizes = sorted(type_size(text, (box[3] - box[1]) * sheet.points) for text, box in lines)
    return sizes[(len(sizes) - 1) // 2]


def _legal_forms(run: Run, answers: list[tuple[Token, str, float]]) -> dict[int, tuple[str, float]]:
    """Words of a run that are a legal form; sure where no reading says another one ("-S")."""
    found = legal_form_at([answer for _, answer, _ in answers])
    if not found:
        return {}
    said = {
        tuple(legal_form_at([t.text for t in line]).values()) for line in (run.tokens, run.again, run.third)
    }
    sure = LEGAL_FORM if len(said - {()}) == 1 else AGAINST_FIRST
    return {index: (text, sure) for index, text in found.items()}


def _split_address(token: Token, run: Run) -> bool:
    """Something stands right before an e-mail address: its beginning, after an underscore or a dot."""
    before = [t for t in run.tokens if t.box[2] <= token.box[0] + 2 and t.text[-1:].isalnum()]
    return any(token.box[0] - t.box[2] < 0.8 * (token.box[3] - token.box[1]) for t in before)


def _settled_word(run: Run, sheet: Sheet) -> Word | None:
    """An identifier on whose characters the readings differ, or err alike, where check digits decide."""
    if run.once:
        return None
    lines = (run.tokens, run.again, run.third) if run.third else (run.tokens, run.again)
    readings = [
        ("".join(t.text for t in line), min((t.confidence for t in line), default=0.0)) for line in lines
    ]
    if run.spelled:
        words = [run.spelled.get(k, (t.text, 0.0))[0] for k, t in enumerate(run.tokens)]
        readings.append(("".join(words), TWO_OF_THREE))
    settled = settled_identifier(readings)
    if settled is None or (not run.third and _as_read(settled.text, run)):
        return None
    return _word(settled.text, run.box, settled.confidence, sheet, note=settled.evidence)


def _as_read(identifier: str, run: Run) -> bool:
    """True where a reading has it in just these characters, with spaces and separators or without."""
    readings = ("".join(t.text for t in line) for line in (run.tokens, run.again))
    return identifier in {"".join(filter(str.isalnum, text)) for text in readings}


def _word(
    text: str, box: tuple[int, int, int, int], sure: float, sheet: Sheet, size: float | None = None,
    note: str = "",
    written: bool = False,
) -> Word:  # fmt: skip
    if size is None:
        size = type_size(text, (box[3] - box[1]) * sheet.points)
    written = written or in_coloured_ink(box, sure, sheet)
    sure = round(min(sure, GUESS) if written else sure, 3)
    return Word(
        text, sheet.number, points_of(box, sheet), sure, round(size, 1), handwritten=written, note=note
    )


def _comb_word(reading: CombReading, sheet: Sheet) -> Word | None:
    one = "".join(t.text for t in reading.tokens)
    two = "".join(t.text for t in reading.again)
    left, top, right, bottom = reading.comb.box
    rim = sheet.px(_COMB_RIM)  # the characters stand within the frame, not on it
    inside = (left + rim, top + rim, right - rim, bottom - rim)
    size = _COMB_SIZE * (bottom - top) * sheet.points
    settled = settled_identifier([(one, 0.6), (two, 0.6)]) if one != two else None
    if settled is not None and len(settled.text) == len(reading.filled):
        return _word(settled.text, inside, settled.confidence, sheet, size, settled.evidence)
    text = two if len(two) == len(reading.filled) else one
    if not text:
        return None
    fits = len(text) == len(reading.filled)
    sure = 0.98 if fits and one == two else 0.75 if fits else 0.4
    return _word(text, inside, sure, sheet, size)
