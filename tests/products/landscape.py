"""Two square counties with villages whose figures are known by hand."""

import geopandas as gpd
import shapely

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
