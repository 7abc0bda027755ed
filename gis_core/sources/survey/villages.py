"""A village survey read into a checked layer: the way from the file to the villages.

Each step is one line of `read_villages`; everything that was mended, doubted or refused on
the way is a remark of the layer.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gis_core.errors import InvalidParameterError, InvalidSurveyError
from gis_core.layers import VILLAGE_COLUMNS, CheckedFrame, LayerInfo
from gis_core.provenance import hash_file
from gis_core.remarks import Remark
from gis_core.sources.datum import DATUMS
from gis_core.sources.gazetteer import Gazetteer, NameMatch
from gis_core.sources.survey.belonging import (
    Belonging,
    counties_by_position,
    match_counties,
    match_townships,
    position_hints,
    without_county,
    without_units,
)
from gis_core.sources.survey.datum_hint import AUTO, datum_hint
from gis_core.sources.survey.duplicates import complete_ids, near_duplicates, refuse_repeated
from gis_core.sources.survey.extras import read_extras
from gis_core.sources.survey.layout import Header, choose_sheet
from gis_core.sources.survey.mapping import ColumnMapping, mapping_from_dict, read_mapping
from gis_core.sources.survey.place import Place
from gis_core.sources.survey.placing import outside_county, place_villages
from gis_core.sources.survey.positions import Positions, read_positions
from gis_core.sources.survey.rows import read_rows
from gis_core.sources.survey.sheets import read_sheets
from gis_core.sources.survey.table import cut_table
from gis_core.text import Text


@dataclass(frozen=True)
class SurveyReading:
    """A survey as read.

    `mapping` tells, header by header, the field it was taken for, the score (0 to 100) and
    whether it was used; `columns` is the same as a mapping that can be saved. The matches are
    by the name as written (townships as ``county code/name``).
    """

    layer: CheckedFrame
    mapping: dict[str, dict[str, Any]]
    columns: ColumnMapping
    county_matches: dict[str, NameMatch] = field(default_factory=dict)
    township_matches: dict[str, NameMatch] = field(default_factory=dict)

    @property
    def unresolved(self) -> tuple[NameMatch, ...]:
        """Names that wait for a person: doubtful ones and those like none."""
        matches = [*self.county_matches.values(), *self.township_matches.values()]
        return tuple(match for match in matches if match.state != "certain")


def read_villages(
    path: Path,
    *,
    sheet: str | None = None,
    mapping: Path | dict[str, Any] | ColumnMapping | None = None,
    units: "gpd.GeoDataFrame | Gazetteer | None" = None,
    townships: "pd.DataFrame | Gazetteer | None" = None,
    datum: str = "wgs84",
) -> SurveyReading:
    """Read a village survey: xlsx, xls, CSV, GeoJSON or GeoPackage.

    Parameters
    ----------
    path
        The file.
    sheet
        Name or number (from 1) of the sheet; None takes the only one that looks like a survey.
    mapping
        Which column holds what (see `mapping.read_mapping`); None lets the headers tell.
    units
        County boundaries (code, name_zh, name_en, geometry; EPSG:4326), or a `Gazetteer` made
        of them with aliases and confirmations. None: county codes are kept as written.
    townships
        Columns code, name, county_code; pinyin, lon and lat if known; or a `Gazetteer` of them.
    datum
        Of the coordinates: ``wgs84``, ``cgcs2000``, ``gcj02`` or ``bd09``; ``auto`` takes them
        as WGS 84 and says so if another datum puts more villages into their counties.

    Returns
    -------
    reading
        The layer has `VILLAGE_COLUMNS`, people and households int64, geometry Point or None;
        `extra` holds further columns by key, the township's and the row's number as ``row``.

    Raises
    ------
    UnreadableFileError
        If the file is missing, empty, damaged, encrypted or in an unknown encoding.
    InvalidSurveyError
        If no sheet has names and people, several do, or no row can be taken.
    InvalidParameterError
        If `datum` or the mapping makes no sense.
    MissingCrsError
        If a point layer has no CRS.
    """
    _check_datum(datum)
    choice = _as_mapping(mapping)
    counties, boundaries = _as_gazetteer(units)
    towns, town_frame = _as_gazetteer(townships)
    sheets = read_sheets(path)
    chosen, header, remarks = choose_sheet(
        sheets, str(path), wanted=sheet or choice.sheet, mapping=choice
    )
    place = Place(path.name, chosen.name)
    table, cut = cut_table(chosen, header, place)
    place = replace(place, headers=table.headers)
    remarks += [*_header_remarks(header, place), *_notes(chosen.notes, place), *cut]
    villages, said = read_rows(table)
    remarks += said
    found = match_counties(villages, place, counties)
    positions = read_positions(table, bounds=_bounds(boundaries), datum=datum, crs=choice.crs)
    _add_positions(villages, positions, remarks)
    if boundaries is not None:
        remarks += counties_by_position(villages, place, boundaries)
        remarks += position_hints(villages, place, boundaries)
    match_townships(villages, place, towns, found)
    remarks += without_county(villages, place) if boundaries is not None else []
    villages, said = refuse_repeated(villages, place)
    remarks += [*found.remarks, *said]
    remarks += place_villages(villages, place, units=boundaries, townships=town_frame)
    if boundaries is None:
        remarks += without_units(villages, place, datum_untested=datum == AUTO)
    else:
        remarks += outside_county(villages, place, boundaries)
    if boundaries is not None and datum == AUTO:
        remarks += datum_hint(villages, place, boundaries)
    remarks += near_duplicates(villages, place)
    remarks += complete_ids(villages, place, column=table.headers.get("village_id", ""))
    extras, said = read_extras(table, villages)
    remarks += said
    source_crs = chosen.source_crs or positions.source_crs
    layer = _layer(
        path, villages, extras, remarks, (source_crs, "wgs84" if datum == AUTO else datum)
    )
    return _reading(layer, header, chosen.name, choice, found)


def _check_datum(datum: str) -> None:
    if datum not in (*DATUMS, AUTO):
        raise InvalidParameterError(
            f"'{datum}' is not a datum; choose one of {', '.join((*DATUMS, AUTO))}.",
            f"“{datum}”不是已知基准；请选 {'、'.join((*DATUMS, AUTO))} 之一。",
        )


def _as_mapping(mapping: Path | dict[str, Any] | ColumnMapping | None) -> ColumnMapping:
    if isinstance(mapping, ColumnMapping):
        return mapping
    if mapping is None:
        return ColumnMapping()
    return mapping_from_dict(mapping) if isinstance(mapping, dict) else read_mapping(mapping)


def _as_gazetteer(given: Any) -> tuple[Gazetteer | None, Any]:
    if given is None:
        return None, None
    gazetteer = given if isinstance(given, Gazetteer) else Gazetteer(given)
    return gazetteer, gazetteer.frame


def _bounds(units: gpd.GeoDataFrame | None) -> tuple[float, float, float, float] | None:
    if units is None or units.empty:
        return None
    min_x, min_y, max_x, max_y = (float(v) for v in units.total_bounds)
    return min_x, min_y, max_x, max_y


def _notes(notes: tuple[Text, ...], place: Place) -> list[Remark]:
    cure = Text("Nothing to do if that is meant.", "如符合本意则无需处理。")
    return [place.remark("note", note, cure) for note in notes]


def _header_remarks(header: Header, place: Place) -> list[Remark]:
    """Say which columns wait for a person, and which were taken by likeness only."""
    remarks = []
    for column in header.columns:
        score = f"{column.score:.0f}/100"
        if column.doubtful:
            remarks.append(place.remark("waiting", Text(
                f"The column '{column.header[:60]}' may be {column.field} ({score}); it was not "
                "used as such.",
                f"“{column.header[:60]}”列可能是 {column.field}（匹配度 {score}），未作此用。",
            ), Text("Say so in a mapping file if it is, or rename the header.",
                    "如确实如此，请在对应文件中写明，或修改表头。"),
                column=column.header, value=column.header))  # fmt: skip
        elif column.used and column.score < 96:
            remarks.append(place.remark("note", Text(
                f"The column '{column.header[:60]}' was taken as {column.field} ({score}).",
                f"“{column.header[:60]}”列按 {column.field} 读取（匹配度 {score}）。",
            ), Text("Correct the mapping file if it is not.", "如有误，请修改对应文件。"),
                column=column.header, value=column.header))  # fmt: skip
    return remarks


def _add_positions(villages: pd.DataFrame, positions: Positions, remarks: list[Remark]) -> None:
    """Take the positions of the rows that were kept, and the remarks on them."""
    at = villages["position"].to_numpy()
    villages["lon"], villages["lat"] = positions.lon[at], positions.lat[at]
    kept = set(villages["row"])
    remarks += [r for r in positions.remarks if r.row is None or r.row in kept
                or r.action != "mended"]  # fmt: skip


def _layer(
    path: Path,
    villages: pd.DataFrame,
    extras: list[dict[str, Any]],
    remarks: list[Remark],
    source: tuple[str, str],
) -> CheckedFrame:
    if villages.empty:
        first = next((r for r in remarks if r.action == "refused"), None)
        why = first.reason if first else Text("it holds no row", "没有数据行")
        raise InvalidSurveyError(
            f"{path}: no village could be taken; first reason: {why.en}"
            + (f" (row {first.row})" if first else ""),
            f"{path}：没有可导入的村庄；首个原因：{why.zh}"
            + (f"（第{first.row}行）" if first else ""),
        )
    points = gpd.points_from_xy(villages["lon"], villages["lat"])
    points = np.where(np.isfinite(villages["lon"].to_numpy()), points, None)
    frame = gpd.GeoDataFrame(
        {c: villages[c] for c in VILLAGE_COLUMNS if c not in ("geometry", "extra")},
        geometry=points, crs=4326,
    )  # fmt: skip
    frame["extra"] = extras
    ordered = sorted(remarks, key=lambda r: (r.row is not None, r.row or 0))
    info = LayerInfo(
        theme="villages", kind="villages", file_name=path.name, file_hash=hash_file(path),
        source_crs=source[0], source_datum=source[1], remarks=tuple(ordered),
    )  # fmt: skip
    return CheckedFrame(info, frame[list(VILLAGE_COLUMNS)])


def _reading(
    layer: CheckedFrame, header: Header, sheet: str, choice: ColumnMapping, found: Belonging
) -> SurveyReading:
    shown = {
        c.header: {"field": c.field, "score": round(c.score, 1), "used": c.used}
        for c in header.columns if c.header
    }  # fmt: skip
    used = {c.field: c.header for c in header.columns if c.used}
    columns = ColumnMapping(used, sheet or None, choice.crs)
    return SurveyReading(layer, shown, columns, found.counties, found.townships)
