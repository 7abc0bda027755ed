"""Whether a survey's coordinates look as if they came from a Chinese web map."""

import geopandas as gpd
import numpy as np
import pandas as pd

from gis_core.remarks import Remark
from gis_core.sources.datum import convert_lonlat
from gis_core.sources.survey.place import Place
from gis_core.sources.survey.placing import counties_at
from gis_core.text import Text

AUTO = "auto"
OFFSET = ("gcj02", "bd09")
LEAST_OUTSIDE = 5  # villages; below it nothing can be said
SIGMAS = 3.0  # by which a datum must better the count, its spread taken as its square root


def datum_hint(villages: pd.DataFrame, place: Place, units: gpd.GeoDataFrame) -> list[Remark]:
    """Count the villages outside their county as they stand and as if of an offset datum.

    Nothing is converted; where GCJ-02 or BD-09 leaves clearly fewer outside, a remark that
    waits for a person says so with the figures.

    Parameters
    ----------
    villages
        Columns county_code, lon, lat (degrees) and place_precision.
    units
        Boundaries with code and geometry (EPSG:4326), themselves in WGS 84.
    """
    known = villages["county_code"].isin(set(units["code"].astype(str)))
    own = villages[known & (villages["place_precision"] == "point")]
    lon, lat = own["lon"].to_numpy(), own["lat"].to_numpy()
    codes = own["county_code"].to_numpy(dtype=object)
    outside = int((counties_at(lon, lat, units) != codes).sum())
    if outside < LEAST_OUTSIDE:
        return []
    counts: dict[str, int] = {}
    for datum in OFFSET:
        moved = convert_lonlat(lon, lat, source=datum, target="wgs84")
        counts[datum] = int((counties_at(*moved, units) != codes).sum())
    best = min(counts, key=lambda datum: counts[datum])
    if counts[best] >= outside - SIGMAS * np.sqrt(outside):
        return []
    return [place.remark("waiting", Text(
        f"{outside:,} of {len(own):,} villages lie outside their county; as {best.upper()} it "
        f"would be {counts[best]:,}. They look like {best.upper()}; nothing was changed.",
        f"{len(own)}个村庄中有{outside}个位于所属县界外；按 {best.upper()} 则为{counts[best]}个。"
        f"坐标疑似 {best.upper()}，未作转换。",
    ), Text(f"Import again with --datum {best} if they come from a web map.",
            f"如坐标取自网络地图，请用 --datum {best} 重新导入。"))]  # fmt: skip
