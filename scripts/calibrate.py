# ruff: noqa: E501 - SVG and prose read better unbroken
"""How often values are right at the confidence with which they are given: a reliability plot for the docs.

    python -m scripts.calibrate [--count N] [--first SEED]
    python -m scripts.calibrate --scans FILE [FILE …]

Reads invented forms of the held-out part (wordings and layouts that nobody looks at while the readers are
mended) and writes docs/calibration.svg and docs/calibration.md. Scans take minutes: what
`python -m scripts.bench_documents.scans --keep FILE` read of them, in as many pieces as wanted, becomes
docs/calibration_scans.svg and docs/calibration_scans.md.
"""

from __future__ import annotations

import argparse
import json
from itertools import pairwise
from pathlib import Path

from scripts.bench_documents.digital.measure import measure
from scripts.bench_documents.scans import NAMES

_DOCS = Path(__file__).parents[1] / "docs"
_EDGES = (0.0, 0.5, 0.65, 0.8, 0.9, 0.95, 0.97, 0.98, 1.0001)
_SIZE, _MARGIN = 420, 50
Bin = tuple[float, float, int, float, float]
"""From, to, values, mean confidence, share that was right."""


def bins(points: list[tuple[float, bool]]) -> list[Bin]:
    result: list[Bin] = []
    for low, high in pairwise(_EDGES):
        inside = [(confidence, right) for confidence, right in points if low <= confidence < high]
        if inside:
            mean = sum(confidence for confidence, _ in inside) / len(inside)
            share = sum(right for _, right in inside) / len(inside)
            result.append((low, min(high, 1.0), len(inside), mean, share))
    return result


def plot(rows: list[Bin]) -> str:
    """The plot as SVG: given confidence from left to right, share that was right upwards."""

    def at(x: float, y: float) -> tuple[float, float]:
        return _MARGIN + x * _SIZE, _MARGIN + (1 - y) * _SIZE

    side = _SIZE + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}" font-family="sans-serif" font-size="11">',
        f'<rect width="{side}" height="{side}" fill="white"/>',
        f'<rect x="{_MARGIN}" y="{_MARGIN}" width="{_SIZE}" height="{_SIZE}" fill="none" stroke="#888"/>',
        '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="#aaa" stroke-dasharray="4"/>'.format(
            *at(0, 0), *at(1, 1)
        ),
    ]
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        (x, bottom), (left, y) = at(tick, 0), at(0, tick)
        parts.append(f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{left - 6}" y="{y + 4}" text-anchor="end">{tick:g}</text>')
    x, _ = at(0.95, 0)
    parts.append(f'<line x1="{x}" y1="{_MARGIN}" x2="{x}" y2="{_MARGIN + _SIZE}" stroke="#c33"/>')
    for _, _, count, mean, share in rows:
        x, y = at(mean, share)
        radius = 3 + min(9.0, count**0.5 / 8)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#26b" fill-opacity="0.7">'
                     f"<title>{count} values, {share:.2%} right</title></circle>")  # fmt: skip
    middle = _MARGIN + _SIZE / 2
    parts.append(f'<text x="{middle}" y="{side - 12}" text-anchor="middle">confidence given</text>')
    parts.append(
        f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">share that was right</text>'
    )
    return "\n".join([*parts, "</svg>", ""])


def page(rows: list[Bin], documents: int, count: int, first: int) -> str:
    lines = [
        "# How far a confidence can be trusted",
        "",
        f"Measured on {documents} invented digital documents of the held-out part, with "
        f"`python -m scripts.calibrate --count {count} --first {first}`: wordings and layouts kept apart from those that "
        "are looked at while the readers are mended. The red line is 0.95, from which a value is believed without a person.",
        "",
        "![Reliability: share of right values over the confidence given](calibration.svg)",
        "",
        *_table(rows),
        "",
        "Confidence is deliberately lower than the share that was right: below 0.95 a person looks, and a wrong value",
        "that is believed costs more than a look. Scans: [calibration_scans.md](calibration_scans.md).",
        "",
    ]
    return "\n".join(lines)


def _table(rows: list[Bin]) -> list[str]:
    return [
        "| confidence | values | mean confidence | right |",
        "| --- | ---: | ---: | ---: |",
        *(f"| {low:.2f}–{high:.2f} | {n} | {mean:.3f} | {share:.2%} |" for low, high, n, mean, share in rows),
    ]


def page_of_scans(groups: dict[str, list[tuple[float, bool]]], documents: int) -> str:
    lines = [
        "# How far a confidence in a scan can be trusted",
        "",
        f"Measured on {documents} invented forms of the held-out part, scanned, photographed and faxed, whose blank nobody "
        "knows, with `python -m scripts.bench_documents.scans --keep FILE` and `python -m scripts.calibrate --scans FILE`. "
        "The red line is 0.95, from which a value is believed without a person; below it, values are read as "
        "well as can be, and shown to a person.",
        "",
        "![Reliability: share of right values over the confidence given](calibration_scans.svg)",
    ]
    for name, points in groups.items():
        lines += ["", f"## {NAMES[name].capitalize()}", "", *_table(bins(points))]
    return "\n".join([*lines, ""])


def _of_scans(files: list[str]) -> None:
    """From the results that the benchmark of the scans kept."""
    results = [json.loads(line) for file in files for line in Path(file).read_text().splitlines()]
    groups = {
        name: [(sure, right) for r in results if r["group"] == name for sure, right in r["points"]]
        for name in NAMES
    }
    every = bins([point for points in groups.values() for point in points])
    (_DOCS / "calibration_scans.svg").write_text(plot(every), encoding="utf-8")
    text = page_of_scans({name: points for name, points in groups.items() if points}, len(results))
    (_DOCS / "calibration_scans.md").write_text(text, encoding="utf-8")
    print(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--first", type=int, default=5000)
    parser.add_argument(
        "--scans", metavar="FILE", nargs="+", help="kept results of the benchmark of the scans"
    )
    options = parser.parse_args()
    if options.scans:
        _of_scans(options.scans)
        return
    tally = measure(options.count, "held", options.first)
    rows = bins(tally.points)
    (_DOCS / "calibration.svg").write_text(plot(rows), encoding="utf-8")
    text = page(rows, tally.documents, options.count, options.first)
    (_DOCS / "calibration.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
