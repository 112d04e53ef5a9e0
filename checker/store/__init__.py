"""Saved audits: immutable runs, each with its cases, kept in SQLite or in PostgreSQL."""
