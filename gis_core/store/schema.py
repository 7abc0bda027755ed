"""Bring a database to the newest schema, and back: Alembic migrations run by code."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import InsufficientPrivilege, UndefinedFile

from gis_core.errors import DatabaseError

MIGRATION_LOCK = 0x75706C61  # any fixed number; the advisory lock that one migration holds


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
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
    """Bring the schema up to `revision`; one process at a time, all or nothing.

    Raises
    ------
    DatabaseError
        If the schema is newer than this program, or the database cannot have PostGIS or is not
        in UTF-8.
    """
    with engine.begin() as connection:
        _lock(connection)
        found = schema_version(connection)
        if revision == "head" and found == newest_version():
            return
        _refuse_unknown(found)
        _refuse_encoding(connection)
        try:
            connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS postgis"))
        except sa.exc.DBAPIError as err:
            if isinstance(err.orig, InsufficientPrivilege | UndefinedFile):
                said = str(err.orig).split("\n")[0]
                raise DatabaseError(
                    f"The database has no PostGIS and cannot be given it ({said}). Ask its "
                    "administrator to run: CREATE EXTENSION postgis.",
                    f"数据库中没有 PostGIS，且无法启用（{said}）。请管理员执行："
                    "CREATE EXTENSION postgis。",
                ) from err
            raise
        command.upgrade(_config(connection), revision)


def downgrade(engine: sa.Engine, revision: str = "base") -> None:
    """Take the schema down to `revision`; ``base`` removes every table and what it holds."""
    with engine.begin() as connection:
        _lock(connection)
        _refuse_unknown(schema_version(connection))
        command.downgrade(_config(connection), revision)


def _lock(connection: sa.Connection) -> None:
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(:k)"), {"k": MIGRATION_LOCK})


def _refuse_encoding(connection: sa.Connection) -> None:
    encoding = connection.scalar(sa.text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise DatabaseError(
            f"The database of UPLAND_DATABASE_URL is encoded in {encoding}; wanted UTF8. Ask its "
            "administrator for: CREATE DATABASE upland ENCODING 'UTF8' LOCALE 'C' "
            "TEMPLATE template0.",
            f"UPLAND_DATABASE_URL 所指数据库的编码为 {encoding}，应为 UTF8。请管理员执行："
            "CREATE DATABASE upland ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0。",
        )


def _refuse_unknown(revision: str | None) -> None:
    scripts = ScriptDirectory.from_config(_config())
    if revision is not None and revision not in {s.revision for s in scripts.walk_revisions()}:
        raise DatabaseError(
            f"The workspace was made by a newer Upland (its schema is {revision}). Update Upland.",
            f"该工作区由更新版本的 Upland 建立（结构版本 {revision}）。请升级 Upland。",
        )
