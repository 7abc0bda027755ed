"""The schematic boundaries agree with the facts they are derived from, and with real ones."""

import hashlib
import importlib.util
import itertools
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import yaml
from pyproj import Geod

from gis_core.sources.boundaries import read_boundaries

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "data" / "boundaries"
FACTS = FOLDER / "facts"
PLANE = "EPSG:4546"
SHORTEST_SHARED_M = 3000


@pytest.fixture(scope="module")
def counties() -> gpd.GeoDataFrame:
    return gpd.read_file(FOLDER / "counties.geojson").set_index("code", drop=False)


@pytest.fixture(scope="module")
def facts() -> pd.DataFrame:
    return pd.read_csv(FACTS / "counties.csv", dtype={"code": str}).set_index("code", drop=False)


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "derive_boundaries", ROOT / "scripts" / "derive_boundaries.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def areas_km2(frame: gpd.GeoDataFrame) -> pd.Series:
    geod = Geod(ellps="WGS84")
    return frame.geometry.map(lambda g: abs(geod.geometry_area_perimeter(g)[0]) / 1e6)


def shared_lengths_m(frame: gpd.GeoDataFrame, *, slack_m: float) -> dict[tuple[str, str], float]:
    """Length of the common boundary of each pair; `slack_m` bridges cracks between real ones."""
    shapes = frame.to_crs(PLANE).geometry
    shared = {}
    for a, b in itertools.combinations(sorted(frame.index), 2):
        if slack_m == 0:
            length = shapes[a].boundary.intersection(shapes[b].boundary).length
            touching = not shapes[a].intersection(shapes[b]).is_empty
        else:
            common = shapes[a].buffer(slack_m).intersection(shapes[b].buffer(slack_m))
            length = common.area / (2 * slack_m)
            touching = length > 1000
        if touching:
            shared[a, b] = length
    return shared


def published_pairs() -> set[tuple[str, str]]:
    table = pd.read_csv(FACTS / "neighbours.csv", dtype=str)
    return {tuple(sorted(pair)) for pair in table.itertuples(index=False)}


def test_counties_have_the_published_codes_and_names(
    counties: gpd.GeoDataFrame, facts: pd.DataFrame
) -> None:
    assert counties.crs == "EPSG:4326"
    assert list(counties.columns) == [
        "code", "level", "parent_code", "name_zh", "name_en", "nature", "geometry",
    ]  # fmt: skip
    assert list(counties.index) == list(facts.index)
    assert (counties["name_zh"] == facts["name_zh"]).all()
    assert set(counties["nature"]) == {"schematic"}
    assert set(counties["parent_code"]) == {"141000"}
    assert set(counties["level"]) == {"county"}


def test_reading_them_keeps_the_label_and_remarks_nothing(counties: gpd.GeoDataFrame) -> None:
    layer = read_boundaries(FOLDER / "counties.geojson")
    assert layer.info.nature == "schematic"
    assert layer.info.remarks == ()
    assert list(layer.frame["code"]) == list(counties["code"])
    whole = read_boundaries(FOLDER / "prefecture.geojson", level="prefecture")
    assert (whole.info.nature, whole.info.remarks) == ("schematic", ())


def test_areas_are_within_one_percent_of_the_published(
    counties: gpd.GeoDataFrame, facts: pd.DataFrame
) -> None:
    ratio = areas_km2(counties) / facts["area_km2"]
    assert ratio.between(0.99, 1.01).all(), ratio


def test_neighbours_are_exactly_the_published_pairs(counties: gpd.GeoDataFrame) -> None:
    shared = shared_lengths_m(counties, slack_m=0)
    assert set(shared) == published_pairs()
    assert min(shared.values()) >= SHORTEST_SHARED_M


def test_every_seat_lies_well_inside_its_county(
    counties: gpd.GeoDataFrame, facts: pd.DataFrame
) -> None:
    seats = gpd.GeoSeries(
        gpd.points_from_xy(facts["seat_lon"], facts["seat_lat"]), index=facts.index, crs=4326
    ).to_crs(PLANE)
    shapes = counties.to_crs(PLANE).geometry
    assert seats.within(shapes).all()
    assert (seats.distance(shapes.boundary) > 1000).all()


def test_counties_cover_the_prefecture_without_gap_or_overlap(counties: gpd.GeoDataFrame) -> None:
    shapes = counties.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert set(counties.geom_type) == {"Polygon"}
    assert shapely.coverage_is_valid(shapes)
    whole = gpd.read_file(FOLDER / "prefecture.geojson")
    assert list(whole["code"]) == ["141000"]
    assert whole.geometry[0].geom_type == "Polygon"
    assert len(whole.geometry[0].interiors) == 0
    assert whole.geometry[0].equals(shapely.coverage_union_all(shapes))


def test_rivers_run_where_the_facts_say(counties: gpd.GeoDataFrame) -> None:
    courses = pd.read_csv(FACTS / "rivers.csv")
    points = gpd.GeoDataFrame(
        courses, geometry=gpd.points_from_xy(courses["lon"], courses["lat"]), crs=4326
    ).to_crs(PLANE)
    whole = shapely.union_all(counties.to_crs(PLANE).geometry.to_numpy())
    west = points[points["river"] == "Yellow River"]
    assert (west.distance(whole.boundary) < 6000).all()
    fen = shapely.LineString(points[points["river"] == "Fen"].geometry.to_list())
    crossed = counties.to_crs(PLANE).geometry.intersection(fen).length
    assert set(crossed[crossed > 3000].index) >= {"141002", "141023", "141024", "141082"}


def test_drawing_again_gives_the_same_lines(script: ModuleType, counties: gpd.GeoDataFrame) -> None:
    settings = yaml.safe_load(script.SETTINGS.read_text("utf-8"))
    warp = script.Warp(settings["warp"], np.random.default_rng(settings["seed"]))
    shapes = pd.read_csv(FOLDER / "shapes.csv")[script.SHAPE].to_numpy(float)
    again = script.build(script.read_facts(settings, warp), shapes, warp, settings)
    differing = counties.geometry.symmetric_difference(again.geometry.set_axis(counties.index))
    # rounding differs between processors: a few cells of 0.25 km may change hands
    assert (differing.to_crs(PLANE).area / counties.to_crs(PLANE).area).max() < 0.005


def test_warp_moves_back_what_it_moved_forth(script: ModuleType) -> None:
    settings = yaml.safe_load(script.SETTINGS.read_text("utf-8"))
    warp = script.Warp(settings["warp"], np.random.default_rng(1))
    places = np.random.default_rng(2).uniform(0, 200, (500, 2))
    np.testing.assert_allclose(warp.back(warp.forth(places)), places, atol=1e-9)


def test_warp_never_folds_the_plane(script: ModuleType) -> None:
    settings = yaml.safe_load(script.SETTINGS.read_text("utf-8"))
    warp = script.Warp(settings["warp"], np.random.default_rng(settings["seed"]))
    outline = script.read_facts(settings, warp).outline
    swell = script.grid_of(outline, 0.4, warp)[0] / 0.4**2
    assert swell[swell != 0].min() > 0.05
    assert 0.9 < swell[swell != 0].mean() < 1.1


def test_checksums_are_those_of_the_files() -> None:
    lines = (FOLDER / "SHA256SUMS").read_text("utf-8").splitlines()
    assert len(lines) == 2
    for line in lines:
        checksum, name = line.split()
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == checksum


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["datav_gcj02", "ctamap2021_wgs84"])
def test_schematic_agrees_with_real_boundaries(
    name: str, shared_data: Path, counties: gpd.GeoDataFrame
) -> None:
    real = gpd.read_file(shared_data / "boundaries" / f"linfen_counties_{name}.geojson")
    real.index = pd.Index(real["adcode"].astype(str))
    assert set(shared_lengths_m(real, slack_m=25)) == published_pairs()
    ratio = areas_km2(counties) / areas_km2(real)
    assert ratio.between(0.95, 1.05).all(), ratio
    ours, theirs = counties.to_crs(PLANE).geometry, real.to_crs(PLANE).geometry
    assert (ours.centroid.distance(theirs.centroid) < 8000).all()
    overlap = ours.intersection(theirs).area / ours.union(theirs).area
    # near enough to plan with, far enough to be no copy
    assert overlap.between(0.45, 0.9).all(), overlap
