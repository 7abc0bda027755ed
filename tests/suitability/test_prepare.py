"""What criteria look at: every derivation, right up to the border of the grid."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
import xarray as xr
from pyproj import CRS

from gis_core.errors import InvalidModelError, InvalidParameterError, NotFoundError
from gis_core.grid import Grid
from gis_core.suitability.membership import linear
from gis_core.suitability.model import TRAVEL_THEMES, Criterion, Rule, SuitabilityModel
from gis_core.suitability.notes import travel_notes
from gis_core.suitability.prepare import Reach, Surfaces, distance_reach
from gis_core.surfaces.density import density
from gis_core.surfaces.focal import focal_mean
from gis_core.surfaces.terrain import aspect, ruggedness, slope
from gis_core.text import Text

METRIC = CRS.from_epsg(4546)
WIDE = Grid(METRIC, 500_000.0, 4_000_000.0, 50.0, 24, 26)
GRID = Grid(METRIC, 500_200.0, 3_999_800.0, 50.0, 16, 18)  # four cells inside of `WIDE`
SAY = Text("x", "某")


def hills(grid: Grid = WIDE) -> xr.DataArray:
    rows, cols = np.indices(grid.shape)
    values = 900 + 40 * np.sin(rows / 3) * np.cos(cols / 4) + 3 * rows
    return grid.wrap(values.astype(np.float32), name="elevation")


def town(row: int, col: int, grid: Grid = GRID) -> gpd.GeoDataFrame:
    place = shapely.Point(grid.min_x + (col + 0.5) * 50, grid.max_y - (row + 0.5) * 50)
    return gpd.GeoDataFrame(geometry=[place], crs=METRIC).to_crs(4326)


def part(layer: str, derive: str, *, radius_m: float | None = None) -> Criterion:
    return Criterion(layer, SAY, "location", layer, derive, "u", linear(0, 90), 1.0, "planner", SAY,
                     radius_m=radius_m)  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.parametrize(
    ("derive", "measure"), [("slope", slope), ("aspect", aspect), ("ruggedness", ruggedness)]
)
def test_the_border_of_the_grid_has_terrain_too(derive: str, measure: object) -> None:
    assert callable(measure)
    whole = Surfaces({"elevation": hills()}, GRID, {}).values("elevation", derive)
    np.testing.assert_allclose(whole, measure(hills()).values[4:20, 4:22], rtol=1e-5)
    ends_there = Surfaces({"elevation": hills(GRID)}, GRID, {}).values("elevation", derive)
    assert np.isfinite(ends_there).all()
    np.testing.assert_allclose(ends_there[1:-1, 1:-1], measure(hills(GRID)).values[1:-1, 1:-1],
                               rtol=1e-5)  # fmt: skip


def test_a_plane_keeps_its_slope_up_to_the_border() -> None:
    plane = GRID.wrap(np.add.outer(np.arange(16) * 5.0, np.arange(18) * 0.0).astype(np.float32))
    found = Surfaces({"elevation": plane}, GRID, {}).values("elevation", "slope")
    np.testing.assert_allclose(found, np.degrees(np.arctan(0.1)), rtol=1e-4)


def test_wetness_means_and_densities_look_beyond_the_grid() -> None:
    layers = {"elevation": hills(), "town": town(-2, 3)}
    surfaces = Surfaces(layers, GRID, {})
    wet = surfaces.values("elevation", "wetness")
    assert np.isfinite(wet).all()
    ends_there = Surfaces({"elevation": hills(GRID)}, GRID, {})
    assert np.isfinite(ends_there.values("elevation", "wetness")).all()
    mean = surfaces.values("elevation", "focal_mean", 170.0)
    np.testing.assert_allclose(mean, focal_mean(hills(), radius_m=170.0).values[4:20, 4:22])
    near = surfaces.values("town", "density", 170.0)
    assert near[0, 3] > 0
    assert near[2, 3] == 0
    np.testing.assert_allclose(near, density(layers["town"], GRID, radius_m=170.0).values)
    assert surfaces.values("town", "density", 170.0) is near
    assert surfaces.values("town", "density", 320.0) is not near
    with pytest.raises(InvalidParameterError, match="radius"):
        surfaces.values("elevation", "focal_mean")


def test_each_derivation_wants_its_kind_of_layer() -> None:
    surfaces = Surfaces({"elevation": hills(), "town": town(1, 1)}, GRID, {})
    for derive in ("distance", "travel_time", "density"):
        with pytest.raises(InvalidModelError, match="raster: vectors give distance"):
            surfaces.values("elevation", derive)
    for derive in ("value", "slope", "ruggedness", "wetness", "focal_mean"):
        with pytest.raises(InvalidModelError, match="vector layer: vectors give"):
            surfaces.values("town", derive)


def test_travel_time_takes_what_layers_there_are() -> None:
    level = WIDE.wrap(np.full(WIDE.shape, 100.0, np.float32))
    on_foot = 6 * np.exp(-3.5 * 0.05) * 0.6 / 60 * 1000  # metres a minute
    layers = {"elevation": level, "town": town(5, 5)}
    reach = Reach(travel_min={"town": 60.0})
    alone = Surfaces(layers, GRID, {}, reach).values("town", "travel_time")
    assert alone[5, 5] == 0
    assert alone[5, 9] == pytest.approx(200 / on_foot, rel=1e-5)
    road = shapely.LineString([(500_200.0, 3_999_525.0), (501_100.0, 3_999_525.0)])
    roads = gpd.GeoDataFrame({"class": ["primary"]}, geometry=[road], crs=METRIC)
    riding = Surfaces(layers | {"road": roads}, GRID, {}, reach).values("town", "travel_time")
    assert riding[5, 9] == pytest.approx(200 / (45_000 / 60), rel=1e-5)
    wall = gpd.GeoDataFrame(geometry=[shapely.box(500_600, 0, 500_649, 9e6)], crs=METRIC)
    split = Surfaces(layers | {"river": wall}, GRID, {}, reach).values("town", "travel_time")
    assert np.isinf(split[:, 9:]).all()
    assert np.isfinite(split[:, :8]).all()
    np.testing.assert_allclose(split[5, 8], split[5, 7])  # as far as the bank
    cover = WIDE.wrap(np.full(WIDE.shape, 4, np.uint8))
    legends = {"landcover": {4: Text("forest", "林地")}}
    wood = Surfaces(layers | {"landcover": cover}, GRID, legends, reach)
    np.testing.assert_allclose(wood.values("town", "travel_time"), alone / 0.6, rtol=1e-5)
    with pytest.raises(NotFoundError, match="elevation"):
        Surfaces({"town": town(5, 5)}, GRID, {}).values("town", "travel_time")
    with pytest.raises(InvalidModelError, match="'road' as a vector"):
        Surfaces(layers | {"road": level}, GRID, {}).values("town", "travel_time")


def test_a_town_beyond_the_border_is_gone_to_and_one_out_of_reach_is_not() -> None:
    level = WIDE.wrap(np.full(WIDE.shape, 100.0, np.float32))
    layers = {"elevation": level, "town": town(5, -3)}
    reached = Surfaces(layers, GRID, {}, Reach(travel_min={"town": 30.0}))
    on_foot = 6 * np.exp(-3.5 * 0.05) * 0.6 / 60 * 1000
    assert reached.values("town", "travel_time")[5, 0] == pytest.approx(150 / on_foot, rel=1e-5)
    assert np.isinf(Surfaces(layers, GRID, {}).values("town", "travel_time")).all()
    unknown = hills(GRID).copy()
    unknown[0, :] = np.nan
    surfaces = Surfaces({"elevation": unknown, "town": town(5, 5)}, GRID, {})
    found = surfaces.values("town", "travel_time")
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1:]).all()


def test_the_model_says_how_far_and_over_what_it_looks() -> None:
    rule = Rule("far", SAY, "town", "travel_time", "planner", SAY, above=120.0)
    near = Rule("near", SAY, "road", "distance", "planner", SAY, within_m=300.0)
    model = SuitabilityModel("m", SAY, SAY, (part("town", "travel_time"),), (rule, near),
                             (0.8, 0.6, 0.4, 0.2), "h")  # fmt: skip
    assert distance_reach(model) == Reach({"road": 300.0}, {"town": 120.0})
    assert set(model.themes()) == {"town", *TRAVEL_THEMES}
    assert "river" not in replace(model, criteria=(), rules=(near,)).themes()
    surfaces = Surfaces({"elevation": hills(), "town": town(1, 1)}, GRID, {})
    notes = travel_notes(model, model.criteria, surfaces)
    assert [note.column for note in notes] == ["town", "far"]
    assert "roads (layer road), water" in notes[0].reason.en
    assert not surfaces.can_make(part("village", "travel_time"))
    del surfaces.layers["elevation"]
    assert not surfaces.can_make(model.criteria[0])
