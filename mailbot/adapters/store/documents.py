"""Documents: each as it was read, with its text, and where it was used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, update

from mailbot.adapters.store.base import Part, missing, new_id
from mailbot.adapters.store.statement import Statement
from mailbot.adapters.store.tables import columns_of, documents
from mailbot.rows import DocumentRow
from parsers.types import Document

_DOCUMENT = columns_of(documents, DocumentRow)
_OF_MAIL = Statement(
    select(*_DOCUMENT).where(documents.c.mail_id == bindparam("mail")).order_by(documents.c.id)
)
_ADD = Statement(
    documents.insert(),
    (
        "mail_id",
        "dossier_id",
        "case",
        "file",
        "sha256",
        "kind",
        "content_key",
        "document",
        "created_at",
    ),
)
_FILE = Statement(update(documents).where(documents.c.id == bindparam("document_id")), ("dossier_id", "case"))


class Documents(Part):
    def add_document(
        self, mail_id: int, dossier_id: int | None, case: str, document: Document, at: datetime | None = None
    ) -> int:
        """Store a document and return its id. `mail_id` is 0 for one that came another way."""
        with self._database.writing() as connection:
            return new_id(connection, documents, _values(mail_id, dossier_id, case, document, at))

    def add_documents(self, mail_id: int, dossier_id: int | None, found: Sequence[Document]) -> None:
        """Store the documents of a mail, on no case yet."""
        if found:
            rows = [_values(mail_id, dossier_id, "", document, None) for document in found]
            with self._database.writing() as connection:
                _ADD.run_many(connection, rows)

    def document(self, document_id: int) -> DocumentRow:
        """Raises UnknownReference when there is no such document."""
        with self._database.reading() as connection:
            row = connection.execute(select(*_DOCUMENT).where(documents.c.id == document_id)).one_or_none()
        if row is None:
            raise missing(documents, document_id)
        return DocumentRow(*row)

    def documents_of_mail(self, mail_id: int) -> list[DocumentRow]:
        """In the order in which they were stored."""
        with self._database.reading() as connection:
            return [DocumentRow(*row) for row in _OF_MAIL.rows(connection, {"mail": mail_id})]

    def file_document(self, document_id: int, dossier_id: int | None, case: str) -> None:
        """Put a document on a case, or with None take it off."""
        self.file_documents([document_id], dossier_id, case)

    def file_documents(self, document_ids: Sequence[int], dossier_id: int | None, case: str) -> None:
        """Put documents on a case, or with None take them off."""
        if not document_ids:
            return
        filed = [{"document_id": i, "dossier_id": dossier_id, "case": case} for i in set(document_ids)]
        with self._database.writing() as connection:
            if _FILE.run_many(connection, filed) != len(filed):
                raise missing(documents, ", ".join(str(i) for i in document_ids))

    def replace_document(self, document_id: int, document: Document) -> None:
        """Put what a person corrected in the place of what was read."""
        query = update(documents).where(documents.c.id == document_id)
        with self._database.writing() as connection:
            done = connection.execute(
                query.values(kind=document.kind, content_key=document.content_key, document=document)
            )
            if done.rowcount == 0:
                raise missing(documents, document_id)

    def forget_documents(self, mail_id: int) -> None:
        """Drop what was read of a mail, because it is read afresh. The mail itself stays in the archive."""
        with self._database.writing() as connection:
            connection.execute(delete(documents).where(documents.c.mail_id == mail_id))

    def document_uses(self, sha256: str, content_key: str) -> list[tuple[int, int, str]]:
        """(document id, dossier id, case) of documents on a dossier with these bytes or this content."""
        c = documents.c
        same = []
        if sha256:
            same.append(c.sha256 == sha256)
        if content_key:
            same.append(c.content_key == content_key)
        if not same:
            return []
        query = select(c.id, c.dossier_id, c.case).where(or_(*same), c.dossier_id.is_not(None))
        with self._database.reading() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(query.order_by(c.id))]


def _values(
    mail_id: int, dossier_id: int | None, case: str, document: Document, at: datetime | None
) -> dict[str, Any]:
    return {
        "mail_id": mail_id or None,
        "dossier_id": dossier_id,
        "case": case,
        "file": document.file,
        "sha256": document.sha256,
        "kind": document.kind,
        "content_key": document.content_key,
        "document": document,
        "created_at": at,
    }
