"""How the running service is: its vital signs, what they say, and to whom they are said."""
