"""Data in: a file is read and checked, then kept; nothing is kept of a file that is refused."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from gis_core.layers import CheckedFrame
from gis_core.progress import Progress, silent
from gis_core.region import Bracket
from gis_core.sources.boundaries import read_boundaries
from gis_core.sources.datum import detect_datum, note_finding
from gis_core.sources.rasters import read_raster
from gis_core.sources.survey.totals import ReportedTotals, read_totals
from gis_core.sources.survey.villages import SurveyReading, read_villages
from gis_core.sources.vectors import read_vector
from gis_core.store.records import LayerRecord
from gis_core.store.workspace import Workspace
from gis_core.text import Text
from gis_core.workflows.workspace import has_units, settle_analysis_crs

AUTO = "auto"
TRUE_DATUMS = {"wgs84", "cgcs2000"}
READING, KEEPING = Text("Reading and checking", "正在读取检查"), Text("Keeping", "正在入库")


@dataclass(frozen=True)
class FieldNames:
    """Fields (and the layer) of a boundary file, where the usual names do not fit."""

    code: str | None = None
    name: str | None = None
    parent: str | None = None
    layer: str | None = None


@dataclass(frozen=True)
class SurveySource:
    """A survey's file, and beside it sheet, mapping of the columns, reported totals."""

    file: Path
    sheet: str | None = None
    mapping: Path | None = None
    totals: Path | None = None


@dataclass(frozen=True)
class VectorSource:
    """A vector file, its layer, and a condition on the attributes."""

    file: Path
    layer: str | None = None
    where: str | None = None


@dataclass(frozen=True)
class RasterSource:
    """A raster file, its band (from 1), its no-data value, and a table of class names."""

    file: Path
    band: int = 1
    nodata: float | None = None
    classes: Path | None = None


def import_boundaries(
    workspace: Workspace,
    path: Path,
    *,
    level: str = "county",
    fields: FieldNames | None = None,
    datum: str = AUTO,
    progress: Progress = silent,
) -> LayerRecord:
    """Read a boundary file and keep it as the units of `level`.

    `datum` ``auto`` looks for the offset of Chinese web maps against the units already kept and
    says what it found; it never converts. Errors as `read_boundaries`.
    """
    named = fields or FieldNames()
    progress(0.0, READING)
    layer = read_boundaries(
        path, level=level, datum=datum, code_field=named.code, name_field=named.name,
        parent_field=named.parent, layer=named.layer,
    )  # fmt: skip
    layer = _with_datum_finding(workspace, layer, datum=datum)
    progress(0.8, KEEPING)
    settle_analysis_crs(workspace, layer.frame)
    return workspace.add_boundaries(layer)


def import_layer(
    workspace: Workspace,
    theme: str,
    source: VectorSource,
    *,
    datum: str = AUTO,
    progress: Progress = silent,
) -> LayerRecord:
    """Read a vector layer of any theme and keep it; `datum` as for boundaries."""
    progress(0.0, READING)
    layer = read_vector(
        source.file, theme=theme, layer=source.layer, where=source.where, datum=datum
    )
    layer = _with_datum_finding(workspace, layer, datum=datum)
    progress(0.8, KEEPING)
    settle_analysis_crs(workspace, layer.frame)
    return workspace.add_features(layer)


def import_raster(
    workspace: Workspace, theme: str, source: RasterSource, *, progress: Progress = silent
) -> LayerRecord:
    """Read a raster of any theme and keep it as a cloud-optimised GeoTIFF."""
    progress(0.0, READING)
    raster = read_raster(
        source.file, theme=theme, band=source.band, nodata=source.nodata, classes=source.classes
    )
    progress(0.5, KEEPING)
    return workspace.add_raster(raster)


def import_villages(
    workspace: Workspace,
    source: SurveySource,
    *,
    datum: str = AUTO,
    progress: Progress = silent,
) -> tuple[LayerRecord, SurveyReading]:
    """Read a survey sheet, keep its villages and the totals reported beside it.

    Names go through the gazetteer of the units kept; the mapping of the columns comes back with
    the reading, so that it can be shown and saved. Totals bring their brackets into the region.
    """
    progress(0.0, READING)
    totals = read_totals(source.totals) if source.totals is not None else None
    reading = read_villages(
        source.file, sheet=source.sheet, mapping=source.mapping,
        units=workspace.boundaries() if has_units(workspace) else None,
        townships=_townships(workspace), datum="wgs84" if datum == AUTO else datum,
    )  # fmt: skip
    progress(0.7, KEEPING)
    record = keep_villages(workspace, reading.layer, totals)
    return record, reading


def keep_villages(
    workspace: Workspace, layer: CheckedFrame, totals: ReportedTotals | None
) -> LayerRecord:
    """Keep a checked survey and its totals; the totals' brackets become the region's."""
    placed = layer.frame[~layer.frame.geometry.isna()]
    settle_analysis_crs(workspace, placed)
    if totals is not None:
        take_brackets(workspace, totals.brackets)
    return workspace.add_villages(layer, totals=None if totals is None else totals.frame)


def take_brackets(workspace: Workspace, brackets: tuple[Bracket, ...]) -> None:
    """Make the reported brackets the region's, where they differ."""
    region = workspace.region()
    if region.brackets != brackets:
        workspace.save_region(region.with_brackets(brackets))


def _townships(workspace: Workspace) -> pd.DataFrame | None:
    """Return the workspace's townships as the gazetteer wants them, None without any."""
    if not workspace.has_layer("township"):
        return None
    frame = workspace.features("township")
    if not {"code", "name", "county_code"} <= set(frame.columns):
        return None
    points = frame.geometry.representative_point()
    table = pd.DataFrame(frame.drop(columns="geometry"))
    return table.assign(lon=points.x.to_numpy(), lat=points.y.to_numpy())


def _with_datum_finding(workspace: Workspace, layer: CheckedFrame, *, datum: str) -> CheckedFrame:
    """Add what a look at the datum found, where there is something true to compare with."""
    reference = _reference(workspace, layer) if datum == AUTO else None
    if reference is None:
        return layer
    return note_finding(layer, detect_datum(layer.frame, reference))


def _reference(workspace: Workspace, layer: CheckedFrame) -> gpd.GeoDataFrame | None:
    """Return a kept layer of the same theme that is known to be WGS 84 and no schematic one."""
    for record in workspace.layers():
        info = record.info
        sound = info.source_datum in TRUE_DATUMS and info.nature == "given"
        if not sound or info.kind != layer.info.kind or info.theme != layer.info.theme:
            continue
        if info.kind == "boundaries":
            return workspace.boundaries(info.theme)
        return workspace.features(info.theme)
    return None
