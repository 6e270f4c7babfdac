"""The six eligibility criteria (slides, 3. Critères d'éligibilité), one file each, one `check(facts)`."""
