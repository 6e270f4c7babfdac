"""The same form several times in one mail."""

from __future__ import annotations

from unittest.mock import patch

from rules import same_form
from rules.names import text_key
from rules.same_form import settle_versions
from tests.builders import formulaire_1, policy, submission


def test_the_work_grows_with_the_documents_not_with_their_pairs() -> None:
    """A mail may bring hundreds, and nobody else's is decided meanwhile."""

    def compared(documents: int) -> int:
        papers = submission(*(formulaire_1(ceo_nom=f"Nom {number}") for number in range(documents)))
        with patch.object(same_form, "text_key", side_effect=text_key) as key:
            _, findings = settle_versions(papers.exhibits, policy())
        assert [finding.field for finding in findings] == ["ceo_nom"]
        return key.call_count

    assert compared(40) == 2 * compared(20)
