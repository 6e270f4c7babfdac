"""What others say in sentences of their own, found again and said in the person's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

Say = Callable[..., str]


class Patterns:
    """Pairs of a pattern and the sentence that is said for it; groups of the pattern are its places."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._pairs = tuple((re.compile(pattern, re.DOTALL), sentence) for pattern, sentence in pairs)

    def in_words(self, say: Say, said: str, label: Callable[[str], str]) -> str:
        """`said` as `say` translates and fills it; `label` names fields. What is not known stays as it is."""
        for pattern, sentence in self._pairs:
            if found := pattern.fullmatch(said):
                places = found.groupdict()
                if "field" in places:
                    places["field"] = label(places["field"])
                if "fields" in places:
                    places["fields"] = ", ".join(label(field) for field in places["fields"].split(", "))
                return say(sentence, **places)
        return said
