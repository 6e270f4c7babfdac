"""Printed labels: which words of a page name which field of a form; `find.find_labels` is the way in."""
