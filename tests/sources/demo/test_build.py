"""The demonstration prefecture looks and behaves like a loess prefecture."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis_core.crs import STORED, transformer
from gis_core.errors import InvalidLayerError, InvalidParameterError, MissingCrsError
from gis_core.sources.demo import Demonstration, build_demonstration
from gis_core.sources.demo.cover import BUILDABLE_SLOPE_DEG
from gis_core.sources.demo.description import read_description

THEMES = {
    "elevation", "landcover", "soil_ph", "soil_organic_matter", "precipitation", "temperature",
    "population", "river", "water", "road", "railway", "town", "settlement", "pollution",
    "protected", "hazard", "service", "destination",
}  # fmt: skip


def cells_of(d: Demonstration, frame: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    points = frame.to_crs(d.grid.crs).geometry
    col = np.floor((points.x.to_numpy() - d.grid.min_x) / d.grid.cell_m).astype(int)
    row = np.floor((d.grid.max_y - points.y.to_numpy()) / d.grid.cell_m).astype(int)
    return row, col


def height_at(d: Demonstration, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    col = np.clip(((x - d.grid.min_x) / d.grid.cell_m).astype(int), 0, d.grid.width - 1)
    row = np.clip(((d.grid.max_y - y) / d.grid.cell_m).astype(int), 0, d.grid.height - 1)
    return d.rasters["elevation"].to_numpy()[row, col].astype(float)


def slope_deg(d: Demonstration) -> np.ndarray:
    down, east = np.gradient(d.rasters["elevation"].to_numpy().astype(float), d.grid.cell_m)
    return np.degrees(np.arctan(np.hypot(down, east)))


def test_same_arguments_give_the_same_bytes(
    prefecture: Demonstration, boundaries: gpd.GeoDataFrame
) -> None:
    shuffled = boundaries.sample(frac=1.0, random_state=3)
    again = build_demonstration(boundaries=shuffled, cell_m=prefecture.grid.cell_m, seed=1)
    first = {layer.info.theme: layer.info.file_hash for layer in prefecture.layers()}
    second = {layer.info.theme: layer.info.file_hash for layer in again.layers()}
    assert first == second
    assert prefecture.villages_layer().info.file_hash == again.villages_layer().info.file_hash


def test_another_seed_gives_another_land(boundaries: gpd.GeoDataFrame) -> None:
    one, two = (build_demonstration(boundaries=boundaries, villages=300, cell_m=2000, seed=s)
                for s in (1, 2))  # fmt: skip
    difference = one.rasters["elevation"].to_numpy() - two.rasters["elevation"].to_numpy()
    assert np.abs(difference).mean() > 10
    assert not one.villages["name"].equals(two.villages["name"])


def test_layers_are_complete_and_labelled_synthetic(prefecture: Demonstration) -> None:
    layers = prefecture.layers()
    assert {layer.info.theme for layer in layers} == THEMES
    assert {layer.info.nature for layer in layers} == {"synthetic"}
    for frame in prefecture.features.values():
        assert frame.crs == STORED
        assert len(frame)
        assert frame.geometry.is_valid.all()
        assert not frame.geometry.is_empty.any()


def test_rivers_run_downhill(prefecture: Demonstration) -> None:
    rivers = prefecture.features["river"].to_crs(prefecture.grid.crs)
    assert {"main", "river", "stream"} <= set(rivers["class"])
    for line in rivers.geometry:
        xy = np.asarray(line.coords)
        assert (np.diff(height_at(prefecture, xy[:, 0], xy[:, 1])) < 0).all()


def test_every_stream_ends_on_another_or_leaves(prefecture: Demonstration) -> None:
    rivers = prefecture.features["river"].to_crs(prefecture.grid.crs)
    starts = {shapely.get_coordinates(g)[0].round(1).tobytes() for g in rivers.geometry}
    ends = [shapely.get_coordinates(g)[-1] for g in rivers.geometry]
    loose = [e for e in ends if e.round(1).tobytes() not in starts]
    assert len(loose) < 0.05 * len(ends)


def test_valley_floor_and_ranges(prefecture: Demonstration) -> None:
    told = read_description()
    to_plane = transformer(STORED, told.crs)
    z = prefecture.rasters["elevation"].to_numpy()
    capital = next(c for c in told.counties.values() if c.capital)
    x, y = to_plane.transform(*capital.seat)
    assert 390 < height_at(prefecture, np.array([x]), np.array([y]))[0] < 470
    middle = int((x - prefecture.grid.min_x) / prefecture.grid.cell_m)
    assert z[:, :middle].max() > 2000
    assert z[:, middle:].max() > 2000
    assert z.min() > 300


def test_main_rivers_pass_near_where_they_are_described(prefecture: Demonstration) -> None:
    rivers = prefecture.features["river"]
    named = set(rivers.loc[rivers["class"] == "main", "name_en"])
    told = read_description()
    assert {r.name_en for r in told.rivers if r.inflow_km2 > 1000} <= named


def test_roads_follow_gentle_ground(prefecture: Demonstration) -> None:
    slope = slope_deg(prefecture)
    inside = ~np.isnan(prefecture.rasters["population"].to_numpy())
    z = prefecture.rasters["elevation"].to_numpy()
    hills = inside & (z > 700)
    roads = prefecture.features["road"].to_crs(prefecture.grid.crs)
    roads = roads[roads["class"] != "township"]
    points = shapely.get_coordinates(roads.geometry.segmentize(prefecture.grid.cell_m).to_numpy())
    col = ((points[:, 0] - prefecture.grid.min_x) / prefecture.grid.cell_m).astype(int)
    row = ((prefecture.grid.max_y - points[:, 1]) / prefecture.grid.cell_m).astype(int)
    on_hills = hills[row, col]
    assert slope[row, col][on_hills].mean() < 0.8 * slope[hills].mean()


def test_villages_stand_on_buildable_land_in_their_county(
    prefecture: Demonstration, boundaries: gpd.GeoDataFrame
) -> None:
    villages = prefecture.villages
    row, col = cells_of(prefecture, villages)
    assert slope_deg(prefecture)[row, col].max() < BUILDABLE_SLOPE_DEG
    cover = prefecture.rasters["landcover"].to_numpy()[row, col]
    water = next(k for k, name in prefecture.legend.items() if name.en == "water")
    assert (cover != water).all()
    shapes = boundaries.set_index("code").geometry
    for code, mine in villages.groupby("county_code"):
        # a point on a border may differ in the last digit after the way through two CRS
        assert shapely.covers(shapes[code].buffer(1e-6), mine.geometry.to_numpy()).all()
    told = read_description()
    poor = {c for c, s in told.counties.items() if s.poverty}
    assert set(villages["county_code"]) == poor


def test_small_villages_are_remoter_than_large_ones(prefecture: Demonstration) -> None:
    crs = prefecture.grid.crs
    roads = shapely.STRtree(prefecture.features["road"].to_crs(crs).geometry.to_numpy())
    small = prefecture.villages.to_crs(crs)
    large = prefecture.features["settlement"].to_crs(crs)
    large = large[large["county_code"].isin(set(small["county_code"]))]
    towns = shapely.STRtree(prefecture.features["town"].to_crs(crs).geometry.to_numpy())
    for tree in (roads, towns):
        far_small, far_large = (
            tree.query_nearest(f.geometry.to_numpy(), return_distance=True, all_matches=False)[1]
            for f in (small, large)
        )
        assert np.median(far_small) > 1.3 * np.median(far_large)
    least = small[small["people"] < 40]["road_km"].mean()
    assert least > small[small["people"] > 150]["road_km"].mean()


def test_names_are_unique_in_a_township(prefecture: Demonstration) -> None:
    assert not prefecture.villages.duplicated(["township_code", "name"]).any()
    assert prefecture.villages["village_id"].is_unique
    towns = set(prefecture.townships["code"])
    assert set(prefecture.villages["township_code"]) <= towns


def test_attributes_hang_together(prefecture: Demonstration) -> None:
    v = prefecture.villages
    assert (v["poor_people"] <= v["people"]).all()
    assert (v["households"] >= 1).all()
    assert ((v["people"] / v["households"]) <= 6.0).all()
    assert set(v["water"]) == {"自来水", "水窖", "无"}
    row, col = cells_of(prefecture, v)
    z = prefecture.rasters["elevation"].to_numpy()[row, col]
    assert np.abs(z - v["elevation_m"]).max() <= 0.5
    hazards = shapely.union_all(prefecture.features["hazard"].geometry.to_numpy())
    inside = shapely.intersects(hazards, v.geometry.to_numpy())
    assert ((v["hazard"] == "有").to_numpy() == inside).mean() > 0.99


def test_people_per_cell_add_up_to_the_census(prefecture: Demonstration) -> None:
    told = read_description()
    census = sum(c.people for c in told.counties.values())
    population = prefecture.rasters["population"].to_numpy()
    assert np.nansum(population, dtype=float) == pytest.approx(census, rel=0.005)


def test_climate_follows_height(prefecture: Demonstration) -> None:
    z = prefecture.rasters["elevation"].to_numpy().ravel()
    warmth = prefecture.rasters["temperature"].to_numpy().ravel()
    rain = prefecture.rasters["precipitation"].to_numpy().ravel()
    assert np.polyfit(z / 1000, warmth, 1)[0] == pytest.approx(-5.5, abs=0.6)
    assert np.corrcoef(z, rain)[0, 1] > 0.5
    inside = ~np.isnan(prefecture.rasters["population"].to_numpy().ravel())
    assert 450 < np.median(rain[inside]) < 620


def test_destinations_have_all_forms_and_enough_room(prefecture: Demonstration) -> None:
    destinations = prefecture.features["destination"]
    assert set(destinations["kind"]) == {
        "town", "new_village", "join_village", "scattered", "inter_county",
    }  # fmt: skip
    first = prefecture.villages.query("people < 100")["people"].sum()
    assert destinations["capacity_people"].sum() > first
    assert destinations["destination_id"].is_unique
    assert (destinations["cost_per_person_yuan"] > 1000).all()


def test_many_villages_find_room(boundaries: gpd.GeoDataFrame) -> None:
    d = build_demonstration(boundaries=boundaries, villages=20_000, cell_m=2000, seed=1)
    assert len(d.villages) == 20_000
    assert d.scaled
    assert not d.villages.duplicated(["township_code", "name"]).any()
    assert d.villages["village_id"].is_unique


def test_refuses_numbers_out_of_range(boundaries: gpd.GeoDataFrame) -> None:
    for wrong in ({"villages": 3}, {"cell_m": 5.0}, {"seed": -1}):
        with pytest.raises(InvalidParameterError):
            build_demonstration(boundaries=boundaries, **wrong)


def test_refuses_boundaries_it_cannot_use(boundaries: gpd.GeoDataFrame) -> None:
    with pytest.raises(InvalidLayerError, match="lack the counties"):
        build_demonstration(boundaries=boundaries.iloc[1:])
    with pytest.raises(MissingCrsError):
        build_demonstration(boundaries=boundaries.set_crs(None, allow_override=True))


def test_refuses_a_description_it_cannot_use(boundaries: gpd.GeoDataFrame, tmp_path: Path) -> None:
    broken = tmp_path / "region.yaml"
    broken.write_text("name_zh: 某地\n", "utf-8")
    with pytest.raises(InvalidParameterError, match="not a usable description"):
        build_demonstration(boundaries=boundaries, description=broken)


@pytest.mark.shared_data
def test_builds_over_published_boundaries(shared_data: Path) -> None:
    path = shared_data / "boundaries" / "linfen_counties_ctamap2021_wgs84.geojson"
    real = gpd.read_file(path).rename(columns={"adcode": "code", "name": "name_zh"})
    real["code"] = real["code"].astype(str)
    d = build_demonstration(boundaries=real, cell_m=1000, seed=2)
    assert len(d.villages) == 1581
    assert d.rasters["elevation"].to_numpy().max() > 2000
