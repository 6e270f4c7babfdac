"""A store as large as it would be after many years, to see how cost grows with it."""
