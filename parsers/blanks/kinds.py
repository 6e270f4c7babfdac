"""What a scan is, by the blanks on which its pages lie: surer than its titles, and page by page."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.blanks.book import Blank
from parsers.classify import Classified
from parsers.documents.reading import Page

_SURE = 0.99


def by_blanks(found: list[Classified], pages: Sequence[Page], blanks: Sequence[Blank]) -> list[Classified]:
    """The documents of a scan. `found` is what its words say; it stands where a page lies on no blank."""
    known = {blank.sha256: blank for blank in blanks}
    laid = [
        (page, known[page.laid.blank], page.laid.page)
        for page in pages
        if page.laid is not None and page.laid.blank in known
    ]
    if not laid or any(page.words and page.laid is None for page in pages):
        return found
    groups: list[list[tuple[Page, Blank, int]]] = []
    for page, blank, number in laid:
        last = groups[-1] if groups else []
        again = any(number == other for _, _, other in last)
        if last and last[-1][1].form.kind == blank.form.kind and not again:
            last.append((page, blank, number))
        else:
            groups.append([(page, blank, number)])
    alone = len(groups) == 1
    return [
        Classified(
            group[0][1].form.kind,
            None if alone else tuple(page.number for page, _, _ in group),
            _SURE,
            tuple(
                f"page {page.number} lies on page {number} of {blank.name}" for page, blank, number in group
            ),
            group[0][1].form,
        )
        for group in groups
    ]
