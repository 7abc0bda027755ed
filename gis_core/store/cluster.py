"""A workspace's private PostgreSQL cluster: made, started on demand, stopped with its last user.

Every process that uses the cluster holds a shared lock on ``users.lock``; the kernel frees
it however the process ends. A small keeper waits for the exclusive lock and then stops the
server. The server gets its folders as open file descriptors: ``/proc/self/fd/N`` needs
no search permission on the folders above (root's home, say) and is always short enough for
a socket address.
"""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from gis_core.errors import DatabaseError, MissingProgramError, StorageError

USER = "upland"
DATABASE = "upland"
PORT = 5432  # only names the socket file; nothing listens on TCP
START_TIMEOUT_S = 60.0
LINGER_S = 2
SOCKET_PATH_LIMIT = 90  # bytes of folder; the kernel's limit for the whole path is 107
CONFIGURATION = (
    "listen_addresses=", "wal_level=minimal", "max_wal_senders=0", "shared_buffers=256MB",
    "maintenance_work_mem=256MB", "max_wal_size=2GB", "timezone=UTC", f"port={PORT}",
)  # fmt: skip
# $1 users.lock, $2 the cluster folder. Stops the server while holding the exclusive lock, so
# that a newcomer waits until the server is gone and then starts its own.
KEEPER = """
while :; do
  flock -x "$1" true; sleep "$3"
  flock -n -x "$1" sh -c '
    pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) || exit 0
    kill -INT "$pid" 2>/dev/null || exit 0
    while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done' stop "$2" && exit 0
done
"""


def find_program(name: str) -> str:
    """Return the path of a PostgreSQL server program, the newest version first.

    Raises
    ------
    MissingProgramError
        If PostgreSQL's server programs are not installed.
    """
    versions = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: float(p.parts[-3])
    )
    found = str(versions[-1]) if versions else shutil.which(name)
    if not found:
        raise MissingProgramError(
            f"PostgreSQL's program {name} is not installed. Run `make setup`, or install the "
            "package postgresql-15-postgis-3, or set UPLAND_DATABASE_URL.",
            f"未安装 PostgreSQL 程序 {name}。请运行 make setup,或安装 postgresql-15-postgis-3,"
            "或设置 UPLAND_DATABASE_URL。",
        )
    return found


class PrivateCluster:
    """The cluster in `folder`; see the module for how it lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.sockets = self.folder / "sockets"

    @contextmanager
    def use(self) -> Iterator[str]:
        """Start the cluster if need be and give a libpq connection string while in use.

        Raises
        ------
        MissingProgramError
            If PostgreSQL is not installed.
        DatabaseError
            If the server cannot be made or started; the message shows its last words.
        StorageError
            If the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            users = os.open(self.folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as err:
            raise StorageError(
                f"{self.folder}: cannot be written ({err.strerror}). Choose another --workspace.",
                f"{self.folder}:不可写({err.strerror})。请用 --workspace 另选目录。",
            ) from err
        sockets = -1
        try:
            fcntl.flock(users, fcntl.LOCK_SH)
            self._start()
            sockets = os.open(self.sockets, os.O_RDONLY | os.O_DIRECTORY)
            host = str(self.sockets)
            if len(os.fsencode(host)) > SOCKET_PATH_LIMIT:
                host = f"/proc/self/fd/{sockets}"
            yield f"host={host} port={PORT} user={USER} dbname={DATABASE}"
        finally:
            if sockets >= 0:
                os.close(sockets)
            os.close(users)

    def stop(self) -> bool:
        """Stop the server now, whoever uses it; True if one was running."""
        pid = self.running_pid()
        if pid is None:
            return False
        os.kill(pid, signal.SIGINT)
        while self.running_pid() == pid:
            time.sleep(0.05)
        return True

    def running_pid(self) -> int | None:
        """Return the server's process id, or None when it does not run.

        A file left by a killed server, its number now another program's, counts as none.
        """
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if b"postgres" in command.split(b"\0", 1)[0] else None

    def _start(self) -> None:
        """Make and start the server under an exclusive lock, so that only one process does."""
        with (self.folder / "start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (self.folder / "made").exists():
                self._make()
            if self.running_pid() is None:
                self._launch()
            self._wait()
            if not (self.folder / "made").exists():
                self._make_database()
                (self.folder / "made").touch()
            self._keep()

    def _make(self) -> None:
        """Run initdb into empty folders; whatever a cut-off attempt left is removed first."""
        self.stop()
        for folder in (self.data, self.sockets):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
            if os.geteuid() == 0:
                os.chown(folder, *self._account())
        os.chmod(self.sockets, 0o755)
        options = ["-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "-U", USER, "--no-sync"]
        with self._folders() as (data, _, inherited):
            done = subprocess.run(
                [find_program("initdb"), "-D", data, *options],
                capture_output=True, text=True, check=False, cwd="/", **inherited,
            )  # fmt: skip
        if done.returncode:
            self._refuse(done.stderr)

    def _launch(self) -> None:
        self._clear_traces()
        settings = [part for value in CONFIGURATION for part in ("-c", value)]
        with (
            self._folders() as (data, sockets, inherited),
            (self.folder / "server.log").open("ab") as log,
        ):
            subprocess.run(
                ["setsid", "--fork", find_program("postgres"), "-D", data, *settings,
                 "-c", f"unix_socket_directories={sockets}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                check=True, **inherited,
            )  # fmt: skip

    def _clear_traces(self) -> None:
        """Remove a killed server's lock files, once all of its processes are gone.

        Its children notice the death by themselves; removing the files before would let two
        servers write the same data.
        """
        until = time.monotonic() + START_TIMEOUT_S
        while self._processes_inside():
            if time.monotonic() > until:
                self._refuse("processes of a killed server are still there; end them first")
            time.sleep(0.05)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for trace in self.sockets.iterdir():
            trace.unlink()

    def _processes_inside(self) -> bool:
        inside = self.data.resolve()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if (process / "cwd").readlink() == inside:
                    return True
            except OSError:
                continue
        return False

    def _wait(self) -> None:
        until = time.monotonic() + START_TIMEOUT_S
        with self._server_address("postgres") as address:
            while True:
                try:
                    psycopg.connect(address, connect_timeout=5).close()
                    return
                except psycopg.OperationalError as err:
                    if time.monotonic() > until:
                        self._refuse(f"{err}\n{self._last_words()}")
                    time.sleep(0.05)

    def _make_database(self) -> None:
        with (
            self._server_address("postgres") as address,
            psycopg.connect(address, autocommit=True) as connection,
        ):
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
            connection.execute(f"CREATE DATABASE {DATABASE}")
        with self._server_address(DATABASE) as address:
            try:
                with psycopg.connect(address, autocommit=True) as connection:
                    connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
            except psycopg.Error as err:
                raise MissingProgramError(
                    f"PostGIS is not installed beside PostgreSQL ({err}). Run `make setup`.",
                    f"PostgreSQL 中未安装 PostGIS({err})。请运行 make setup。",
                ) from err

    def _keep(self) -> None:
        """Start the keeper; `flock -n` ends it at once where one lives already."""
        users = str(self.folder / "users.lock")
        subprocess.run(
            ["setsid", "--fork", "flock", "-n", str(self.folder / "keeper.lock"),
             "sh", "-c", KEEPER, "keeper", users, str(self.folder), str(LINGER_S)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            cwd="/", check=True,
        )  # fmt: skip

    @contextmanager
    def _server_address(self, database: str) -> Iterator[str]:
        sockets = os.open(self.sockets, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield f"host=/proc/self/fd/{sockets} port={PORT} user={USER} dbname={database}"
        finally:
            os.close(sockets)

    @contextmanager
    def _folders(self) -> Iterator[tuple[str, str, dict]]:
        """Give the data and socket folders as descriptors, with what a child must inherit."""
        opened = [os.open(f, os.O_RDONLY | os.O_DIRECTORY) for f in (self.data, self.sockets)]
        inherited: dict = {"pass_fds": tuple(opened)}
        if os.geteuid() == 0:
            user, group = self._account()
            inherited |= {"user": user, "group": group, "extra_groups": []}
        try:
            yield f"/proc/self/fd/{opened[0]}", f"/proc/self/fd/{opened[1]}", inherited
        finally:
            for descriptor in opened:
                os.close(descriptor)

    def _account(self) -> tuple[int, int]:
        """User and group ids of the unprivileged account the server runs as under root."""
        for name in ("postgres", "nobody"):
            try:
                account = pwd.getpwnam(name)
            except KeyError:
                continue
            return account.pw_uid, account.pw_gid
        return 65534, 65534

    def _last_words(self) -> str:
        try:
            lines = (self.folder / "server.log").read_text("utf-8", "replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-5:])

    def _refuse(self, why: str) -> None:
        raise DatabaseError(
            f"The workspace's database in {self.folder} does not start: {why.strip()[-600:]}",
            f"工作区数据库({self.folder})无法启动:{why.strip()[-600:]}",
        )
