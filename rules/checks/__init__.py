"""Checks that belong to a step rather than to an eligibility criterion. One file each, one `check(facts)`."""
