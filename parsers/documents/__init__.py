"""Readers: the bytes of one file to a Reading."""
