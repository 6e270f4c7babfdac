"""How signatures are found and judged; `parsers.signatures` is the way in."""
