"""What every store does, the same in a file, in memory and in PostgreSQL."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError, StatementError

from mailbot.adapters.store.sql import SqlStore
from mailbot.errors import StaleDossier, UnknownReference
from mailbot.rows import DossierRow
from rules.types import AttachmentRef, Case, Letter
from tests.contract.rows import (
    MINUTE,
    NOON,
    a_document,
    a_dossier,
    a_happening,
    a_mail,
    a_reading,
    an_arrival,
    an_entry,
    an_outgoing,
    digest,
)

# Transactions


def test_a_transaction_that_fails_leaves_nothing(store: SqlStore) -> None:
    def work() -> None:
        with store.transaction():
            a_mail(store)
            store.set_switch("hold", "1")
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        work()
    assert store.known_uids("boite@incert.test", "INBOX", 7) == set()
    assert store.switch("hold") == ""


def test_an_inner_transaction_joins_the_outer_one(store: SqlStore) -> None:
    def work() -> None:
        with store.transaction():
            with store.transaction():
                store.set_switch("hold", "1")
            assert store.switch("hold") == "1"
            raise RuntimeError("later")

    with pytest.raises(RuntimeError, match="later"):
        work()
    assert store.switch("hold") == ""


def test_a_store_goes_on_after_a_transaction_that_failed(store: SqlStore) -> None:
    _open_a_dossier_and_fail(store)
    store.set_switch("hold", "1")
    assert store.switch("hold") == "1"


# Ledger and mails


def test_arrivals_become_mails_in_their_order(store: SqlStore) -> None:
    mails = store.record_arrivals([an_arrival(3), an_arrival(1), an_arrival(2)])
    assert [mail.sha256 for mail in mails] == [digest(3), digest(1), digest(2)]
    assert {mail.state for mail in mails} == {"archived"}
    assert store.known_uids("boite@incert.test", "INBOX", 7) == {1, 2, 3}
    assert store.known_uids("boite@incert.test", "INBOX", 7, first=2) == {2, 3}
    assert store.known_uids("boite@incert.test", "INBOX", 8) == set()
    assert store.mail(mails[0].id) == mails[0] == store.mail_by_sha256(digest(3))
    assert store.known_mails([digest(3), digest("none")]) == {digest(3)}


def test_a_mail_comes_back_as_it_was_recorded(store: SqlStore) -> None:
    local = datetime(2026, 3, 2, 13, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    mail = a_mail(store, received_at=local, subject="Re: été 🌞", fingerprint="f", message_id="<m@x>")
    assert mail == store.mail(mail.id)
    assert (mail.received_at, mail.received_at.tzinfo) == (local, UTC)
    assert (mail.subject, mail.fingerprint, mail.message_id) == ("Re: été 🌞", "f", "<m@x>")
    assert (mail.direction, mail.attempts, mail.reading, mail.dossier_id) == ("in", 0, None, None)


def test_what_no_database_can_hold_is_made_storable(store: SqlStore) -> None:
    mail = a_mail(store, subject="a\x00b", sender="\udcff@x.test", message_id="<" + "m" * 9000 + ">")
    assert (mail.subject, mail.sender) == ("a\ufffdb", "\ufffd\ufffd\ufffd@x.test")
    assert len(mail.message_id) == 9002


def test_a_reading_of_undecodable_headers_is_made_storable(store: SqlStore) -> None:
    mail = a_mail(store)
    reading = a_reading()
    message = reading.message.model_copy(update={"subject": "Formulaire \udcff"})
    store.update_mail(mail.id, reading=reading.model_copy(update={"message": message}))
    stored = store.mail(mail.id).reading
    assert stored is not None
    assert stored.message.subject == "Formulaire \ufffd\ufffd\ufffd"
    assert stored.documents == reading.documents


def test_an_instant_without_zone_is_refused(store: SqlStore) -> None:
    with pytest.raises(StatementError, match="time zone"):
        a_mail(store, received_at=datetime(2026, 3, 2))


def test_a_place_is_recorded_once(store: SqlStore) -> None:
    first = a_mail(store, 1)
    again = a_mail(store, 1)
    assert again == first
    assert len(store.unhandled("boite@incert.test", "INBOX", 7)) == 1


def test_the_same_bytes_elsewhere_are_the_same_mail(store: SqlStore) -> None:
    first = a_mail(store, 1)
    second, third = store.record_arrivals(
        [an_arrival(9, sha256=digest(1)), an_arrival(1, folder="Autre", sha256=digest(1))]
    )
    assert first == second == third
    assert [row.mail_id for row in store.unhandled("boite@incert.test", "Autre", 7)] == [first.id]


def test_the_same_bytes_twice_in_a_batch_are_one_mail(store: SqlStore) -> None:
    one, other = store.record_arrivals([an_arrival(1), an_arrival(2, sha256=digest(1))])
    assert one == other
    assert store.known_uids("boite@incert.test", "INBOX", 7) == {1, 2}


def test_the_same_mail_under_other_headers_is_a_copy(store: SqlStore) -> None:
    first = a_mail(store, 1, fingerprint="same")
    second, third = store.record_arrivals([an_arrival(u, fingerprint="same") for u in (2, 3)])
    assert [(m.state, m.reason) for m in (second, third)] == [("recorded", f"copy:{first.id}")] * 2
    assert second.id != first.id


def test_mails_without_fingerprint_are_no_copies_of_each_other(store: SqlStore) -> None:
    mails = store.record_arrivals([an_arrival(1), an_arrival(2)])
    assert [mail.state for mail in mails] == ["archived", "archived"]


def test_a_place_that_holds_another_mail_is_taken_over(store: SqlStore) -> None:
    first = a_mail(store, 1, uidvalidity=0)
    store.mark_handled([row.id for row in store.unhandled("boite@incert.test", "INBOX", 0)])
    second = a_mail(store, 1, uidvalidity=0, sha256=digest("other"))
    assert second.id != first.id
    assert [row.mail_id for row in store.unhandled("boite@incert.test", "INBOX", 0)] == [second.id]


@pytest.mark.parametrize(
    ("changes", "reason"), [({"direction": "sent"}, "sent"), ({"old": True}, "old"), ({}, "")]
)
def test_only_a_new_received_mail_is_looked_at(
    store: SqlStore, changes: dict[str, object], reason: str
) -> None:
    mail = a_mail(store, **changes)
    assert (mail.state, mail.reason) == ("recorded" if reason else "archived", reason)


def test_no_arrivals_are_no_mails(store: SqlStore) -> None:
    assert store.record_arrivals([]) == []


def test_more_arrivals_than_a_statement_takes(store: SqlStore) -> None:
    mails = store.record_arrivals([an_arrival(uid, fingerprint=f"f{uid}") for uid in range(1, 1301)])
    assert [mail.sha256 for mail in mails] == [digest(uid) for uid in range(1, 1301)]
    assert store.record_arrivals([an_arrival(uid) for uid in range(1, 1301)]) == mails


def test_handled_mails_are_no_longer_unhandled(store: SqlStore) -> None:
    store.record_arrivals([an_arrival(2), an_arrival(1), an_arrival(3)])
    waiting = store.unhandled("boite@incert.test", "INBOX", 7)
    assert store.unhandled("boite@incert.test", "INBOX", 7, limit=2) == waiting[:2]
    assert [row.uid for row in waiting] == [1, 2, 3]
    store.mark_handled([waiting[0].id, waiting[2].id])
    store.mark_handled([])
    assert [row.uid for row in store.unhandled("boite@incert.test", "INBOX", 7)] == [2]


def test_mails_in_a_state_come_oldest_first_when_their_time_has_come(store: SqlStore) -> None:
    late, early, tried, other = store.record_arrivals(
        [an_arrival(n, received_at=NOON - n * MINUTE) for n in (1, 2, 3, 4)]
    )
    store.update_mail(tried.id, attempts=1, next_attempt_at=NOON + MINUTE)
    store.update_mail(other.id, state="decided")

    def ids(due: datetime, limit: int = 9) -> list[int]:
        return [mail.id for mail in store.mails_in_state("archived", due, limit)]

    assert ids(NOON) == [early.id, late.id]
    assert ids(NOON + MINUTE) == [tried.id, early.id, late.id]
    assert ids(NOON + MINUTE, limit=2) == [tried.id, early.id]


def test_a_waiting_mail_comes_when_its_dossier_has_settled(store: SqlStore) -> None:
    mail = a_mail(store)
    store.update_mail(mail.id, state="waiting", decide_at=NOON + 10 * MINUTE)
    assert store.mails_in_state("waiting", NOON, 9) == []
    assert [m.id for m in store.mails_in_state("waiting", NOON + 10 * MINUTE, 9)] == [mail.id]


def test_a_dossier_comes_whole_to_be_decided_and_no_other_one_with_it(store: SqlStore) -> None:
    """However many wait for their dossier to settle, they are not looked at again and again."""
    ripe, with_it, later, nobodys = store.record_arrivals([an_arrival(n) for n in (1, 2, 3, 4)])
    one, other = (store.new_dossier(a_dossier(n), NOON).id for n in (1, 2))
    for mail, dossier_id, minutes in (
        (ripe, one, 0),
        (with_it, one, 5),
        (later, other, 5),
        (nobodys, None, 0),
    ):
        due = NOON + minutes * MINUTE
        store.update_mail(mail.id, state="waiting", dossier_id=dossier_id, decide_at=due)
    assert [mail.id for mail in store.mails_to_decide(NOON)] == [ripe.id, with_it.id, nobodys.id]


@pytest.mark.parametrize("text", ["Bonjour.", "Une longue lettre. " * 5000])
def test_a_reading_comes_back_without_bytes(store: SqlStore, text: str) -> None:
    mail = a_mail(store)
    store.update_mail(mail.id, reading=a_reading(text), content_key="key")
    found = store.mail(mail.id).reading
    assert found is not None
    assert found.model_dump() == a_reading(text).model_dump()
    assert found.message.parts[0].data == b""


def test_an_unknown_member_or_mail_is_refused(store: SqlStore) -> None:
    mail = a_mail(store)
    with pytest.raises(TypeError, match="colour"):
        store.update_mail(mail.id, colour="red")
    with pytest.raises(TypeError, match="id"):
        store.update_mail(mail.id, id=9)
    with pytest.raises(UnknownReference):
        store.update_mail(mail.id + 1, state="decided")
    with pytest.raises(UnknownReference):
        store.mail(mail.id + 1)
    assert store.mail_by_sha256(digest("none")) is None


def test_mails_of_a_dossier_come_oldest_first(store: SqlStore) -> None:
    dossier = store.new_dossier(a_dossier(), NOON)
    mails = store.record_arrivals([an_arrival(n, received_at=NOON - n * MINUTE) for n in (1, 2, 3)])
    for mail in mails[:2]:
        store.update_mail(mail.id, dossier_id=dossier.id)
    assert [mail.id for mail in store.mails_of_dossier(dossier.id)] == [mails[1].id, mails[0].id]


def test_the_same_content_is_found_in_earlier_mails_only(store: SqlStore) -> None:
    first, second, third = store.record_arrivals([an_arrival(n) for n in (1, 2, 3)])
    for mail in (first, second):
        store.update_mail(mail.id, content_key="key")
    found = store.same_content("key", before=third.id)
    assert found is not None
    assert found.id == first.id
    assert store.same_content("key", before=first.id) is None
    assert store.same_content("", before=third.id) is None


def test_sent_mails_wait_to_be_put_to_a_dossier(store: SqlStore) -> None:
    mails = store.record_arrivals([an_arrival(n, direction="sent") for n in (1, 2, 3)])
    a_mail(store, 4)
    store.update_mail(mails[0].id, reason="sent, filed")
    assert [mail.id for mail in store.sent_unfiled(9)] == [mails[1].id, mails[2].id]
    assert [mail.id for mail in store.sent_unfiled(1)] == [mails[1].id]


def test_received_mails_are_counted_after_the_one_and_up_to_the_other_instant(store: SqlStore) -> None:
    store.record_arrivals([an_arrival(n, received_at=NOON + n * MINUTE) for n in range(4)])
    a_mail(store, 9, direction="sent", received_at=NOON + MINUTE)
    assert store.count_received(NOON, NOON + 2 * MINUTE) == 2


# Dossiers


def test_dossiers_count_from_one_without_gaps(store: SqlStore) -> None:
    assert store.next_number() == 1
    with store.transaction():
        first = store.new_dossier(a_dossier(store.next_number()), NOON)
    _open_a_dossier_and_fail(store)
    second = store.new_dossier(a_dossier(2), NOON)
    assert (first.number, second.number) == (1, 2)
    assert [row.dossier.reference for row in store.dossiers()] == ["SONS2-000001-AAAA", "SONS2-000002-AAAA"]


def _open_a_dossier_and_fail(store: SqlStore) -> None:
    with suppress(RuntimeError), store.transaction():
        store.new_dossier(a_dossier(store.next_number()), NOON)
        raise RuntimeError


def test_a_dossier_comes_back_without_the_texts_of_its_documents(store: SqlStore) -> None:
    row = store.new_dossier(a_dossier(), NOON)
    assert row == store.dossier(row.id) == store.dossier_by_reference("SONS2-000001-AAAA")
    (exhibit,) = row.dossier.cases[0].exhibits
    assert exhibit.document == a_document(text="")
    assert (row.version, row.created_at) == (0, NOON)


def test_a_dossier_that_somebody_else_saved_is_stale(store: SqlStore) -> None:
    row = store.new_dossier(a_dossier(), NOON)
    saved = store.save_dossier(replace(row, dossier=row.dossier.model_copy(update={"vague_1": True})))
    assert saved == store.dossier(row.id)
    assert (saved.version, saved.dossier.vague_1) == (1, True)
    with pytest.raises(StaleDossier, match="SONS2-000001-AAAA"):
        store.save_dossier(row)
    assert store.save_dossier(saved).version == 2


def test_overviews_leave_out_the_exhibits_and_cannot_be_saved(store: SqlStore) -> None:
    row = store.new_dossier(a_dossier(), NOON)
    (overview,) = store.dossier_overviews()
    assert (overview.id, overview.dossier.reference, overview.dossier.cases[0].state) == (
        row.id,
        "SONS2-000001-AAAA",
        "open",
    )
    assert overview.dossier.cases[0].exhibits == ()
    assert store.dossier_overview(row.id) == overview
    with pytest.raises(StaleDossier):
        store.save_dossier(overview)
    assert store.dossiers() == [row]


def test_a_reference_belongs_to_one_dossier(store: SqlStore) -> None:
    store.new_dossier(a_dossier(), NOON)
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        store.new_dossier(a_dossier(), NOON)


def test_an_unknown_dossier_is_named(store: SqlStore) -> None:
    with pytest.raises(UnknownReference, match="99"):
        store.dossier(99)
    assert store.dossier_by_reference("SONS2-000099-AAAA") is None


def test_dossiers_are_found_by_any_key_each_once(store: SqlStore) -> None:
    one = store.new_dossier(a_dossier(1, contacts=("Paul@Medisoft.test",)), NOON, name_key="medisoft|sarl")
    two = store.new_dossier(
        a_dossier(2, email="info@autre.test", registered={"matricule": "1893120105732"}),
        NOON,
        name_key="autre",
    )
    answer = store.add_outbox(an_outgoing(dossier_id=two.id))
    store.add_outbox(an_outgoing("mail:2", message_id="<stray@incert.test>"))

    def found(**keys: object) -> list[int]:
        return [row.id for row in store.find_dossiers(**keys)]  # type: ignore[arg-type]  # keys by name

    assert found() == []
    assert found(email="ANNA@medisoft.test") == [one.id]
    assert found(email="paul@medisoft.test") == [one.id]
    assert found(email="paul@medisoft") == []
    assert found(matricule="1893120105732") == [two.id]
    assert found(name_key="medisoft|sarl") == [one.id]
    assert found(message_ids=["<x@y>", answer.message_id, "<stray@incert.test>"]) == [two.id]
    assert found(email="anna@medisoft.test", matricule="19991234566", name_key="autre") == [one.id, two.id]


@pytest.mark.parametrize("known", [True, False])
def test_what_a_dossier_is_found_by_follows_its_changes(store: SqlStore, known: bool) -> None:
    row = store.new_dossier(a_dossier(contacts=("paul@medisoft.test",)), NOON, name_key="medisoft")
    changed = row.dossier.model_copy(
        update={"email": "neu@medisoft.test", "contacts": (), "registered": {"matricule": "20001234561"}}
    )
    row = store.save_dossier(replace(row, dossier=changed), before=row.dossier if known else None)
    assert store.find_dossiers(email="paul@medisoft.test", matricule="19991234566") == []
    assert store.find_dossiers(email="neu@medisoft.test") == [row]
    assert store.find_dossiers(matricule="20001234561") == [row]
    assert store.find_dossiers(name_key="medisoft") == [row]
    row = store.save_dossier(row, before=row.dossier if known else None)
    assert store.find_dossiers(email="neu@medisoft.test") == [row]
    row = store.save_dossier(row, name_key="autre")
    assert store.find_dossiers(name_key="medisoft") == []
    assert store.find_dossiers(name_key="autre") == [row]


def test_dossiers_without_a_key_are_not_found_by_an_empty_one(store: SqlStore) -> None:
    store.new_dossier(a_dossier(email="", registered={}), NOON)
    assert store.find_dossiers(email="", matricule="", name_key="", message_ids=[""]) == []


def test_dossiers_are_found_by_who_wrote_their_mails(store: SqlStore) -> None:
    rows = [store.new_dossier(a_dossier(n), NOON) for n in (1, 2, 3)]
    for uid, row in enumerate([rows[1], rows[0], rows[1]], start=1):
        store.update_mail(a_mail(store, uid, sender="aes@esante.test").id, dossier_id=row.id)
    a_mail(store, 9, sender="aes@esante.test")
    assert store.dossiers_written_to_by("aes@esante.test") == [rows[0].id, rows[1].id]
    assert store.dossiers_written_to_by("other@esante.test") == []
    assert store.dossiers_written_to_by("") == []


def test_a_client_is_found_in_other_dossiers_while_its_connection_counts(store: SqlStore) -> None:
    def with_connection(row: DossierRow, state: str) -> DossierRow:
        case = Case(kind="R", number=1, state=state, facts={"client_key": "dr-weber"})
        return replace(row, dossier=row.dossier.with_case(case))

    one, other = (store.new_dossier(a_dossier(n), NOON) for n in (1, 2))
    one = store.save_dossier(with_connection(one, "valide"))
    assert store.client_elsewhere("dr-weber", other.id) == "SONS2-000001-AAAA/R1"
    assert store.client_elsewhere("dr-weber", None) == "SONS2-000001-AAAA/R1"
    assert store.client_elsewhere("dr-weber", one.id) == ""
    assert store.client_elsewhere("dr-muller", other.id) == ""
    store.save_dossier(with_connection(one, "refuse"))
    assert store.client_elsewhere("dr-weber", other.id) == ""


# Documents


def test_a_document_comes_back_whole(store: SqlStore) -> None:
    mail = a_mail(store)
    dossier = store.new_dossier(a_dossier(), NOON)
    first = store.add_document(mail.id, dossier.id, "E", a_document(), NOON)
    second = store.add_document(mail.id, None, "", a_document(text="Très long. " * 5000))
    by_hand = store.add_document(0, dossier.id, "E", a_document())
    row = store.document(first)
    assert (row.mail_id, row.dossier_id, row.case, row.created_at) == (mail.id, dossier.id, "E", NOON)
    assert row.document == a_document()
    assert [r.id for r in store.documents_of_mail(mail.id)] == [first, second]
    assert store.document(second).document.text == "Très long. " * 5000
    assert store.document(by_hand).mail_id is None
    with pytest.raises(UnknownReference):
        store.document(99)


def test_the_documents_of_a_mail_are_stored_and_filed_together(store: SqlStore) -> None:
    mail, dossier = a_mail(store), store.new_dossier(a_dossier(), NOON)
    store.add_documents(mail.id, dossier.id, [a_document(text=text) for text in ("un", "deux", "trois")])
    found = store.documents_of_mail(mail.id)
    assert [(r.document.text, r.dossier_id, r.case) for r in found] == [
        ("un", dossier.id, ""),
        ("deux", dossier.id, ""),
        ("trois", dossier.id, ""),
    ]
    store.file_documents([found[0].id, found[2].id], dossier.id, "E")
    assert [r.case for r in store.documents_of_mail(mail.id)] == ["E", "", "E"]
    with pytest.raises(UnknownReference):
        store.file_documents([found[0].id, 99], dossier.id, "L1")


def test_uses_of_a_document_are_found_by_bytes_or_content(store: SqlStore) -> None:
    mail = a_mail(store)
    dossier = store.new_dossier(a_dossier(), NOON)
    same_bytes = store.add_document(mail.id, dossier.id, "E", a_document(content_key=""))
    same_content = store.add_document(mail.id, dossier.id, "L1", a_document(sha256=digest("scan")))
    nowhere = store.add_document(mail.id, None, "", a_document())
    a = a_document()
    expected = [(same_bytes, dossier.id, "E"), (same_content, dossier.id, "L1")]
    assert store.document_uses(a.sha256, a.content_key) == expected
    assert store.document_uses(a.sha256, "") == expected[:1]
    assert store.document_uses(digest("other"), "") == []
    assert store.document_uses("", "") == []
    store.file_document(nowhere, dossier.id, "R1")
    assert store.document_uses(a.sha256, "") == [expected[0], (nowhere, dossier.id, "R1")]


def test_a_corrected_document_takes_the_place_of_what_was_read(store: SqlStore) -> None:
    mail = a_mail(store)
    dossier = store.new_dossier(a_dossier(), NOON)
    document_id = store.add_document(mail.id, dossier.id, "E", a_document())
    corrected = a_document(kind="nda", content_key="corrected")
    store.replace_document(document_id, corrected)
    assert store.document(document_id).document == corrected
    assert store.document_uses("", "corrected") == [(document_id, dossier.id, "E")]
    with pytest.raises(UnknownReference):
        store.replace_document(document_id + 1, corrected)


def test_a_mail_that_is_read_afresh_loses_its_documents(store: SqlStore) -> None:
    mail, other = store.record_arrivals([an_arrival(1), an_arrival(2)])
    for mail_id in (mail.id, mail.id, other.id):
        store.add_document(mail_id, None, "", a_document())
    store.forget_documents(mail.id)
    assert store.documents_of_mail(mail.id) == []
    assert len(store.documents_of_mail(other.id)) == 1


# Queue


def test_an_entry_comes_back_as_it_was_opened(store: SqlStore) -> None:
    mail = a_mail(store)
    dossier = store.new_dossier(a_dossier(), NOON)
    entry = store.open_entry(
        an_entry(
            mail_id=mail.id,
            dossier_id=dossier.id,
            case="L1",
            step="L3",
            codes=("manual_task", "low_confidence"),
            actions=("access_configured",),
            findings=({"rule": "x", "criterion": 5},),
            order_at=NOON,
            until=date(2026, 4, 1),
            facts={"place": 3, "note": "é\x00"},
        )
    )
    assert entry.id > 0
    assert store.entry(entry.id) == entry
    assert store.entries_of_mail(mail.id) == [entry]
    with pytest.raises(UnknownReference):
        store.entry(entry.id + 1)


def test_closed_entries_leave_the_queue(store: SqlStore) -> None:
    one, two, three = (store.open_entry(an_entry(received_at=NOON - n * MINUTE)) for n in (1, 2, 3))
    store.update_entry(one.id, state="postponed", until=date(2026, 4, 1))
    store.update_entry(two.id, state="closed", closed_at=NOON, outcome="replied")
    assert [entry.id for entry in store.entries()] == [three.id, one.id]
    assert [entry.id for entry in store.entries(open_only=False)] == [three.id, two.id, one.id]
    assert store.entry(two.id).outcome == "replied"


def test_the_queue_has_changed_unless_somebody_only_looked(store: SqlStore) -> None:
    entry = store.open_entry(an_entry())
    first = store.queue_marker(None)
    store.add_history(a_happening("viewed", entry_id=entry.id))
    looked = store.queue_marker(first)
    assert looked.counts == first.counts
    assert looked.history_id > first.history_id
    for change in (
        lambda: store.add_history(a_happening("taken_on", entry_id=entry.id)),
        lambda: store.update_entry(entry.id, state="postponed"),
        lambda: store.open_entry(an_entry()),
    ):
        before = store.queue_marker(looked)
        change()
        assert store.queue_marker(before).counts != before.counts
    assert store.latest_history(1)[0].what == "taken_on"


def test_dossiers_are_found_by_what_a_list_shows_of_them(store: SqlStore) -> None:
    one, two = (store.new_dossier(a_dossier(n), NOON) for n in (1, 2))
    assert store.dossiers_matching("") == [one.id, two.id]
    assert store.dossiers_matching(two.dossier.reference.lower()) == [two.id]
    assert store.dossiers_matching(one.dossier.name.upper()) == [one.id, two.id]
    assert store.dossiers_matching(one.dossier.registered["matricule"][-4:]) == [one.id, two.id]
    assert store.dossiers_matching("nobody") == []
    overviews = store.dossier_overviews_of([two.id, 99, one.id])
    assert [row.dossier.reference for row in overviews] == [two.dossier.reference, one.dossier.reference]


def test_entries_of_one_dossier(store: SqlStore) -> None:
    dossier = store.new_dossier(a_dossier(), NOON)
    mine = store.open_entry(an_entry(dossier_id=dossier.id))
    store.open_entry(an_entry())
    assert [entry.id for entry in store.entries(dossier_id=dossier.id)] == [mine.id]


def test_labelling_requests_keep_the_order_of_complete_evidence(store: SqlStore) -> None:
    completed_late = store.open_entry(an_entry(received_at=NOON, order_at=NOON + 9 * MINUTE))
    completed_early = store.open_entry(an_entry(received_at=NOON + MINUTE, order_at=NOON + MINUTE))
    question = store.open_entry(an_entry(received_at=NOON + 5 * MINUTE))
    assert [e.id for e in store.entries()] == [completed_early.id, question.id, completed_late.id]


def test_the_entry_of_a_task_is_the_one_not_closed(store: SqlStore) -> None:
    dossier = store.new_dossier(a_dossier(), NOON)
    same = {"dossier_id": dossier.id, "case": "L1", "step": "L1"}
    closed = store.open_entry(an_entry(codes=("manual_task",), **same))
    store.update_entry(closed.id, state="closed")
    store.open_entry(an_entry(codes=("low_confidence",), **same))
    assert store.entry_of_task(dossier.id, "L1", "L1") is None
    task = store.open_entry(an_entry(codes=("low_confidence", "manual_task"), **same))
    assert store.entry_of_task(dossier.id, "L1", "L1") == task
    assert store.entry_of_task(dossier.id, "L1", "L2") is None
    assert store.entry_of_task(dossier.id, "L2", "L1") is None


# Outbox


def test_an_outgoing_mail_comes_back_as_it_was_added(store: SqlStore) -> None:
    mail = a_mail(store)
    entry = store.open_entry(an_entry())
    dossier = store.new_dossier(a_dossier(), NOON)
    row = store.add_outbox(
        an_outgoing(
            mail_id=mail.id,
            dossier_id=dossier.id,
            entry_id=entry.id,
            case="E",
            attachments=(AttachmentRef(ref="blank:nda:pdf", name="nda.pdf", class_="blank_form"),),
            letter=Letter(reference="SONS2-000001-AAAA", deadline=date(2026, 7, 1), figures={"a": 1}),
            not_before=NOON,
            auto=False,
        )
    )
    assert store.outbox(row.id) == row
    assert store.outbox_of_entry(entry.id) == store.outbox_of_dossier(dossier.id) == [row]
    assert store.outbox_by_message_ids(["<x@y>", row.message_id, row.message_id]) == [row]
    assert store.outbox_by_message_ids([]) == []
    with pytest.raises(UnknownReference):
        store.outbox(row.id + 1)


def test_one_event_causes_one_mail(store: SqlStore) -> None:
    first = store.add_outbox(an_outgoing("mail:1"))
    again = store.add_outbox(an_outgoing("mail:1", subject="Autre", message_id="<autre@incert.test>"))
    assert again == first
    assert store.add_outbox(an_outgoing("mail:2")).id != first.id


def test_due_mails_are_claimed_once_the_oldest_first(store: SqlStore) -> None:
    rows = [store.add_outbox(an_outgoing(f"mail:{n}")) for n in range(4)]
    store.add_outbox(an_outgoing("draft", state="draft"))
    claimed = store.claim_due(NOON, 3)
    assert claimed == [replace(row, state="sending", attempts=1) for row in rows[:3]]
    assert [row.id for row in store.claim_due(NOON, 3)] == [rows[3].id]
    assert store.claim_due(NOON, 3) == []
    assert [row.id for row in store.left_sending()] == [row.id for row in rows]


def test_a_mail_is_due_when_both_its_times_have_come(store: SqlStore) -> None:
    planned = store.add_outbox(an_outgoing("a", not_before=NOON + MINUTE))
    retried = store.add_outbox(an_outgoing("b", next_attempt_at=NOON + 2 * MINUTE))
    assert store.claim_due(NOON, 9) == []
    assert [row.id for row in store.claim_due(NOON + MINUTE, 9)] == [planned.id]
    assert [row.id for row in store.claim_due(NOON + 2 * MINUTE, 9)] == [retried.id]


def test_nothing_is_claimed_on_hold(store: SqlStore) -> None:
    row = store.add_outbox(an_outgoing())
    store.set_switch("hold", "1")
    assert store.claim_due(NOON, 9) == []
    store.set_switch("hold", "")
    assert [claimed.id for claimed in store.claim_due(NOON, 9)] == [row.id]


def test_sent_mails_without_a_copy_are_listed(store: SqlStore) -> None:
    rows = [store.add_outbox(an_outgoing(f"mail:{n}")) for n in range(4)]
    for row in rows[:3]:
        store.update_outbox(row.id, state="sent", sent_at=NOON)
    store.update_outbox(rows[0].id, saved_to_sent=True)
    assert [row.id for row in store.sent_unsaved(NOON, 9)] == [rows[1].id, rows[2].id]
    assert [row.id for row in store.sent_unsaved(NOON, 1)] == [rows[1].id]
    store.update_outbox(rows[1].id, next_attempt_at=NOON + MINUTE)
    assert [row.id for row in store.sent_unsaved(NOON, 9)] == [rows[2].id]
    assert [row.id for row in store.sent_unsaved(NOON + MINUTE, 1)] == [rows[1].id]


def test_answers_to_an_address_are_those_of_mailbot_itself(store: SqlStore) -> None:
    mail = a_mail(store)
    answer = {"mail_id": mail.id, "created_at": NOON}
    for n, state in enumerate(("due", "sending", "sent", "uncertain", "draft", "failed", "cancelled")):
        store.add_outbox(an_outgoing(f"state:{n}", state=state, **answer))
    store.add_outbox(an_outgoing("by hand", auto=False, **answer))
    store.add_outbox(an_outgoing("of its own"))
    store.add_outbox(an_outgoing("before", mail_id=mail.id, created_at=NOON - MINUTE))
    store.add_outbox(an_outgoing("elsewhere", to=("paul@medisoft.test",), **answer))
    assert store.answers_to("Anna@Medisoft.test", NOON) == 4
    assert store.answers_to("anna@medisoft.test", NOON - MINUTE) == 5
    assert store.answers_to("anna@medisoft", NOON) == 0


def test_sent_mails_are_counted_after_the_one_and_up_to_the_other_instant(store: SqlStore) -> None:
    rows = [store.add_outbox(an_outgoing(f"mail:{n}")) for n in range(5)]
    for n, row in enumerate(rows[:4]):
        store.update_outbox(row.id, state="sent", sent_at=NOON + n * MINUTE)
    assert store.count_sent(NOON, NOON + 2 * MINUTE) == 2


def test_answers_follow_a_corrected_address(store: SqlStore) -> None:
    row = store.add_outbox(an_outgoing(mail_id=a_mail(store).id))
    store.update_outbox(row.id, to=("paul@medisoft.test", "paul@medisoft.test"))
    assert store.answers_to("anna@medisoft.test", NOON) == 0
    assert store.answers_to("paul@medisoft.test", NOON) == 1


def test_written_to_counts_what_is_about_to_leave_and_mails_by_hand(store: SqlStore) -> None:
    dossier = store.new_dossier(a_dossier(), NOON)
    assert store.last_written_to(dossier.id) is None
    sent = store.add_outbox(an_outgoing(dossier_id=dossier.id, state="draft"))
    to_aes = store.add_outbox(an_outgoing("aes", dossier_id=dossier.id, role="aes"))
    assert store.last_written_to(dossier.id) is None
    store.update_outbox(sent.id, state="due")
    assert store.last_written_to(dossier.id) == sent.created_at
    store.update_outbox(sent.id, state="sent", sent_at=NOON)
    store.update_outbox(to_aes.id, state="sent", sent_at=NOON + 9 * MINUTE)
    assert store.last_written_to(dossier.id) == NOON
    for uid, direction in ((1, "sent"), (2, "in")):
        mail = a_mail(store, uid, direction=direction, received_at=NOON + uid * MINUTE)
        store.update_mail(mail.id, dossier_id=dossier.id)
    assert store.last_written_to(dossier.id) == NOON + MINUTE


# History, switches, jobs, leases


def test_history_is_told_in_its_order(store: SqlStore) -> None:
    dossier = store.new_dossier(a_dossier(), NOON)
    entry = store.open_entry(an_entry())
    mail = a_mail(store)
    store.add_history(a_happening("received", dossier_id=dossier.id, mail_id=mail.id))
    store.add_history(a_happening("queued", dossier_id=dossier.id, entry_id=entry.id, detail={"n": [1, "é"]}))
    store.add_history(a_happening("started"))
    assert [row.what for row in store.history()] == ["received", "queued", "started"]
    assert [row.what for row in store.history(dossier_id=dossier.id)] == ["received", "queued"]
    assert [row.what for row in store.history(mail_id=mail.id)] == ["received"]
    (queued,) = store.history(entry_id=entry.id)
    assert queued == a_happening(
        "queued", id=queued.id, dossier_id=dossier.id, entry_id=entry.id, detail={"n": [1, "é"]}
    )
    assert store.history_broken_at() is None


def test_history_of_what_no_database_can_hold_stays_whole(store: SqlStore) -> None:
    store.add_history(
        a_happening(actor="a\x00\udcff", detail={"sujet": "\udcff\x00", "jour": date(2026, 3, 2)})
    )
    store.add_history(a_happening())
    assert store.history()[0].detail["jour"] == "2026-03-02"
    assert store.history_broken_at() is None


def test_a_switch_keeps_its_last_value(store: SqlStore) -> None:
    assert store.switch("hold") == ""
    store.set_switch("hold", "1")
    store.set_switch("hold", "0")
    assert store.switch("hold") == "0"


def test_a_job_is_claimed_once_for_each_key(store: SqlStore) -> None:
    assert store.claim_once("remind", "2026-03-02", NOON)
    assert not store.claim_once("remind", "2026-03-02", NOON)
    assert store.claim_once("remind", "2026-03-03", NOON)
    assert store.claim_once("summary", "2026-03-02", NOON)
    assert store.is_claimed("remind", "2026-03-02")
    assert not store.is_claimed("remind", "2026-03-04")


def test_a_lease_has_one_holder_at_a_time(store: SqlStore) -> None:
    assert store.take_lease("intake", "a", NOON, NOON + MINUTE)
    assert not store.take_lease("intake", "b", NOON, NOON + MINUTE)
    assert store.take_lease("intake", "a", NOON, NOON + 2 * MINUTE)
    assert not store.take_lease("intake", "b", NOON + MINUTE, NOON + 3 * MINUTE)
    assert store.take_lease("intake", "b", NOON + 2 * MINUTE, NOON + 3 * MINUTE)
    assert (store.lease_holder("intake"), store.lease_holder("other")) == ("b", "")
    store.release_lease("intake", "a")
    assert not store.take_lease("intake", "c", NOON + 2 * MINUTE, NOON + 4 * MINUTE)
    store.release_lease("intake", "b")
    assert store.take_lease("intake", "c", NOON + 2 * MINUTE, NOON + 4 * MINUTE)


# What the night and retention ask


def test_what_did_not_reach_its_place_is_counted(store: SqlStore) -> None:
    assert (store.undecided_before(NOON), store.failed_without_entry(), store.due_before(NOON)) == (0, 0, 0)
    first, second = a_mail(store, 1), a_mail(store, 2)
    later = NOON + 90 * MINUTE
    assert store.undecided_before(later) == 2
    store.update_mail(first.id, state="failed")
    store.update_mail(second.id, state="waiting", decide_at=later + MINUTE)
    assert (store.undecided_before(later), store.failed_without_entry()) == (0, 1)
    assert store.decided_mails() == {first.id}
    row = store.add_outbox(an_outgoing(created_at=NOON))
    assert store.due_before(later) == 1
    store.update_outbox(row.id, state="sent", sent_at=later)
    assert (store.due_before(later), store.left()) == (0, {row.message_id: later})
    sent = a_mail(store, 3, direction="sent", message_id=row.message_id)
    assert store.copies_in_sent() == {row.message_id}
    assert store.mails_by_id() == {m.id: m.sha256 for m in (first, second, sent)}


def test_what_is_purged_keeps_its_place(store: SqlStore) -> None:
    dossier = store.new_dossier(a_dossier(), NOON, name_key="medisoft")
    mine, strangers = a_mail(store, 1, sender="a@b.example"), a_mail(store, 2, sender="c@d.example")
    for mail in (mine, strangers):
        store.update_mail(mail.id, state="decided")
    store.update_mail(mine.id, dossier_id=dossier.id)
    store.add_outbox(an_outgoing(dossier_id=dossier.id, state="sent", sent_at=NOON))
    store.add_history(a_happening(mail_id=mine.id, what="decided"))
    store.add_history(a_happening(what="viewed", dossier_id=dossier.id))
    later = NOON + 90 * MINUTE
    assert (store.unrelated_mails(NOON), store.idle_dossiers(NOON)) == ([], [])
    assert (store.unrelated_mails(later), store.idle_dossiers(later)) == ([strangers.id], [dossier.id])
    assert store.history_about([], [dossier.id]) == {2}
    assert store.history_about([mine.id], []) == {1}
    assert store.old_views(later) == {2}
    assert store.purge_dossiers([dossier.id], later) == {mine.sha256}
    assert store.purge_mails([strangers.id], later) == {strangers.sha256}
    assert store.purge_history([1, 2], later, "claire") == 2
    assert store.purged_digests() == {mine.sha256, strangers.sha256}
    assert list(store.mail_digests()) == []
    assert store.idle_dossiers(later) == store.unrelated_mails(later) == []
    assert store.find_dossiers(matricule=dossier.dossier.registered.get("matricule", "x")) == []
    assert [m.sender for m in (store.mail(mine.id), store.mail(strangers.id))] == ["", ""]
    assert [(o.to, o.text) for o in store.outbox_of_dossier(dossier.id)] == [((), "")]
    assert store.history_broken_at() is None
