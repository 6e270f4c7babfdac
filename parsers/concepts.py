"""Labels by what their words mean: a wording that no list has is understood when all of it is.

`parsers/data/concepts.toml` says which words carry which meaning and which meanings together name a
field. One unknown word, or one that belongs to something else ("Date de naissance"), and it names none.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from parsers.remembered import TEXTS_OF_MAILS

_WHEN = frozenset({"le", "am", "on", "den", "du", "vom", "seit", "depuis", "since"})
_PLAIN, _FOREIGN, _WHEN_CONCEPT = "plain", "foreign", "when"
_OTHERS = frozenset({_FOREIGN, "bank"})
_PAIRS = (("ceo_nom", "ceo_prenom"), ("nom", "prenom"))
_BEFORE_NAME = frozenset({"first", "given", "last", "family", "pre"})
_COPULAS = frozenset({"est", "ist", "is", "sont", "sind", "are"})
_ON_WHICH_DAY = frozenset({("le",), ("den",), ("am",)})
_INDEFINITE = frozenset({"un", "une", "e", "ein", "eine", "a", "an"})


@dataclass(frozen=True, slots=True)
class _Rule:
    field: str
    needs: tuple[frozenset[str], ...]
    may: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Book:
    whole: dict[str, frozenset[str]]
    starts: tuple[tuple[re.Pattern[str], str], ...]
    ends: tuple[tuple[re.Pattern[str], str], ...]
    rules: dict[str, _Rule]
    choices: dict[str, tuple[str, ...]]
    phrases: tuple[str, ...]
    """Several words that belong together to something that none of our fields is."""


@lru_cache(maxsize=1)
def _book() -> _Book:
    text = resources.files("parsers.data").joinpath("concepts.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    whole: dict[str, set[str]] = {}
    starts: list[tuple[re.Pattern[str], str]] = []
    ends: list[tuple[re.Pattern[str], str]] = []
    for concept, words in table["words"].items():
        for word in words:
            if "*" not in word:
                whole.setdefault(word, set()).add(concept)
        for patterns, globs in (
            (starts, [w for w in words if "*" in w and not w.startswith("*")]),
            (ends, [w for w in words if w.startswith("*")]),
        ):
            if globs:
                one_of = "|".join(re.escape(g).replace(r"\*", r"[a-z0-9]*") for g in globs)
                patterns.append((re.compile(one_of), concept))
    rules = {
        field: _Rule(
            field, tuple(frozenset(n.split()) for n in rule["needs"]), frozenset(rule["may"].split())
        )
        for field, rule in table["fields"].items()
    }
    return _Book({w: frozenset(c) for w, c in whole.items()}, tuple(starts), tuple(ends), rules,
                 {choice: tuple(stems) for choice, stems in table["choices"].items()},
                 tuple(word for word in table["words"][_FOREIGN] if " " in word))  # fmt: skip


@lru_cache(maxsize=TEXTS_OF_MAILS)
def meanings(token: str) -> tuple[frozenset[str], ...]:
    """What a folded word means: one set of possible meanings, two for a compound; empty for an unknown word.

    Each part of a compound counts: "Geburtsdatum" is a date, and one of birth.
    """
    book = _book()
    whole = book.whole.get(token, frozenset())
    start = frozenset(c for pattern, c in book.starts if len(token) >= 3 and pattern.fullmatch(token))
    if whole or len(token) < 3:
        return (whole | (start if _PLAIN not in whole else frozenset()),) if whole else ()
    end = frozenset(c for pattern, c in book.ends if pattern.fullmatch(token)) - start
    return tuple(group for group in (start, end) if group)


def understood(tokens: Iterable[str]) -> bool:
    """True when every word is known, whatever it is about."""
    return all(meanings(token) for token in tokens)


def choice_meant(tokens: Iterable[str], choices: Iterable[str]) -> str | None:
    """The one choice that the words speak of; None for none or several."""
    found = choices_said(tokens, _book().choices)
    # Words that speak of another field's choice as well ("Paiement direct (PID v2)") are that field's.
    return next(iter(found)) if len(found) == 1 and found <= set(choices) else None


def choices_said(tokens: Iterable[str], choices: Iterable[str]) -> set[str]:
    """Those of the choices that some word speaks of."""
    words = tuple(tokens)
    stems = _book().choices
    return {c for c in choices if any(word.startswith(stem) for word in words for stem in stems.get(c, ()))}


def foreign(tokens: Iterable[str]) -> bool:
    """True when a word of the label belongs to something that none of our fields is."""
    words = tuple(tokens)
    if any(_FOREIGN in group and group <= _OTHERS for word in words for group in meanings(word)):
        return True
    text = f" {' '.join(words)} "
    return any(f" {phrase} " in text for phrase in _book().phrases)


def names_something_else(tokens: Sequence[str]) -> bool:
    """True for words that are a label of something that none of our fields is; a few foreign ones among
    words that no label has ("Dossier Patient Libre") are somebody's own."""
    known = sum(bool(meanings(token)) for token in tokens)
    if tuple(tokens) == ("tel",):
        return True  # alone the telephone's, and not "tel que"
    if tokens and not meanings(tokens[0]) and len(tokens) > 2:
        return False  # "CHNord – site de Luxembourg": no label begins with a name
    return foreign(tokens) and 2 * known > len(tokens)


@lru_cache(maxsize=TEXTS_OF_MAILS)
def fields_meant(tokens: tuple[str, ...], known: frozenset[str]) -> tuple[str, ...]:
    """Those of the known field ids that the words name; both parts of a name for "Nom et prénom"."""
    if not tokens or len(tokens) > 16 or asks_for_a_kind(tokens):
        return ()
    said: list[frozenset[str]] = []
    evoked: set[str] = set()
    for position, token in enumerate(tokens):
        groups = meanings(token)
        last = token in _WHEN and position == len(tokens) - 1
        if tokens in _ON_WHICH_DAY or (position and (token in ("am", "on") or last)):
            groups = (frozenset({_WHEN_CONCEPT}),)
        if not groups:
            return ()
        said += [group for group in groups if _PLAIN not in group]
        evoked.update(*groups)
    if not said:
        return ()
    pair = _pair(tokens, said, known)
    if pair:
        return pair
    best: dict[str, int] = {}
    for field in known:
        rule = _book().rules.get(field)
        if rule is None:
            continue
        for need in rule.needs:
            # Each word must be of what is needed or of what may stand beside, in one of its meanings.
            if need <= evoked and all(group & (need | rule.may) for group in said):
                best[field] = max(best.get(field, 0), len(need))
    if not best:
        return ()
    top = max(best.values())
    return tuple(sorted(field for field, size in best.items() if size == top))


def asks_for_a_kind(tokens: tuple[str, ...]) -> bool:
    """True for "Le client est un(e)": its kind is asked for, not its name."""
    end = len(tokens)
    while end and tokens[end - 1] in _INDEFINITE:
        end -= 1
    return bool(end) and tokens[end - 1] in _COPULAS


def _pair(tokens: tuple[str, ...], said: list[frozenset[str]], known: frozenset[str]) -> tuple[str, ...]:
    evoked = frozenset().union(*said)
    if "first" not in evoked:
        return ()
    last = any("lastname" in group and "first" not in group for group in said)
    bare = any(
        token in ("name", "names") and (not position or tokens[position - 1] not in _BEFORE_NAME)
        for position, token in enumerate(tokens)
    )
    if not last and not bare:
        return ()
    for pair in _PAIRS:
        rule = _book().rules.get(pair[0])
        if rule is None or pair[0] not in known:
            continue
        allowed = rule.may.union(*rule.needs) | {"first", "lastname", "name"}
        if any(need <= evoked for need in rule.needs) and all(group & allowed for group in said):
            return tuple(part for part in pair if part in known)
    return ()
