"""Printed labels and the values near them: `blank.read_context`, then `claims.claims_from_print`."""
