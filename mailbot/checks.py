"""`mailbot check`: everything that can be wrong before the service starts, said at once."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailbot.errors import ConfigurationInvalid, ConfigurationProblem, MailbotError, Unreachable

if TYPE_CHECKING:
    from mailbot.bootstrap import Service
    from mailbot.ports import Clock

OUR_PACKAGES = ("rules", "parsers", "outbox_templates")


@dataclass(frozen=True, slots=True)
class CheckProblem:
    """One thing that is wrong. `code`: 2 for what the configuration can mend, 3 for a server."""

    text: str
    code: int = 2


@dataclass(slots=True)
class CheckReport:
    """What was looked at, with what result."""

    good: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    problems: list[CheckProblem] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        return min((problem.code for problem in self.problems), default=0)

    def as_json(self) -> dict[str, Any]:
        problems = [{"message": p.text, "code": p.code} for p in self.problems]
        return {"ok": self.good, "remarks": self.remarks, "problems": problems}


def check_all(path: Path, clock: Clock) -> CheckReport:
    """Look at everything; one problem does not keep the rest from being looked at."""
    report = CheckReport()
    for text in foreign_packages():
        report.problems.append(CheckProblem(text))
    if report.problems:
        return report  # with other people's modules nothing of what follows would mean anything
    from mailbot.bootstrap import build_service
    from mailbot.config import load_config
    from mailbot.remarks import remarks

    try:
        config = load_config(path)
    except ConfigurationInvalid as error:
        report.problems += [CheckProblem(str(problem)) for problem in error.problems]
        return report
    report.good.append(f"configuration {path}")
    report.remarks += [f"{key} {text}" for key, text in remarks(config)]
    service = build_service(config, clock)
    try:
        for look in _LOOKS:
            _guarded(report, look, service)
    finally:
        service.close()
    return report


def check_forms(service: Service) -> CheckReport:
    """Only the form definitions and the blanks."""
    report = CheckReport()
    for look in (_lists, _blank_forms):
        _guarded(report, look, service)
    return report


def foreign_packages() -> list[str]:
    """Packages of other projects that bear the name of one of ours and stand in the way."""
    here = Path(__file__).resolve().parent.parent
    found = []
    for name in OUR_PACKAGES:
        spec = importlib.util.find_spec(name)
        places = list(spec.submodule_search_locations or ()) if spec else []
        if not places:
            found.append(f"the package {name} of mailbot is missing: install mailbot again")
        elif Path(places[0]).resolve() != here / name:
            found.append(
                f"another package named {name} stands in the way, in {places[0]}: "
                "install mailbot in a virtual environment of its own, and leave PYTHONPATH empty"
            )
    owners = packages_distributions()
    for name in OUR_PACKAGES:
        others = sorted({owner for owner in owners.get(name, ()) if owner.lower() != "mailbot"})
        if others:
            found.append(f"{', '.join(others)} installs a package named {name} too: remove it from here")
    return found


def _guarded(report: CheckReport, look: Callable[[CheckReport, Service], None], service: Service) -> None:
    try:
        look(report, service)
    except ConfigurationInvalid as error:
        report.problems += [CheckProblem(str(problem)) for problem in error.problems]
    except Unreachable as error:
        report.problems.append(CheckProblem(str(error), 3))
    except (MailbotError, OSError, ValueError) as error:
        report.problems.append(CheckProblem(str(error)))


def _lists(report: CheckReport, service: Service) -> None:
    """Form definitions and INCERT's list of Vague 1."""
    policy = service.policy
    report.good.append(f"form definitions; {len(policy.vague_1)} participants in Vague 1")


def _templates(report: CheckReport, service: Service) -> None:
    problems = list(service.templates.check())
    report.problems += [CheckProblem(f"templates: {problem}") for problem in problems]
    if not problems:
        report.good.append("mail texts")


def _blank_forms(report: CheckReport, service: Service) -> None:
    """Each blank exists, and reads back as what it is, and as blank."""
    before = len(report.problems)
    for name, data in _blanks(service):
        kind = Path(name).stem
        documents = service.readers.read_file(name, data)
        read_as = {document.kind for document in documents}
        if kind not in read_as:
            said = ", ".join(sorted(read_as)) or "nothing"
            report.problems.append(
                CheckProblem(f"blank form {name}: expected a {kind}, it is read as {said}")
            )
        elif any(document.kind == kind and document.filled for document in documents):
            report.problems.append(CheckProblem(f"blank form {name}: expected a blank one, it is filled in"))
        elif any(document.kind == kind and document.altered for document in documents):
            text = (
                f"blank form {name}: its articles are not those of the definition in force, so that each "
                "returned copy would be taken for altered: `mailbot forms learn` drafts a definition from it"
            )
            report.problems.append(CheckProblem(text))
    if len(report.problems) == before:
        report.good.append("blank forms")


def _blanks(service: Service) -> Iterator[tuple[str, bytes]]:
    """The blanks that would be attached, in the configured format, and whatever else the folder has."""
    from outbox_templates.blanks import BLANK_KINDS, FORMATS
    from rules.types import AttachmentRef

    folder = service.config.documents.blank_forms_dir
    if folder is not None and not folder.is_dir():
        expected = f"expected a folder ({folder} is not there)"
        problem = ConfigurationProblem(str(service.config.path), "documents.blank_forms_dir", expected)
        raise ConfigurationInvalid([problem])
    for kind in BLANK_KINDS:
        for fmt in FORMATS:
            own = folder is not None and (folder / f"{kind}.{fmt}").is_file()
            if own or fmt == service.config.automation.blank_format:
                name = f"{kind}.{fmt}"
                ref = AttachmentRef(ref=f"blank:{kind}:{fmt}", name=name, class_="blank_form")
                yield name, service.attachments.bytes_of(ref)


def _programs(report: CheckReport, service: Service) -> None:
    reading = service.config.reading
    if reading.ocr and shutil.which("tesseract") is None:
        report.remarks.append("tesseract is not installed: scans wait for a person")
    if reading.libreoffice and shutil.which(reading.libreoffice) is None:
        text = f"reading.libreoffice: expected a program ({reading.libreoffice} is not there)"
        report.problems.append(CheckProblem(text))


def _trust(report: CheckReport, service: Service) -> None:
    """The certificates by which digital signatures are trusted, and whether their lists are up to date."""
    from parsers.signing.trust import certificates_in, trust_files, valid_until

    count = 0
    for file in trust_files(tuple(map(str, service.config.trust.certificates))):
        found = len(certificates_in(file))
        count += found
        if not found:
            report.remarks.append(f"trust.certificates: {file} holds no certificate of an authority")
        until = valid_until(file)
        if until is not None and until < service.clock.now():
            report.remarks.append(
                f"trust.certificates: {file} is a trusted list that ended on {until:%Y-%m-%d}: "
                "put its next issue there"
            )
    if count:
        report.good.append(f"{count} trusted certificate(s) for signatures")
    else:
        report.remarks.append("trust.certificates names none: every digital signature waits for a person")


def _scanner(report: CheckReport, service: Service) -> None:
    from mailbot.adapters import landlock
    from mailbot.adapters.clamav import ClamAvScanner

    if not landlock.version():
        report.remarks.append(
            "this kernel has no Landlock: readers are held by their limits and an empty environment only"
        )
    if service.config.clamav.configured:
        ClamAvScanner(service.config.clamav).ping()
        report.good.append("virus scanner")


def _store(report: CheckReport, service: Service) -> None:
    from mailbot.breaker import HELD, HOLD

    dossiers = len(service.store.dossier_overviews())
    report.good.append(f"store: {dossiers} dossier(s)")
    if service.store.switch(HOLD) == HELD:
        report.remarks.append("sending is on hold: `mailbot resume` lets it go on")


def _folders(report: CheckReport, service: Service) -> None:
    """The archive takes a mail, before one comes."""
    for key in ("archive", "files"):
        folder: Path = getattr(service.config.store, key)
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".check"
        probe.write_bytes(b"")
        probe.unlink()
    report.good.append("archive")


def _imap(report: CheckReport, service: Service) -> None:
    from mailbot.adapters.imap import ImapMailbox

    imap = service.config.imap
    if isinstance(service.mailbox, ImapMailbox):
        able = service.mailbox.abilities()
        can = ", ".join(name for name, yes in able.items() if yes) or "nothing of these"
        cannot = ", ".join(name for name, yes in able.items() if not yes)
        report.good.append(f"IMAP {imap.host}: can {can}" + (f"; cannot {cannot}" if cannot else ""))
    if service.config.smtp.save_sent == "append" and service.mailbox.sent_folder() is None:
        report.remarks.append("the mailbox has no Sent folder: one is made for the first copy")


def _smtp(report: CheckReport, service: Service) -> None:
    from mailbot.adapters.smtp import SmtpMailer

    mailer = service.mailer

    async def log_in() -> None:
        if isinstance(mailer, SmtpMailer):
            await mailer.connect()
        await mailer.close()

    asyncio.run(log_in())
    report.good.append(f"SMTP {service.config.smtp.host}")


_LOOKS = (
    *(_lists, _templates, _blank_forms, _programs, _trust, _scanner),
    *(_store, _folders, _imap, _smtp),
)
