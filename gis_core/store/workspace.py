"""The workspace: layers, region and runs, each change whole or not at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa
import xarray as xr
from sqlalchemy.dialects.postgresql import insert

from gis_core.errors import NotFoundError
from gis_core.layers import CheckedFrame, CheckedRaster
from gis_core.region import Region, region_from_dict
from gis_core.settings import Settings
from gis_core.store import bulk, frames, schema, tables
from gis_core.store.cluster import PrivateCluster
from gis_core.store.engine import engine_of, no_workspace, translated
from gis_core.store.layer_rows import insert_layer, legend_of, record_of
from gis_core.store.raster_files import RasterFolder, WrittenRaster, read_cog
from gis_core.store.records import LayerRecord
from gis_core.store.runs import RunStore
from gis_core.text import Text, as_document

TOTAL_COLUMNS = ["label", "min_people", "max_people", "villages", "households", "people"]


def workspace_exists(settings: Settings) -> bool:
    """Return whether `settings` name a workspace that was made before."""
    if settings.database_url is None:
        return (settings.cluster_folder / "made").exists()
    with engine_of(settings, create=True) as engine, translated(), engine.connect() as connection:
        return schema.schema_version(connection) is not None


@contextmanager
def open_workspace(settings: Settings, *, create: bool = False) -> Iterator["Workspace"]:
    """Open the workspace of `settings`; its private cluster runs as long as it is open.

    Raises
    ------
    NotFoundError
        If there is none and `create` is false.
    DatabaseError, MissingProgramError, StorageError
        If the database or the folder cannot be used.
    """
    with engine_of(settings, create=create) as engine:
        with translated():
            if not create:
                with engine.connect() as connection:
                    if schema.schema_version(connection) is None:
                        raise no_workspace(settings)
            schema.upgrade(engine)
        workspace = Workspace(settings, engine)
        workspace.remove_orphans()
        yield workspace


class Workspace(RunStore):
    """Layers in and out; see `RunStore` for runs. Vectors are EPSG:4326, WGS 84."""

    def __init__(self, settings: Settings, engine: sa.Engine) -> None:
        private = None if settings.database_url else PrivateCluster(settings.cluster_folder)
        super().__init__(engine, RasterFolder(settings.raster_folder), private)
        self.settings = settings

    def state(self) -> tuple[object, ...]:
        """Return what changes whenever a layer, a run or the region does; cheap to ask."""
        newest = sa.select(
            sa.select(sa.func.max(tables.layer.c.layer_id)).scalar_subquery(),
            sa.select(sa.func.count(tables.run.c.run_id)).scalar_subquery(),
            sa.select(sa.func.md5(sa.cast(tables.region.c.document, sa.Text))).scalar_subquery(),
        )
        with self.reading() as connection:
            return tuple(connection.execute(newest).one())

    def region(self) -> Region:
        """Return the region; the default one where none was set."""
        with self.reading() as connection:
            document = connection.execute(sa.select(tables.region.c.document)).scalar()
        return Region() if document is None else region_from_dict(document)

    def save_region(self, region: Region) -> None:
        """Set the region."""
        document = as_document(region.as_dict())
        row = insert(tables.region).values(region_id=1, document=document)
        changed = row.on_conflict_do_update(index_elements=["region_id"],
                                            set_={"document": row.excluded.document})  # fmt: skip
        with self.writing() as connection:
            connection.execute(changed)

    def layers(self, *, current_only: bool = True) -> list[LayerRecord]:
        """Return the layers, the oldest first; superseded ones only when asked for."""
        query = sa.select(tables.layer).order_by(tables.layer.c.layer_id)
        if current_only:
            query = query.where(tables.layer.c.current)
        with self.reading() as connection:
            return [record_of(row) for row in connection.execute(query).mappings()]

    def has_layer(self, theme: str) -> bool:
        """Return whether a current layer of `theme` is there."""
        query = sa.select(tables.layer.c.layer_id)
        with self.reading() as connection:
            return connection.execute(_current(query, theme)).first() is not None

    def layer(self, theme: str) -> LayerRecord:
        """Return the current layer of `theme`.

        Raises
        ------
        NotFoundError
            If there is none; the message names what is there and how to import one.
        """
        with self.reading() as connection:
            row = connection.execute(_current(sa.select(tables.layer), theme)).mappings().first()
        if row is not None:
            return record_of(row)
        if theme == "villages":
            raise NotFoundError(
                "The workspace holds no survey: upland import villages FILE.",
                "工作区中没有村庄调查：请运行 upland import villages 文件。",
            )
        held = ", ".join(r.info.theme for r in self.layers()) or "-"
        raise NotFoundError(
            f"The workspace holds no layer '{theme}' (it holds: {held}). Import one with "
            f"`upland import layer {theme} FILE`, or `upland import raster {theme} FILE`.",
            f"工作区中没有“{theme}”图层（现有：{held}）。请用 upland import layer {theme} 文件 "
            f"或 upland import raster {theme} 文件 导入。",
        )

    def add_boundaries(self, layer: CheckedFrame) -> LayerRecord:
        """Keep units; a layer of the same level kept before is superseded.

        Raises
        ------
        InvalidLayerError
            If two units share a code.
        """
        frames.refuse_repeated(layer.frame, "code", what=layer.info.file_name)
        return self._add_frame(layer, "boundary", frames.boundary_columns)

    def boundaries(self, level: str | None = None) -> gpd.GeoDataFrame:
        """Return the units of `level`, without it of the finest level held.

        Raises
        ------
        NotFoundError
            If no such units are there.
        """
        held = [r for r in self.layers() if r.info.kind == "boundaries"]
        if level is not None:
            held = [r for r in held if r.info.theme == level]
        if not held:
            wanted = f" of level {level}" if level else ""
            raise NotFoundError(
                f"The workspace holds no boundaries{wanted}: upland import boundaries FILE.",
                "工作区中没有行政区边界：请运行 upland import boundaries 文件。",
            )
        key = max(held, key=lambda r: r.count).layer_id
        t = tables.boundary.c
        query = (
            sa.select(t.code, t.level, t.parent_code, t.name_zh, t.name_en, _wkb(t.geom))
            .where(t.layer_id == key)
            .order_by(t.code)
        )
        with self.reading() as connection:
            return frames.read_frame(connection, query)

    def add_villages(
        self, layer: CheckedFrame, *, totals: pd.DataFrame | None = None
    ) -> LayerRecord:
        """Keep a survey and the totals reported beside it; an older one is superseded.

        Raises
        ------
        InvalidLayerError
            If two villages share an id.
        """
        frames.refuse_repeated(layer.frame, "village_id", what=layer.info.file_name)

        def more(connection: sa.Connection, layer_id: int) -> None:
            if totals is not None:
                rows = [
                    {"layer_id": layer_id, **{c: _scalar(row[c]) for c in TOTAL_COLUMNS}}
                    for row in totals.to_dict("records")
                ]
                connection.execute(sa.insert(tables.reported_total), rows)

        return self._add_frame(layer, "village", frames.village_columns, more)

    def villages(self) -> gpd.GeoDataFrame:
        """Return the current survey's villages (columns of `layers.VILLAGE_COLUMNS`)."""
        key = self.layer("villages").layer_id
        t = tables.village.c
        query = (
            sa.select(
                t.village_id, t.name, t.township, t.county_code, t.people, t.households,
                t.place_precision, t.extra, _wkb(t.geom),
            ).where(t.layer_id == key).order_by(t.row_id)
        )  # fmt: skip
        with self.reading() as connection:
            return frames.read_frame(connection, query)

    def reported_totals(self) -> pd.DataFrame | None:
        """Return the totals reported beside the current survey, None without any."""
        key = self.layer("villages").layer_id
        t = tables.reported_total.c
        query = (
            sa.select(*(t[c] for c in TOTAL_COLUMNS)).where(t.layer_id == key).order_by(t.row_id)
        )
        with self.reading() as connection:
            rows = connection.execute(query).fetchall()
        return pd.DataFrame(rows, columns=TOTAL_COLUMNS) if rows else None

    def add_features(self, layer: CheckedFrame) -> LayerRecord:
        """Keep a vector layer of any theme; an older one is superseded."""
        return self._add_frame(layer, "feature", frames.layer_feature_columns)

    def features(self, theme: str) -> gpd.GeoDataFrame:
        """Return the features of `theme` with the columns, order and types they came with."""
        record = self.layer(theme)
        t = tables.feature.c
        query = (
            sa.select(t.properties, _wkb(t.geom))
            .where(t.layer_id == record.layer_id)
            .order_by(t.feature_id)
        )
        with self.reading() as connection:
            return frames.read_features(connection, query, record.summary.get("columns", []))

    def add_raster(self, layer: CheckedRaster) -> LayerRecord:
        """Write a raster as a cloud-optimised GeoTIFF and catalogue it."""
        legend = {str(value): as_document(name) for value, name in layer.legend.items()}
        with (
            self.rasters.writing({layer.info.theme: layer.array}) as written,
            self.writing() as connection,
        ):
            file = written[layer.info.theme]
            cells = file.height * file.width
            record = insert_layer(
                connection, layer.info, count=cells, summary=_raster_summary(file)
            )
            connection.execute(sa.insert(tables.raster).values(
                layer_id=record.layer_id, file_name=file.file_name, file_hash=file.file_hash,
                crs=file.crs, transform=list(file.transform), height=file.height,
                width=file.width, dtype=file.dtype, nodata=file.nodata, legend=legend,
            ))  # fmt: skip
        return record

    def raster(self, theme: str) -> xr.DataArray:
        """Return the raster of `theme` whole: dims (y, x), in its own CRS and cells."""
        return read_cog(self.rasters.folder / str(self._raster_row(theme)["file_name"]))

    def legend(self, theme: str) -> dict[int, Text]:
        """Return the names of a categorical raster's values; empty for measured surfaces."""
        return legend_of(self._raster_row(theme)["legend"])

    def remove_orphans(self) -> list[str]:
        """Remove raster files that a killed process left without a catalogue row.

        Does nothing while a process is writing rasters; the next one to open finds them.
        """
        with self.rasters.alone() as nobody_writes:
            files = self.rasters.files() if nobody_writes else []
            if not files:
                return []
            with self.reading() as connection:
                known = {
                    str(name)
                    for table in (tables.raster, tables.run_raster)
                    for name in connection.execute(sa.select(table.c.file_name)).scalars()
                }
            orphans = [path for path in files if path.name not in known]
            for path in orphans:
                path.unlink(missing_ok=True)
            return [path.name for path in orphans]

    def _raster_row(self, theme: str) -> sa.RowMapping:
        key = self.layer(theme).layer_id
        query = sa.select(tables.raster).where(tables.raster.c.layer_id == key)
        with self.reading() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise NotFoundError(f"The layer '{theme}' is not a raster.", f"图层“{theme}”不是栅格。")
        return row

    def _add_frame(
        self,
        layer: CheckedFrame,
        table: str,
        columns: Callable[[gpd.GeoDataFrame, int], dict[str, bulk.Field]],
        more: Callable[[sa.Connection, int], None] | None = None,
    ) -> LayerRecord:
        frame = frames.in_stored_crs(layer.frame, what=layer.info.file_name)
        summary = frames.summary_of(frame)
        with self.writing() as connection:
            record = insert_layer(connection, layer.info, count=len(frame), summary=summary)
            self.copy(connection, table, columns(frame, record.layer_id))
            if more is not None:
                more(connection, record.layer_id)
        return record


def _raster_summary(file: WrittenRaster) -> dict[str, object]:
    return {
        **file.statistics, "crs": file.crs, "height": file.height, "width": file.width,
        "dtype": file.dtype, "nodata": file.nodata, "file_hash": file.file_hash,
    }  # fmt: skip


def _current(query: sa.Select, theme: str) -> sa.Select:
    return query.where(tables.layer.c.theme == theme, tables.layer.c.current)


def _scalar(value: object) -> object:
    return value.item() if hasattr(value, "item") else value


def _wkb(column: sa.ColumnElement) -> sa.Label:
    return sa.func.ST_AsBinary(column, type_=sa.LargeBinary).label("geom")
