"""A served workspace whose database is stopped on purpose, and one whose database dies."""

import os
import signal
import time
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from gis_core.store.cluster import PrivateCluster
from gis_core.store.workspace import Workspace, open_workspace

pytestmark = pytest.mark.postgis
IN_CHINESE = {"accept-language": "zh", "accept": "text/html"}


@pytest.fixture
def served(private_workspace: Workspace) -> Iterator[TestClient]:
    with TestClient(create_app(private_workspace.settings)) as client:
        assert client.get("/readyz").status_code == 200
        yield client


def test_a_stop_is_answered_until_a_command_starts_the_database_again(
    private_workspace: Workspace, served: TestClient
) -> None:
    settings = private_workspace.settings
    cluster = PrivateCluster(settings.cluster_folder)
    assert cluster.stop()
    for _ in range(2):
        ready = served.get("/readyz", headers=IN_CHINESE)
        assert ready.status_code == 503
        assert "upland db stop" in ready.json()["detail"]
        assert "已" in ready.json()["detail"]
        page = served.get("/", headers=IN_CHINESE)
        assert page.status_code == 503
        assert "数据暂时无法访问" in page.text
        assert served.get("/healthz").status_code == 200
    assert cluster.running_pid() is None
    with open_workspace(settings):
        assert served.get("/readyz").status_code == 200
    assert served.get("/", headers=IN_CHINESE).status_code == 200


def test_a_database_that_dies_is_started_again_with_the_next_request(
    private_workspace: Workspace, served: TestClient
) -> None:
    cluster = PrivateCluster(private_workspace.settings.cluster_folder)
    pid = cluster.running_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while cluster.running_pid() == pid:
        time.sleep(0.02)
    ready = served.get("/readyz")
    assert ready.status_code == 200, ready.text
