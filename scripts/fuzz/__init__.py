"""Fuzzing of the readers that are ours: `make fuzz`, or `python -m scripts.fuzz --help`."""
