"""What goes into a column comes out of it, whatever a mail brings."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from mailbot.adapters.store.columns import Instant, Json, Key, Packed, Words

SQLITE, POSTGRESQL = sqlite.dialect(), postgresql.dialect()  # type: ignore[no-untyped-call]  # as SQLAlchemy has them
INSTANTS = st.datetimes(timezones=st.timezones(), min_value=datetime(1970, 1, 2))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(INSTANTS)
def test_an_instant_stays_the_same_instant_in_utc(instant: datetime) -> None:
    stored = Instant().process_bind_param(instant, SQLITE)
    found = Instant().process_result_value(stored, SQLITE)
    assert found == instant.astimezone(UTC)
    assert found is not None
    assert found.tzinfo is UTC


@given(INSTANTS, INSTANTS)
def test_instants_sort_as_text(one: datetime, other: datetime) -> None:
    texts = [Instant().process_bind_param(instant, SQLITE) for instant in (one, other)]
    assert (texts[0] < texts[1]) == (one.astimezone(UTC) < other.astimezone(UTC))


@given(st.text(st.characters(codec=None)))
def test_words_are_what_postgresql_takes(text: str) -> None:
    stored = Words().process_bind_param(text, POSTGRESQL)
    assert stored is not None
    assert b"\0" not in stored.encode()
    assert Words().process_bind_param(stored, POSTGRESQL) == stored


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    assert Words().process_bind_param(text, POSTGRESQL) == text


def test_a_long_key_is_cut_and_still_tells_apart() -> None:
    one, other = (Key().process_bind_param("é" * 3000 + end, POSTGRESQL) for end in "ab")
    assert one is not None
    assert len(one.encode()) < 2704
    assert one != other
    assert one == Key().process_bind_param("é" * 3000 + "a", POSTGRESQL)


@given(st.dictionaries(st.text(), JSON))
def test_json_comes_back(value: dict[str, Any]) -> None:
    for column in (Json(dict[str, Any]), Packed(dict[str, Any])):
        assert column.process_result_value(column.process_bind_param(value, SQLITE), SQLITE) == value


def test_only_large_values_are_compressed() -> None:
    packed = Packed(tuple[str, ...])
    small = packed.process_bind_param(("a",), SQLITE)
    large = packed.process_bind_param(("a" * 5000,), SQLITE)
    assert small == b'["a"]'
    assert len(large) < 100
    assert packed.process_result_value(large, SQLITE) == ("a" * 5000,)
