"""Column types: Python values in, what both databases can hold out, and back again unchanged.

PostgreSQL takes no NUL in text and no long values in an index, SQLite has no instants: mails bring them all.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError
from sqlalchemy import DateTime, LargeBinary, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

_KEY_LENGTH = 500  # PostgreSQL refuses index entries of more than 2,704 bytes
_PACK_FROM = 1_000  # bytes; below it compression gains nothing
_LEVEL = 1  # takes half of the usual level's time, for a tenth more bytes


class Words(TypeDecorator[str]):
    """Text of any origin. NUL and lone surrogates, which PostgreSQL refuses, become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _storable(value)


class Key(TypeDecorator[str]):
    """Text that is looked up. A longer one than an index takes is cut, with its digest at the end."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or len(value) <= _KEY_LENGTH:
            return None if value is None else _storable(value)
        digest = hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()
        return _storable(value[: _KEY_LENGTH - len(digest)]) + digest


class Instant(TypeDecorator[datetime]):
    """An aware datetime, in UTC. SQLite keeps it as ISO 8601 text of one width, so that it sorts."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        instant = value.astimezone(UTC)
        return instant.isoformat(timespec="microseconds") if dialect.name == "sqlite" else instant

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        found: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
        return found.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A value of the given type as JSON text. Members that have their default are left out."""

    impl: Any = Text
    cache_ok = True

    def __init__(self, type_: Any) -> None:
        super().__init__()
        self.type_ = type_  # SQLAlchemy tells columns apart by it when it caches statements
        self._adapter = TypeAdapter[Any](type_)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self._dump(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self._adapter.validate_json(value)

    def _dump(self, value: Any) -> bytes:
        try:
            return self._adapter.dump_json(value, exclude_defaults=True)
        except PydanticSerializationError:  # JSON has no lone surrogates; undecodable headers do
            plain = self._adapter.dump_python(value, mode="json", exclude_defaults=True)
            return _storable(json.dumps(plain, ensure_ascii=False)).encode()


class Packed(Json):
    """The same as bytes, compressed where it is large. JSON starts with `{` or `[`, zlib never does."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        data = self._dump(value)
        return data if len(data) < _PACK_FROM else zlib.compress(data, _LEVEL)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        data = bytes(value)
        return self._adapter.validate_json(data if data[:1] in b"{[" else zlib.decompress(data))


def _storable(text: str) -> str:
    return text.replace("\x00", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")
