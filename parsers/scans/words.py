"""Two readings to words with a confidence that keeps its promise.

0.95 and more is given only where both readings say the same and the first is sure of itself; what
they disagree on stays below. The bounds were measured with `scripts/bench_documents`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from parsers.documents.reading import Word
from parsers.scans.accents import lacks_marks, loses_marks, told_by_marks, unread_mark
from parsers.scans.agree import agreed, at_words, only_accents
from parsers.scans.handwriting import GUESS, by_hand, dances, in_coloured_ink, joined
from parsers.scans.image import Sheet
from parsers.scans.legal_forms import LEGAL_FORM, legal_form_at
from parsers.scans.lines import points_of
from parsers.scans.ocr import Token
from parsers.scans.printed import confirmed, is_sentence, label_length, mostly_printed
from parsers.scans.second import CombReading, Reread, Run, bounds
from parsers.scans.settle import settled_identifier
from parsers.scans.sizes import evened, line_of, type_size

_RUBBISH = re.compile(r"^[^\w@]+$|^_+$")
_FIRST_CANDIDATE = re.compile(r"([0-9]\.[0-9]+-?(?:rc|beta|alpha))(?:1?[lI]|l1)$")
"""A version's « -rc1 », whose 1 reads as an l behind letters."""
_FIRST_OF_MONTH = re.compile(r"^[lI]er$")
"""« 1er », whose 1 reads as an l: no language has that word."""
_STROKES = frozenset("|¦[]_")
_DASHES = re.compile(r"^[-–—~=]+$")
_SURE, _FAIR = 0.86, 0.6
"""Tesseract's own confidence in a word on which both readings agree."""
_HESITANT, _OTHER_SURE = 0.45, 0.955
"""The same word read hesitantly the first time and surely the second."""
_OTHER_UNSURE = 0.9
"""A word read surely the first time and hesitantly the second: one in thirty of these is wrong."""
_SPLIT = 0.85
_ACCENT_LOST = 0.85
_BY_MARKS = 0.95
"""A word on whose bare letters two readings agree, its accents counted in the picture."""
_RUNNING = 0.85
"""Letters that hang together, as by a running hand."""
_TWO_OF_THREE, _AGAINST_FIRST, _ALONE = 0.85, 0.75, 0.6
_MUCH_SURER = 0.4
"""Confidence by which the second reading of a word outdoes the first, where no third one decides."""
_LOWEST = 2.2
"""Points: the ink of a line of letters is higher."""
_COARSE = 0.94
"""A word of letters on a fax in standard resolution, in which e and o are alike to all readings, or on a page
that has lost the dots of its i."""
_NEVER_HEARD = 0.9
"""Spelled alike by two models, but none read the word so before."""
_COMB_SIZE = 0.6
"""Type size in a comb, of its cells' height."""
_COMB_RIM = 1.5
_NOTHING = 0.1
"""Confidence of what only the first reading took for letters at all."""
_SEVERAL = 2
"""Lines by hand on a page that make its other dancing lines a guess."""
_TOLD = 3
"""Letters of a value that the readings can differ on, and values on which they have to."""
_SHARE = 0.15
"""Of the values in a known blank's places: lines by hand that make the others so."""
_ONCE = 0.9
"""A word of a sentence, read once."""


def assemble(second: Reread, sheet: Sheet) -> list[Word]:
    """The words of a page, from top to bottom."""
    words: list[Word] = []
    labels = {id(run): label_length(run.tokens) for run in second.runs}
    open_runs = [
        run for run in second.runs
        if labels[id(run)] < len(run.tokens) and not run.once and not mostly_printed(run.tokens)
    ]  # fmt: skip
    values = [run.tokens[labels[id(run)] :] for run in open_runs]
    texts = ["".join(token.text for token in value) for value in values]
    flags = by_hand([bounds(value) for value in values], texts, sheet)
    written = {id(run) for run, flag in zip(open_runs, flags, strict=True) if flag}
    doubted = _mostly_doubted(open_runs)
    written |= _filled_by_hand(open_runs, written, doubted)
    unsteady = {id(run) for run in open_runs} if doubted else set()
    # Words that forms print may be written by hand as well, a label hardly.
    guessed = {
        id(run)
        for run in second.runs
        if len(written) >= _SEVERAL and run.tokens and not run.once and mostly_printed(run.tokens)
        and dances(run.box, "".join(t.text for t in run.tokens), sheet)
    }  # fmt: skip
    read = [(token.text, token.box) for run in second.runs for token in run.tokens if not token.printed]
    faint = loses_marks(sheet.gray, read)
    for run in second.runs:
        if not run.tokens:
            continue
        if not run.again and not run.once and max(t.confidence for t in run.tokens) < _NOTHING:
            continue  # a dotted line that waves, a speck
        settled = _settled_word(run, sheet)
        if settled is not None:
            words.append(settled)
            continue
        _, top, _, bottom = run.box  # one height for the words of a line, whatever letters they have
        said = "".join(t.text for t in run.tokens)
        size = _size(run.tokens, sheet)
        high, low = line_of(said, top, bottom)
        votes = _votes(run)
        running = not run.once and joined(run.box, said, sheet)
        forms = _legal_forms(run, votes)
        for index, (token, answer, sure) in enumerate(votes):
            if index in forms:
                answer, sure = forms[index]
            if "@" in answer and _split_address(token, run):
                sure = min(sure, _SPLIT)
            if token.text in _STROKES and index in (0, len(votes) - 1):
                continue  # the side of a box
            spellings = _spellings(token, run) if sure <= _ACCENT_LOST else ()
            told = told_by_marks(sheet.gray, token.box, spellings) if spellings else None
            if told is not None:
                answer, sure = told, max(sure, _BY_MARKS) if token.confidence >= _SURE else sure
            elif _heard_otherwise(token.text, answer) and lacks_marks(sheet.gray, token.box, answer):
                answer, sure = token.text, min(sure, _ACCENT_LOST)
            answer = _FIRST_CANDIDATE.sub(r"\g<1>1", _unframed(answer, said))
            answer = _FIRST_OF_MONTH.sub("1er", answer)
            if not run.once and sure > _ACCENT_LOST and unread_mark(sheet.gray, token.box, answer):
                sure = _ACCENT_LOST
            if _DASHES.match(token.text) and 0 < index < len(votes) - 1:
                # It joins two words of a label, or a number's parts, however many strokes were seen.
                answer = token.text if len(token.text) == 1 else "–"
            elif _RUBBISH.match(token.text) and token.confidence < _FAIR:
                continue
            if bottom - top < sheet.px(_LOWEST) and any(c.isalnum() for c in answer):
                continue  # a piece of a line that was taken for letters
            if id(run) in unsteady and not confirmed(token):
                sure = min(sure, _COARSE)
            if (
                (sheet.coarse or faint)
                and not confirmed(token)
                and 2 * sum(map(str.isalpha, answer)) > len(answer)
            ):
                sure = min(sure, _COARSE)
            box = (token.box[0], high, token.box[2], low)
            if running:
                sure = min(sure, _RUNNING)
            if id(run) in guessed:
                sure = min(sure, GUESS)
            hand = id(run) in written and index >= labels[id(run)]
            words.append(_word(answer, box, sure, sheet, size, written=hand))
    words += [word for reading in second.combs if (word := _comb_word(reading, sheet)) is not None]
    return sorted(evened(words), key=lambda w: (round(w.box[1] / 4), w.box[0]))


def _filled_by_hand(runs: Sequence[Run], written: set[int], doubted: bool) -> set[int]:
    """What stands in the places of a known blank, all of it where a hand wrote several of them.

    Short words by a steady hand look like print one by one; who writes two values writes the others too. One
    tells as much where the readings differ on most of them.
    """
    placed = {id(run) for run in runs if run.tokens[0].place >= 0}
    by_it = len(placed & written)
    several = by_it >= _SEVERAL and by_it >= _SHARE * len(placed)
    return placed if several or (by_it and doubted) else set()


def _mostly_doubted(runs: Sequence[Run]) -> bool:
    """True for a page on most of whose values the readings differ: on the rest they may agree by chance."""
    told = [run for run in runs if sum(c.isalnum() for t in run.tokens for c in t.text) >= _TOLD]
    differ = [run for run in told if not is_sentence(run.tokens) and not _two_agree(run)]
    return len(differ) >= _TOLD and 2 * len(differ) > len(told)


def _two_agree(run: Run) -> bool:
    first, again, third = ([t.text for t in line] for line in (run.tokens, run.again, run.third))
    return any(
        all(a.same for a in agreed(*two))
        for two in ((first, again), (first, third), (third, again))
        if two[0]
    )


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


def _legal_forms(run: Run, votes: list[tuple[Token, str, float]]) -> dict[int, tuple[str, float]]:
    """Words of a run that are a legal form; sure where no reading says another one ("-S")."""
    found = legal_form_at([answer for _, answer, _ in votes])
    if not found:
        return {}
    said = {
        tuple(legal_form_at([t.text for t in line]).values()) for line in (run.tokens, run.again, run.third)
    }
    sure = LEGAL_FORM if len(said - {()}) == 1 else _AGAINST_FIRST
    return {index: (text, sure) for index, text in found.items()}


def _split_address(token: Token, run: Run) -> bool:
    """Something stands right before an e-mail address: its beginning, after an underscore or a dot."""
    before = [t for t in run.tokens if t.box[2] <= token.box[0] + 2 and t.text[-1:].isalnum()]
    return any(token.box[0] - t.box[2] < 0.8 * (token.box[3] - token.box[1]) for t in before)


def _settled_word(run: Run, sheet: Sheet) -> Word | None:
    """An identifier on whose characters the readings differ, where check digits decide."""
    if not run.third:
        return None
    lines = (run.tokens, run.again, run.third)
    readings = [
        ("".join(t.text for t in line), min((t.confidence for t in line), default=0.0)) for line in lines
    ]
    if run.spelled:
        words = [run.spelled.get(k, (t.text, 0.0))[0] for k, t in enumerate(run.tokens)]
        readings.append(("".join(words), _TWO_OF_THREE))
    settled = settled_identifier(readings)
    if settled is None:
        return None
    return _word(settled.text, run.box, settled.confidence, sheet, note=settled.evidence)


def _votes(run: Run) -> list[tuple[Token, str, float]]:
    """For each word of a run its text and how sure that is; spelled words have the last say."""
    if len(run.tokens) == 1 and 0 in run.spelled and run.spelled[0][0] in _texts(run.again, run.third):
        return [(run.tokens[0], *run.spelled[0])]  # the first reading missed a part of it
    votes = _by_readings(run)
    if len(votes) != len(run.tokens):
        return votes
    for index, (text, sure) in run.spelled.items():
        token, answer, before = votes[index]
        if text == answer:
            votes[index] = (token, text, max(before, sure))
        elif before < _TWO_OF_THREE and not _loses_accents(answer):
            heard = text in {t.text for t in (*run.tokens, *run.again, *run.third)}
            votes[index] = (token, text, sure if heard else min(sure, _NEVER_HEARD))
    return votes


def _texts(*lines: Sequence[Token]) -> list[str]:
    return ["".join(token.text for token in line) for line in lines]


def _loses_accents(text: str) -> bool:
    """The alphabet of spelling has none."""
    return not text.isascii()


def _by_readings(run: Run) -> list[tuple[Token, str, float]]:
    """For each word of a run its text by two of three readings, and how sure that is."""
    if run.once:
        return [
            (
                token,
                token.text,
                confidence(token, True, _FAIR) if confirmed(token) else min(_ONCE, token.confidence),
            )
            for token in run.tokens
        ]
    texts = [t.text for t in run.tokens]
    answers = agreed(texts, [t.text for t in run.again])
    # The second model hesitates where it has to write é as e.
    others = [
        sure if answer.text.isascii() else max(sure, _FAIR)
        for sure, answer in zip(_surenesses(run), answers, strict=True)
    ]
    if not run.third:
        return [
            (token, answer.text, confidence(token, answer.same, other))
            for token, answer, other in zip(run.tokens, answers, others, strict=True)
        ]
    with_third = agreed(texts, [t.text for t in run.third])
    # Words that the second and third reading have in common where the first stands alone.
    common = _common(run)
    seconds, thirds = (at_words(texts, [t.text for t in line]) for line in (run.again, run.third))
    result = []
    for index, token in enumerate(run.tokens):
        if answers[index].same:
            result.append((token, answers[index].text, confidence(token, True, others[index])))
        elif with_third[index].same:
            # The third model writes no accents: between ô and ö the first two were heard.
            text = answers[index].text if only_accents(answers[index].text, with_third[index].text) else (
                with_third[index].text
            )  # fmt: skip
            result.append((token, text, min(_TWO_OF_THREE, token.confidence + 0.1)))
        elif (
            common is not None
            and len(common) == len(run.tokens)
            and not _same_letters(common[index], token.text)
        ):
            result.append((token, common[index], _AGAINST_FIRST))
        elif (other := seconds[index]) and other == thirds[index] and not _same_letters(other, token.text):
            result.append((token, other, _AGAINST_FIRST))
        elif other and token.confidence + _MUCH_SURER < others[index]:
            result.append((token, other, min(_ALONE, others[index])))
        else:
            result.append((token, answers[index].text, min(_ALONE, token.confidence)))
    if common is not None and len(common) < len(run.tokens) and sum(map(len, common)) == sum(map(len, texts)):
        # The first reading tore apart what the others have in one piece.
        whole = [replace(t, text=text) for t, text in zip(run.again, common, strict=True)]
        return [(t, text, min(sure, _ALONE)) for t, text, sure in _spread(whole, run)]
    rival = max((run.again, run.third), key=_surest)
    if min(sure for _, _, sure in result) < _ALONE and _surest(rival) > _surest(run.tokens) + 0.15:
        return _spread(rival, run)
    return result


def _same_letters(one: str, other: str) -> bool:
    """True for two readings that differ by a sign or an accent only: a stop may read as a colon, à as a."""
    bare, other_bare = ("".join(c for c in text if c.isalnum()) for text in (one, other))
    return bare == other_bare or only_accents(bare, other_bare)


def _surenesses(run: Run) -> list[float]:
    """For each word of the first reading the least confidence of the second's words at its letters."""
    by_letter = [t.confidence for t in run.again for _ in t.text]
    result, at = [], 0
    total = sum(len(t.text) for t in run.tokens)
    for token in run.tokens:
        end = at + len(token.text)
        # Letters lost or added shift the rest: then the whole line's least confidence counts.
        here = by_letter[at:end] if len(by_letter) == total else by_letter
        result.append(min(here, default=0.0))
        at = end
    return result


def _surest(line: Sequence[Token]) -> float:
    """Mean confidence, by letters."""
    return sum(t.confidence * len(t.text) for t in line) / max(1, sum(len(t.text) for t in line))


def _spread(line: Sequence[Token], run: Run) -> list[tuple[Token, str, float]]:
    """All readings differ: the surest of them, its words laid along the run."""
    left, top, right, bottom = run.box
    total = sum(len(t.text) for t in line) + len(line) - 1
    at, result = 0, []
    for token in line:
        start, end = (left + round((right - left) * n / total) for n in (at, at + len(token.text)))
        placed = replace(token, box=(start, top, end, bottom))
        result.append((placed, token.text, min(_ALONE, token.confidence)))
        at += len(token.text) + 1
    return result


def _common(run: Run) -> list[str] | None:
    """The words of the second reading when the third confirms every one of them."""
    again = [t.text for t in run.again]
    answers = agreed(again, [t.text for t in run.third])
    return [a.text for a in answers] if answers and all(a.same for a in answers) else None


def confidence(token: Token, same: bool, other: float = 0.0) -> float:
    """Calibrated: how likely the word is right, character for character.

    `other` is the least confidence of the second reading in the words that it shares with the first.
    """
    if not same:
        return min(_ALONE, token.confidence)
    if token.confidence >= _SURE:
        return 0.98 if other >= _FAIR else _OTHER_UNSURE
    if other >= _SURE and token.confidence >= _HESITANT:
        return _OTHER_SURE
    return 0.9 if token.confidence >= _FAIR else 0.7


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
