"""A served workspace whose database is stopped on purpose, and one whose database dies."""

import os
import signal
import time

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from gis_core.store.cluster import PrivateCluster
from gis_core.store.workspace import Workspace, open_workspace

pytestmark = pytest.mark.postgis
IN_CHINESE = {"accept-language": "zh", "accept": "text/html"}


def test_a_stop_is_answered_until_a_command_starts_the_database_again(
    private_workspace: Workspace,
) -> None:
    settings = private_workspace.settings
    cluster = PrivateCluster(settings.cluster_folder)
    with TestClient(create_app(settings)) as client:
        assert client.get("/readyz").status_code == 200
        assert cluster.stop()
        for _ in range(2):
            ready = client.get("/readyz", headers=IN_CHINESE)
            assert ready.status_code == 503
            assert "upland db stop" in ready.json()["detail"]
            assert "已" in ready.json()["detail"]
            page = client.get("/", headers=IN_CHINESE)
            assert page.status_code == 503
            assert "数据暂时无法访问" in page.text
            assert client.get("/healthz").status_code == 200
        assert cluster.running_pid() is None
        with open_workspace(settings):
            assert client.get("/readyz").status_code == 200
        assert client.get("/", headers=IN_CHINESE).status_code == 200


def test_a_database_that_dies_is_started_again_with_the_next_request(
    private_workspace: Workspace,
) -> None:
    settings = private_workspace.settings
    cluster = PrivateCluster(settings.cluster_folder)
    with TestClient(create_app(settings)) as client:
        assert client.get("/readyz").status_code == 200
        pid = cluster.running_pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        while cluster.running_pid() == pid:
            time.sleep(0.02)
        ready = client.get("/readyz")
        assert ready.status_code == 200, ready.text
