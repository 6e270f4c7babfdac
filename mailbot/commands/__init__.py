"""What `mailbot` offers on the command line, one module per group. Heavy imports stand inside them."""
