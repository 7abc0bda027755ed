"""A small demonstration workspace, worked through once, and a client over it."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from gis_core.settings import Settings
from gis_core.store.workspace import Workspace, open_workspace
from gis_core.workflows import demonstration, main_job
from tests.conftest import fresh_settings


@pytest.fixture(scope="session")
def worked(tmp_path_factory: pytest.TempPathFactory, database_server: str) -> Iterator[Workspace]:
    """A workspace with the demonstration at 1 km, both analyses and the plan."""
    folder = tmp_path_factory.mktemp("worked")
    with (
        fresh_settings(folder, database_server) as settings,
        open_workspace(settings, create=True) as workspace,
    ):
        main_job.run(workspace, demonstration.Size(villages=300, cell_m=1000.0, seed=2))
        yield workspace


@pytest.fixture(scope="session")
def client(worked: Workspace) -> Iterator[TestClient]:
    """A client of the application over `worked`."""
    with TestClient(create_app(worked.settings)) as opened:
        yield opened


def publishing(settings: Settings, choice: str) -> Settings:
    """Return the same settings with another choice of what is published."""
    return settings.model_copy(update={"publish_villages": choice})
