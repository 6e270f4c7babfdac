"""Blank forms as issued: what they print and where they leave room, and a scan of one read against it.

What the scan has and the blank lacks is what was filled in. Everything here is geometry and text; the
pixels are looked at in `parsers.scans`.
"""
