"""A text as words that can be compared: without case, accents, punctuation, line breaks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from parsers.folding import words_of
from parsers.remembered import TEXTS_OF_MAILS

_TOKEN = re.compile(r"(?P<blank>_{2,}|\.{4,}|…+|\[[^\]]{0,80}\]|\ufffc)|(?P<word>[^\W_]+)")


@dataclass(frozen=True, slots=True)
class Text:
    """Words folded and as written, and where in `whole` they begin; `blanks` are the word counts before which
    something is filled in."""

    words: tuple[str, ...]
    written: tuple[str, ...]
    blanks: frozenset[int] = frozenset()
    starts: tuple[int, ...] = ()
    whole: str = ""

    def quoted(self, start: int, end: int) -> str:
        text = " ".join(self.written[start : min(end, start + 12)])
        return f"« {text}{' …' if end - start > 12 else ''} »"

    def around(self, start: int, end: int) -> tuple[str, str]:
        """The text before the word `start` and from the word `end` on."""
        before = self.whole[: self.starts[start]] if start < len(self.starts) else self.whole
        return before, self.whole[self.starts[end] :] if end < len(self.starts) else ""


def read(text: str) -> Text:
    """The text's words; soft hyphens are none of it."""
    if "[" in text:  # what stands in brackets may go over several lines
        return _read_line(text)
    words: list[str] = []
    written: list[str] = []
    blanks: set[int] = set()
    starts: list[int] = []
    lines = [_read_line(line) for line in text.split("\n")]
    before = 0
    for line in lines:
        blanks.update(len(words) + blank for blank in line.blanks)
        words += line.words
        written += line.written
        starts += [before + start for start in line.starts]
        before += len(line.whole) + 1
    whole = "\n".join(line.whole for line in lines)
    return Text(tuple(words), tuple(written), frozenset(blanks), tuple(starts), whole)


@lru_cache(maxsize=1024)
def _read_line(text: str) -> Text:
    """Kept, as most lines are the same in every copy."""
    words: list[str] = []
    written: list[str] = []
    blanks: set[int] = set()
    starts: list[int] = []
    whole = text.replace("\u00ad", "")
    for token in _TOKEN.finditer(whole):
        word = token["word"]
        if not word:
            blanks.add(len(words))
            continue
        folded = _folded(word)
        if folded:
            words.append(folded)
            written.append(word)
            starts.append(token.start())
    return Text(tuple(words), tuple(written), frozenset(blanks), tuple(starts), whole)


@lru_cache(maxsize=TEXTS_OF_MAILS)
def _folded(word: str) -> str:
    return "".join(words_of(word))
