"""The offset datums of Chinese web maps: GCJ-02 and BD-09, to and from WGS 84.

CGCS2000 and WGS 84 agree to centimetres and are taken as one. The offset formulas are
public knowledge; inside them stands the Krassovsky ellipsoid. Outside China (72.004–137.8347
°E, 0.8293–55.8271 °N) GCJ-02 is WGS 84 by definition.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from gis_core.errors import InvalidParameterError, MissingCrsError
from gis_core.layers import CheckedFrame
from gis_core.remarks import Remark
from gis_core.text import Text

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]
DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
SEMI_MAJOR_M = 6378245.0  # Krassovsky 1940
ECCENTRICITY_SQUARED = 0.00669342162296594323  # Krassovsky 1940
BD_ANGLE = np.pi * 3000.0 / 180.0
INVERSE_STEPS = 12  # each step gains about two digits; 1 cm needs four


def _ripple(x: Floats, *, first: float, second: float, third: float) -> Floats:
    """Sum of the three sine pairs along one axis, in metres."""
    pi = np.pi
    return (
        (20.0 * np.sin(6.0 * x * pi) + 20.0 * np.sin(2.0 * x * pi)) * 2.0 / 3.0
        + (20.0 * np.sin(x * pi) + 40.0 * np.sin(x / 3.0 * pi)) * 2.0 / 3.0
        + (first * np.sin(x / 12.0 * pi) + second * np.sin(x / third * pi)) * 2.0 / 3.0
    )


def _offset_east_m(x: Floats, y: Floats) -> Floats:
    base = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    return base + _ripple(x, first=150.0, second=300.0, third=30.0)


def _offset_north_m(x: Floats, y: Floats) -> Floats:
    base = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    pi = np.pi
    return (
        base
        + (20.0 * np.sin(6.0 * x * pi) + 20.0 * np.sin(2.0 * x * pi)) * 2.0 / 3.0
        + (20.0 * np.sin(y * pi) + 40.0 * np.sin(y / 3.0 * pi)) * 2.0 / 3.0
        + (160.0 * np.sin(y / 12.0 * pi) + 320.0 * np.sin(y * pi / 30.0)) * 2.0 / 3.0
    )


def _gcj02_from_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon - 105.0, lat - 35.0
    phi = np.radians(lat)
    curvature = 1.0 - ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    meridian_m = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / curvature**1.5
    parallel_m = SEMI_MAJOR_M / np.sqrt(curvature) * np.cos(phi)
    inside = (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)
    east = np.where(inside, np.degrees(_offset_east_m(x, y) / parallel_m), 0.0)
    north = np.where(inside, np.degrees(_offset_north_m(x, y) / meridian_m), 0.0)
    return lon + east, lat + north


def _bd09_from_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BD_ANGLE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BD_ANGLE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


Forward = Callable[[Floats, Floats], tuple[Floats, Floats]]


def _inverse(forward: Forward, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Invert `forward` by fixed-point iteration; it moves points less than 0.02°."""
    x, y = lon.copy(), lat.copy()
    for _ in range(INVERSE_STEPS):
        made_x, made_y = forward(x, y)
        x, y = x + lon - made_x, y + lat - made_y
    return x, y


def convert_lonlat(lon: Floats, lat: Floats, *, source: str, target: str) -> tuple[Floats, Floats]:
    """Convert positions between datums.

    Parameters
    ----------
    lon, lat
        Degrees, same shape. NaN stays NaN.
    source, target
        One of ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09``.

    Returns
    -------
    lon, lat
        Degrees in `target`. The way back is accurate to better than 1 cm.

    Raises
    ------
    InvalidParameterError
        If a datum is unknown.
    """
    for datum in (source, target):
        if datum not in DATUMS:
            raise InvalidParameterError(
                f"'{datum}' is not a datum; choose one of {', '.join(DATUMS)}.",
                f"“{datum}”不是已知基准；请选 {'、'.join(DATUMS)} 之一。",
            )
    x, y = np.array(lon, dtype=float), np.array(lat, dtype=float)
    if source == "bd09" and target != "bd09":
        x, y = _inverse(_bd09_from_gcj02, x, y)
    if source in ("bd09", "gcj02") and target in ("wgs84", "cgcs2000"):
        x, y = _inverse(_gcj02_from_wgs84, x, y)
    if source in ("wgs84", "cgcs2000") and target in ("gcj02", "bd09"):
        x, y = _gcj02_from_wgs84(x, y)
    if target == "bd09" and source != "bd09":
        x, y = _bd09_from_gcj02(x, y)
    return x, y


def convert_frame(frame: gpd.GeoDataFrame, *, source: str, target: str) -> gpd.GeoDataFrame:
    """Return `frame` in EPSG:4326 with every vertex taken from datum `source` to `target`.

    Raises
    ------
    MissingCrsError
        If `frame` has no CRS.
    InvalidParameterError
        If a datum is unknown.
    """
    if frame.crs is None:
        raise MissingCrsError(
            "The layer has no CRS, so its datum cannot be converted; set the CRS first.",
            "图层没有坐标系，无法转换基准；请先指定坐标系。",
        )
    lonlat = frame.to_crs(4326)

    def shift(points: Floats) -> Floats:
        return np.column_stack(
            convert_lonlat(points[:, 0], points[:, 1], source=source, target=target)
        )

    shapes = shapely.transform(lonlat.geometry.to_numpy(), shift)
    return lonlat.set_geometry(gpd.GeoSeries(shapes, index=lonlat.index, crs=4326))


Confidence = Literal["sure", "likely", "undecided"]
HYPOTHESES = ("wgs84", "gcj02", "bd09")
SHOWN = {"wgs84": "WGS 84", "gcj02": "GCJ-02", "bd09": "BD-09", "unknown": "?"}
SAMPLE_STEP_M = 500.0  # between sampled places along the layer's lines
LINE_STEP_M = 50.0  # between the points that stand for the lines compared with
MAX_SAMPLE, MAX_SEARCHED, MAX_LINE_POINTS = 4_000, 600, 400_000
METRES_PER_DEGREE = 111_000.0  # of latitude; only spaces the samples
CAP_M = 1_000.0  # a place farther off than this has no counterpart and counts as this far
SEARCH_M, SEARCH_STEPS_M = 1_600.0, (200.0, 100.0, 50.0, 25.0)
MATCH_M = 500.0  # the best reading's mean distance must be below, or lines do not correspond
LIKELY_RATIO, SURE_RATIO = 0.85, 0.6  # best mean distance over the runner-up's
OFFSET_TOLERANCE_M = 150.0  # between the measured offset and the one a datum would give
STILL_M = 1.0  # where GCJ-02 moves a place by less, it is outside China


@dataclass(frozen=True)
class DatumFinding:
    """What comparing a layer with a reference says about the layer's datum.

    Attributes
    ----------
    datum
        ``wgs84``, ``gcj02``, ``bd09``, or ``unknown`` when undecided.
    confidence
        ``sure``, ``likely`` or ``undecided``.
    offset_east_m, offset_north_m
        How far the layer lies from the reference as it is, in metres; NaN if not measured.
    residual_m
        By hypothesis: mean distance, in metres, to the reference once taken to WGS 84 so; a
        place counts at most 1,000 m.
    compared
        Number of places compared.
    text, cure
        The finding and what to do, in words with the figures.
    """

    datum: str
    confidence: Confidence
    offset_east_m: float
    offset_north_m: float
    residual_m: dict[str, float]
    compared: int
    text: Text
    cure: Text

    @property
    def offset_m(self) -> float:
        """Length of the measured offset in metres; NaN if not measured."""
        return float(np.hypot(self.offset_east_m, self.offset_north_m))

    def as_remark(self, file_name: str) -> Remark:
        """Return the finding as a remark on the file."""
        return Remark(file_name, "note", self.text, self.cure, column="datum", value=self.datum)


def detect_datum(frame: gpd.GeoDataFrame, reference: gpd.GeoDataFrame) -> DatumFinding:
    """Test whether a layer lies off a reference as GCJ-02 or BD-09 would put it.

    Boundary lines are compared with boundary lines (points with points): for each hypothesis
    the layer is taken to WGS 84 and the mean distance to the reference is measured; the
    offset is also searched freely and must agree. Nothing is converted.

    Parameters
    ----------
    frame
        The layer as it came, any CRS.
    reference
        A layer known to be in WGS 84 (CGCS2000 is the same), any CRS, showing the same lines.

    Raises
    ------
    MissingCrsError
        If one of them has no CRS.
    """
    layer, known = _lonlat(frame, "layer"), _lonlat(reference, "reference")
    if layer.size == 0 or known.size == 0:
        return _undecided(NOTHING_TO_COMPARE, {}, 0)
    lon0, lat0 = _centre(layer)
    plane = _Plane(lon0, lat0)
    expected = {datum: plane.offset_of(datum) for datum in HYPOTHESES}
    if np.hypot(*expected["gcj02"]) < STILL_M:
        return _outside_china()
    lines = set(shapely.get_dimensions(layer).tolist()) | set(
        shapely.get_dimensions(known).tolist()
    )
    if 0 in lines and lines != {0}:
        return _undecided(POINTS_WITH_LINES, {}, 0)
    match = _best_direction(layer, known, plane)
    if match is None:
        return _undecided(NOTHING_TO_COMPARE, {}, 0)
    return _judge(match, expected)


@dataclass(frozen=True)
class _Plane:
    """A plane in metres around a place, good to 0.1 % over a prefecture: enough to compare."""

    lon0: float
    lat0: float

    def xy(self, points: Floats) -> Floats:
        phi = np.radians(self.lat0)
        curvature = 1.0 - ECCENTRICITY_SQUARED * np.sin(phi) ** 2
        east = SEMI_MAJOR_M / np.sqrt(curvature) * np.cos(phi)
        north = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / curvature**1.5
        return np.radians(points - (self.lon0, self.lat0)) * (east, north)

    def offset_of(self, datum: str) -> tuple[float, float]:
        """Return where `datum` puts this place, in metres east and north of its WGS 84 place."""
        there = convert_lonlat(
            np.array([self.lon0]), np.array([self.lat0]), source="wgs84", target=datum
        )
        east, north = self.xy(np.column_stack(there))[0]
        return float(east), float(north)


def wgs84_offset_m(lon: float, lat: float, datum: str) -> float:
    """Return how far, in metres, `datum` puts a place (degrees) from its WGS 84 place."""
    return float(np.hypot(*_Plane(lon, lat).offset_of(datum)))


@dataclass(frozen=True)
class _Match:
    """Distances per hypothesis in the direction that corresponds best, and the free offset."""

    residual_m: dict[str, float]
    offset_m: tuple[float, float]
    compared: int


def _lonlat(frame: gpd.GeoDataFrame, what: str) -> Shapes:
    if frame.crs is None:
        raise MissingCrsError(
            f"The {what} has no CRS, so its datum cannot be tested; set the CRS first.",
            "图层没有坐标系，无法检测基准；请先指定坐标系。",
        )
    shapes = np.asarray(frame.geometry.to_crs(4326).array, dtype=object)
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    areal = shapely.get_dimensions(shapes) == 2
    shapes[areal] = shapely.boundary(shapes[areal])
    return shapes


def _centre(shapes: Shapes) -> tuple[float, float]:
    min_x, min_y, max_x, max_y = shapely.total_bounds(shapes)
    return float(min_x + max_x) / 2, float(min_y + max_y) / 2


def _places(shapes: Shapes, step_m: float, limit: int, near: Floats) -> Floats:
    """Return at most some 2 × `limit` places along lines (or the points) inside `near`."""
    inside = shapely.clip_by_rect(shapely.force_2d(shapes), *near)
    inside = inside[~shapely.is_empty(inside)]
    total_m = float(shapely.length(inside).sum()) * METRES_PER_DEGREE
    if total_m:
        step = max(step_m, total_m / limit) / METRES_PER_DEGREE
        inside = shapely.segmentize(inside, step)
    places = shapely.get_coordinates(inside)
    return places[:: max(1, len(places) // limit)]


@dataclass(frozen=True)
class _Pairing:
    """Places of one side, in degrees, and the lines of the other, in the plane."""

    places: Floats
    lines: cKDTree
    forward: bool  # whether `places` are the layer's

    def residuals_m(self, plane: _Plane) -> dict[str, float]:
        """Return the mean capped distance per hypothesis; only the sampled side is moved."""
        found: dict[str, float] = {}
        for datum in HYPOTHESES:
            source, target = (datum, "wgs84") if self.forward else ("wgs84", datum)
            moved = np.column_stack(convert_lonlat(*self.places.T, source=source, target=target))
            distance, _ = self.lines.query(plane.xy(moved), distance_upper_bound=CAP_M)
            found[datum] = float(np.minimum(distance, CAP_M).mean())
        return found


def _best_direction(layer: Shapes, known: Shapes, plane: _Plane) -> _Match | None:
    """Compare layer to reference and reference to layer; keep what corresponds better.

    The layer may show more lines than the reference (counties against an outline) or fewer.
    """
    pad = 2 * SEARCH_M / METRES_PER_DEGREE
    a, b = shapely.total_bounds(layer), shapely.total_bounds(known)
    near = np.concatenate([np.maximum(a[:2], b[:2]) - pad, np.minimum(a[2:], b[2:]) + pad])
    if near[0] >= near[2] or near[1] >= near[3]:
        return None
    found: list[tuple[_Pairing, dict[str, float]]] = []
    for sampled, drawn, forward in ((layer, known, True), (known, layer, False)):
        places = _places(sampled, SAMPLE_STEP_M, MAX_SAMPLE, near)
        lines = _places(drawn, LINE_STEP_M, MAX_LINE_POINTS, near)
        if not (len(places) and len(lines)):
            return None
        pairing = _Pairing(places, cKDTree(plane.xy(lines)), forward)
        found.append((pairing, pairing.residuals_m(plane)))
    pairing, residual = min(found, key=lambda pair: min(pair[1].values()))
    east, north = _free_offset(plane.xy(pairing.places), pairing.lines)
    sign = 1.0 if pairing.forward else -1.0
    return _Match(residual, (sign * east, sign * north), len(pairing.places))


def _free_offset(sample: Floats, tree: cKDTree) -> tuple[float, float]:
    """Return the shift, in metres, that the sample has against the lines, by search."""
    sample = sample[:: max(1, len(sample) // MAX_SEARCHED)]
    best, reach = np.zeros(2), SEARCH_M
    for step in SEARCH_STEPS_M:
        axis = np.arange(-reach, reach + step / 2, step)
        shifts = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2) + best
        moved = sample[None, :, :] - shifts[:, None, :]
        distance, _ = tree.query(moved, distance_upper_bound=CAP_M)
        best = shifts[np.argmin(np.minimum(distance, CAP_M).mean(axis=1))]
        reach = step
    return float(best[0]), float(best[1])


NOTHING_TO_COMPARE = Text(
    "The layer and the reference show no common place, so the datum cannot be tested.",
    "图层与参考图层没有共同的地点，无法检测基准。",
)
POINTS_WITH_LINES = Text(
    "Points cannot be compared with boundaries, so the datum cannot be tested.",
    "点图层无法与边界比较，不能检测基准。",
)
ASK_SOURCE = Text(
    "Ask where the coordinates come from (web maps of China give GCJ-02 or BD-09) and import again "
    "with --datum.",
    "请向数据提供方确认坐标来源（国内网络地图多为 GCJ-02 或 BD-09），再用 --datum 指定后导入。",
)


def _undecided(reason: Text, residual: dict[str, float], compared: int) -> DatumFinding:
    nan = float("nan")
    return DatumFinding("unknown", "undecided", nan, nan, residual, compared, reason, ASK_SOURCE)


def _outside_china() -> DatumFinding:
    return DatumFinding(
        "wgs84", "sure", 0.0, 0.0, {}, 0,
        Text("The layer lies outside China, where web maps have no offset.",
             "图层位于中国境外，网络地图没有坐标偏移。"),
        Text("Nothing to do.", "无需处理。"),
    )  # fmt: skip


def _judge(match: _Match, expected: dict[str, tuple[float, float]]) -> DatumFinding:
    ranked = sorted(match.residual_m, key=match.residual_m.__getitem__)
    best, second = ranked[0], ranked[1]
    low, next_low = match.residual_m[best], match.residual_m[second]
    east, north = match.offset_m
    off = float(np.hypot(east - expected[best][0], north - expected[best][1]))
    figures = Text(
        f"measured against the reference it lies {_signed(east, 'east', 'west')} and "
        f"{_signed(north, 'north', 'south')}; mean distance left "
        + ", ".join(f"{match.residual_m[h]:,.0f} m if {SHOWN[h]}" for h in HYPOTHESES),
        f"与参考图层相比{_signed(east, '偏东', '偏西')}、{_signed(north, '偏北', '偏南')}；"
        + "、".join(
            f"按 {SHOWN[h]} 剩余平均距离 {match.residual_m[h]:,.0f} 米" for h in HYPOTHESES
        ),
    )
    if low > MATCH_M:
        return _undecided(
            Text(
                f"The datum is undecided: the layer's lines and the reference's do not correspond "
                f"(mean distance {low:,.0f} m at best, wanted below {MATCH_M:,.0f} m).",
                f"基准无法判定：图层与参考图层的线条不对应（平均距离最小为 {low:,.0f} 米，"
                f"应小于 {MATCH_M:,.0f} 米）。",
            ),
            match.residual_m,
            match.compared,
        )
    if low > LIKELY_RATIO * next_low or off > OFFSET_TOLERANCE_M:
        reason = Text(
            f"The datum is undecided: {figures.en}. The lines are too coarse, or the offset "
            "fits no known datum.",
            f"基准无法判定：{figures.zh}。界线过于概略，或偏移与已知基准均不符。",
        )
        return DatumFinding(
            "unknown", "undecided", east, north, match.residual_m, match.compared, reason,
            ASK_SOURCE,
        )  # fmt: skip
    confidence: Confidence = "sure" if low <= SURE_RATIO * next_low else "likely"
    sure = Text("", "") if confidence == "sure" else Text("probably ", "很可能")
    text = Text(
        f"The layer is {sure.en}in {SHOWN[best]}: {figures.en}.",
        f"图层{sure.zh}为 {SHOWN[best]} 坐标：{figures.zh}。",
    )
    cure = Text("Nothing to do.", "无需处理。") if best == "wgs84" else Text(
        f"Import again with --datum {best} to convert it; it was kept as it is.",
        f"如需转换，请用 --datum {best} 重新导入；目前保持原样。",
    )  # fmt: skip
    return DatumFinding(best, confidence, east, north, match.residual_m, match.compared, text, cure)


def _signed(metres: float, positive: str, negative: str) -> str:
    unit = " m " if positive.isascii() else ""
    way = positive if metres >= 0 else negative
    return f"{abs(metres):,.0f}{unit}{way}" if unit else f"{way} {abs(metres):,.0f} 米"


def note_finding(layer: CheckedFrame, finding: DatumFinding) -> CheckedFrame:
    """Return `layer` with the finding among its remarks; coordinates stay as they are.

    `info.source_datum` takes the finding's datum unless it is undecided.
    """
    info = layer.info.with_remarks(finding.as_remark(layer.info.file_name))
    if finding.datum != "unknown":
        same = info.source_datum == "cgcs2000" and finding.datum == "wgs84"
        info = replace(info, source_datum=info.source_datum if same else finding.datum)
    return CheckedFrame(info, layer.frame)
