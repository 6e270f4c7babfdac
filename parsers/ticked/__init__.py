"""Boxes to tick, and what is answered with them -> claims."""
