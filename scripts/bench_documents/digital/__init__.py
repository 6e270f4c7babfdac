# ruff: noqa: E501 - tables of wordings and drawing calls read better on one line
"""Digital forms (PDF, DOCX, mails) as offices might make and fill them, and what reading them should give."""
