"""Two square counties with villages whose figures are known by hand."""

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr
from pyproj import CRS

from gis_core.grid import Grid
from gis_core.products.maps.context import MapContext
from gis_core.text import Text

HOSTILE = "</script><script>window.hit=1</script>"
NAMES = ["上峪沟", "<img src=x onerror=window.hit=1>庄", "{{7*7}}村", "东坡", HOSTILE]
PEOPLE = [40, 60, 120, 350, 80]  # of county A: 40, 60, 120; of county B: 350, 80
YEARS = (2005, 2006)


def context(lang: str = "zh", **changes: object) -> MapContext:
    values: dict = {
        "lang": lang, "region_name": Text("Testland", "试验市"), "analysis_crs": "EPSG:4546",
        "made_at": "2026-01-02", "labels": (Text("Schematic boundaries", "示意边界"),),
        "sources": ("county: units.geojson, 2004, wgs84",),
        "left_out": (Text("no soil data", "缺土壤数据"),),
    }  # fmt: skip
    return MapContext(**{**values, **changes})


def counties() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"code": ["A1", "B2"], "name_zh": ["甲县", "乙县"], "name_en": ["Jia", "Yi"]},
        geometry=[shapely.box(111, 36, 112, 37), shapely.box(112, 36, 113, 37)], crs=4326,
    )  # fmt: skip


def villages() -> gpd.GeoDataFrame:
    places = [(111.2, 36.2), (111.4, 36.4), (111.6, 36.6), (112.3, 36.3), (112.6, 36.6)]
    return gpd.GeoDataFrame(
        {"village_id": [f"V{i}" for i in range(5)], "name": NAMES, "township": "城关镇",
         "county_code": ["A1"] * 3 + ["B2"] * 2, "people": PEOPLE, "households": [9] * 5,
         "place_precision": "point", "extra": [{}] * 5},
        geometry=[shapely.Point(p) for p in places], crs=4326,
    )  # fmt: skip


def destinations() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"destination_id": ["D1", "D2"], "name": ["甲城", "乙城"], "kind": ["town", "town"],
         "capacity_people": [500, 500]},
        geometry=[shapely.Point(111.5, 36.5), shapely.Point(112.5, 36.5)], crs=4326,
    )  # fmt: skip


def plan() -> dict:
    """Village 0 moves in 2005, 1 in 2006, 4 (county B) in 2006; 2 waits."""
    held = villages()

    def move(i: int, year: int, site: str) -> dict:
        row = held.iloc[i]
        return {
            "village_id": row["village_id"], "village": row["name"], "year": year,
            "county_code": row["county_code"], "destination_id": site, "destination": site,
            "form": "town", "people": int(row["people"]), "households": 9,
            "cost_yuan": 5000.0 * row["people"], "travel_time_min": 20.0,
            "why": {"en": "remote", "zh": "位置偏远"},
        }  # fmt: skip

    moves = [move(0, 2005, "D1"), move(1, 2006, "D1"), move(4, 2006, "D2")]
    years = [
        {"year": y, "villages": sum(m["year"] == y for m in moves), "households": 9,
         "people": sum(m["people"] for m in moves if m["year"] == y),
         "cost_yuan": sum(m["cost_yuan"] for m in moves if m["year"] == y)}
        for y in YEARS
    ]  # fmt: skip
    return {
        "status": "optimal", "objective": 900.0, "bound": 899.0, "gap": 0.001, "years": years,
        "forms": [{"form": "town", "title": {"en": "in town", "zh": "城镇安置"}, "villages": 3,
                   "people": 180, "cost_yuan": 900_000.0}],
        "assignments": moves, "conflicts": [], "caveats": [],
        "deferred": [{"village_id": "V2", "village": held.iloc[2]["name"], "county_code": "A1",
                      "people": 120, "why": {"en": "no quota left", "zh": "指标不足"}}],
    }  # fmt: skip


GRID = Grid(CRS.from_epsg(4546), 500_000.0, 4_096_000.0, 500.0, 222, 360)


def class_codes() -> xr.DataArray:
    """S1 in the north-west of both counties, S3 in the north-east, excluded along the south."""
    codes = np.full(GRID.shape, 1, np.uint8)
    codes[:, 180:] = 3
    codes[150:] = 9
    return GRID.wrap(codes)


def scores() -> dict:
    """The document of a suitability run with one criterion and one rule."""
    areas = {"S1": 300.0, "S2": 0.0, "S3": 100.0, "N1": 0.0, "N2": 0.0}
    own = {f"{name.lower()}_area_mu": area / 2 for name, area in areas.items()}
    return {
        "title": {"en": "Model", "zh": "模型"}, "remarks": [],
        "classes": [{"class": c, "area_mu": a, "share": a / 400} for c, a in areas.items()],
        "counties": [{"code": c, "mean_score": 0.7, **own} for c in ("A1", "B2")],
        "criteria": [{"title": {"en": "Slope", "zh": "坡度"}, "weight": 1.0, "tag": "planner",
                      "source": {"en": "our choice", "zh": "自定"}}],
        "excluded": [{"title": {"en": "Near pollution", "zh": "距污染源近"}, "tag": "planner",
                      "area_mu": 77.0, "source": {"en": "our choice", "zh": "自定"}}],
    }  # fmt: skip


def bases() -> gpd.GeoDataFrame:
    """Four bases, three of them side by side, that the same number would cover."""
    places = [(111.3, 36.7), (111.32, 36.71), (111.34, 36.7), (112.6, 36.8)]
    return gpd.GeoDataFrame(
        {"number": [1, 2, 3, 4], "base_id": [f"B{i}" for i in range(4)],
         "county_code": ["A1"] * 3 + ["B2"], "area_mu": 15_000.0, "mean_score": 0.8,
         "compactness": 0.7, "why_en": "mostly S1, kept off by no rule",
         "why_zh": "以 S1 为主，未触及排除规则"},
        geometry=[shapely.Point(p).buffer(0.012) for p in places], crs=4326,
    )  # fmt: skip


def choice() -> dict:
    return {"status": "optimal", "objective": 48_000.0, "bound": 48_000.0, "gap": 0.0,
            "conflicts": []}  # fmt: skip


def protected() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": ["林区"]}, geometry=[shapely.box(112.2, 36.6, 112.9, 36.9)],
                            crs=4326)  # fmt: skip
