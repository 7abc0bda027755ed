"""A workspace's private PostgreSQL cluster: made, started on demand, stopped with its last user.

Every process that uses the cluster holds a shared lock on ``users.lock``; the kernel frees
it however the process ends. A small keeper waits for the exclusive lock and then stops the
server. The server gets its folders as open file descriptors: ``/proc/self/fd/N`` needs
no search permission on the folders above (root's home, say) and is always short enough for
a socket address. The server's processes are known by the cluster's mark in their titles,
which every user may read: a number in an old ``postmaster.pid`` may be another program's now.
Every one of them holds ``server.lock``, so that no second server starts on the same data, not
even from a container that does not see the first.
"""

import errno
import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import psycopg
from psycopg.conninfo import make_conninfo

from gis_core.errors import DatabaseError, MissingProgramError, StorageError
from gis_core.store.server_programs import find_program
from gis_core.words import refusal

USER = "upland"
DATABASE = "upland"
PORT = 5432  # only names the socket file; nothing listens on TCP
START_TIMEOUT_S = 180.0  # a server that lives but does not answer: it may be recovering
LINGER_S = 2
SOCKET_PATH_LIMIT = 90  # bytes of folder; the kernel's limit for the whole path is 107
CONFIGURATION = (
    "listen_addresses=", "wal_level=minimal", "max_wal_senders=0", "shared_buffers=256MB",
    "maintenance_work_mem=256MB", "max_wal_size=2GB", "timezone=UTC", "jit=off", f"port={PORT}",
)  # fmt: skip
NO_SPACE = "No space left on device"  # the system's words, in the server's log
LOG_LIMIT_BYTES = 10_000_000  # a longer log starts anew with the next server
# $1 users.lock, $2 the cluster folder, $3 seconds to linger, $4 the mark. Stops the server while
# holding the exclusive lock, so that a newcomer waits until the server is gone and then starts
# its own. Ends when the server is gone, or the folder.
KEEPER = """
while [ -e "$1" ]; do
  flock -x "$1" true; sleep "$3"
  [ -e "$1" ] || exit 0
  flock -n -x "$1" sh -c '
    alive() { grep -qaF -e "$2" "/proc/$pid/cmdline" 2>/dev/null; }
    pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && alive "$@" || exit 0
    kill -INT "$pid" 2>/dev/null || exit 0
    while alive "$@"; do sleep 0.05; done' stop "$2" "$4" && exit 0
done
"""


def _account_name(user: int) -> str:
    with suppress(KeyError):
        return pwd.getpwuid(user).pw_name
    return str(user)


class PrivateCluster:
    """The cluster in `folder`; see the module for how it lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.sockets = self.folder / "sockets"
        self._stopped = self.folder / "stopped"  # there after `stop`, until the next `use`

    @contextmanager
    def use(self) -> Iterator[str]:
        """Start the cluster if need be and give a libpq connection string while in use.

        The string holds for this process only: a long path is reached through a descriptor.

        Raises
        ------
        MissingProgramError
            If PostgreSQL or PostGIS is not installed.
        DatabaseError
            If the server cannot be made or started; the message shows its last words.
        StorageError
            If the folder cannot be written or the disk is full.
        """
        users = sockets = -1
        try:
            with self._writing():
                self.folder.mkdir(parents=True, exist_ok=True)
                users = os.open(self.folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(users, fcntl.LOCK_SH)
            self.start()
            with self._writing():
                sockets = os.open(self.sockets, os.O_RDONLY | os.O_DIRECTORY)
            host = str(self.sockets)
            if len(os.fsencode(host)) > SOCKET_PATH_LIMIT or "," in host:
                host = f"/proc/self/fd/{sockets}"
            yield make_conninfo(host=host, port=PORT, user=USER, dbname=DATABASE)
        finally:
            if users >= 0:
                with suppress(OSError, subprocess.CalledProcessError):
                    self._keep()  # in case the keeper itself was killed
                os.close(users)
            if sockets >= 0:
                os.close(sockets)

    def start(self) -> None:
        """Start the server if it does not run, even after `stop`; errors as `use`.

        Who holds no `use` meanwhile may see it stopped again at once.
        """
        with self._starting():
            self._stopped.unlink(missing_ok=True)
            self._run()

    def revive(self) -> None:
        """Start the server again after it died, for who holds `use`; errors as `use`.

        Raises
        ------
        DatabaseError
            If it was stopped by `stop`: that lasts until somebody comes anew with `use`.
        """
        with self._starting():
            if self._stopped.exists():
                raise DatabaseError(
                    "The workspace's database was stopped with `upland db stop`. It starts again "
                    "with the next command that uses the workspace, such as `upland layers`.",
                    "工作区数据库已由 upland db stop 停止；运行任一使用工作区的命令"
                    "（如 upland layers）即重新启动。",
                )
            self._run()

    def _run(self) -> None:
        fresh = not (self.folder / "made").exists()
        if fresh:
            self._make()
        if not self._answers():
            self._launch_until_it_answers()
        if fresh:
            self._make_database()
            (self.folder / "made").touch()
        self._keep()

    def stop(self) -> bool:
        """Stop the server now, whoever uses it, until the next `use`; True if one was running."""
        if not self.folder.is_dir():
            return False
        with self._starting():
            with suppress(OSError):  # on a full disk it is stopped all the same
                self._stopped.touch()
            return self._halt()

    def running_pid(self) -> int | None:
        """Return the server's process id, or None when it does not run."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if self._bears_mark(pid) else None

    def ran_out_of_disk(self) -> bool:
        """True if the server's log says that its disk was full since it was last started."""
        said = self._log().rpartition("starting PostgreSQL")[2]
        return NO_SPACE in said

    @property
    def mark(self) -> str:
        """What the titles of this cluster's processes contain; empty before it is made."""
        try:
            status = self.data.stat()
        except OSError:
            return ""
        place = f"{self.data.resolve()} {status.st_dev} {status.st_ino}"
        return "upland-" + hashlib.sha256(place.encode("utf-8", "surrogateescape")).hexdigest()[:16]

    def _bears_mark(self, pid: int | str) -> bool:
        mark = self.mark.encode()
        try:
            title = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False
        return bool(mark) and mark in title and b"postgres" in title.split(b"\0", 1)[0]

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Turn the file system's refusal into plain words."""
        try:
            yield
        except PermissionError as err:
            found = self._owner_in_the_way()
            if found is None:
                raise self._unwritable(err) from err
            path, owner = found
            user = _account_name(os.geteuid())
            raise StorageError(
                f"{path} belongs to {owner}, so {user} cannot use the workspace's database. Work "
                f"as {owner}, or run as root: chown -R {user} {shlex.quote(str(self.folder))}",
                f"{path} 属于用户 {owner}，用户 {user} 无法使用工作区数据库。请以 {owner} 运行，"
                f"或以 root 执行：chown -R {user} {shlex.quote(str(self.folder))}",
            ) from err
        except FileNotFoundError as err:
            if err.filename not in ("setsid", "flock"):
                raise self._unwritable(err) from err
            raise MissingProgramError(
                f"The program {err.filename} is not installed. Install the package util-linux.",
                f"未安装程序 {err.filename}。请安装软件包 util-linux。",
            ) from err
        except OSError as err:
            raise self._unwritable(err) from err

    def _unwritable(self, err: OSError) -> StorageError:
        full = err.errno in (errno.ENOSPC, errno.EDQUOT)
        cure, cure_zh = (
            ("Free some space", "请清理磁盘") if full else ("Make it writable", "请改为可写")
        )
        return StorageError(
            f"{self.folder}: cannot be written ({refusal(err).en}). {cure}, or choose another "
            "--workspace.",
            f"{self.folder}：不可写（{refusal(err).zh}）。{cure_zh}，或用 --workspace 另选目录。",
        )

    def _owner_in_the_way(self) -> tuple[Path, str] | None:
        """Return what of the cluster belongs to another user, and whom, as after a copy by root."""
        if os.geteuid() != 0:
            with suppress(OSError):
                for path in (self.folder, *sorted(self.folder.iterdir())):
                    owner = path.stat().st_uid
                    if owner != os.geteuid():
                        return path, _account_name(owner)
        return None

    @contextmanager
    def _starting(self) -> Iterator[None]:
        """Hold the exclusive lock under which the server is made, started and stopped."""
        with self._writing(), (self.folder / "start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _halt(self) -> bool:
        pid = self.running_pid()
        if pid is None:
            return False
        until = time.monotonic() + START_TIMEOUT_S
        ask = signal.SIGINT
        os.kill(pid, ask)
        while self._bears_mark(pid):
            if time.monotonic() > until and ask == signal.SIGINT:
                ask = signal.SIGQUIT  # no clean end in time: the next start recovers
                os.kill(pid, ask)
            time.sleep(0.02)
        return True

    def _make(self) -> None:
        """Run initdb into empty folders; whatever a cut-off attempt left is removed first."""
        self._halt()
        for folder in (self.data, self.sockets):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
            if os.geteuid() == 0:
                os.chown(folder, *self._account())
        options = ["-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "-U", USER, "--no-sync"]
        with self._folders() as (data, _, inherited):
            done = subprocess.run(
                [find_program("initdb"), "-D", data, *options],
                capture_output=True, text=True, errors="replace", check=False, cwd="/",
                **inherited,
            )  # fmt: skip
        if done.returncode:
            self._refuse(done.stderr)

    def _launch_until_it_answers(self) -> None:
        """Start the server and wait; a server that is just stopping is started once it is gone."""
        until = time.monotonic() + START_TIMEOUT_S
        attempts = 0
        while not self._answers():
            if time.monotonic() > until:
                self._refuse(self._last_words())
            if self.running_pid() is None and not self._server_lives():
                if attempts == 2:
                    self._refuse(self._last_words())
                attempts += 1
                self._launch()
            time.sleep(0.02)

    def _launch(self) -> None:
        """Start a server where none of its processes is left."""
        self._give_to_account()
        version = (self.data / "PG_VERSION").read_text().strip()
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for trace in self.sockets.iterdir():
            trace.unlink()
        settings = [*CONFIGURATION, f"cluster_name={self.mark}"]
        log_path = self.folder / "server.log"
        fresh_log = log_path.exists() and log_path.stat().st_size > LOG_LIMIT_BYTES
        with (
            self._folders() as (data, sockets, inherited),
            log_path.open("wb" if fresh_log else "ab") as log,
            (self.folder / "server.lock").open("w") as lock,
        ):
            fcntl.flock(lock, fcntl.LOCK_EX)
            inherited["pass_fds"] += (lock.fileno(),)
            options = [*settings, f"unix_socket_directories={sockets}"]
            subprocess.run(
                ["setsid", "--fork", find_program("postgres", version=version), "-D", data,
                 *(part for option in options for part in ("-c", option))],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                check=True, **inherited,
            )  # fmt: skip

    def _give_to_account(self) -> None:
        """Make the data again the server's own, which root's copy of a workspace is not.

        The server refuses data of another user, and data that others may write.
        """
        user, group = self._account() if os.geteuid() == 0 else (os.geteuid(), os.getegid())
        for folder in (self.data, self.sockets):
            if os.geteuid() == 0 and folder.stat().st_uid == 0:
                for place, _, files in os.walk(folder):
                    for path in (place, *(os.path.join(place, name) for name in files)):
                        os.chown(path, user, group, follow_symlinks=False)
            if stat.S_IMODE(folder.stat().st_mode) & 0o027:
                folder.chmod(0o700)

    def _server_lives(self) -> bool:
        """True while any process of this cluster's server lives, or is about to.

        After the server's death its children end by themselves; to start a new one before
        would let two servers write the same data. They hold the lock from before the server's
        first instruction to the last child's end.
        """
        try:
            with (self.folder / "server.lock").open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def _answers(self) -> bool:
        with self._server_address("postgres") as address:
            try:
                psycopg.connect(address, connect_timeout=5).close()
            except psycopg.OperationalError:
                return False
        return True

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
                    f"PostgreSQL 中未安装 PostGIS（{err}）。请运行 make setup。",
                ) from err

    def _keep(self) -> None:
        """Start the keeper; `flock -n` ends it at once where one lives already.

        `-o` keeps the lock from the keeper's children: one that outlives a killed keeper would
        hold off the next.
        """
        users = str(self.folder / "users.lock")
        subprocess.run(
            ["setsid", "--fork", "flock", "-n", "-o", str(self.folder / "keeper.lock"),
             "sh", "-c", KEEPER, "keeper", users, str(self.folder), str(LINGER_S), self.mark],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            cwd="/", check=True,
        )  # fmt: skip

    @contextmanager
    def _server_address(self, database: str) -> Iterator[str]:
        sockets = os.open(self.sockets, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield make_conninfo(
                host=f"/proc/self/fd/{sockets}", port=PORT, user=USER, dbname=database
            )
        finally:
            os.close(sockets)

    @contextmanager
    def _folders(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Give the data and socket folders as descriptors, with what a child must inherit."""
        inherited: dict[str, Any] = {}
        if os.geteuid() == 0:
            user, group = self._account()
            inherited = {"user": user, "group": group, "extra_groups": []}
        opened = [os.open(f, os.O_RDONLY | os.O_DIRECTORY) for f in (self.data, self.sockets)]
        inherited["pass_fds"] = tuple(opened)
        try:
            yield f"/proc/self/fd/{opened[0]}", f"/proc/self/fd/{opened[1]}", inherited
        finally:
            for descriptor in opened:
                os.close(descriptor)

    def _account(self) -> tuple[int, int]:
        """User and group ids the server runs as under root: the data's owner, or a service's."""
        with suppress(OSError):
            owner = self.data.stat()
            if owner.st_uid != 0:
                return owner.st_uid, owner.st_gid
        for name in ("postgres", "nobody"):
            try:
                account = pwd.getpwnam(name)
            except KeyError:
                continue
            return account.pw_uid, account.pw_gid
        return 65534, 65534

    def _log(self) -> str:
        try:
            return (self.folder / "server.log").read_text("utf-8", "replace")
        except OSError:
            return ""

    def _last_words(self) -> str:
        return "\n".join(self._log().splitlines()[-5:])

    def _refuse(self, why: str) -> NoReturn:
        why = why.strip()[-600:]
        error = StorageError if NO_SPACE in why else DatabaseError
        raise error(
            f"The workspace's database in {self.folder} does not start: {why}",
            f"工作区数据库（{self.folder}）无法启动：{why}",
        )
