"""Printed labels and the values near them: `claims.context_of`, then `claims.claims_from_print`."""
