"""Plays scenes on a whole mailbot with its own servers and clock, on the same path as in production."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType

from mailbot.adapters.clock import FixedClock
from mailbot.bootstrap import Service, build_service
from mailbot.config import load_config
from mailbot.demo.industriels import AES, MAILBOX, VAGUE_1_LIST, Industriel
from mailbot.demo.programs import compose
from mailbot.demo.scenes import HELD_AS_UNSURE, Act, Mail, Scene
from mailbot.demo.servers import HOST, DemoServers, Post
from mailbot.lease import Lease
from mailbot.once import one_pass, send_due
from mailbot.review import Request
from mailbot.rows import EntryRow, MailRow, OutboxRow
from outbox_templates.blanks import BLANK_KINDS, FORMATS, blank_bytes
from parsers.types import Document

SETTLE = timedelta(minutes=10)
STAFF = "claire"
_CONFIG = """\
# The demonstration's configuration: loopback servers that live as long as the demonstration runs.
[imap]
host = "{host}"
port = {imap_port}
security = "none"
username = "{mailbox}"
password_file = "password"
folder = "INBOX"
processed_folder = "Traités"
poll_seconds = 2
answer_from = 2025-04-01T00:00:00+02:00

[smtp]
host = "{host}"
port = {smtp_port}
security = "none"
from = "{mailbox}"
save_sent = "append"

[store]
url = "sqlite:///var/mailbot.db"
archive = "var/archive"

[parties]
aes_domains = ["esante.lu"]
aes_address = "{aes}"
incert_address = "sons-equipe@incert.lu"
helpdesk_address = "Support_Sons@incert.lu"

[automation]
mode = "auto"
settle_minutes = {settle}

[web]
listen = "{host}:{web_port}"

[documents]
technical_dir = "technique"
vague1_csv = "vague1.csv"

[reading]
ocr = {ocr}
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that an answer asks for: the rule behind it, and the mail's own words."""

    rule: str
    words: str


@dataclass(frozen=True, slots=True)
class Played:
    """What happened in a scene: what came, what was understood, what left, what is queued."""

    at: datetime
    title: str
    who: str
    mail: MailRow | None = None
    act: str = ""
    documents: tuple[Document, ...] = ()
    posts: tuple[Post, ...] = ()
    asked: tuple[Asked, ...] = ()
    entries: tuple[EntryRow, ...] = ()
    drafts: tuple[OutboxRow, ...] = ()
    differs: tuple[str, ...] = ()
    waits: bool = False


@dataclass(slots=True)
class _Before:
    posts: int
    entries: set[int] = field(default_factory=set)


class Theatre:
    """The demonstration's mailbot, as a context."""

    def __init__(self, folder: Path, start: datetime, *, ocr: bool) -> None:
        self.folder = folder
        self.sent_folder = folder / "courriels_envoyes"
        self.config_path = folder / "config.toml"
        self.clock = FixedClock(start)
        self.ocr = ocr
        self._count = 0
        self._shown = 0
        self.sent_folder.mkdir(parents=True, exist_ok=True)
        (folder / "technique").mkdir(exist_ok=True)
        self.blanks_folder = folder / "formulaires_vierges"
        self.blanks_folder.mkdir(exist_ok=True)
        self.servers = DemoServers(MAILBOX, "demo", self.clock, self.sent_folder)
        self.service: Service
        self._lease: Lease

    def __enter__(self) -> Theatre:
        self.servers.__enter__()
        (self.folder / "password").write_text("demo\n", "utf-8")
        for kind, form in itertools.product(BLANK_KINDS, FORMATS):
            (self.blanks_folder / f"{kind}.{form}").write_bytes(blank_bytes(kind, form))
        (self.folder / "vague1.csv").write_text(VAGUE_1_LIST, "utf-8")
        text = _CONFIG.format(
            host=HOST,
            imap_port=self.servers.imap_port,
            smtp_port=self.servers.smtp_port,
            web_port=_free_port(),
            mailbox=MAILBOX,
            aes=AES,
            settle=int(SETTLE.total_seconds() // 60),
            ocr="true" if self.ocr else "false",
        )
        self.config_path.write_text(text, "utf-8")
        self.service = build_service(load_config(self.config_path), self.clock)
        self._lease = Lease(self.service.store)
        self._lease.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lease.release()
        self.service.close()
        self.servers.__exit__(kind, error, trace)

    # What scenes may look at

    def last(self, template: str, about: Industriel) -> EmailMessage:
        """The last mail of that template about that Industriel's dossier. Raises LookupError."""
        (row,) = self.service.store.find_dossiers(email=about.email)
        for post in reversed(self.servers.posts):
            if post.template == template and row.dossier.reference in str(post.message["Subject"]):
                return post.message
        raise LookupError(f"no {template} about {about.name} has left")

    # Playing

    def play(self, scene: Scene) -> Played:
        """One scene, from beginning to end, with what its author expected compared to what happened."""
        self.clock.set(max(scene.at, self.clock.now()))
        before = _Before(len(self.servers.posts), {e.id for e in self._entries()})
        if isinstance(scene, Mail):
            return self._mail(scene, before)
        return self._act(scene, before)

    def _mail(self, scene: Mail, before: _Before) -> Played:
        self._count += 1
        draft = scene.draft(self)
        raw = compose(scene.program, draft, scene.at, self._count)
        self.servers.send(draft.sender if scene.return_path is None else scene.return_path, raw)
        mail = self._take_in(settle=not scene.waits)
        return self._played(scene, before, mail, draft.sender, waits=scene.waits)

    def _act(self, scene: Act, before: _Before) -> Played:
        entry = self._entry(scene)
        request = Request(scene.action, STAFF, scene.note, scene.set, files=tuple(scene.files()))
        self.service.review.act(entry.id, request)
        one_pass(self.service)
        return self._played(scene, before, None, f"{STAFF}@incert.lu", act=scene.action)

    def _entry(self, scene: Act) -> EntryRow:
        (row,) = self.service.store.find_dossiers(email=scene.about.email)
        for entry in self.service.store.entries(dossier_id=row.id):
            if scene.action in entry.actions:
                return entry
        raise LookupError(f"no entry of {scene.about.name} offers {scene.action}")

    def _take_in(self, *, settle: bool) -> MailRow | None:
        """One pass; then another one, once the dossier's answer has waited long enough."""
        one_pass(self.service)
        if settle:
            self.clock.set(self.clock.now() + SETTLE)
            one_pass(self.service)
        raw = self.servers.delivered[-1]
        return self.service.store.mail_by_sha256(hashlib.sha256(raw).hexdigest())

    def elsewhere(self) -> Played | None:
        """What left without a scene: a decision made in the browser or in another terminal."""
        send_due(self.service)
        new = self.servers.posts[self._shown :]
        if not new:
            return None
        before = _Before(self._shown, {e.id for e in self._entries()})
        return self._result(self.clock.now(), "votre décision", before, None, "vous", act="décidé")

    def visitor(self) -> Played:
        """A mail that somebody sent to the printed address: answered like all the others."""
        before = _Before(len(self.servers.posts), {e.id for e in self._entries()})
        at = self.clock.now()
        mail = self._take_in(settle=True)
        return self._result(at, "votre courriel", before, mail, mail.sender if mail else "")

    def _played(
        self,
        scene: Scene,
        before: _Before,
        mail: MailRow | None,
        who: str,
        act: str = "",
        waits: bool = False,
    ) -> Played:
        found = self._result(scene.at, scene.title, before, mail, who, act=act, waits=waits)
        return replace(found, differs=tuple(_differences(scene, found)))

    def _result(
        self,
        at: datetime,
        title: str,
        before: _Before,
        mail: MailRow | None,
        who: str,
        *,
        act: str = "",
        waits: bool = False,
    ) -> Played:
        store = self.service.store
        entries = tuple(e for e in self._entries() if e.id not in before.entries)
        drafts = tuple(r for e in entries for r in store.outbox_of_entry(e.id) if r.state == "draft")
        documents = tuple(d.document for d in store.documents_of_mail(mail.id)) if mail else ()
        posts = tuple(self.servers.posts[before.posts :])
        self._shown = before.posts + len(posts)
        asked = tuple(self._asked_for(posts, drafts))
        return Played(at, title, who, mail, act, documents, posts, asked, entries, drafts, waits=waits)

    def _asked_for(self, posts: Sequence[Post], drafts: Sequence[OutboxRow]) -> Iterator[Asked]:
        """What the answers ask the Industriel for."""
        ids = [str(post.message["Message-ID"]) for post in posts]
        for row in (*self.service.store.outbox_by_message_ids(ids), *drafts):
            if row.letter is None:
                continue
            words = self.service.templates.variables("fr", row.letter, True, html=False)
            yield from (Asked(item.rule, words["about"](item, "title")) for item in row.letter.items)

    def _entries(self) -> list[EntryRow]:
        return self.service.store.entries(open_only=False)


def _free_port() -> int:
    """The web app's usual port where it is free, else any that is."""
    for port in (8025, 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return int(probe.getsockname()[1])
    return 8025


def _differences(scene: Scene, played: Played) -> list[str]:
    """In words, where reality is not what the scene's author expected."""
    expected, found = scene.expected, list[str]()
    codes = tuple(sorted({c for e in played.entries for c in e.codes}))
    if isinstance(scene, Mail) and scene.needs_ocr and codes == HELD_AS_UNSURE:
        return []

    def compare(what: str, wanted: object, seen: object) -> None:
        if wanted != seen:
            found.append(f"{what} : attendu {wanted or 'rien'}, constaté {seen or 'rien'}")

    answers = sorted((p.template, to) for p in played.posts for to in p.to)
    compare("réponses", sorted(expected.answers), answers)
    compare("file", sorted(expected.queued), list(codes))
    compare("brouillons", sorted(expected.drafts), sorted(r.template for r in played.drafts))
    compare("demandes", sorted(expected.asks), sorted({one.rule for one in played.asked}))
    if played.mail is not None:
        compare("écarté", expected.ignored, played.mail.reason in ("machine", "bounce"))
        if played.mail.state != ("waiting" if played.waits else "decided"):
            found.append(f"état du courriel : {played.mail.state} ({played.mail.reason})")
    return found
