"""Legal forms as companies write them: a dot that was lost in « S.à r.l. » is put back.

Nobody writes « S.à rl. »; the readers of a scan do, because a dot between narrow letters is easily lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LEGAL_FORM = 0.96
"""How sure a form is that every reading takes for the same one, whatever became of its dots."""
_FIRST = re.compile(r"[S5][.,]?\s?[àäáâåaéèà4][.,]?", re.IGNORECASE)
_SECOND = re.compile(
    r"(?:[rt][.,]?|[.,])\s?(?:[l1iIt|!]|1l|l1)[.,:;]?(?P<simple>\s?[-–]\s?S)?", re.IGNORECASE
)
_WHOLE = re.compile(r"S[.,]\s?[àäáâåa][.,]?\s?r[.,]?\s?[l1I|!][.,]?(?P<simple>\s?[-–]\s?S)?", re.IGNORECASE)
_ASSOCIATION = re.compile(r"a[.,]s[.,]b[.,]?[1lI|!]{1,2}[.,]?")


def legal_form_at(texts: Sequence[str]) -> dict[int, str]:
    """Words of a line by their index, in the spelling that is meant: "S.à", "r.l.", "r.l.-S"."""
    found: dict[int, str] = {}
    for index, (one, two) in enumerate(zip(texts, [*texts[1:], ""], strict=False)):
        second = _SECOND.fullmatch(two)
        if second and _FIRST.fullmatch(one) and index > 0:
            found[index] = "S.à"
            found[index + 1] = "r.l.-S" if second["simple"] else "r.l."
        elif index > 0 and (whole := _WHOLE.fullmatch(one)):
            found[index] = "S.à r.l.-S" if whole["simple"] else "S.à r.l."
        elif index > 0 and (one == "S.A" or (one == "SA." and not two)):
            found[index] = "S.A."
        elif index > 0 and _ASSOCIATION.fullmatch(one):
            found[index] = "a.s.b.l."
    return found
