"""The full text index: one table over whatever the apps hand in, on SQLite (FTS5) and PostgreSQL (tsvector)."""
