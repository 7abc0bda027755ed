"""Villages without a position placed by township or county; villages outside their county told."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_core.crs import choose_analysis_crs
from gis_core.remarks import Remark
from gis_core.sources.survey.place import Place
from gis_core.text import Text

Floats = NDArray[np.float64]
PRECISION = {"township": Text("township", "乡镇"), "county": Text("county", "县")}


def place_villages(
    villages: pd.DataFrame,
    place: Place,
    *,
    units: gpd.GeoDataFrame | None,
    townships: pd.DataFrame | None,
) -> list[Remark]:
    """Fill lon, lat and place_precision (point, township, county or none) of `villages` in place.

    Without a position of its own a village stands at its township's point (of `townships`, or
    the mean of the township's other villages), else inside its county, else nowhere.

    Parameters
    ----------
    villages
        Columns row, name, county_code, township, township_code, lon, lat (degrees, NaN without).
    units
        Boundaries with code and geometry (EPSG:4326).
    townships
        Columns code, and lon, lat (degrees) if their points are known.
    """
    own = np.isfinite(villages["lon"].to_numpy()) & np.isfinite(villages["lat"].to_numpy())
    precision = np.where(own, "point", "none").astype(object)
    source = np.where(own, "", "none").astype(object)
    if not own.all():
        _by_table(villages, townships, precision, source)
        _by_neighbours(villages, own, precision, source)
        _by_county(villages, units, precision, source)
    villages["place_precision"] = precision
    names, towns, rows = (villages[c].tolist() for c in ("name", "township", "row"))
    return [
        _placed_remark(place, int(rows[i]), (str(names[i]), str(towns[i])), str(source[i]))
        for i in np.flatnonzero(~own).tolist()
    ]


def _set(
    villages: pd.DataFrame, rows: NDArray[np.bool_], points: pd.DataFrame, keys: pd.Series
) -> NDArray[np.bool_]:
    """Set the rows whose key has a point; return which were set."""
    found = points.reindex(keys[rows])
    there = found["lon"].notna().to_numpy()
    hit = np.zeros(len(villages), dtype=bool)
    hit[np.flatnonzero(rows)[there]] = True
    villages.loc[hit, "lon"] = found["lon"].to_numpy()[there]
    villages.loc[hit, "lat"] = found["lat"].to_numpy()[there]
    return hit


def _by_table(
    villages: pd.DataFrame, townships: pd.DataFrame | None, precision: NDArray[np.object_],
    source: NDArray[np.object_],
) -> None:  # fmt: skip
    if townships is None or not {"code", "lon", "lat"} <= set(townships.columns):
        return
    points = townships.dropna(subset=["lon", "lat"]).drop_duplicates("code").set_index("code")
    rows = (precision == "none") & (villages["township_code"] != "").to_numpy()
    hit = _set(villages, rows, points, villages["township_code"])
    precision[hit], source[hit] = "township", "table"


def _by_neighbours(
    villages: pd.DataFrame, own: NDArray[np.bool_], precision: NDArray[np.object_],
    source: NDArray[np.object_],
) -> None:  # fmt: skip
    keys = villages["county_code"] + "|" + villages["township"]
    known = villages[own & (villages["township"] != "").to_numpy()]
    means = known.groupby(keys[known.index])[["lon", "lat"]].mean()
    hit = _set(villages, precision == "none", means, keys)
    precision[hit], source[hit] = "township", "neighbours"


def _by_county(
    villages: pd.DataFrame, units: gpd.GeoDataFrame | None, precision: NDArray[np.object_],
    source: NDArray[np.object_],
) -> None:  # fmt: skip
    if units is None:
        return
    inside = units.geometry.representative_point()
    points = pd.DataFrame({"lon": inside.x.to_numpy(), "lat": inside.y.to_numpy()},
                          index=units["code"].astype(str))  # fmt: skip
    hit = _set(villages, precision == "none", points, villages["county_code"])
    precision[hit], source[hit] = "county", "county"


def _placed_remark(place: Place, row: int, names: tuple[str, str], source: str) -> Remark:
    name, township = names
    reasons = {
        "table": Text(f"{name} has no position; it stands at the point of {township}.",
                      f"{name}没有坐标，按乡镇“{township}”的点位放置。"),
        "neighbours": Text(
            f"{name} has no position; it stands at the mean of the other villages of {township}.",
            f"{name}没有坐标，按乡镇“{township}”其他村庄的平均位置放置。"),
        "county": Text(f"{name} has no position; it stands at a point inside its county.",
                       f"{name}没有坐标，按所在县内一点放置。"),
        "none": Text(f"{name} has no position and no known county; it is on no map.",
                     f"{name}没有坐标，也无法确定所在县，不在地图上显示。"),
    }  # fmt: skip
    return place.remark(
        "waiting" if source == "none" else "mended", reasons[source],
        Text("Write the village's coordinates.", "请填写村庄坐标。"),
        row=row, column=place.column("lon", "x", "coordinates"), value=name,
    )  # fmt: skip


def counties_at(lon: Floats, lat: Floats, units: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the code of the unit at each position; "" outside all and for NaN."""
    codes = np.full(len(lon), "", dtype=object)
    there = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if len(there) and len(units):
        tree = shapely.STRtree(units.geometry.to_numpy())
        points = shapely.points(lon[there], lat[there])
        at, unit = tree.query(points, predicate="intersects")
        codes[there[at]] = units["code"].astype(str).to_numpy(dtype=object)[unit]
    return codes


def outside_county(villages: pd.DataFrame, place: Place, units: gpd.GeoDataFrame) -> list[Remark]:
    """Return a remark for each village whose own position lies outside its county."""
    own = (villages["place_precision"] == "point").to_numpy()
    shapes = dict(zip(units["code"].astype(str), units.geometry, strict=True))
    names = dict(zip(units["code"].astype(str), _names(units), strict=True))
    lon, lat = villages["lon"].to_numpy(), villages["lat"].to_numpy()
    called, numbers = villages["name"].tolist(), villages["row"].tolist()
    remarks: list[Remark] = []
    for code, rows in villages[own].groupby("county_code").indices.items():
        shape = shapes.get(str(code))
        if shape is None:
            continue
        index = np.flatnonzero(own)[rows]
        shapely.prepare(shape)
        out = index[~shapely.intersects_xy(shape, lon[index], lat[index])]
        distances_m = _distances_m(shape, lon[out], lat[out])
        for i, distance_m in zip(out.tolist(), distances_m.tolist(), strict=True):
            en, zh = names[str(code)]
            remarks.append(place.remark("note", Text(
                f"{called[i]} lies {distance_m / 1000:.2f} km outside {en}; kept.",
                f"{called[i]}位于{zh}界外 {distance_m / 1000:.2f} 公里处；已保留。",
            ), Text("Check the county, the coordinates and their datum.",
                    "请核对所属县、坐标及其基准。"), row=int(numbers[i]),
                column=place.column("lon", "x", "coordinates"),
                value=f"{lon[i]:.6f}, {lat[i]:.6f}"))  # fmt: skip
    return remarks


def _names(units: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    zh = units["name_zh"] if "name_zh" in units else units["code"]
    en = units.get("name_en", zh)
    return [(str(e) if isinstance(e, str) and e else str(z), str(z))
            for e, z in zip(en, zh, strict=True)]  # fmt: skip


def _distances_m(shape: shapely.Geometry, lon: Floats, lat: Floats) -> Floats:
    """Distances to a shape in metres, measured in the metric CRS of the shape's place."""
    if not len(lon):
        return np.zeros(0)
    middle = shape.representative_point()
    metric = choose_analysis_crs(middle.x, middle.y)
    flat = gpd.GeoSeries([shape], crs=4326).to_crs(metric).iloc[0]
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=4326).to_crs(metric)
    return np.asarray(points.distance(flat), dtype=float)
