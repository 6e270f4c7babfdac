"""The actions on a queue entry, one file a family; mailbot/review.py is the way in."""
