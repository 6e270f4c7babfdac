"""The mails that go out, and the blank forms. Data, with one folder per mail."""
