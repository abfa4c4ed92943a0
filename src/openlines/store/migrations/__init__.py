"""Alembic: how the tables came to be, one version after another."""
