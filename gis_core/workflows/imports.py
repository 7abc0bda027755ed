"""Data in: a file is read and checked, then kept; nothing is kept of a file that is refused."""

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from gis_core.layers import CheckedFrame
from gis_core.progress import Progress, silent
from gis_core.region import Bracket
from gis_core.remarks import Remark
from gis_core.sources.boundaries import missing_names, read_boundaries
from gis_core.sources.gazetteer import Gazetteer, confirmation_lines
from gis_core.sources.names import read_known_names
from gis_core.sources.points import read_points
from gis_core.sources.rasters import read_raster
from gis_core.sources.survey.mapping import write_mapping
from gis_core.sources.survey.totals import ReportedTotals, read_totals
from gis_core.sources.survey.villages import SurveyReading, read_villages
from gis_core.sources.townships import read_townships
from gis_core.sources.vectors import read_vector
from gis_core.store.records import LayerRecord
from gis_core.store.workspace import Workspace
from gis_core.text import Text
from gis_core.workflows.datums import AUTO, note_datum, note_raster_datum
from gis_core.workflows.tables import townships_of
from gis_core.workflows.theme_needs import check_cells, check_features, refuse_wrong_kind
from gis_core.workflows.workspace import county_units, has_units, settle_analysis_crs
from gis_core.writing import written_whole

TABLES = {".csv", ".txt", ".xlsx", ".xls"}  # points by their lon and lat columns
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
    """A survey's file, and what may stand beside it.

    `mapping` says which column holds what; `totals` are the reported ones; `known_names` are
    names of counties and townships that a person confirmed; `townships` is a list of them.
    """

    file: Path
    sheet: str | None = None
    mapping: Path | None = None
    totals: Path | None = None
    known_names: Path | None = None
    townships: Path | None = None


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
    layer = note_datum(workspace, layer, datum=datum)
    layer = _with_names_of_before(workspace, layer)
    progress(0.8, KEEPING)
    record = workspace.add_boundaries(layer)
    settle_analysis_crs(workspace, layer.frame)  # after it: a layer not kept leaves no trace
    return record


def _with_names_of_before(workspace: Workspace, layer: CheckedFrame) -> CheckedFrame:
    """Fill names that the file lacks from the units it replaces: same code, same other name."""
    if not workspace.has_layer(layer.info.theme):
        return layer
    before = workspace.boundaries(layer.info.theme).set_index("code")
    frame = layer.frame.copy()
    filled = 0
    for mine, other in (("name_en", "name_zh"), ("name_zh", "name_en")):
        known = before.reindex(frame["code"])
        same = (known[other].to_numpy() == frame[other].to_numpy()) & (frame[mine] == "")
        same &= known[mine].fillna("").to_numpy() != ""
        frame.loc[same, mine] = known[mine].to_numpy()[same]
        filled += int(same.sum())
    if not filled:
        return layer
    remark = Remark(
        layer.info.file_name, "mended",
        Text(f"{filled} names that the file lacks were taken from the units held before (same code "
             "and same other name).",
             f"文件缺少的 {filled} 个名称取自原有单位（代码及另一语言名称相同）。"),
        Text("Give the file its own column to change them.", "如需修改，请在文件中增加名称列。"),
        column="name_en",
    )  # fmt: skip
    file_name = layer.info.file_name
    settled = {r.reason for r in missing_names(layer.frame, file_name=file_name)}
    others = tuple(r for r in layer.info.remarks if r.reason not in settled)
    left = missing_names(frame, file_name=file_name)
    return CheckedFrame(replace(layer.info, remarks=(*others, *left, remark)), frame)


def import_layer(
    workspace: Workspace,
    theme: str,
    source: VectorSource,
    *,
    datum: str = AUTO,
    progress: Progress = silent,
) -> LayerRecord:
    """Read a vector layer of any theme and keep it; `datum` as for boundaries.

    Raises
    ------
    InvalidLayerError
        If planning reads the theme otherwise, or could not use the layer; see `theme_needs`.
    """
    refuse_wrong_kind(theme, "vector", source.file.name)
    progress(0.0, READING)
    if source.file.suffix.lower() in TABLES:
        layer = read_points(source.file, theme=theme, datum="wgs84" if datum == AUTO else datum)
    else:
        layer = read_vector(
            source.file, theme=theme, layer=source.layer, where=source.where, datum=datum
        )
    layer = check_features(note_datum(workspace, layer, datum=datum))
    progress(0.8, KEEPING)
    record = workspace.add_features(layer)
    settle_analysis_crs(workspace, layer.frame)
    return record


def import_raster(
    workspace: Workspace, theme: str, source: RasterSource, *, progress: Progress = silent
) -> LayerRecord:
    """Read a raster of any theme and keep it as a cloud-optimised GeoTIFF.

    Raises
    ------
    InvalidLayerError
        If planning reads the theme as a vector layer.
    """
    refuse_wrong_kind(theme, "raster", source.file.name)
    progress(0.0, READING)
    raster = read_raster(
        source.file, theme=theme, band=source.band, nodata=source.nodata, classes=source.classes
    )
    raster = check_cells(note_raster_datum(raster))
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
        units=_gazetteer(workspace, source.known_names),
        townships=_townships(workspace, source.townships), datum=datum,
    )  # fmt: skip
    progress(0.7, KEEPING)
    record = keep_villages(workspace, reading.layer, totals)
    return record, reading


def write_notes(
    reading: SurveyReading, *, mapping: Path | None = None, waiting: Path | None = None
) -> None:
    """Write the mapping of the columns, and the names that wait for a person, for the next time.

    Raises
    ------
    StorageError
        If a folder is missing or a file cannot be written.
    """
    if mapping is not None:
        write_mapping(mapping, reading.columns)
    if waiting is not None:
        with written_whole(waiting) as part:
            part.write_text(confirmation_lines(reading.unresolved), "utf-8")


def keep_villages(
    workspace: Workspace, layer: CheckedFrame, totals: ReportedTotals | None
) -> LayerRecord:
    """Keep a checked survey and its totals; the totals' brackets become the region's."""
    record = workspace.add_villages(layer, totals=None if totals is None else totals.frame)
    settle_analysis_crs(workspace, layer.frame[~layer.frame.geometry.isna()])
    if totals is not None:
        take_brackets(workspace, totals.brackets)
    return record


def take_brackets(workspace: Workspace, brackets: tuple[Bracket, ...]) -> None:
    """Make the reported brackets the region's, where they differ."""
    region = workspace.region()
    if region.brackets != brackets:
        workspace.save_region(region.with_brackets(brackets))


def _gazetteer(workspace: Workspace, known_names: Path | None) -> Gazetteer | None:
    """Return the gazetteer of the workspace's units and the names a person confirmed."""
    if not has_units(workspace):
        return None
    known = None if known_names is None else read_known_names(known_names)
    return Gazetteer(county_units(workspace), known=known)


def _townships(workspace: Workspace, listed: Path | None) -> pd.DataFrame | None:
    """Return the townships as the gazetteer wants them, None without any."""
    if listed is not None:
        return read_townships(listed).frame
    return townships_of(workspace)
