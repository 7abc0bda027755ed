"""Alembic migrations of the schema; run by `gis_core.store.schema`."""
