"""What the documents mean for the case. Pure: no I/O, no clock; the day is an argument."""
