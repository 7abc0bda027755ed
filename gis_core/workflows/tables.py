"""Tables in: lists of townships for the gazetteer, and figures by unit such as a census."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from gis_core.layers import CheckedFrame, LayerInfo
from gis_core.progress import Progress, silent
from gis_core.provenance import hash_file
from gis_core.sources.survey.place import Place
from gis_core.sources.tables import read_unit_table
from gis_core.sources.townships import (
    TownshipList,
    compare_townships,
    join_points,
    read_townships,
)
from gis_core.store.records import LayerRecord
from gis_core.store.workspace import Workspace
from gis_core.text import Text

TOWNSHIPS = "township"
TOWNSHIP_COLUMNS = {"code", "name", "county_code"}
READING, KEEPING = Text("Reading and checking", "正在读取检查"), Text("Keeping", "正在入库")


def import_townships(
    workspace: Workspace, path: Path, *, points: Path | None = None, progress: Progress = silent
) -> LayerRecord:
    """Keep a list of townships, by which the names of a survey are matched.

    `points` is a table that places some of them (code, name, lon, lat). Where the workspace holds
    a list already, every difference to it is remarked; the new one takes its place.
    Errors as `read_townships`.
    """
    progress(0.0, READING)
    given = read_townships(path)
    if points is not None:
        given = join_points(given, read_townships(points))
    remarks = given.remarks
    older = townships_of(workspace)
    if older is not None:
        held = TownshipList(older, Place(workspace.layer(TOWNSHIPS).info.file_name))
        remarks += compare_townships(held, given)
    placed = given.frame
    geometry = gpd.points_from_xy(placed["lon"], placed["lat"])
    frame = gpd.GeoDataFrame(placed.drop(columns=["lon", "lat"]), geometry=geometry, crs=4326)
    frame.loc[placed["lon"].isna() | placed["lat"].isna(), "geometry"] = None
    info = LayerInfo(
        theme=TOWNSHIPS, kind="vector", file_name=path.name, file_hash=hash_file(path),
        remarks=remarks,
    )  # fmt: skip
    progress(0.8, KEEPING)
    return workspace.add_features(CheckedFrame(info, frame))


def townships_of(workspace: Workspace) -> pd.DataFrame | None:
    """Return the workspace's townships as the gazetteer wants them, None without any.

    Columns code, name, county_code, pinyin (text), lon, lat (degrees, NaN where unknown).
    """
    held = (r for r in workspace.layers() if r.info.theme == TOWNSHIPS and r.info.kind == "vector")
    if next(held, None) is None:
        return None
    frame = workspace.features(TOWNSHIPS)
    if not set(frame.columns) >= TOWNSHIP_COLUMNS:
        return None
    points = frame.geometry.representative_point()
    table = pd.DataFrame(frame.drop(columns="geometry"))
    if "pinyin" not in table:
        table["pinyin"] = ""
    return table.assign(lon=points.x.to_numpy(float), lat=points.y.to_numpy(float))


def import_unit_table(
    workspace: Workspace, theme: str, path: Path, *, progress: Progress = silent
) -> LayerRecord:
    """Keep figures by unit (a census, an indicator) as a layer on the units' own outlines.

    Raises
    ------
    NotFoundError
        If the workspace holds no boundaries to match the rows with.
    UnreadableFileError, InvalidLayerError
        As `read_unit_table`.
    """
    progress(0.0, READING)
    units = workspace.boundaries()
    table = read_unit_table(path, units)
    outlines = units.set_index("code").geometry
    columns = table.frame.drop(columns=["code", "geometry"], errors="ignore").reset_index()
    frame = gpd.GeoDataFrame(
        columns, geometry=outlines.reindex(table.frame.index).to_numpy(), crs=units.crs
    )
    info = LayerInfo(
        theme=theme, kind="vector", file_name=table.file_name, file_hash=table.file_hash,
        remarks=table.remarks,
    )  # fmt: skip
    progress(0.8, KEEPING)
    return workspace.add_features(CheckedFrame(info, frame))
