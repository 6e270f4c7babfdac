"""Wordings are found wherever they stand, also over the ends of lines and pages."""

from __future__ import annotations

import pytest

from parsers.wordings import in_known, in_lines, wordings_of

WORDINGS, _ = wordings_of(
    [["Retrait du label", "conditions d'utilisation du label"], ["SLA", "retrait du label"]]
)


def test_forms_share_a_wording_that_both_have() -> None:
    assert wordings_of([["Retrait du label", "x"], ["retrait du label"]])[1] == ((0, 1), (0,))


@pytest.mark.parametrize(
    "lines",
    [
        ["le retrait du", "label et le sla"],
        ["les conditions", "d'utilisation", "du", "label"],
        ["sla", "slalom", "un sla"],
        ["le slalom", "sla-lom", "a" * 900, "retrait", "du label"],
        ["les conditions d'utilisation du labe", "l, le retrait du labels"],
    ],
)
def test_lines_have_what_their_text_has(lines: list[str]) -> None:
    text = " ".join(lines)
    pieces = [(line, WORDINGS.within(line)) for line in lines]
    for _ in range(2):  # as new lines, then as known ones
        assert in_lines(lines, WORDINGS) == WORDINGS.within(text)
    assert in_known(pieces[:-1], lines[-1], WORDINGS) == WORDINGS.within(text)
    assert in_known(pieces, "", WORDINGS) == WORDINGS.within(text)


def test_what_is_cut_looks_like_no_word_of_its_own() -> None:
    """Of the text before and behind an end only so much is looked at as a wording over it may take."""
    wordings, _ = wordings_of([["sla", "sla de support", "offre de service de support"]])
    assert in_lines(["un xsla", "de"], wordings) == frozenset()
    assert in_lines(["un", "sla", "de"], wordings) == {0}
    begin = "x" * (len("offre de service de support") - 4) + " sla"
    pieces = [("une offre", frozenset[int]()), (begin + "lom", frozenset[int]())]
    assert in_known(pieces, "", wordings) == frozenset()
