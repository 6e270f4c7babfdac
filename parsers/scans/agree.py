"""Two readings of one run of words, character by character.

The first reading is French, the second German. Each model knows only its own letters: the German
one reads é as e, the French one ö as o. Where they differ by an accent that one of them cannot
write, that is no disagreement.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate

_ONLY_FIRST = frozenset("éèêëàâîïôûùçñœæÿÉÈÊËÀÂÎÏÔÛÙÇŒÆŸ")
_ONLY_SECOND = frozenset("öÖÄß")
_FOR_SHARP_S = frozenset("fRPbF8k")
"""What the French model writes for ß; a B is taken for one in any case."""
_FOR_CEDILLA = frozenset("gG")
"""What the German model writes for ç, besides c."""
_MISTAKEN_E = re.compile(r"(?<=[^\W\d_])(?:e?[&£€]e?|6)(?=[a-zàâäçéèêëîïôöùûü])|(?<=[^\W\d_][a-z])[&£€](?=$)")


@dataclass(frozen=True, slots=True)
class Agreed:
    """The text of one word after both readings, and whether they agree on all of it."""

    text: str
    same: bool


def agreed(first: Sequence[str], second: Sequence[str]) -> list[Agreed]:
    """One answer for each word of the first reading; spaces count between letters only."""
    second = [_as_french(word) for word in second]
    one, two = "".join(first), "".join(second)
    letters = list(one)
    same = [False] * len(one)
    extra_before: set[int] = set()
    starts, other_starts = _starts(first), _starts(second)
    matcher = SequenceMatcher(None, _folded(one), _folded(two), autojunk=False)
    for tag, a, a_end, b, b_end in matcher.get_opcodes():
        if tag == "equal":
            for i, j in zip(range(a, a_end), range(b, b_end), strict=True):
                letters[i], same[i] = _resolved(one[i], two[j])
                if i in starts and j and j not in other_starts and (one[i - 1] + one[i]).isalpha():
                    same[i - 1] = same[i] = False  # one word or two? A name depends on it
        elif tag == "replace" and two[b:b_end] == "ß" and one[a:a_end] in _FOR_SHARP_S:
            letters[a], same[a] = "ß", True
        elif tag == "replace" and one[a:a_end] in ("ç", "Ç") and two[b:b_end] in _FOR_CEDILLA:
            same[a] = True
        elif tag == "delete" and set(one[a:a_end]) == {"_"}:
            same[a:a_end] = [True] * (a_end - a)  # seen in the picture; Tesseract hardly ever reads it
        elif tag == "insert" and any(c.isalnum() or c in "@." for c in two[b:b_end]):
            extra_before.add(a)
    result, at = [], 0
    for word in first:
        end = at + len(word)
        whole = all(same[at:end]) and not any(at <= place <= end for place in extra_before)
        result.append(Agreed("".join(letters[at:end]), whole))
        at = end
    return result


def at_words(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """For each word of the first reading what the second has in its place; empty where that is unclear."""
    one, two = _folded("".join(first)), "".join(second)
    places = {0: 0, len(one): len(two)}
    for _, a, a_end, b, b_end in SequenceMatcher(None, one, _folded(two), autojunk=False).get_opcodes():
        places |= {a: b, a_end: b_end} if a_end - a != b_end - b else {
            a + k: b + k for k in range(a_end - a + 1)
        }  # fmt: skip
    places[0], places[len(one)] = 0, len(two)  # also what the second alone has at its beginning
    ends = list(accumulate(len(word) for word in first))
    found = []
    for start, end in zip([0, *ends], ends, strict=False):
        known = start in places and end in places
        found.append(two[places[start] : places[end]] if known else "")
    return found


def _as_french(word: str) -> str:
    """How the German model writes what it does not know: é as & or 6, i without its dot."""
    word = _MISTAKEN_E.sub("e", word.replace("ı", "i").replace("’", "'"))
    return word.replace("''", "'")


def _starts(words: Sequence[str]) -> set[int]:
    """Where words begin, the first apart, in the text without spaces."""
    return set(accumulate(len(word) for word in words[:-1]))


def _folded(text: str) -> str:
    """The bare letters, as many as before."""
    return "".join("B" if c == "ß" else unicodedata.normalize("NFD", c)[0] for c in text)


def only_accents(one: str, other: str) -> bool:
    """The same bare letters."""
    return _folded(one) == _folded(other)


def _resolved(a: str, b: str) -> tuple[str, bool]:
    if a == b:
        return a, True
    if a in "ÄÖÜ" and b == a.lower():  # the French model capitalises the umlauts it hardly knows
        return b, True
    if a in _ONLY_FIRST and b not in _ONLY_SECOND:
        return a, b.isascii()
    if b in _ONLY_SECOND:
        return b, a.isascii()
    return (a, False) if not a.isascii() else (b, False)
