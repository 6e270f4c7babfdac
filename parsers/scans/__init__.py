"""From pixels to words: what a page needs before, during and after OCR.

The order is told by `page.py`; each other file is one step of it. Nothing here is imported by the
rest of the readers except through `parsers.documents.scan`, because numpy and OpenCV are heavy.
"""
