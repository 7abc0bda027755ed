"""The files that README names, made small: two counties of loess hills and their survey."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from openpyxl import Workbook
from pyproj import CRS

from gis_core.grid import Grid
from gis_core.store.raster_files import write_cog

WEST, SOUTH, EAST, NORTH = 111.0, 36.1, 111.2, 36.3
COUNTIES = {"990001": ("甲县", "West County"), "990002": ("乙县", "East County")}
VILLAGES = 12
HEADERS = ["编号", "村名", "乡镇", "县代码", "户数", "人口", "经度", "纬度"]


def write_all(folder: Path) -> None:
    """Write every file that README's commands and Python lines read into `folder`."""
    counties = _counties()
    counties.to_file(folder / "counties.geojson")
    _terrain(folder, Grid.over(counties, cell_m=200))
    middle = (SOUTH + NORTH) / 2
    road = shapely.LineString([(WEST, middle + 0.004), (EAST, middle + 0.006)])
    gpd.GeoDataFrame({"class": ["县道"]}, geometry=[road], crs=4326).to_file(folder / "roads.gpkg")
    places = gpd.GeoDataFrame(
        {
            "destination_id": ["t1", "n1"],
            "name": ["甲镇", "乙移民新村"],
            "kind": ["town", "new_village"],
            "county_code": list(COUNTIES),
            "capacity_people": [400, 400],
        },
        geometry=gpd.points_from_xy([111.03, 111.17], [middle + 0.005] * 2),
        crs=4326,
    )
    places.drop(columns=["destination_id", "county_code"]).to_file(folder / "destinations.geojson")
    places[["name", "geometry"]].to_file(folder / "towns.geojson")
    survey = _survey()
    _write_sheet(survey, folder / "survey.xlsx")
    households, people = int(survey["households"].sum()), int(survey["people"].sum())
    (folder / "totals.csv").write_text(
        "label,min_people,max_people,villages,households,people\n"
        f"under 100,1,99,{VILLAGES},{households},{people}\n",
        "utf-8",
    )
    survey.drop(columns=["township", "lon", "lat"]).to_csv(folder / "villages.csv", index=False)
    places.drop(columns="geometry").to_csv(folder / "destinations.csv", index=False)
    minutes = pd.DataFrame(
        {"t1": 20.0 + 5 * np.arange(VILLAGES), "n1": 80.0 - 5 * np.arange(VILLAGES)},
        index=survey["village_id"],
    )
    minutes.to_csv(folder / "minutes.csv")


def _counties() -> gpd.GeoDataFrame:
    middle = (WEST + EAST) / 2
    return gpd.GeoDataFrame(
        {
            "code": list(COUNTIES),
            "name_zh": [zh for zh, _ in COUNTIES.values()],
            "name_en": [en for _, en in COUNTIES.values()],
        },
        geometry=[shapely.box(WEST, SOUTH, middle, NORTH), shapely.box(middle, SOUTH, EAST, NORTH)],
        crs=4326,
    )


def _terrain(folder: Path, around: Grid) -> None:
    """Write gentle slopes with a steep ridge, and fields in blocks with woods between."""
    grid = Grid(CRS.from_epsg(4546), around.min_x - 2000, around.max_y + 2000, 200.0,
                around.height + 20, around.width + 20)  # fmt: skip
    row, col = np.mgrid[0 : grid.height, 0 : grid.width]
    height = 900 + 2.0 * col + np.where(col % 30 == 0, 150.0, 0.0)
    write_cog(grid.wrap(height.astype(np.float32)), folder / "dem.tif")
    field = (row % 12 < 10) & (col % 10 < 8)
    write_cog(grid.wrap(np.where(field, 1, 2).astype(np.uint8)), folder / "landcover.tif")
    (folder / "classes.csv").write_text(
        "value,name_en,name_zh\n1,cropland,耕地\n2,forest,林地\n", "utf-8"
    )


def _survey() -> pd.DataFrame:
    number = np.arange(VILLAGES)
    return pd.DataFrame({
        "village_id": [f"V{n + 1:04d}" for n in number],
        "name": [f"{'东西南北'[n % 4]}{'梁峁沟'[n // 4]}" for n in number],
        "township": "甲镇",
        "county_code": np.where(number < VILLAGES // 2, *COUNTIES),
        "households": 5 + number,
        "people": 20 + 4 * number,
        "lon": np.round(WEST + 0.01 + 0.015 * number, 6),
        "lat": np.round(SOUTH + 0.02 + 0.01 * (number % 5), 6),
    })  # fmt: skip


def _write_sheet(survey: pd.DataFrame, path: Path) -> None:
    book = Workbook()
    sheet = book.active
    order = ["village_id", "name", "township", "county_code", "households", "people", "lon", "lat"]
    for cells in [HEADERS, *survey[order].to_numpy(object).tolist()]:
        sheet.append(cells)
    book.save(path)
