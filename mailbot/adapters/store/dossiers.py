"""Dossiers: the value that the rules work on as JSON, and beside it what it is found by."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Text, bindparam, delete, func, select, type_coerce, update

from mailbot.adapters.store.base import Part, in_chunks, insert_new, missing, new_id
from mailbot.adapters.store.statement import Statement
from mailbot.adapters.store.tables import (
    columns_of,
    dossier_addresses,
    dossier_clients,
    dossiers,
    mails,
    outbox,
)
from mailbot.errors import StaleDossier
from mailbot.rows import DossierRow
from rules.types import Case, Dossier

_OVERVIEW = columns_of(dossiers, DossierRow)
_DOSSIER = [*_OVERVIEW, dossiers.c.exhibits]
_NOT_TO_BE_SAVED = -1
_VALUE: BindParameter[Any] = bindparam("value")
_BY_ID = Statement(select(*_DOSSIER).where(dossiers.c.id == _VALUE))
_OVERVIEW_BY_ID = Statement(select(*_OVERVIEW).where(dossiers.c.id == _VALUE))
_BY_EMAIL = Statement(select(dossier_addresses.c.dossier_id).where(dossier_addresses.c.email == _VALUE))
_BY_MATRICULE = Statement(select(dossiers.c.id).where(dossiers.c.matricule == _VALUE))
_BY_NAME = Statement(select(dossiers.c.id).where(dossiers.c.name_key == _VALUE))
_WRITTEN_TO_BY = Statement(
    select(mails.c.dossier_id)
    .where(mails.c.sender == _VALUE, mails.c.dossier_id.is_not(None))
    .distinct()
    .order_by(mails.c.dossier_id)
)
_LAST_NUMBER = Statement(select(func.coalesce(func.max(dossiers.c.number), 0)))


class Dossiers(Part):
    def next_number(self) -> int:
        """The number that `new_dossier` gives next, in the same transaction: 1, 2, 3 … without gaps."""
        with self._database.reading() as connection:
            return _next_number(connection)

    def new_dossier(
        self, dossier: Dossier, at: datetime, name_key: str = "", number: int | None = None
    ) -> DossierRow:
        """Store a dossier with its reference, which no other has. `name_key`: the name as it is compared.

        number: what `next_number` just said, in the same transaction.
        """
        dossier = _without_texts(dossier)
        with self._database.writing() as connection:
            row = DossierRow(0, number or _next_number(connection), dossier, at)
            values = {"number": row.number, "created_at": at, "version": 0, "name_key": name_key}
            row = replace(row, id=new_id(connection, dossiers, values | _stored(dossier)))
            _add_addresses(connection, row.id, _addresses(dossier))
            _add_clients(connection, row.id, _clients(dossier))
        return row

    def save_dossier(
        self, row: DossierRow, name_key: str | None = None, before: Dossier | None = None
    ) -> DossierRow:
        """Store what changed, and return the row to go on with. Without `name_key` that stays as it is.

        before: the dossier as it was read with this row; what it is found by is only written where that
        changed. Raises StaleDossier when somebody saved it since `row` was read.
        """
        saved = replace(row, dossier=_without_texts(row.dossier), version=row.version + 1)
        values = {"version": saved.version} | _stored(saved.dossier)
        if name_key is not None:
            values["name_key"] = name_key
        read = {"value": row.id, "was": row.version}
        with self._database.writing() as connection:
            if _save(*values).run(connection, read | values) == 0:
                raise StaleDossier(
                    f"dossier {row.dossier.reference} was changed meanwhile: read it again, then decide again"
                )
            if before is None or _addresses(before) != _addresses(saved.dossier):
                _record_addresses(connection, saved)
            if before is None or _clients(before) != _clients(saved.dossier):
                _record_clients(connection, saved)
        return saved

    def dossier(self, dossier_id: int) -> DossierRow:
        """Raises UnknownReference when there is no such dossier."""
        with self._database.reading() as connection:
            row = _BY_ID.first(connection, {"value": dossier_id})
        if row is None:
            raise missing(dossiers, dossier_id)
        return _whole(*row)

    def dossier_overview(self, dossier_id: int) -> DossierRow:
        """The same without exhibits, many times faster; it cannot be saved. Raises UnknownReference."""
        with self._database.reading() as connection:
            row = _OVERVIEW_BY_ID.first(connection, {"value": dossier_id})
        if row is None:
            raise missing(dossiers, dossier_id)
        return replace(DossierRow(*row), version=_NOT_TO_BE_SAVED)

    def dossier_by_reference(self, reference: str) -> DossierRow | None:
        query = select(*_DOSSIER).where(dossiers.c.reference == reference)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _whole(*row)

    def references(self) -> dict[int, str]:
        """Dossier id -> reference."""
        with self._database.reading() as connection:
            rows = connection.execute(select(dossiers.c.id, dossiers.c.reference))
            return {row[0]: row[1] for row in rows}

    def dossiers(self) -> list[DossierRow]:
        """All of them, by number."""
        with self._database.reading() as connection:
            rows = connection.execute(select(*_DOSSIER).order_by(dossiers.c.number))
            return [_whole(*row) for row in rows]

    def dossier_overviews(self) -> list[DossierRow]:
        """All of them without exhibits, by number: many times faster, for lists. They cannot be saved."""
        with self._database.reading() as connection:
            rows = connection.execute(select(*_OVERVIEW).order_by(dossiers.c.number))
            return [replace(DossierRow(*row), version=_NOT_TO_BE_SAVED) for row in rows]

    def dossier_overviews_of(self, dossier_ids: Sequence[int]) -> list[DossierRow]:
        """Those of dossier_overviews, in that order."""
        found: dict[int, DossierRow] = {}
        with self._database.reading() as connection:
            for start in range(0, len(dossier_ids), 500):
                wanted = dossiers.c.id.in_(dossier_ids[start : start + 500])
                rows = connection.execute(select(*_OVERVIEW).where(wanted))
                found |= {r.id: r for r in (DossierRow(*row) for row in rows)}
        return [replace(found[i], version=_NOT_TO_BE_SAVED) for i in dossier_ids if i in found]

    def dossiers_matching(self, text: str) -> list[int]:
        """By number, those whose reference, name or address holds that text; all for none.

        Four digits also find the matricule that ends with them.
        """
        c, wanted = dossiers.c, text.casefold()
        digits = wanted if len(wanted) == 4 and wanted.isdigit() else ""
        if not wanted:
            with self._database.reading() as connection:
                return list(connection.execute(select(c.id).order_by(c.number)).scalars())
        query = select(c.id, c.matricule, type_coerce(c.dossier, Text)).order_by(c.number)
        with self._database.reading() as connection:
            rows = connection.execute(query)
            return [i for i, matricule, said in rows if _says(json.loads(said), matricule, wanted, digits)]

    def find_dossiers(
        self, *, email: str = "", matricule: str = "", name_key: str = "", message_ids: Sequence[str] = ()
    ) -> list[DossierRow]:
        """The dossiers that any of these leads to, each once, by number. An empty key leads to none.

        email: registered, or of an approved contact. message_ids: of mails that were written for a dossier.
        """
        keys = ((_BY_EMAIL, _address(email)), (_BY_MATRICULE, matricule), (_BY_NAME, name_key))
        ids: set[int] = set()
        with self._database.reading() as connection:
            for query, value in keys:
                if value:
                    ids.update(query.scalars(connection, {"value": value}))
            for chunk in in_chunks(message_ids):
                written = outbox.c.message_id.in_(chunk) & outbox.c.dossier_id.is_not(None)
                ids.update(connection.execute(select(outbox.c.dossier_id).where(written)).scalars())
            found = [_whole(*row) for i in ids for row in _BY_ID.rows(connection, {"value": i})]
        return sorted(found, key=lambda row: row.number)

    def dossiers_written_to_by(self, sender: str) -> list[int]:
        """The ids of the dossiers to which mails of that address were put."""
        if not sender:
            return []
        with self._database.reading() as connection:
            return _WRITTEN_TO_BY.scalars(connection, {"value": sender})

    def client_elsewhere(self, client_key: str, dossier_id: int | None) -> str:
        """`reference/case` of another Industriel's connection of that client; empty if there is none."""
        c = dossier_clients.c
        query = select(dossiers.c.reference, c.case).join(dossiers, dossiers.c.id == c.dossier_id)
        query = query.where(c.client_key == client_key, c.dossier_id != (dossier_id or 0))
        with self._database.reading() as connection:
            row = connection.execute(query.order_by(dossiers.c.number, c.case).limit(1)).first()
        return f"{row[0]}/{row[1]}" if row else ""


def _next_number(connection: Connection) -> int:
    # Right because there is one writer at a time.
    return int(_LAST_NUMBER.scalar(connection, {})) + 1


@cache
def _save(*names: str) -> Statement:
    unchanged = dossiers.c.version == bindparam("was")
    return Statement(update(dossiers).where(dossiers.c.id == _VALUE, unchanged), names)


def _says(dossier: dict[str, Any], matricule: str, wanted: str, digits: str) -> bool:
    if digits and matricule.endswith(digits):
        return True
    # Not validated, which would take most of the time: a list's search looks at all dossiers.
    named = Dossier.model_construct(registered=dossier.get("registered", {})).name
    said = (dossier["reference"], named, dossier.get("email", ""), *dossier.get("contacts", ()))
    return any(wanted in text.casefold() for text in said)


def _without_texts(dossier: Dossier) -> Dossier:
    """The same without the texts of its documents: they are long, and stand in the table of documents."""
    return dossier.model_copy(update={"cases": tuple(_case_without_texts(case) for case in dossier.cases)})


def _case_without_texts(case: Case) -> Case:
    exhibits = tuple(
        e.model_copy(update={"document": e.document.model_copy(update={"text": ""})}) for e in case.exhibits
    )
    return case.model_copy(update={"exhibits": exhibits})


def _stored(dossier: Dossier) -> dict[str, Any]:
    bare = tuple(case.model_copy(update={"exhibits": ()}) for case in dossier.cases)
    return {
        "reference": dossier.reference,
        "matricule": dossier.registered.get("matricule", ""),
        "dossier": dossier.model_copy(update={"cases": bare}),
        "exhibits": {case.name: case.exhibits for case in dossier.cases if case.exhibits},
    }


def _whole(*found: Any) -> DossierRow:
    """The row of these values, the last of which are the exhibits."""
    *values, exhibits = found
    row = DossierRow(*values)
    cases = tuple(
        case.model_copy(update={"exhibits": exhibits.get(case.name, ())}) for case in row.dossier.cases
    )
    return replace(row, dossier=row.dossier.model_copy(update={"cases": cases}))


def _address(email: str) -> str:
    return email.strip().lower()


def _addresses(dossier: Dossier) -> set[str]:
    """Who writes for it: the registered address and the approved contacts."""
    return {_address(email) for email in (dossier.email, *dossier.contacts) if email.strip()}


def _record_addresses(connection: Connection, row: DossierRow) -> None:
    wanted = _addresses(row.dossier)
    mine = dossier_addresses.c.dossier_id == row.id
    connection.execute(delete(dossier_addresses).where(mine, dossier_addresses.c.email.not_in(wanted)))
    _add_addresses(connection, row.id, wanted)


def _add_addresses(connection: Connection, dossier_id: int, emails: set[str]) -> None:
    if emails:
        adding = insert_new(connection.dialect.name, dossier_addresses, "email", "dossier_id")
        adding.run_many(connection, [{"email": email, "dossier_id": dossier_id} for email in sorted(emails)])


def _clients(dossier: Dossier) -> set[tuple[str, str]]:
    """What other Industriels' requests are compared with: the clients of connections that were complete."""
    return {
        (case.fact("client_key"), case.name)
        for case in dossier.of_kind("R")
        if case.fact("client_key") and case.state in ("a_verifier", "valide")
    }


def _record_clients(connection: Connection, row: DossierRow) -> None:
    connection.execute(delete(dossier_clients).where(dossier_clients.c.dossier_id == row.id))
    _add_clients(connection, row.id, _clients(row.dossier))


def _add_clients(connection: Connection, dossier_id: int, clients: set[tuple[str, str]]) -> None:
    if clients:
        connection.execute(
            dossier_clients.insert(),
            [{"client_key": key, "case": case, "dossier_id": dossier_id} for key, case in sorted(clients)],
        )
