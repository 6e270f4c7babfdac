"""Test reports that a program writes in JUnit's XML -> lines that a person would read.

The format is that of Ant's and Maven's reports: `testsuite` elements with `testcase`s, which hold `failure`,
`error` or `skipped` where they did not pass.
"""

from __future__ import annotations

import re
from collections import Counter

from lxml import etree

_ROOT = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)?<testsuites?[\s>]", re.S)
_MOST_CASES = 5000


def is_test_report(text: str) -> bool:
    """True for XML whose root is a suite of tests."""
    return _ROOT.match(text[:4000]) is not None


def report_lines(text: str) -> list[str]:
    """A summary and one line for each test case; none where the XML cannot be read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    if root is None:
        return []
    lines: list[str] = []
    counts: Counter[str] = Counter()
    for suite in root.iter("testsuite"):
        said = (f"{key} {suite.get(key)}" for key in ("name", "timestamp", "hostname") if suite.get(key))
        lines.append(f"Test suite: {', '.join(said)}")
    for case in root.iter("testcase"):
        ends = {str(child.tag) for child in case if isinstance(child.tag, str)}
        verdict = "failed" if ends & {"failure", "error"} else "skipped" if "skipped" in ends else "passed"
        counts[verdict] += 1
        if sum(counts.values()) <= _MOST_CASES:
            lines.append(f"{case.get('classname', '')} {case.get('name', '')} : {verdict}".strip())
    summary = ", ".join(f"{counts[verdict]} {verdict}" for verdict in ("passed", "failed", "skipped"))
    return [f"Test report: {summary}", *lines] if counts else []
