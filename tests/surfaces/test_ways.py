"""Friction over what layers a region has, and travel time to features, by hand."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
import xarray as xr
from pyproj import CRS

from gis_core.errors import InvalidParameterError
from gis_core.grid import Grid
from gis_core.surfaces import ways
from gis_core.surfaces.speeds import load_speeds
from gis_core.surfaces.ways import Land, friction_over, road_speeds, travel_time_to
from gis_core.text import Text

METRIC = CRS.from_epsg(4546)
GRID = Grid(METRIC, 500_000.0, 4_000_000.0, 100.0, 6, 12)
SPEEDS = load_speeds()
ON_FOOT = 60 / (6 * np.exp(-3.5 * 0.05) * 0.6 * 1000)  # minutes a metre, level, off the road


def level(grid: Grid = GRID) -> xr.DataArray:
    return grid.wrap(np.full(grid.shape, 500.0, np.float32))


def line(row: float, first: float, last: float, **columns: str) -> gpd.GeoDataFrame:
    """A line along a row of `GRID`, from one column's centre to another's."""
    y, x0, x1 = 4_000_000 - (row + 0.5) * 100, 500_050 + first * 100, 500_050 + last * 100
    return gpd.GeoDataFrame(
        {name: [word] for name, word in columns.items()},
        geometry=[shapely.LineString([(x0, y), (x1, y)])], crs=METRIC,
    )  # fmt: skip


def test_the_fastest_road_of_a_cell_counts() -> None:
    slow, fast = line(2, 0, 11, highway="path"), line(2, 4, 6, highway="primary")
    both = gpd.GeoDataFrame({"highway": ["primary", "path"]}, crs=METRIC,
                            geometry=[fast.geometry[0], slow.geometry[0]])  # fmt: skip
    kmh = road_speeds(both, GRID, SPEEDS).values
    assert kmh[2].tolist() == [4] * 4 + [45] * 3 + [4] * 5
    assert (kmh[[0, 1, 3, 4, 5]] == 0).all()
    assert (road_speeds(slow[["geometry"]], GRID, SPEEDS).values[2] == 8).all()  # as a track


def test_water_and_covers_stop_who_walks_and_bridges_carry_who_rides() -> None:
    cover = np.full(GRID.shape, 1, np.uint8)
    cover[0], cover[5] = 2, 3
    names = {1: Text("anything", "其他"), 2: Text("Forest", "密林"), 3: Text("lake", "水域")}
    land = Land(level(), line(4, 0, 11, kind="国道"), (line(1, 0, 11), line(4, 0, 11)),
                GRID.wrap(cover), names)  # fmt: skip
    found = friction_over(land, GRID, speeds=SPEEDS).values
    np.testing.assert_allclose(found[0], ON_FOOT / 0.6, rtol=1e-6)
    assert np.isnan(found[[1, 5]]).all()
    np.testing.assert_allclose(found[[2, 3]], ON_FOOT, rtol=1e-6)
    np.testing.assert_allclose(found[4], 0.06 / 45)


def test_steep_ground_is_slow_right_up_to_the_border() -> None:
    rising = GRID.wrap(np.repeat(np.arange(12.0) * 20, 6).reshape(12, 6).T.astype(np.float32))
    found = friction_over(Land(rising), GRID, speeds=SPEEDS).values
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, found[3, 5], rtol=1e-4)
    assert found[3, 5] > ON_FOOT


def test_a_large_grid_is_travelled_on_wider_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    town = line(3, 5, 5.2)
    fine = travel_time_to(town, Land(level()), GRID, speeds=SPEEDS).values
    assert fine[3, 9] == pytest.approx(400 * ON_FOOT, rel=1e-5)
    monkeypatch.setattr(ways, "MOST_CELLS", 20)
    wide = travel_time_to(town, Land(level()), GRID, speeds=SPEEDS).values
    assert wide.shape == GRID.shape
    assert (wide[2:4, 8:10] == wide[3, 9]).all()
    np.testing.assert_allclose(wide, fine, atol=150 * ON_FOOT)
    assert np.isinf(travel_time_to(town.iloc[:0], Land(level()), GRID, speeds=SPEEDS)).all()


def test_speeds_name_a_factor_out_of_range(tmp_path: Path) -> None:
    file = tmp_path / "speeds.yaml"
    shipped = Path(ways.__file__).with_name("speeds.yaml").read_text("utf-8")
    file.write_text(shipped.replace("factor: 0.7", "factor: 1.7"), "utf-8")
    with pytest.raises(InvalidParameterError, match="shrubland"):
        load_speeds(file)
    file.write_text(shipped[: shipped.index("# Walking speed through")], "utf-8")
    assert load_speeds(file).cover_factor == {}
