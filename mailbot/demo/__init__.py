"""mailbot on one machine with nothing to configure: its own servers, and invented Industriels."""
