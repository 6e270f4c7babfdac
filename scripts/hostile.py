"""Every public file, then changed ones, through the readers as `mailbot extract` runs them.

    python -m scripts.hostile [--mutations 300] [--seed 1] [--only FOLDER] [--findings FOLDER]

Each has to give a result or a problem with a code, within the seconds and the memory of one reading. What
ended otherwise (an exception, a crash, the time, the memory) is a finding; then the exit code is 1. The
files are those of ../shared/corpora beside the checkout; without them there is nothing to do.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from mailbot.adapters.workers import WorkerReaders
from mailbot.errors import ReadingFailed
from mailbot.unreadable import no_document
from parsers.types import ProblemCode, ReadOptions
from scripts.fuzz.mutate import mutated
from scripts.fuzz.seeds import CORPORA

SECONDS = 60.0
MEMORY_MB = 1024
LARGEST_SEED = 2_000_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.hostile", description=__doc__.splitlines()[0])
    parser.add_argument("--mutations", type=int, default=300, help="changed files besides (300)")
    parser.add_argument("--seed", type=int, default=1, help="another one makes other changes (1)")
    parser.add_argument("--only", default="", help="files of that folder of the public files only")
    parser.add_argument("--findings", type=Path, default=Path("build/hostile"), help="where they are written")
    args = parser.parse_args()
    files = [p for p in sorted((CORPORA / args.only).rglob("*")) if _is_case(p)] if CORPORA.is_dir() else []
    if not files:
        print("the public files are not beside the checkout (../shared/corpora)")
        return 0
    print(f"{len(files)} files, {args.mutations} mutations, seed {args.seed}", flush=True)
    options = ReadOptions(ocr=True, seconds=SECONDS * 0.75)
    codes: Counter[str] = Counter()
    findings, slowest = 0, (0.0, "")
    with WorkerReaders(lambda: options, seconds=SECONDS, memory_mb=MEMORY_MB) as readers:
        for name, data in _cases(files, args.mutations, args.seed):
            began = time.monotonic()
            trouble, said = _read(readers, name, data)
            slowest = max(slowest, (time.monotonic() - began, name))
            codes.update(said)
            if trouble:
                findings += 1
                _write(args.findings, name, data, trouble)
    print(f"slowest {slowest[0]:.1f} s ({slowest[1]}); problems {dict(codes.most_common())}")
    print(f"{findings} findings")
    return 1 if findings else 0


def _is_case(path: Path) -> bool:
    return path.is_file() and path.parent != CORPORA and "LICENSES" not in path.parts


def _cases(files: list[Path], mutations: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Each file as it is, then changed ones."""
    for path in files:
        yield path.name, path.read_bytes()
    rng = random.Random(seed)
    small = [path for path in files if path.stat().st_size <= LARGEST_SEED]
    for _ in range(mutations):
        path, other = rng.choice(small), rng.choice(small)
        yield path.name, mutated(rng, path.read_bytes(), other.read_bytes())


def _read(readers: WorkerReaders, name: str, data: bytes) -> tuple[str, list[str]]:
    """What went wrong, empty for nothing; and the codes of the problems that were said."""
    try:
        documents = readers.read_file(name, data) or [no_document(name, data)]
    except ReadingFailed as error:
        return f"{error.reason}: {error}", []
    codes = [problem.code for document in documents for problem in document.problems]
    unknown = set(codes) - set(get_args(ProblemCode))
    if unknown:
        return f"unknown problem codes {sorted(unknown)}", codes
    return "", codes


def _write(folder: Path, name: str, data: bytes, trouble: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(data).hexdigest()[:12]}-{Path(name).name}"
    path.write_bytes(data)
    print(f"FOUND {trouble}\n      mailbot extract {path}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
