"""Fixtures shared by all tests."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

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
def database_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a private cluster that lives as long as the tests, with the schema made in it."""
    settings = Settings(home=tmp_path_factory.mktemp("server"), database_url=None)
    with PrivateCluster(settings.cluster_folder).use() as address:
        with open_workspace(settings, create=True):
            pass
        yield address
    PrivateCluster(settings.cluster_folder).stop()


@pytest.fixture
def workspace(tmp_path: Path, database_server: str) -> Iterator[Workspace]:
    """An open, empty workspace on a fresh database."""
    parts = dict(part.split("=", 1) for part in database_server.split())
    name = f"t{uuid.uuid4().hex[:12]}"
    maintenance = database_server.replace(f"dbname={parts['dbname']}", "dbname=postgres")
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {parts['dbname']}")
    url = f"postgresql://{parts['user']}@/{name}?host={parts['host']}&port={parts['port']}"
    with open_workspace(Settings(home=tmp_path / "workspace", database_url=url)) as opened:
        yield opened
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def private_workspace(tmp_path: Path) -> Iterator[Workspace]:
    """An open, empty workspace with a private cluster of its own."""
    settings = Settings(home=tmp_path / "workspace", database_url=None)
    with open_workspace(settings, create=True) as opened:
        yield opened
    PrivateCluster(settings.cluster_folder).stop()
