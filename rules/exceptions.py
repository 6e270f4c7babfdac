"""From findings to what a person sees in the queue."""

from __future__ import annotations

from collections.abc import Iterable

from rules.types import ExceptionCode, Finding


def exceptions_of(findings: Iterable[Finding]) -> tuple[tuple[ExceptionCode, str], ...]:
    """The exceptions, one per code, with all that was said under it."""
    messages: dict[ExceptionCode, list[str]] = {}
    for finding in findings:
        if finding.code is not None:
            said = messages.setdefault(finding.code, [])
            if finding.message not in said:
                said.append(finding.message)
    return tuple((code, " ".join(said)) for code, said in messages.items())
