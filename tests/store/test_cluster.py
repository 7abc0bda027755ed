"""The private cluster: made, shared, stopped with its last user, recovered after kill -9."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from gis_core.errors import MissingProgramError, StorageError
from gis_core.store.cluster import PrivateCluster, find_program

pytestmark = pytest.mark.postgis


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[PrivateCluster]:
    made = PrivateCluster(tmp_path / "cluster")
    yield made
    made.stop()


def ask(address: str, query: str = "SELECT 1") -> object:
    with psycopg.connect(address) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def eventually(condition: Callable[[], bool]) -> bool:
    for _ in range(600):
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_made_on_demand_and_stopped_with_the_last_user(cluster: PrivateCluster) -> None:
    with cluster.use() as address:
        assert "USE_PROJ" in str(ask(address, "SELECT postgis_version()"))
        assert ask(address, "SHOW listen_addresses") == ""
        pid = cluster.running_pid()
        assert pid is not None
        if os.geteuid() == 0:
            assert Path(f"/proc/{pid}").stat().st_uid != 0
        with cluster.use() as again:
            assert ask(again) == 1
            assert cluster.running_pid() == pid
        assert ask(address) == 1
    assert eventually(lambda: cluster.running_pid() is None)


def test_recovers_after_the_server_was_killed(cluster: PrivateCluster) -> None:
    with cluster.use() as address:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        pid = cluster.running_pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: cluster.running_pid() is None)
        with cluster.use() as again:
            assert ask(again, "SELECT answer FROM kept") == 42


def test_stops_after_its_only_user_was_killed(cluster: PrivateCluster) -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\n"
        "from gis_core.store.cluster import PrivateCluster\n"
        "with PrivateCluster(Path(sys.argv[1])).use():\n print('up', flush=True); time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(cluster.folder)], stdout=subprocess.PIPE
    ) as user:
        assert user.stdout is not None
        assert user.stdout.readline() == b"up\n"
        assert cluster.running_pid() is not None
        user.kill()
    assert eventually(lambda: cluster.running_pid() is None)


def test_many_first_users_at_once_do_not_collide(cluster: PrivateCluster) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nimport psycopg\n"
        "from gis_core.store.cluster import PrivateCluster\n"
        "with PrivateCluster(Path(sys.argv[1])).use() as address:\n"
        " print(psycopg.connect(address).execute('SELECT 7').fetchone()[0])\n"
    )
    users = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", script, str(cluster.folder)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(4)
    ]  # fmt: skip
    outcomes = [user.communicate() for user in users]
    assert [out for out, _ in outcomes] == [b"7\n"] * 4, outcomes


def test_a_path_longer_than_a_socket_address(tmp_path: Path) -> None:
    cluster = PrivateCluster(tmp_path / ("long" * 30) / "cluster")
    with cluster.use() as address:
        assert ask(address) == 1
    cluster.stop()


def test_making_cut_off_is_made_anew(cluster: PrivateCluster) -> None:
    cluster.data.mkdir(parents=True)
    (cluster.data / "PG_VERSION").write_text("half")
    with cluster.use() as address:
        assert ask(address) == 1


def test_unwritable_place_and_missing_program_are_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="file"), PrivateCluster(tmp_path / "file" / "c").use():
        pass
    with pytest.raises(MissingProgramError, match="postgresql-15-postgis-3"):
        find_program("no-such-server-program")
