"""Fixtures shared by all tests."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from gis_core.settings import Settings
from gis_core.store.cluster import PrivateCluster
from gis_core.store.workspace import Workspace, open_workspace


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the published data sets beside the checkout; the test is skipped without it."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("UPLAND_SHARED_DATA", default))
    if not (folder / "README.md").is_file():
        pytest.skip("the published data sets are not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """Address of a private cluster that lives as long as the tests, with the schema made in it."""
    home = Path(tempfile.mkdtemp(prefix="upland-tests-"))
    settings = Settings(home=home, database_url=None)
    cluster = PrivateCluster(settings.cluster_folder)
    try:
        with cluster.use() as address:
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET fsync = off")  # nothing here must last
                connection.execute("SELECT pg_reload_conf()")
            with open_workspace(settings, create=True):
                pass
            yield address
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def database_url(database_server: str) -> Iterator[str]:
    """URL of a database of the test's own with the newest schema, dropped afterwards."""
    parts = {key: str(value) for key, value in conninfo_to_dict(database_server).items()}
    name = f"t{uuid.uuid4().hex[:12]}"
    maintenance = make_conninfo(database_server, dbname="postgres")
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {parts['dbname']}")
    host = quote(parts["host"], safe="")
    yield f"postgresql://{parts['user']}@/{name}?host={host}&port={parts['port']}"
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def fresh_settings(folder: Path, database_server: str) -> Iterator[Settings]:
    """Give settings of a workspace in `folder` on a fresh database of the tests' server."""
    parts = dict(part.split("=", 1) for part in database_server.split())
    name = f"t{uuid.uuid4().hex[:12]}"
    maintenance = database_server.replace(f"dbname={parts['dbname']}", "dbname=postgres")
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {parts['dbname']}")
    url = f"postgresql://{parts['user']}@/{name}?host={parts['host']}&port={parts['port']}"
    yield Settings(home=folder, database_url=url)
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def workspace(tmp_path: Path, database_server: str) -> Iterator[Workspace]:
    """An open, empty workspace on a fresh database."""
    with (
        fresh_settings(tmp_path / "workspace", database_server) as settings,
        open_workspace(settings) as opened,
    ):
        yield opened


@pytest.fixture
def private_workspace(tmp_path: Path) -> Iterator[Workspace]:
    """An open, empty workspace with a private cluster of its own."""
    settings = Settings(home=tmp_path / "workspace", database_url=None)
    with open_workspace(settings, create=True) as opened:
        yield opened
    PrivateCluster(settings.cluster_folder).stop()
