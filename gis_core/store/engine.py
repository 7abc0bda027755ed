"""The database connection: the private cluster's or a given server's, and its failures in words."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from gis_core.errors import DatabaseError, InvalidParameterError, NotFoundError, StorageError
from gis_core.settings import Settings
from gis_core.store.cluster import NO_SPACE, PrivateCluster


@contextmanager
def engine_of(settings: Settings, *, create: bool) -> Iterator[sa.Engine]:
    """Give an engine for the workspace's database as long as it is in use.

    Without `settings.database_url` the private cluster is started. With it that server is used;
    one workspace a database.

    Raises
    ------
    NotFoundError
        If there is no workspace and `create` is false.
    DatabaseError, MissingProgramError, StorageError
        If the database cannot be reached or made.
    """
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # a lost connection is said once, by us
    if settings.database_url is not None:
        engine = _engine_at(settings.database_url)
        try:
            yield engine
        finally:
            engine.dispose()
        return
    if not create and not (settings.cluster_folder / "made").exists():
        raise no_workspace(settings)
    cluster = PrivateCluster(settings.cluster_folder)
    with cluster.use() as address:
        engine = sa.create_engine(
            "postgresql+psycopg://", creator=_connector(address, cluster), pool_pre_ping=True
        )
        _leave_a_dead_server(engine, cluster)
        try:
            yield engine
        finally:
            engine.dispose()


def _connector(address: str, cluster: PrivateCluster) -> Callable[[], psycopg.Connection]:
    """Return a function that connects, starting a server again that died meanwhile."""

    def connect() -> psycopg.Connection:
        try:
            return psycopg.connect(address)
        except psycopg.OperationalError:
            cluster.revive()
            return psycopg.connect(address)

    return connect


def _leave_a_dead_server(engine: sa.Engine, cluster: PrivateCluster) -> None:
    """Give no connection out whose server died: its own process may live on for a moment.

    Such a connection still answers a ping and is lost in the middle of the work.
    """

    def connected(_: Any, record: Any) -> None:
        record.info["server"] = cluster.running_pid()

    def checked_out(_: Any, record: Any, __: Any) -> None:
        if record.info["server"] != cluster.running_pid():
            raise sa.exc.DisconnectionError("the server of this connection died")

    sa.event.listen(engine, "connect", connected)
    sa.event.listen(engine, "checkout", checked_out)


def no_workspace(settings: Settings) -> NotFoundError:
    """Return the error that says there is no workspace."""
    return NotFoundError(
        f"{settings.home} holds no workspace. Make one with `upland init` or `upland demo`, or "
        "name another with --workspace.",
        f"{settings.home} 中没有工作区。请用 upland init 或 upland demo 建立，"
        "或用 --workspace 指定。",
    )


def _engine_at(address: str) -> sa.Engine:
    try:
        url = make_url(address)
    except ArgumentError as err:
        raise InvalidParameterError(
            "UPLAND_DATABASE_URL is not a database address; wanted postgresql://user@host/database.",
            "UPLAND_DATABASE_URL 不是数据库地址；应为 postgresql://用户@主机/数据库。",
        ) from err
    if url.get_backend_name() != "postgresql":
        raise InvalidParameterError(
            f"UPLAND_DATABASE_URL names {url.get_backend_name()}; only postgresql is supported.",
            f"UPLAND_DATABASE_URL 指向 {url.get_backend_name()}；只支持 postgresql。",
        )
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        connect_args={"client_encoding": "utf8"},  # whatever the server's default is
    )


@contextmanager
def translated(cluster: PrivateCluster | None = None) -> Iterator[None]:
    """Turn the database's failures into own errors with a cure.

    `cluster` is the private one, whose log tells whether a lost server had run out of disk.

    Raises
    ------
    StorageError
        If the server's disk is full.
    DatabaseError
        If the server is lost, refuses or does not understand.
    """
    try:
        yield
    except (sa.exc.DBAPIError, psycopg.Error) as err:
        cause = err.orig if isinstance(err, sa.exc.DBAPIError) else err
        said = str(cause).strip().split("\n")[0]
        full = isinstance(cause, psycopg.errors.DiskFull) or NO_SPACE in str(cause)
        lost = isinstance(cause, psycopg.OperationalError) and cluster is not None
        if full or (lost and cluster is not None and cluster.ran_out_of_disk()):
            raise StorageError(
                f"The database's disk is full ({said}). Free some space and repeat; nothing was "
                "changed.",
                f"数据库所在磁盘已满（{said}）。请清理空间后重试；数据未作任何更改。",
            ) from err
        raise DatabaseError(
            f"The database did not finish the work ({said}); nothing was changed. Repeat it; "
            "`upland doctor` tells whether the database is there.",
            f"数据库未能完成操作（{said}）；数据未作任何更改。请重试；"
            "upland doctor 可检查数据库状态。",
        ) from err
