"""Where villages lie: coordinates of any usual spelling read into WGS 84 degrees."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from gis_core.crs import parse_crs, transformer
from gis_core.remarks import Remark
from gis_core.sources.datum import convert_lonlat
from gis_core.sources.survey.angles import Angle, parse_angle, parse_pair
from gis_core.sources.survey.columns import PLAIN, cell_remark
from gis_core.sources.survey.place import shown_text
from gis_core.sources.survey.projected import LEAST_METRES, choose_projection
from gis_core.sources.survey.table import Table
from gis_core.text import Text

Floats = NDArray[np.float64]
Bounds = tuple[float, float, float, float]
FAR_DEG = 1.0  # farther outside the region's bounds a position is taken for a slip
PAIRS = (("lon", "lat"), ("x", "y"))
FILL_CURE = Text(
    "Write the village's coordinates; until then it stands by its township or county.",
    "请填写村庄坐标；在此之前按乡镇或县定位。",
)


@dataclass
class Positions:
    """Degrees (NaN where no position was taken), and what was said about them."""

    lon: Floats
    lat: Floats
    remarks: list[Remark] = field(default_factory=list)
    source_crs: str = "EPSG:4326"


def read_positions(
    table: Table, *, bounds: Bounds | None, datum: str, crs: str | None = None
) -> Positions:
    """Read every row's position.

    Parameters
    ----------
    table
        With the columns lon and lat, x and y, or coordinates (both in one cell).
    bounds
        The region's, in degrees; tells swapped coordinates and projections apart. None: only
        what is impossible anywhere is mended.
    datum
        Of the degrees: ``wgs84``, ``cgcs2000``, ``gcj02`` or ``bd09``.
    crs
        Of coordinates in metres; None finds it by magnitude and `bounds`.

    Returns
    -------
    positions
        In WGS 84; NaN where a cell is empty, zero, unreadable or far outside `bounds`.
    """
    first, second, remarks, named = _read_columns(table)
    found = Positions(first, second, remarks)
    _mend_metres(table, found, bounds=bounds, crs=crs, named=named)
    _drop_zeros(table, found, named)
    _mend_swapped(table, found, bounds, named)
    _refuse_impossible(table, found, bounds, named)
    if datum in ("gcj02", "bd09"):
        found.lon, found.lat = convert_lonlat(found.lon, found.lat, source=datum, target="wgs84")
        found.remarks.append(table.place.remark("mended", Text(
            f"Coordinates were converted from {datum.upper()} to WGS 84.",
            f"坐标已由 {datum.upper()} 转换为 WGS 84。",
        ), Text("Nothing to do if the datum is right.", "如基准无误，无需处理。")))  # fmt: skip
    return found


def _read_columns(table: Table) -> tuple[Floats, Floats, list[Remark], tuple[str, str]]:
    """Return the two coordinates as they stand, lon or x first where the header tells."""
    size = len(table)
    first, second = np.full(size, np.nan), np.full(size, np.nan)
    remarks: list[Remark] = []
    named = next((pair for pair in PAIRS if set(pair) & set(table.columns)), None)
    if named:
        first, made = _read_angles(table, named[0])
        second, also = _read_angles(table, named[1])
        remarks = made + also
    if "coordinates" in table.columns:
        remarks += _read_pairs(table, first, second)
        named = named or ("coordinates", "coordinates")
    return first, second, remarks, named or ("lon", "lat")


def _read_angles(table: Table, key: str) -> tuple[Floats, list[Remark]]:
    cells = table.column(key)
    values = np.full(len(cells), np.nan)
    remarks: list[Remark] = []
    for row, cell in enumerate(cells):
        if type(cell) is float or (type(cell) is str and PLAIN.fullmatch(cell)):
            values[row] = float(cell)
            if np.isfinite(values[row]):
                continue
        found = parse_angle(cell)
        if found.degrees is not None:
            values[row] = found.degrees
        blank = found.action == "missing" and table.without_value(row, key) == "blank"
        if found.action != "taken" and not blank:
            remarks.append(cell_remark(table, key, row, found, refused_as="cell"))
    return values, remarks


def _read_pairs(table: Table, first: Floats, second: Floats) -> list[Remark]:
    """Read cells that hold both; letters or words decide which is which, else the order."""
    remarks: list[Remark] = []
    for row, cell in enumerate(table.column("coordinates")):
        if cell is None or np.isfinite(first[row]) and np.isfinite(second[row]):
            continue
        pair = parse_pair(cell)
        if pair is None:
            refused = parse_angle(str(cell) + " ?")
            remarks.append(cell_remark(table, "coordinates", row, refused, refused_as="cell"))
            continue
        one, other = pair
        if one.side in ("N", "S") or other.side in ("E", "W"):
            one, other = other, one
        first[row], second[row] = one.degrees or 0.0, other.degrees or 0.0
        if "mended" in (one.action, other.action):
            shown = Angle(None, "mended", "", Text(
                f"'{str(cell)[:40]}' is taken as {first[row]:.6f}, {second[row]:.6f}.",
                f"“{str(cell)[:40]}”按 {first[row]:.6f}, {second[row]:.6f} 计。",
            ), one.cure)  # fmt: skip
            remarks.append(cell_remark(table, "coordinates", row, shown, refused_as="cell"))
    return remarks


def _mend_metres(
    table: Table, found: Positions, *, bounds: Bounds | None, crs: str | None,
    named: tuple[str, str],
) -> None:  # fmt: skip
    """Convert coordinates in metres to degrees, those of all rows with one projection."""
    metric = (np.abs(found.lon) > LEAST_METRES) & (np.abs(found.lat) > LEAST_METRES)
    if not metric.any():
        return
    x, y = found.lon[metric], found.lat[metric]
    chosen = _given_projection(crs, x, y) if crs else choose_projection(x, y, bounds=bounds)
    place, column = table.place, table.headers.get(named[0], "")
    at = int(np.flatnonzero(metric)[0])
    row = table.numbers[at]
    if chosen is None:
        found.lon[metric] = found.lat[metric] = np.nan
        found.remarks.append(place.remark("waiting", Text(
            f"{int(metric.sum()):,} coordinates are in metres, but no projection puts them into "
            "the region, or several do; they were not used.",
            f"{int(metric.sum())}个坐标以米为单位，但没有或不止一种投影能使其落入本区域，未采用。",
        ), Text("Name their CRS in the mapping file, such as 'crs: EPSG:4546'.",
                "请在对应文件中注明坐标系，如“crs: EPSG:4546”。"),
            row=row, column=column, value=_shown(table, at, named)))  # fmt: skip
        return
    system, turned = chosen
    east, north = (y, x) if turned else (x, y)
    found.lon[metric], found.lat[metric] = transformer(system, CRS.from_epsg(4326)).transform(
        east, north
    )
    found.source_crs = system.to_string()
    order = Text("northing first", "纵坐标在前") if turned else Text("easting first", "横坐标在前")
    found.remarks.append(place.remark("mended", Text(
        f"{int(metric.sum()):,} coordinates in metres ({order.en}) were taken as {system.name} "
        f"({found.source_crs}) and converted to degrees.",
        f"{int(metric.sum())}个以米为单位的坐标（{order.zh}）按 {system.name}（{found.source_crs}）"
        "转换为经纬度。",
    ), Text("Name another CRS in the mapping file if they were measured in one.",
            "如实际采用其他坐标系，请在对应文件中注明 crs。"),
        row=row, column=column, value=_shown(table, at, named)))  # fmt: skip


def _given_projection(crs: str, x: Floats, y: Floats) -> tuple[CRS, bool]:
    """Return the named CRS, and whether northings stand first (told by its area of use)."""
    system = parse_crs(crs)
    area = system.area_of_use
    if area is None:
        return system, False
    within = []
    for east, north in ((x, y), (y, x)):
        lon, lat = transformer(system, CRS.from_epsg(4326)).transform(east, north)
        inside = (lon > area.west - 3) & (lon < area.east + 3)
        within.append(int((inside & (lat > area.south - 3) & (lat < area.north + 3)).sum()))
    return system, within[1] > within[0]


def _drop_zeros(table: Table, found: Positions, named: tuple[str, str]) -> None:
    """A village at 0, 0 (or with one coordinate missing or zero) has no position."""
    one = np.isnan(found.lon) != np.isnan(found.lat)
    zero = (np.abs(found.lon) < 1e-9) | (np.abs(found.lat) < 1e-9)
    for row in np.flatnonzero(one | zero):
        found.remarks.append(table.place.remark("refused", Text(
            "A coordinate is zero or missing; the position was not taken.",
            "坐标为零或缺一个，该位置未采用。",
        ), FILL_CURE, row=table.numbers[row], column=_header(table, named),
            value=_shown(table, int(row), named)))  # fmt: skip
    found.lon[one | zero] = found.lat[one | zero] = np.nan


def _inside(lon: Floats, lat: Floats, bounds: Bounds, margin: float) -> NDArray[np.bool_]:
    return (
        (lon >= bounds[0] - margin) & (lon <= bounds[2] + margin)
        & (lat >= bounds[1] - margin) & (lat <= bounds[3] + margin)
    )  # fmt: skip


def _mend_swapped(
    table: Table, found: Positions, bounds: Bounds | None, named: tuple[str, str]
) -> None:
    world = bounds or (-180.0, -90.0, 180.0, 90.0)
    margin = FAR_DEG if bounds else 0.0
    swapped = ~_inside(found.lon, found.lat, world, margin)
    swapped &= _inside(found.lat, found.lon, world, margin)
    found.lon[swapped], found.lat[swapped] = found.lat[swapped], found.lon[swapped]
    if named[0] == "coordinates" and 2 * swapped.sum() >= np.isfinite(found.lon).sum():
        return  # one cell, no header told the order: it is how this sheet writes them
    for row in np.flatnonzero(swapped):
        found.remarks.append(table.place.remark("mended", Text(
            f"Longitude and latitude were swapped; taken as {found.lon[row]:.6f}, "
            f"{found.lat[row]:.6f}.",
            f"经度与纬度颠倒，按 {found.lon[row]:.6f}, {found.lat[row]:.6f} 计。",
        ), Text("Swap the two cells.", "请对调两个单元格。"), row=table.numbers[row],
            column=_header(table, named), value=_shown(table, int(row), named)))  # fmt: skip


def _refuse_impossible(
    table: Table, found: Positions, bounds: Bounds | None, named: tuple[str, str]
) -> None:
    there = np.isfinite(found.lon)
    bad = there & ~_inside(found.lon, found.lat, (-180.0, -90.0, 180.0, 90.0), 0.0)
    far = there & ~bad
    if bounds is not None:
        far &= ~_inside(found.lon, found.lat, bounds, FAR_DEG)
    else:
        far[:] = False
    for row in np.flatnonzero(bad | far):
        why = (
            Text("cannot be degrees", "不可能是经纬度")
            if bad[row]
            else Text("lies far outside the region", "远在本区域之外")
        )
        found.remarks.append(table.place.remark("refused", Text(
            f"The position {found.lon[row]:.6g}, {found.lat[row]:.6g} {why.en}; it was not taken.",
            f"位置 {found.lon[row]:.6g}, {found.lat[row]:.6g} {why.zh}，未采用。",
        ), FILL_CURE, row=table.numbers[row], column=_header(table, named),
            value=_shown(table, int(row), named)))  # fmt: skip
    found.lon[bad | far] = found.lat[bad | far] = np.nan


def _header(table: Table, named: tuple[str, str]) -> str:
    texts = dict.fromkeys(table.headers.get(key, key) for key in named)
    return ", ".join(texts)


def _shown(table: Table, row: int, named: tuple[str, str]) -> str:
    cells = [table.column(key)[row] for key in dict.fromkeys(named)]
    return ", ".join(shown_text(cell) for cell in cells)
