"""The figures of INCERT's daily summary (`synthese_quotidienne`), as they travel in `Letter.figures`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError


class Deadline(BaseModel):
    """A date of the calendar that lies ahead."""

    model_config = ConfigDict(frozen=True)

    label: str
    day: date = Field(description="last day on which something is in time")
    days_left: int | None = None


class DailyFigures(BaseModel):
    """One day's figures. What is not known stays None and is not printed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    day: date | None = None
    received: int | None = Field(default=None, description="mails that came in since yesterday")
    answered: int | None = Field(default=None, description="mails that went out since yesterday")
    queued: int | None = Field(default=None, description="queue entries that wait for a person now")
    queued_by_reason: dict[str, int] = Field(default={}, description="exception code -> entries, most first")
    oldest_waiting: datetime | None = Field(default=None, description="when the oldest waiting entry came in")
    dossiers: int | None = Field(default=None, description="dossiers in all")
    deadlines: tuple[Deadline, ...] = Field(
        default=(), description="dates of the calendar ahead, INCERT's own too"
    )
    odd: tuple[str, ...] = Field(default=(), description="anything unusual, in words (French)")

    reconciliation: tuple[str, ...] = Field(
        default=(), description="mailbox, archive, dossiers and sendings compared, in words (French)"
    )
    audit_rows: int | None = Field(default=None, description="rows of the history at that moment")
    audit_head: str = Field(default="", description="the link of the last of them: an anchor elsewhere")

    @classmethod
    def read(cls, figures: Mapping[str, JsonValue]) -> DailyFigures:
        """The figures of a letter; a value that makes no sense is left out, so that the summary leaves."""
        if not figures:
            return _UNKNOWN
        try:
            return cls.model_validate(dict(figures))
        except ValidationError as error:
            wrong = {str(detail["loc"][0]) for detail in error.errors() if detail["loc"]}
            return cls.model_validate({k: v for k, v in figures.items() if k not in wrong})


_UNKNOWN = DailyFigures()  # of every mail but the daily one
