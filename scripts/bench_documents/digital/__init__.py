"""Digital forms (PDF, DOCX, mails) as offices might make and fill them, and what reading them should give."""
