"""The service: one way in, one way through, one way out."""
