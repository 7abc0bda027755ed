"""Runs: immutable results with their document, frames and rasters."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import sqlalchemy as sa
import xarray as xr

from gis_core.errors import NotComputedError, NotFoundError
from gis_core.provenance import Provenance
from gis_core.store import bulk, frames, properties, tables
from gis_core.store.cluster import PrivateCluster
from gis_core.store.engine import translated
from gis_core.store.raster_files import RasterFolder, read_cog
from gis_core.store.records import RunRecord
from gis_core.text import as_document

RUN_LOCK = 0x72756E73  # any fixed number; with the kind's hash the lock of its numbering
COMMANDS = {
    "suitability": "upland suitability run MODEL",
    "sensitivity": "upland suitability sensitivity",
    "bases": "upland bases select",
    "plan": "upland relocation plan",
}


class RunStore:
    """Keeps runs and gives them back."""

    def __init__(
        self, engine: sa.Engine, rasters: RasterFolder, cluster: PrivateCluster | None = None
    ) -> None:
        self.engine = engine
        self.rasters = rasters
        self.cluster = cluster

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection for reading; failures come out as own errors."""
        with translated(self.cluster), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give a connection whose changes are kept all together at the end, or not at all."""
        with translated(self.cluster), self.engine.begin() as connection:
            yield connection

    def copy(self, connection: sa.Connection, table: str, columns: dict[str, bulk.Field]) -> None:
        """Bulk load `columns` into `table` within the connection's transaction."""
        raw = connection.connection.driver_connection
        if raw is None:
            raise NotFoundError("The database connection is closed.", "数据库连接已关闭。")
        with raw.cursor() as cursor:
            bulk.copy_rows(cursor, table, columns)

    def save_run(
        self,
        kind: str,
        *,
        document: dict[str, Any],
        provenance: Provenance,
        frames_by_role: dict[str, gpd.GeoDataFrame] | None = None,
        rasters: dict[str, xr.DataArray] | None = None,
    ) -> str:
        """Keep a result and return its id, such as ``suitability-1``.

        `document` holds plain bilingual values; `frames_by_role` and `rasters` are found again
        under their role. Everything is kept, or nothing is.
        """
        named = {f"{kind}-{role}": array for role, array in (rasters or {}).items()}
        stored = {
            role: frames.in_stored_crs(frame, what=f"{kind}, {role}")
            for role, frame in (frames_by_role or {}).items()
        }
        columns = {role: properties.column_types(frame) for role, frame in stored.items()}
        with self.rasters.writing(named) as written, self.writing() as connection:
            run_id = self._insert_run(connection, kind, document, provenance, columns)
            for role, frame in stored.items():
                fields = frames.run_feature_columns(frame, run_id, role)
                self.copy(connection, "run_feature", fields)
            for role in rasters or {}:
                file = written[f"{kind}-{role}"]
                connection.execute(sa.insert(tables.run_raster).values(
                    run_id=run_id, role=role, file_name=file.file_name, file_hash=file.file_hash,
                ))  # fmt: skip
        return run_id

    def _insert_run(
        self,
        connection: sa.Connection,
        kind: str,
        document: dict[str, Any],
        provenance: Provenance,
        columns: dict[str, list[dict[str, str]]],
    ) -> str:
        lock = sa.func.pg_advisory_xact_lock(RUN_LOCK, sa.func.hashtext(kind))
        connection.execute(sa.select(lock))
        newest = sa.select(sa.func.max(tables.run.c.number)).where(tables.run.c.kind == kind)
        number = (connection.execute(newest).scalar() or 0) + 1
        run_id = f"{kind}-{number}"
        connection.execute(sa.insert(tables.run).values(
            run_id=run_id, kind=kind, number=number, document=as_document(document),
            provenance=as_document(provenance), frames=columns,
        ))  # fmt: skip
        return run_id

    def runs(self, kind: str | None = None) -> list[RunRecord]:
        """Return the runs (of `kind`), the oldest first."""
        query = sa.select(tables.run).order_by(tables.run.c.created_at, tables.run.c.number)
        if kind is not None:
            query = query.where(tables.run.c.kind == _storable(kind))
        with self.reading() as connection:
            return [_record(row) for row in connection.execute(query).mappings()]

    def run(self, run_id: str | None = None, *, kind: str | None = None) -> RunRecord:
        """Return the run `run_id`, or without it the newest of `kind`.

        Raises
        ------
        NotFoundError
            If there is no run of that id, or it is of another kind.
        NotComputedError
            If no run of `kind` was made yet; the message names the command.
        """
        t = tables.run
        query = sa.select(t).order_by(t.c.number.desc()).limit(1)
        query = query.where(t.c.run_id == _storable(run_id)) if run_id else query
        query = query.where(t.c.kind == _storable(kind)) if kind else query
        with self.reading() as connection:
            row = connection.execute(query).mappings().first()
        if row is not None:
            return _record(row)
        if run_id is not None:
            held = ", ".join(r.run_id for r in self.runs(kind)) or "-"
            raise NotFoundError(
                f"There is no run '{run_id}' here; there are: {held}.",
                f"没有编号为“{run_id}”的运行；现有：{held}。",
            )
        command = COMMANDS.get(str(kind), "upland up")
        raise NotComputedError(
            f"No {kind} run was made yet: {command}.", f"尚未运行 {kind}：请执行 {command}。"
        )

    def run_frame(self, run_id: str, role: str) -> gpd.GeoDataFrame:
        """Return a run's frame of `role` in EPSG:4326; empty, without columns, if it has none."""
        t = tables.run_feature.c
        shape = sa.func.ST_AsBinary(t.geom, type_=sa.LargeBinary).label("geom")
        query = (
            sa.select(t.properties, shape)
            .where(t.run_id == run_id, t.role == role)
            .order_by(t.feature_id)
        )
        columns = sa.select(tables.run.c.frames).where(tables.run.c.run_id == run_id)
        with self.reading() as connection:
            types = connection.execute(columns).scalar() or {}
            return frames.read_features(connection, query, types.get(role, []))

    def run_raster(self, run_id: str, role: str) -> xr.DataArray:
        """Return a run's raster of `role`, dims (y, x).

        Raises
        ------
        NotFoundError
            If the run has no such raster.
        """
        path = self.run_raster_files(run_id).get(role)
        if path is None:
            raise NotFoundError(
                f"Run {run_id} has no raster '{role}'.", f"运行 {run_id} 没有“{role}”栅格。"
            )
        return read_cog(path)

    def run_raster_files(self, run_id: str) -> dict[str, Path]:
        """Return the files of a run's rasters by role; none for a run that is not here."""
        t = tables.run_raster.c
        query = sa.select(t.role, t.file_name).where(t.run_id == _storable(run_id))
        with self.reading() as connection:
            return {role: self.rasters.folder / name for role, name in connection.execute(query)}


def _record(row: sa.RowMapping) -> RunRecord:
    return RunRecord(
        row["run_id"], row["kind"], row["created_at"], row["document"], row["provenance"]
    )


def _storable(text: str) -> str:
    """Return `text` as PostgreSQL can compare it: it refuses NUL, which no kept text holds."""
    return text.replace("\0", "\ufffd")
