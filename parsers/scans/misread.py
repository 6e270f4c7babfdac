"""Signs that read as others, put right where one alone can stand; not believed on its grammar alone."""

from __future__ import annotations

import re

from parsers.scans.ocr import Token
from parsers.scans.second import Run
from parsers.scans.votes import AGAINST_FIRST, TWO_OF_THREE

_FIRST_CANDIDATE = re.compile(r"([0-9]\.[0-9]+-?)(?:(rc|beta|alpha)(?:1?[lI]|l1)|re[l1I])$")
"""A version's « -rc1 », whose 1 reads as an l behind letters, and whose c then as an e."""
_AMPERSAND = re.compile(r"(?<=[^\W\d_])&(?=[a-z])(?<![A-Z]&)")
"""How models without the letter write é within a word; « R&D » is no such."""
_VERSION_ONE = re.compile(r"^v[lI](?=$|\.[0-9])")
"""« v1 » and « v1.2 », whose 1 reads as an l: nothing else is written so."""
_LONE_L = re.compile(r"(?<=_)[lI](?=@)")
"""« office_1@ », where some reading has the 1."""
_FIRST_OF_MONTH = re.compile(r"^[lI]er$")
"""« 1er », whose 1 reads as an l: no language has that word."""
_BOXES, _LIKE_BOX = frozenset({"x]", "[x"}), re.compile(r"\S[xX]\]|\[[xX]\S")
"""A box to tick written as « [x] », one of whose brackets was read for a frame's side or a letter."""


def as_box(token: Token, run: Run, sure: float) -> tuple[str, float] | None:
    """A written box to tick for what was read of it, and how sure; None for any other word."""
    heard = any(t.text.lower() == "[x]" for t in (*run.again, *run.third))
    if token.text.lower() not in _BOXES and not (heard and _LIKE_BOX.fullmatch(token.text)):
        return None
    return "[x]", min(max(sure, token.confidence), TWO_OF_THREE if heard else AGAINST_FIRST)


def put_right(answer: str, sure: float, run: Run) -> tuple[str, float]:
    """A word with the signs that alone can stand in it, and how sure that is."""
    if (candidate := _FIRST_CANDIDATE.search(answer)) is not None:
        answer = f"{answer[: candidate.start()]}{candidate[1]}{candidate[2] or 'rc'}1"
        sure = sure if candidate[2] else min(sure, TWO_OF_THREE)
    answer, sure = _with_ones(answer, sure, run)
    if (french := _AMPERSAND.sub("é", answer)) != answer:
        answer, sure = french, min(sure, AGAINST_FIRST)
    return _FIRST_OF_MONTH.sub("1er", answer), sure


def _with_ones(answer: str, sure: float, run: Run) -> tuple[str, float]:
    """A word with a 1 for an l that only a 1 can be, or that some reading takes for one."""
    put = _VERSION_ONE.sub("v1", answer)
    heard = ("".join(t.text for t in line) for line in (run.tokens, run.again, run.third))
    if "@" in put and any("_1@" in line for line in heard):
        put = _LONE_L.sub("1", put)
    return (answer, sure) if put == answer else (put, min(sure, TWO_OF_THREE))
