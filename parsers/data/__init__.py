"""Words and names that the readers look up, as TOML."""
