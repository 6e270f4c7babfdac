"""What became of every mail, seen from outside: the mailbox, the archive's files, what the SMTP server took.

Mailbot's own words count only where a person would read them: an answer that is missing has to be accounted
for in the queue.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.policy import default
from pathlib import Path

from mailbot.adapters.archive import FileArchive
from scripts.chaos.world import World

ROOT = Path(__file__).resolve().parents[2]
ACCOUNTED = {"delivery_uncertain", "delivery_failed"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """`findings` is empty when nothing was lost and nothing doubled."""

    findings: tuple[str, ...]
    figures: dict[str, int]


def undone(world: World) -> str:
    """What the daemon still has to do; empty when it is through."""
    if not (world.folder / "var" / "mailbot.db").exists():
        return "there is no store"
    with closing(
        sqlite3.connect(f"file:{world.folder}/var/mailbot.db?mode=ro", uri=True, timeout=10)
    ) as store:
        mails = dict(store.execute("SELECT state, count(*) FROM mails GROUP BY state"))
        rows = dict(store.execute("SELECT state, count(*) FROM outbox GROUP BY state"))
    left = {s: mails[s] for s in ("archived", "waiting") if s in mails}
    left |= {s: rows[s] for s in ("due", "sending") if s in rows}
    with world.box.client() as client:
        client.select_folder("INBOX", readonly=True)
        inbox = len(client.search("ALL"))
    if inbox:
        left["in the inbox"] = inbox
    return ", ".join(f"{count} {state}" for state, count in left.items())


def judge(world: World) -> Verdict:
    """The verdict when the daemon is through with everything."""
    taken = [BytesHeaderParser(policy=default).parsebytes(r.content) for r in world.sink.received]
    answers = Counter(str(m["In-Reply-To"]).strip() for m in taken if m["In-Reply-To"])
    sent = Counter(str(m["Message-ID"]).strip() for m in taken)
    queue = _queue(world)
    findings = [
        *_lost(world),
        *_unanswered(world, answers, queue),
        *(f"{count} answers to {mail}" for mail, count in answers.items() if count > 1),
        *(f"{count} times the same mail left: {mail}" for mail, count in sent.items() if count > 1),
        *_doubled_copies(world),
        *([f"not done: {left}"] if (left := undone(world)) else []),
    ]
    codes = Counter(code for entry in queue for code in entry["codes"])
    figures = {
        "mails in": len(world.delivered),
        "of these copies": sum(m.kind == "copy" for m in world.delivered),
        "answers out": sum(answers.values()),
        "other mails out": len(taken) - sum(answers.values()),
    } | {code: codes[code] for code in sorted(ACCOUNTED)}
    return Verdict(tuple(findings), figures)


def _lost(world: World) -> Iterator[str]:
    """Each mail's bytes are in the archive, and the mail is in the mailbox, once for every delivery."""
    archive = FileArchive(world.folder / "var" / "archive")
    kept: Counter[str] = Counter()
    with world.box.client() as client:
        for _, _, name in client.list_folders():
            client.select_folder(name, readonly=True)
            for answer in client.fetch(client.search("ALL"), ["BODY.PEEK[]"]).values():
                kept[hashlib.sha256(answer[b"BODY[]"]).hexdigest()] += 1
    deliveries = Counter(hashlib.sha256(_as_stored(mail.raw)).hexdigest() for mail in world.delivered)
    names = {hashlib.sha256(_as_stored(mail.raw)).hexdigest(): mail.message_id for mail in world.delivered}
    for digest, times in deliveries.items():
        if not archive.has(digest) or hashlib.sha256(archive.get(digest)).hexdigest() != digest:
            yield f"not archived: {names[digest]}"
        if kept[digest] != times:
            yield f"{kept[digest]} times in the mailbox instead of {times}: {names[digest]}"


def _as_stored(raw: bytes) -> bytes:
    """Line ends as IMAP has them."""
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _unanswered(
    world: World, answers: Counter[str], queue: list[dict[str, list[str] | str]]
) -> Iterator[str]:
    told = {str(entry["from"]) for entry in queue if ACCOUNTED & set(entry["codes"])}
    for mail in world.delivered:
        if not answers[mail.message_id] and mail.sender not in told:
            yield f"neither answered nor accounted for ({mail.kind}): {mail.message_id}"


def _doubled_copies(world: World) -> Iterator[str]:
    with world.box.client() as client:
        if not client.folder_exists("Sent"):
            return
        client.select_folder("Sent", readonly=True)
        heads = client.fetch(client.search("ALL"), ["BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"])
    ids = Counter(next(v for k, v in head.items() if k.startswith(b"BODY")) for head in heads.values())
    yield from (f"{count} copies in the Sent folder: {name!r}" for name, count in ids.items() if count > 1)


def _queue(world: World) -> list[dict[str, list[str] | str]]:
    command = [sys.executable, "-m", "mailbot.cli", *world.arguments, "queue", "list", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, timeout=100, check=True, env=environment)
    entries: list[dict[str, list[str] | str]] = json.loads(done.stdout)
    return entries
