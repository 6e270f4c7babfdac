"""The results as a table, a plot and JSON, with what machine they were measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

_BAR, _LEFT, _ROW = 420, 110, 34
_COLOURS = {"mailbot": "#26b", "naive": "#c63", "floor": "#6a6"}


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    model = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if "model name" in line]
    memory = [int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")]
    return {
        "cpu": model[0] if model else platform.machine(),
        "cores": os.cpu_count(),
        "memory_mb": memory[0] // 1024 if memory else None,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "pypdfium2": version("pypdfium2"),
        "load_before": os.getloadavg()[0],
    }


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def ratios(costs: Mapping[str, Any]) -> dict[str, float]:
    """How mailbot's CPU time stands to the others'."""
    cpu = {name: figures["cpu_ms_per_mail"] for name, figures in costs.items()}
    found = {}
    if "floor" in cpu and "mailbot" in cpu:
        found["times_the_floor"] = round(cpu["mailbot"] / cpu["floor"], 2)
    if "naive" in cpu and "mailbot" in cpu:
        found["less_than_naive"] = round(cpu["naive"] / cpu["mailbot"], 2)
    return found


def table(result: Mapping[str, Any]) -> str:
    """For people."""
    lines = []
    if costs := result.get("cost"):
        lines.append(f"{'typical mail':12}{'CPU ms':>10}{'wall ms':>10}{'peak MB':>10}{'runs':>6}")
        for name, figures in costs.items():
            cpu, wall = figures["cpu_ms_per_mail"], figures["wall_ms_per_mail"]
            lines.append(f"{name:12}{cpu:>10}{wall:>10}{figures['peak_pss_mb']:>10}{figures['runs']:>6}")
        lines += [f"{name.replace('_', ' ')}: {value}" for name, value in ratios(costs).items()]
    for part in ("latency", "backlog", "scans", "readers", "start", "growth", "pages"):
        if figures := result.get(part):
            lines.append(f"{part}: " + ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in figures.items()))
    return "\n".join(lines)


def plot(costs: Mapping[str, Any]) -> str:
    """CPU time of a mail as bars, every run as a dot."""
    most = max(max(figures["cpu_ms_all"]) for figures in costs.values())
    height = _ROW * len(costs) + 50
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _BAR + 90}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="100%" height="{height}" fill="white"/>',
        f'<text x="{_LEFT}" y="18">CPU time of a typical mail, ms (median; each run as a dot)</text>',
    ]
    for number, (name, figures) in enumerate(costs.items()):
        y, width = 32 + number * _ROW, figures["cpu_ms_per_mail"] / most * _BAR
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 15}" text-anchor="end">{name}</text>')
        parts.append(
            f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="20" fill="{_COLOURS.get(name, "#888")}"/>'
        )
        for value in figures["cpu_ms_all"]:
            parts.append(f'<circle cx="{_LEFT + value / most * _BAR:.1f}" cy="{y + 10}" r="3" fill="#222"/>')
        parts.append(f'<text x="{_LEFT + _BAR + 12}" y="{y + 15}">{figures["cpu_ms_per_mail"]:g}</text>')
    return "\n".join([*parts, "</svg>", ""])
