"""What several pages look up: the entry of the path, its neighbours in the queue, a document's bytes."""

from __future__ import annotations

from mailbot.errors import ArchiveDamaged
from mailbot.rows import EntryRow, MailRow
from mailbot.web.queue_list import QueueList, Wanted
from mailbot.web.visit import Refused, Visit
from parsers.message import part_bytes
from parsers.types import Document


def entry_of(visit: Visit) -> EntryRow:
    """The entry of the path. Raises UnknownReference."""
    return visit.web.store.entry(visit.path_number("entry"))


def neighbours(visit: Visit, entry_id: int) -> tuple[int | None, int | None]:
    """The entries before and after this one, in the list that the person looked at last."""
    return QueueList(visit.web, visit.by).neighbours(entry_id, visit.web.lists.get(visit.by, Wanted()))


def original_bytes(visit: Visit, mail: MailRow, document: Document) -> bytes:
    """The file as it came. Raises Refused (410) when the archive does not have it any more."""
    service = visit.web.service
    try:
        raw = service.archive.get(mail.sha256)
        return part_bytes(raw, document.part, service.read_options())
    except (ArchiveDamaged, OSError, KeyError, ValueError) as error:
        raise Refused(410, visit.say("Ce fichier ne se trouve plus dans l'archive.")) from error
