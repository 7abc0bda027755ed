"""Growing candidates: on land whose answer is known."""

import numpy as np
import pytest
import shapely
from pyproj import CRS

from gis_core.bases.candidates import CandidateSettings, grow_candidates, parse_shares
from gis_core.bases.compile import on_the_plane
from gis_core.bases.exclusion import excluding_pairs
from gis_core.errors import InvalidParameterError
from gis_core.grid import Grid

GRID = Grid(CRS.from_epsg(4546), 500_000.0, 4_000_000.0, 100.0, 60, 80)
SIZES = CandidateSettings(min_area_mu=300, max_area_mu=1500, min_score=0.6)


def land(seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    score = rng.uniform(0.5, 1.0, GRID.shape).astype(np.float32)
    score[rng.random(GRID.shape) < 0.1] = np.nan
    zones = np.ones(GRID.shape, np.int32)
    zones[:, 40:] = 2
    return score, zones


def test_candidates_keep_to_their_county_size_and_score() -> None:
    score, zones = land()
    found = grow_candidates(
        GRID.wrap(score), zones=GRID.wrap(zones), zone_codes={1: "01", 2: "02"}, settings=SIZES
    )
    assert set(found["county_code"]) == {"01", "02"}
    assert len(found) > 10
    assert found["base_id"].is_unique
    assert found["area_mu"].between(300, 1500).all()
    assert (found["mean_score"] >= 0.6).all()
    assert found["compactness"].between(0, 1).all()
    assert found.geometry.is_valid.all()
    assert (found.geometry.geom_type == "Polygon").all()
    plane = found.to_crs(4546)
    border = GRID.min_x + 40 * 100
    assert (plane[plane["county_code"] == "01"].bounds["maxx"] <= border + 1e-3).all()
    assert (plane[plane["county_code"] == "02"].bounds["minx"] >= border - 1e-3).all()


def test_one_good_field_gives_just_that_field() -> None:
    score = np.full(GRID.shape, 0.1, np.float32)
    score[10:16, 20:30] = 0.9
    ones = GRID.wrap(np.ones(GRID.shape, np.int32))
    found = grow_candidates(GRID.wrap(score), zones=ones, zone_codes={1: "a"}, settings=SIZES)
    whole = found.loc[found["area_mu"].idxmax()]
    assert whole["area_mu"] == pytest.approx(60 * 15, rel=2e-3)
    assert whole["mean_score"] == pytest.approx(0.9, abs=1e-6)
    assert whole["compactness"] == pytest.approx(4 * np.pi * 60 / 32**2)
    field = shapely.box(502_000, 3_998_400, 503_000, 3_999_000)
    plane = found.to_crs(4546)
    assert plane.geometry.buffer(-0.01).within(field).all()


def test_rounder_regions_when_asked() -> None:
    score, _ = land()
    score[np.isnan(score)] = 0.7
    ones = GRID.wrap(np.ones(GRID.shape, np.int32))

    def mean_compactness(roundness: float) -> float:
        settings = CandidateSettings(300, 1500, 0.5, roundness)
        found = grow_candidates(
            GRID.wrap(score), zones=ones, zone_codes={1: "a"}, settings=settings
        )
        return float(found["compactness"].mean())

    assert mean_compactness(2.0) > mean_compactness(0.0) + 0.1


def test_the_same_land_gives_the_same_candidates_and_none_without_land() -> None:
    score, zones = land()
    given = {"zones": GRID.wrap(zones), "zone_codes": {1: "01", 2: "02"}, "settings": SIZES}
    first, second = (grow_candidates(GRID.wrap(score), **given) for _ in range(2))
    assert first.equals(second)
    assert grow_candidates(GRID.wrap(score * 0.1), **given).empty


def test_county_lines_cut_candidates_only_when_asked() -> None:
    score = np.full(GRID.shape, 0.1, np.float32)
    score[10:16, 32:42] = 0.9  # 8 columns in the one county, 2 in the other
    _, zones = land()
    given = {"zones": GRID.wrap(zones), "zone_codes": {1: "01", 2: "02"}}
    uncut = grow_candidates(GRID.wrap(score), **given, settings=CandidateSettings(
        min_area_mu=800, max_area_mu=1500, min_score=0.6, within_counties=False))  # fmt: skip
    whole = uncut.loc[uncut["area_mu"].idxmax()]
    assert whole["county_code"] == "01"
    assert whole["area_mu"] == pytest.approx(60 * 15, rel=2e-3)
    assert parse_shares(whole["county_shares"]) == {"01": 0.8, "02": 0.2}
    cut = grow_candidates(GRID.wrap(score), **given, settings=SIZES)
    assert cut["area_mu"].max() == pytest.approx(48 * 15, rel=2e-3)
    assert "county_shares" not in cut


def test_candidates_that_stand_apart_share_no_land() -> None:
    score, zones = land()
    score[np.isnan(score)] = 0.7

    def grown(*, overlapping: bool) -> np.ndarray:
        settings = CandidateSettings(300, 1500, 0.5, overlapping=overlapping)
        found = grow_candidates(GRID.wrap(score), zones=GRID.wrap(zones),
                                zone_codes={1: "01", 2: "02"}, settings=settings)  # fmt: skip
        assert found["area_mu"].between(300, 1500).all()
        return excluding_pairs(on_the_plane(found), spacing_m=0)

    assert len(grown(overlapping=True)) > 0
    assert len(grown(overlapping=False)) == 0


def test_the_best_of_each_size_are_kept() -> None:
    score, zones = land()
    score[np.isnan(score)] = 0.7
    given = {"zones": GRID.wrap(zones), "zone_codes": {1: "01", 2: "02"}}
    every = grow_candidates(GRID.wrap(score), **given, settings=SIZES)
    few = grow_candidates(GRID.wrap(score), **given, settings=CandidateSettings(
        300, 1500, 0.6, most_per_county=3))  # fmt: skip
    assert few.groupby("county_code").size().to_dict() == {"01": 3, "02": 3}
    for _, county in few.groupby("county_code"):
        assert sorted(county["area_mu"]) == pytest.approx([375, 750, 1500], rel=0.03)
        best = every[every["county_code"] == county["county_code"].iloc[0]]
        worth = (best["area_mu"] * best["mean_score"]).max()
        assert (county["area_mu"] * county["mean_score"]).max() == pytest.approx(worth)


def test_bad_sizes_are_refused() -> None:
    score, zones = land()
    for settings, said in ((CandidateSettings(900, 300), "rising|largest"),
                           (CandidateSettings(1, 10), "smaller than a cell")):  # fmt: skip
        with pytest.raises(InvalidParameterError, match=said):
            grow_candidates(
                GRID.wrap(score), zones=GRID.wrap(zones), zone_codes={}, settings=settings
            )


@pytest.mark.parametrize(
    "given",
    [{"min_score": np.nan}, {"min_score": -1.0}, {"roundness": np.nan}, {"roundness": -1.0},
     {"max_area_mu": 1e308}],
)  # fmt: skip
def test_a_setting_outside_its_range_is_refused(given: dict[str, float]) -> None:
    zones = GRID.wrap(np.ones(GRID.shape, np.int32))
    with pytest.raises(InvalidParameterError, match=r"is .*; wanted .* to "):
        grow_candidates(GRID.wrap(np.ones(GRID.shape, np.float32)), zones=zones,
                        zone_codes={1: "a"}, settings=CandidateSettings(**given))  # fmt: skip
