"""One target under atheris, which looks for inputs that reach new code. The package is optional."""

from __future__ import annotations

import sys
from pathlib import Path

from scripts.fuzz.seeds import seeds


def run_guided(name: str, seconds: float, seed: int, folder: Path) -> int:
    """Does not return where atheris runs: libFuzzer ends the process, with its own code on a finding."""
    try:
        import atheris
    except ImportError:
        print("atheris is not installed here: pip install atheris (wheels for Linux only)", file=sys.stderr)
        return 2
    with atheris.instrument_imports(include=["parsers", "mailbot"]):
        import parsers.read  # noqa: F401 - imported so that it is instrumented
        from scripts.fuzz import targets

        target = targets.TARGETS[name]
        target(seeds(name)[0])  # what it imports when first called, too
    corpus = folder / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds(name)):
        (corpus / f"seed-{number}").write_bytes(data)
    arguments = [
        f"-max_total_time={int(seconds)}",
        f"-seed={seed}",
        f"-artifact_prefix={folder}/{name}-",
        "-timeout=30",
        "-rss_limit_mb=1024",
        str(corpus),
    ]
    atheris.Setup([sys.argv[0], *arguments], target)
    atheris.Fuzz()
    return 0
