"""Fixtures shared by all tests."""

import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import hypothesis
import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from gis_core.cli.main import run as run_command_line
from gis_core.products.assets import vendor_built
from gis_core.settings import Settings
from gis_core.store.cluster import PrivateCluster
from gis_core.store.workspace import Workspace, open_workspace
from gis_core.workflows import main_job
from gis_core.workflows.demonstration import Size
from tests.products.browsing import PATIENCE_MS

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

hypothesis.settings.register_profile(  # machines under load are slow, not wrong
    "steady", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("steady")


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


@pytest.fixture(scope="session")
def demonstration(
    database_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """Settings of a workspace where the main job was done once, on cells of 2 km; do not change."""
    home = tmp_path_factory.mktemp("demonstration")
    with fresh_settings(home, database_server) as settings:
        with open_workspace(settings, create=True) as opened:
            main_job.run(opened, Size(cell_m=2000))
        yield settings


@dataclass(frozen=True)
class Done:
    """What a command left: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str


@pytest.fixture
def upland(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """Run a command line within this process: `upland("layers", "--json", on=settings)`."""

    def call(*arguments: str, on: Settings) -> Done:
        with monkeypatch.context() as patch:
            patch.setenv("UPLAND_HOME", str(on.home))
            patch.setenv("UPLAND_LANG", "en")
            patch.setenv("UPLAND_DATABASE_URL", on.database_url or "")
            if on.database_url is None:
                patch.delenv("UPLAND_DATABASE_URL")
            patch.setattr(sys, "argv", ["upland", *arguments])
            capfd.readouterr()
            try:
                run_command_line()
                code = 0
            except SystemExit as end:
                code = int(end.code or 0)
            out, err = capfd.readouterr()
        return Done(code, out, err)

    return call


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium for the tests of what pages do; one for all, as its driver demands."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed; make test installs it")
    if not vendor_built():
        pytest.skip("the map assets were not built; run scripts/build_assets.py")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as tool:
        held = tool.chromium.launch(executable_path=CHROMIUM, args=flags, timeout=PATIENCE_MS)
        yield held
        held.close()
