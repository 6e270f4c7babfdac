"""Reads scanned specimens and compares words, without asking what they mean: OCR alone.

python -m scripts.bench_documents.words [FIRST_SEED] [COUNT] [--how NAME,…] [--wrong]
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict

from parsers.documents.reading import Page
from parsers.documents.scan import scan_pages
from parsers.types import ReadOptions

from .degrade import CLEAN, POOR, scan
from .draw import Specimen, specimen

PAGE = (595.28, 841.89)


def value_words(page: Page, box: tuple[float, float, float, float]) -> tuple[str, float]:
    """What was read inside a box, and the least sure word's confidence."""
    sx, sy = page.width / PAGE[0], page.height / PAGE[1]
    left, top, right, bottom = box[0] * sx - 3, box[1] * sy - 2, box[2] * sx + 3, box[3] * sy + 2
    inside = [
        w for w in page.words
        if left <= (w.box[0] + w.box[2]) / 2 <= right and top <= (w.box[1] + w.box[3]) / 2 <= bottom
    ]  # fmt: skip
    inside.sort(key=lambda w: w.box[0])
    return "".join(w.text for w in inside), min((w.confidence or 0.0 for w in inside), default=0.0)


def compare(made: Specimen, page: Page, tally: Counter[str]) -> list[str]:
    """Adds to the tally and names what went wrong."""
    wrong = []
    for field_id, (printed, box) in made.printed.items():
        text, sure = value_words(page, box)
        tally["fields"] += 1
        right = text == printed.replace(" ", "")
        tally["right"] += right
        tally["sure"] += sure >= 0.95
        tally["wrong sure"] += sure >= 0.95 and not right
        if not right:
            wrong.append(f"{field_id}: {printed!r} read {text!r} at {sure:.2f}")
    sx, sy = page.width / PAGE[0], page.height / PAGE[1]
    for on, (left, top, right_edge, bottom) in made.ticks:
        tally["ticks"] += 1
        x, y = (left + right_edge) / 2 * sx, (top + bottom) / 2 * sy
        hits = [b for b in page.boxes if b.tick and b.box[0] <= x <= b.box[2] and b.box[1] <= y <= b.box[3]]
        good = any(b.tick == ("on" if on else "off") for b in hits)
        tally["ticks right"] += good
        if hits and not good and hits[0].tick != "unsure":
            tally["ticks wrong"] += 1
        if not good:
            wrong.append(f"tick {on}: {[(b.tick, b.confidence) for b in hits]}")
    tally["false ticks"] += max(0, sum(b.tick is not None for b in page.boxes) - len(made.ticks))
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=int, nargs="?", default=0)
    parser.add_argument("count", type=int, nargs="?", default=10)
    parser.add_argument("--how", default=",".join(CLEAN + POOR))
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    tallies: dict[str, Counter[str]] = defaultdict(Counter)
    seconds: dict[str, float] = defaultdict(float)
    ways = options.how.split(",")
    for seed in range(options.first, options.first + options.count):
        made = specimen(seed)
        for how in ways if len(ways) < 4 else [ways[(seed * 5 + k) % len(ways)] for k in (0, 1)]:
            data, media_type = scan(made.pdf, how, seed)
            started = time.monotonic()
            reading = scan_pages(data, media_type, ReadOptions())
            seconds[how] += time.monotonic() - started
            tallies[how]["pages"] += 1
            wrong = compare(made, reading.pages[0], tallies[how]) if reading.pages else ["no page"]
            if options.wrong:
                for line in wrong:
                    print(f"{seed} {made.layout:7} {how:10} {line}", flush=True)
                for note in reading.notes:
                    print(f"{seed} {how:10} {note.code}", flush=True)
    for how in [*ways]:
        tally = tallies[how]
        if tally["pages"]:
            print(
                f"{how:10} pages {tally['pages']:3} fields {(fields := max(1, tally['fields'])):4}"
                f" right {tally['right'] / fields:.3f} at 0.95 {tally['sure'] / fields:.3f}"
                f" believed and wrong {tally['wrong sure']}"
                f" ticks {tally['ticks right']}/{tally['ticks']} wrong {tally['ticks wrong']}"
                f" invented {tally['false ticks']} {seconds[how] / tally['pages']:.2f} s/page"
            )


if __name__ == "__main__":
    main()
