"""Logs hold no personal data, even where somebody put some in."""

import pytest

from mailbot.logs import configure_logs, masked


@pytest.mark.parametrize(
    "personal",
    [
        "anne.weber@medisoft.example",
        "1893120105732",
        "1893 1201 057 32",
        "20142406897",
        "LU28 0019 4006 4475 0000",
    ],
)
def test_addresses_and_numbers_are_masked(personal: str) -> None:
    text = masked(f"the server refuses {personal}: no such user")
    assert personal not in text
    assert "no such user" in text


def test_what_is_no_personal_data_stays() -> None:
    text = "IMAP server imap.example.lu:993 cannot be reached: [Errno 111], entry 20250601"
    assert masked(text) == text


def test_a_line_names_its_event_and_masks_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    import structlog

    configure_logs()
    structlog.get_logger("x").warning("step_failed", said="refused: anne@medisoft.example", mail=7)
    line = capsys.readouterr().err
    assert "event=step_failed" in line
    assert "mail=7" in line
    assert "anne" not in line
