"""What an Industriel had already given rightly is not asked for again when a form comes a second time.

While a step is open for the first time, a form that leaves a field empty is completed with the value of an
earlier one of the same kind, if that was believed and valid.
Source: process.md, « What is answered at once, what waits for a person ».
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from parsers.types import FieldValue
from rules.types import Case, Exhibit

_STILL_OPEN: Final = frozenset({"ouvert", "acces_configure"})


def with_earlier_values(
    case: Case, newest: Exhibit, is_right: Callable[[Exhibit, str, FieldValue], bool]
) -> Exhibit:
    """The newest document with the values that only earlier ones of its kind give."""
    if case.state not in _STILL_OPEN:
        return newest
    fields = dict(newest.document.fields)
    for earlier in reversed(case.exhibits):
        if earlier.kind != newest.kind or earlier is newest or earlier.party == "aes":
            continue
        for name, claim in earlier.document.fields.items():
            empty = name not in fields or fields[name].value in (None, "", [])
            if empty and claim.value not in (None, "", False, []) and is_right(earlier, name, claim):
                fields[name] = claim
    if fields == newest.document.fields:
        return newest
    return newest.model_copy(update={"document": newest.document.model_copy(update={"fields": fields})})
