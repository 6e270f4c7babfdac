"""The store: everything that must survive, in SQLite or PostgreSQL, through SQLAlchemy Core."""
