"""Bring a database to the newest schema, and back: Alembic migrations run by code."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

MIGRATION_LOCK = 0x75706C61  # any fixed number; the advisory lock that one migration holds


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def schema_version(connection: sa.Connection) -> str | None:
    """Return the revision a database is at, None where no schema was made."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_version() -> str:
    """Return the newest revision that this program knows."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    """Bring the schema up to `revision`; one process at a time, all or nothing."""
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:k)"), {"k": MIGRATION_LOCK})
        if revision == "head" and schema_version(connection) == newest_version():
            return
        connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS postgis"))
        command.upgrade(_config(connection), revision)


def downgrade(engine: sa.Engine, revision: str = "base") -> None:
    """Take the schema down to `revision`; ``base`` removes every table and what it holds."""
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:k)"), {"k": MIGRATION_LOCK})
        command.downgrade(_config(connection), revision)
