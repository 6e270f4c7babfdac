"""Invented forms, drawn, filled, scanned badly, and read again: how well do the readers do?"""
