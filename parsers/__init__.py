"""Bytes to typed claims: what mails and documents say. No mail account, no dossier, no database."""
