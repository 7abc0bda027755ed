"""Places given as a table with longitude and latitude: towns, sites, stations."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_core.errors import InvalidLayerError, InvalidParameterError
from gis_core.layers import CheckedFrame, LayerInfo
from gis_core.provenance import hash_file
from gis_core.remarks import Remark
from gis_core.sources.datum import DATUMS, convert_lonlat
from gis_core.sources.datum_notes import COLUMN, spoken_of
from gis_core.sources.flat_table import FlatTable, read_flat_table
from gis_core.sources.survey.angles import parse_angle
from gis_core.text import Text

LON = ("lon", "lng", "longitude", "lon_wgs84", "lon_gcj02", "lon_bd09", "long", "x", "经度", "东经")
LAT = ("lat", "latitude", "lat_wgs84", "lat_gcj02", "lat_bd09", "y", "纬度", "北纬")
IDENTIFIERS = ("id", "code", "编号", "代码")
CROWD = 3  # points at one position, from which it looks like a stand-in


def read_points(path: Path, *, theme: str, datum: str = "wgs84") -> CheckedFrame:
    """Read a table (CSV or workbook) with columns of longitude and latitude as points.

    Parameters
    ----------
    path
        One header row; degrees, decimal or in degrees-minutes-seconds.
    theme
        The layer's theme.
    datum
        Of the coordinates: ``wgs84``, ``cgcs2000``, ``gcj02`` or ``bd09``; they are converted.

    Returns
    -------
    layer
        Points in EPSG:4326 (WGS 84) with the table's columns; numeric ones float64, codes and
        ids text. Rows without a sound position are left out with a remark.

    Raises
    ------
    UnreadableFileError
        If the file cannot be read.
    InvalidLayerError
        If a coordinate column is missing or no row has a position.
    InvalidParameterError
        If `datum` is unknown.
    """
    if datum not in DATUMS:
        raise InvalidParameterError(
            f"'{datum}' is not a datum; choose one of {', '.join(DATUMS)}.",
            f"“{datum}”不是已知基准；请选 {'、'.join(DATUMS)} 之一。",
        )
    table = read_flat_table(path)
    lon_header = table.need(LON, Text("longitude", "经度"))
    lat_header = table.need(LAT, Text("latitude", "纬度"))
    lon, lat, remarks = _degrees(table, lon_header, lat_header)
    good = np.isfinite(lon) & np.isfinite(lat)
    if not good.any():
        raise InvalidLayerError(
            f"{path}: no row has a sound position; first reason: {remarks[0].reason.en}",
            f"{path}：没有任何行有可用的坐标；首个原因：{remarks[0].reason.zh}",
        )
    remarks += _datum_remarks(table, (lon_header, lat_header), datum)
    remarks += _crowds(table, lon, lat)
    if datum in ("gcj02", "bd09"):
        lon, lat = convert_lonlat(lon, lat, source=datum, target="wgs84")
    frame = _columns(table)[good]
    points = gpd.points_from_xy(lon[good], lat[good])
    layer = gpd.GeoDataFrame(frame.reset_index(drop=True), geometry=points, crs=4326)
    info = LayerInfo(
        theme=theme, kind="vector", file_name=path.name, file_hash=hash_file(path),
        source_datum=datum, remarks=tuple(remarks),
    )  # fmt: skip
    return CheckedFrame(info, layer)


def _columns(table: FlatTable) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {}
    for header in map(str, table.frame):
        name = f"{header}_" if header == "geometry" else header
        named = any(header.lower() == i or header.lower().endswith(i) for i in IDENTIFIERS)
        numeric = not named and table.is_numeric(header)
        columns[name] = table.numbers_of(header)[0] if numeric else table.frame[header]
    return pd.DataFrame(columns)


def _degrees(
    table: FlatTable, lon_header: str, lat_header: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[Remark]]:
    size = len(table.frame)
    found = {lon_header: np.full(size, np.nan), lat_header: np.full(size, np.nan)}
    remarks: list[Remark] = []
    for header, most in ((lon_header, 180.0), (lat_header, 90.0)):
        for i, cell in enumerate(table.frame[header].tolist()):
            angle = parse_angle(cell or None)
            degrees = np.nan if angle.degrees is None else angle.degrees
            sound = abs(degrees) <= most
            if sound:
                found[header][i] = degrees
            if sound and angle.action == "taken":
                continue
            mended = sound and angle.action == "mended"
            reason = angle.reason if mended else Text(
                f"'{cell[:40]}' is no position in degrees; the row was not taken.",
                f"“{cell[:40]}”不是以度为单位的坐标；该行未采用。",
            )  # fmt: skip
            cure = Text("Write decimal degrees.", "请填写十进制度数。")
            remarks.append(table.place.remark(
                "mended" if mended else "refused", reason, cure, row=table.numbers[i],
                column=header, value=cell))  # fmt: skip
    return found[lon_header], found[lat_header], remarks


def _datum_remarks(table: FlatTable, headers: tuple[str, str], datum: str) -> list[Remark]:
    """Say that coordinates were converted, or that header or file name speak of another datum."""
    if datum in ("gcj02", "bd09"):
        return [table.place.remark("mended", Text(
            f"Coordinates were converted from {datum.upper()} to WGS 84.",
            f"坐标已由 {datum.upper()} 转换为 WGS 84。",
        ), Text("Nothing to do if the datum is right.", "如基准无误，无需处理。"))]  # fmt: skip
    said = spoken_of(*headers, Path(table.place.file).stem)
    if not said:
        return []
    return [table.place.remark("waiting", Text(
        f"The file speaks of {said.upper()}, but its coordinates were taken as {datum.upper()}.",
        f"文件名或表头提到 {said.upper()}，但坐标按 {datum.upper()} 读取。",
    ), Text(f"Import it again with --datum {said} if it is.",
            f"如确为该基准，请用 --datum {said} 重新导入。"),
        column=COLUMN, value=said)]  # fmt: skip


def _crowds(table: FlatTable, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> list[Remark]:
    """Remark positions shared by many rows: likely the middle of an area, not the places."""
    frame = pd.DataFrame({"lon": lon, "lat": lat, "row": table.numbers}).dropna()
    groups = frame.groupby(["lon", "lat"], sort=False)["row"].agg(list)
    return [
        table.place.remark("note", Text(
            f"{len(rows):,} rows share one position (rows {', '.join(map(str, rows[:8]))}"
            f"{' …' if len(rows) > 8 else ''}); it is likely the middle of an area.",
            f"{len(rows)}行坐标完全相同（第{'、'.join(map(str, rows[:8]))}行"
            f"{'等' if len(rows) > 8 else ''}），可能是某区域的中心点。",
        ), Text("Look up their own positions if they matter.", "如需精确位置请逐一核实。"),
            row=int(rows[0]))
        for rows in groups if len(rows) >= CROWD
    ]  # fmt: skip
