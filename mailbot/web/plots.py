"""Plots as plain SVG values: where each bar and label stands. The template writes them down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 520, 180, 46, 24, 10


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A bar chart. `lines`: (y, label) of the grid."""

    bars: tuple[Bar, ...]
    lines: tuple[tuple[float, str], ...]
    labels: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT


def bars(
    labels: Sequence[str], values: Sequence[float | None], unit: str = "", top: float | None = None
) -> Plot:
    """One bar per value; None leaves a gap. `top`: the value at the upper edge, else a round one."""
    highest = top or _round_up(max((v for v in values if v is not None), default=0))
    room = HEIGHT - BOTTOM - TOP
    step = (WIDTH - LEFT) / max(len(values), 1)
    drawn = tuple(
        Bar(
            round(LEFT + n * step + step * 0.15, 1),
            round(TOP + room * (1 - min(v / highest, 1)), 1),
            round(step * 0.7, 1),
            round(room * min(v / highest, 1), 1),
            label,
            f"{_short(v)}{unit}",
        )
        for n, (label, v) in enumerate(zip(labels, values, strict=True))
        if v is not None
    )
    grid = tuple(
        (round(TOP + room * (1 - part), 1), f"{_short(highest * part)}{unit}") for part in (0, 0.5, 1)
    )
    under = tuple((round(LEFT + (n + 0.5) * step, 1), label) for n, label in enumerate(labels) if n % 2 == 0)
    return Plot(drawn, grid, under)


def _round_up(value: float) -> float:
    for step in (2, 4, 10, 20, 40, 100, 200, 400, 1000, 2000, 4000, 10_000, 100_000, 1_000_000):
        if value <= step:
            return step
    return value


def _short(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.1f}".replace(".", ",")
