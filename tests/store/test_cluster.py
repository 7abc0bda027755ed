"""The private cluster: made, shared, stopped with its last user, recovered after kill -9."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from gis_core.errors import DatabaseError, StorageError
from gis_core.store import cluster as cluster_module
from gis_core.store.cluster import START_TIMEOUT_S, PrivateCluster
from gis_core.store.server_programs import find_program

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
    until = time.monotonic() + START_TIMEOUT_S  # far more than is needed, for machines under load
    while not (held := condition()) and time.monotonic() < until:
        time.sleep(0.05)
    return held


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


def test_a_folder_of_any_name(tmp_path: Path) -> None:
    cluster = PrivateCluster(tmp_path / "a, b 100% 临汾 quote'd" / "cluster")
    with cluster.use() as address:
        assert ask(address) == 1
    assert cluster.stop()
    assert not cluster.stop()


USE = """import os, sys
from pathlib import Path
import psycopg
from gis_core.store.cluster import PrivateCluster
psycopg.conninfo.conninfo_to_dict('')
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
assert os.geteuid() != 0
cluster = PrivateCluster(Path(sys.argv[1]))
with cluster.use() as address:
    print(psycopg.connect(address).execute('SELECT 7').fetchone()[0])
print(cluster.stop())
"""


def as_nobody(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run it in a process that gives root's rights up, where the tests have them."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_an_ordinary_user_needs_nothing_more() -> None:
    home = Path(tempfile.mkdtemp(prefix="upland-user-"))
    if os.geteuid() == 0:
        os.chown(home, 65534, 65534)
    try:
        done = as_nobody(USE, home / "cluster")
    finally:
        shutil.rmtree(home, ignore_errors=True)
    assert done.stdout == "7\nTrue\n", done.stderr


def test_the_number_of_another_program_is_not_taken_for_the_server(
    cluster: PrivateCluster,
) -> None:
    with cluster.use():
        pass
    cluster.stop()
    with subprocess.Popen(["sleep", "600"]) as other:
        (cluster.data / "postmaster.pid").write_text(f"{other.pid}\n")
        assert cluster.running_pid() is None
        assert not cluster.stop()
        with cluster.use() as address:
            assert ask(address) == 1
        assert other.poll() is None
        other.kill()


def test_a_killed_keeper_is_replaced(cluster: PrivateCluster) -> None:
    def keepers() -> list[int]:
        folder = str(cluster.folder).encode()
        return [
            int(process.name)
            for process in Path("/proc").glob("[0-9]*")
            if {b"keeper", folder} <= set(command_of(process).split(b"\0"))
        ]

    def killed() -> bool:
        for pid in keepers():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return not keepers()

    with cluster.use() as address:
        assert eventually(lambda: bool(keepers()))
        assert eventually(killed)
        assert ask(address) == 1
    assert eventually(lambda: cluster.running_pid() is None)
    assert eventually(lambda: not keepers())


def command_of(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def test_a_removed_folder_leaves_no_process(tmp_path: Path) -> None:
    cluster = PrivateCluster(tmp_path / "removed" / "cluster")
    with cluster.use():
        mark = cluster.mark.encode()
    cluster.stop()
    shutil.rmtree(cluster.folder)

    def left() -> bool:
        return any(mark in command_of(process) for process in Path("/proc").glob("[0-9]*"))

    assert eventually(lambda: not left())


def test_a_server_that_cannot_start_is_told_at_once(cluster: PrivateCluster) -> None:
    with cluster.use():
        pass
    cluster.stop()
    with (cluster.data / "postgresql.conf").open("a") as configuration:
        configuration.write("no_such_setting = 1\n")
    began = time.monotonic()
    with pytest.raises(DatabaseError, match="no_such_setting"), cluster.use():
        pass
    assert time.monotonic() - began < START_TIMEOUT_S


def test_a_server_that_is_slow_to_start_is_not_started_twice(
    cluster: PrivateCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="upland-slow-"))
    folder.chmod(0o755)  # the server's account reads it too
    slow = folder / "postgres"
    slow.write_text(f'#!/bin/sh\nsleep 1.5\nexec {find_program("postgres")} "$@"\n')
    slow.chmod(0o755)
    monkeypatch.setattr(
        cluster_module,
        "find_program",
        lambda name, **_: str(slow) if name == "postgres" else find_program(name),
    )
    try:
        with cluster.use() as address:
            assert ask(address) == 1
    finally:
        shutil.rmtree(folder)
    log = (cluster.folder / "server.log").read_text()
    assert log.count("starting PostgreSQL") == 1
    assert "lock file" not in log


def test_a_copy_by_root_is_mended_by_root_and_explained_to_others() -> None:
    made = Path(tempfile.mkdtemp(prefix="upland-copied-"))
    made.chmod(0o755)
    cluster = PrivateCluster(made / "it's a copy" / "cluster")
    try:
        with cluster.use():
            pass
        cluster.stop()
        cluster.data.chmod(0o755)
        if os.geteuid() == 0:
            for folder, _, files in os.walk(cluster.folder):
                for path in (folder, *(os.path.join(folder, name) for name in files)):
                    os.chown(path, 0, 0)
            told = as_nobody(USE, cluster.folder)
            assert "belongs to root, so nobody cannot use" in told.stderr
            assert f"chown -R nobody {shlex.quote(str(cluster.folder))}" in told.stderr
        with cluster.use() as address:
            assert ask(address) == 1
            pid = cluster.running_pid()
            assert pid is not None
            if os.geteuid() == 0:
                assert Path(f"/proc/{pid}").stat().st_uid != 0
        cluster.stop()
    finally:
        shutil.rmtree(made, ignore_errors=True)


def test_a_start_follows_a_stop_that_is_still_under_way(cluster: PrivateCluster) -> None:
    with cluster.use() as address:
        pid = cluster.running_pid()
        assert pid is not None
        os.kill(pid, signal.SIGINT)
        cluster.start()
        assert ask(address) == 1
        assert cluster.running_pid() != pid


def test_a_stop_lasts_until_somebody_comes_anew(cluster: PrivateCluster) -> None:
    with cluster.use() as address:
        assert cluster.stop()
        with pytest.raises(DatabaseError, match="upland db stop"):
            cluster.revive()
        assert cluster.running_pid() is None
        with cluster.use() as again:
            assert ask(again) == 1
        pid = cluster.running_pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: cluster.running_pid() is None)
        cluster.revive()
        assert ask(address) == 1


def test_making_cut_off_is_made_anew(cluster: PrivateCluster) -> None:
    cluster.data.mkdir(parents=True)
    (cluster.data / "PG_VERSION").write_text("half")
    with cluster.use() as address:
        assert ask(address) == 1


def test_unwritable_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="file"), PrivateCluster(tmp_path / "file" / "c").use():
        pass
