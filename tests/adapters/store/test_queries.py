"""No query of the store reads through a whole table: each has its index."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from mailbot.adapters.store.sql import SqlStore
from mailbot.store_port import Store
from tests.contract.rows import MINUTE, NOON, a_document, a_dossier, a_mail, an_arrival, an_entry, an_outgoing
from tests.ready_store import store_in_memory

Query = Callable[[SqlStore], object]

QUERIES: dict[str, Query] = {
    "record_arrivals": lambda s: s.record_arrivals([an_arrival(2, fingerprint="f")]),
    "known_uids": lambda s: s.known_uids("boite@incert.test", "INBOX", 7),
    "unhandled": lambda s: s.unhandled("boite@incert.test", "INBOX", 7),
    "mark_handled": lambda s: s.mark_handled([1]),
    "mail": lambda s: s.mail(1),
    "mail_by_sha256": lambda s: s.mail_by_sha256("a"),
    "known_mails": lambda s: s.known_mails(["a" * 64]),
    "archived": lambda s: s.mails_in_state("archived", NOON, 9),
    "waiting": lambda s: s.mails_in_state("waiting", NOON, 9),
    "mails_to_decide": lambda s: s.mails_to_decide(NOON),
    "claim_mails": lambda s: s.claim_mails("me", "slow", NOON, NOON, 9),
    "claim_mails of any lane": lambda s: s.claim_mails("me", None, NOON, NOON, 9),
    "release_mails": lambda s: s.release_mails("me") or s.switch("hold"),
    "holds_mail": lambda s: s.holds_mail(1, "me"),
    "lock_waiting": lambda s: s.lock_waiting([1, 2]),
    "senders_in_lane": lambda s: s.senders_in_lane("slow"),
    "workers": lambda s: s.workers(NOON),
    "update_mail": lambda s: s.update_mail(1, state="decided"),
    "mails_of_dossier": lambda s: s.mails_of_dossier(1),
    "same_content": lambda s: s.same_content("key", 9),
    "next_number": lambda s: s.next_number(),
    "new_dossier": lambda s: s.new_dossier(a_dossier(2), NOON),
    "save_dossier": lambda s: s.save_dossier(s.dossier(1)),
    "dossier_overview": lambda s: s.dossier_overview(1),
    "dossier_by_reference": lambda s: s.dossier_by_reference("SONS2-000001-AAAA"),
    "find_dossiers": lambda s: s.find_dossiers(email="a", matricule="1", name_key="n", message_ids=["<m>"]),
    "document": lambda s: s.document(1),
    "documents_of_mail": lambda s: s.documents_of_mail(1),
    "file_document": lambda s: s.file_document(1, None, ""),
    "file_documents": lambda s: s.file_documents([1], 1, "E"),
    "document_uses": lambda s: s.document_uses("a", "k"),
    "update_entry": lambda s: s.update_entry(1, outcome="x"),
    "entry": lambda s: s.entry(1),
    "entries": lambda s: s.entries(),
    "entries of a dossier": lambda s: s.entries(open_only=False, dossier_id=1),
    "entries_of_mail": lambda s: s.entries_of_mail(1),
    "entry_of_task": lambda s: s.entry_of_task(1, "L1", "L1"),
    "add_outbox": lambda s: s.add_outbox(an_outgoing("b")),
    "outbox": lambda s: s.outbox(1),
    "outbox_of_entry": lambda s: s.outbox_of_entry(1),
    "outbox_of_dossier": lambda s: s.outbox_of_dossier(1),
    "outbox_by_message_ids": lambda s: s.outbox_by_message_ids(["<m>"]),
    "claim_due": lambda s: s.claim_due(NOON, 9),
    "left_sending": lambda s: s.left_sending(),
    "sent_unsaved": lambda s: s.sent_unsaved(NOON, 9),
    "update_outbox": lambda s: s.update_outbox(1, to=("x@y.test",)),
    "answers_in": lambda s: s.answers_in(1, NOON),
    "answers_sent": lambda s: s.answers_sent(NOON),
    "answers_to_mail": lambda s: s.answers_to_mail(1),
    "last_sent_to": lambda s: s.last_sent_to("a"),
    "undecided_before": lambda s: s.undecided_before(NOON),
    "failed_without_entry": lambda s: s.failed_without_entry(),
    "due_before": lambda s: s.due_before(NOON),
    "answers_to": lambda s: s.answers_to("a", NOON),
    "last_written_to": lambda s: s.last_written_to(1),
    "history of a dossier": lambda s: s.history(dossier_id=1),
    "history of an entry": lambda s: s.history(entry_id=1),
    "history of a mail": lambda s: s.history(mail_id=1),
    "switch": lambda s: s.switch("hold"),
    "set_switch": lambda s: s.set_switch("hold", "1"),
    "dossiers_written_to_by": lambda s: s.dossiers_written_to_by("a"),
    "client_elsewhere": lambda s: s.client_elsewhere("a", 1),
    "add_document": lambda s: s.add_document(1, 1, "E", a_document()),
    "add_documents": lambda s: s.add_documents(1, 1, [a_document()]),
    "replace_document": lambda s: s.replace_document(1, a_document()),
    "forget_documents": lambda s: s.forget_documents(1),
    "open_entry": lambda s: s.open_entry(an_entry()),
    "sent_unfiled": lambda s: s.sent_unfiled(9),
    "count_received": lambda s: s.count_received(NOON, NOON + MINUTE),
    "count_sent": lambda s: s.count_sent(NOON, NOON + MINUTE),
    "entries_with_draft": lambda s: s.entries_with_draft(),
    "is_claimed": lambda s: s.is_claimed("job", "key"),
    "claim_once": lambda s: s.claim_once("job", "key", NOON),
    "take_lease": lambda s: s.take_lease("intake", "a", NOON, NOON + MINUTE),
    "lease_holder": lambda s: s.lease_holder("intake"),
    "release_lease": lambda s: s.release_lease("intake", "a"),
}
# They read all there is: for staff, once a night, or (the audit trail's end) a table of one row.
WHOLE_TABLE = {
    "dossiers",
    "dossier_overviews",
    "references",
    "add_history",
    "audit_head",
    "audit_problems",
    "history_broken_at",
    "count_by_state",
    "mail_digests",
    "mails_by_id",
    "letters",
    "copies_in_sent",
    "decided_mails",
    "left",
    "files_in_use",
    "purged_digests",
}
# What is kept no longer is looked for once a month at most.
PURGING = {
    "history_about",
    "idle_dossiers",
    "old_views",
    "purge_dossiers",
    "erase_purged",
    "purge_history",
    "purge_mails",
    "unrelated_mails",
}


@pytest.fixture
def store() -> Iterator[SqlStore]:
    opened = store_in_memory()
    mail = a_mail(opened)
    dossier = opened.new_dossier(a_dossier(), NOON)
    opened.add_document(mail.id, dossier.id, "E", a_document())
    opened.open_entry(an_entry())
    opened.add_outbox(an_outgoing())
    yield opened
    opened.close()


@contextmanager
def recorded(store: SqlStore) -> Iterator[list[str]]:
    """What SQLite is told meanwhile, with the values in it."""
    statements: list[str] = []

    def note(statement: str) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
            statements.append(statement)

    with store._database.reading() as connection:
        driver: Any = connection.connection.dbapi_connection
    driver.set_trace_callback(note)
    try:
        yield statements
    finally:
        driver.set_trace_callback(None)


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_a_query_uses_an_index(store: SqlStore, query: Query) -> None:
    with recorded(store) as statements:
        query(store)
    assert statements
    with store._database.reading() as connection:
        for statement in statements:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")
            scans = [step.detail for step in plan if re.match(r"SCAN (?!CONSTANT ROW)", step.detail)]
            assert scans == [], statement


def test_no_method_of_the_store_is_left_out() -> None:
    """A new method of store_port.Store comes into QUERIES above."""
    methods = {name for name in vars(Store) if not name.startswith("_")}
    methods -= {"transaction", "close", "is_shared"}
    looked_at = {name for query in QUERIES.values() for name in query.__code__.co_names}
    assert methods - looked_at == WHOLE_TABLE | PURGING
