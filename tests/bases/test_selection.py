"""Choosing bases: coefficients by hand, choices against enumeration, conflicts in words."""

from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis_core.bases import selection
from gis_core.bases.compile import compile_selection, conflicting_pairs
from gis_core.bases.rules import SelectionRules
from gis_core.bases.selection import select_bases
from gis_core.bases.solve import Choice, solve_selection
from gis_core.errors import InvalidLayerError, InvalidParameterError
from gis_core.text import Text

METRIC = 4546


def candidates_at(places: list[tuple[float, float]], **columns: list) -> gpd.GeoDataFrame:
    """Squares of 1 km whose south-west corners lie at `places` (km)."""
    number = len(places)
    shapes = [
        shapely.box(
            500_000 + x * 1000, 4_000_000 + y * 1000, 501_000 + x * 1000, 4_001_000 + y * 1000
        )
        for x, y in places
    ]
    frame = gpd.GeoDataFrame({
        "base_id": [f"c{i:02d}" for i in range(number)], "county_code": ["01"] * number,
        "area_mu": [1500.0] * number, "mean_score": [0.5] * number,
        "compactness": [0.78] * number, **columns,
    }, geometry=shapes, crs=METRIC)  # fmt: skip
    return frame.to_crs(4326)


def random_case(seed: int) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(seed)
    places = [(float(x), float(y)) for x, y in rng.uniform(0, 4, (10, 2))]
    return candidates_at(
        places, county_code=[f"0{k}" for k in rng.integers(1, 4, 10)],
        mean_score=list(rng.uniform(0.3, 1, 10)), area_mu=list(rng.uniform(1000, 3000, 10)),
    )  # fmt: skip


def best_by_enumeration(frame: gpd.GeoDataFrame, rules: SelectionRules) -> float | None:
    worth = frame["area_mu"] * (
        frame["mean_score"] + rules.compactness_weight * frame["compactness"]
    )
    bad = set(conflicting_pairs(frame, spacing_m=rules.spacing_m))
    limits = rules.limits_by_county(sorted(set(frame["county_code"])))
    best = None
    for chosen in combinations(range(len(frame)), rules.count):
        if any(pair in bad for pair in combinations(chosen, 2)):
            continue
        counts = frame["county_code"].iloc[list(chosen)].value_counts()
        if any(not a <= counts.get(c, 0) <= b for c, (a, b) in limits.items()):
            continue
        total = float(worth.iloc[list(chosen)].sum())
        best = total if best is None else max(best, total)
    return best


def test_coefficients_by_hand() -> None:
    frame = candidates_at([(0, 0), (0.5, 0), (5, 5)], mean_score=[0.5, 0.9, 0.7],
                          county_code=["01", "01", "02"])  # fmt: skip
    rules = SelectionRules(count=2, per_county={"02": (1, 1)}, compactness_weight=0.5,
                           fixed_in=["c00"], fixed_out=["c02"])  # fmt: skip
    compiled = compile_selection(frame, rules)
    np.testing.assert_allclose(compiled.worth, 1500 * (np.array([0.5, 0.9, 0.7]) + 0.39))
    rows = {r.group: (r.places.tolist(), r.least, r.most) for r in compiled.rows}
    assert rows == {
        "count": ([0, 1, 2], 2, 2), "county:02": ([2], 1, 1), "overlap": ([0, 1], 0, 1),
    }  # fmt: skip
    assert compiled.lower.tolist() == [1, 0, 0]
    assert compiled.upper.tolist() == [1, 1, 0]


def test_touching_is_no_overlap_and_spacing_is_edge_to_edge() -> None:
    frame = candidates_at([(0, 0), (1, 0), (2.4, 0)])
    assert conflicting_pairs(frame, spacing_m=0) == []
    assert conflicting_pairs(frame, spacing_m=300) == [(0, 1)]
    assert conflicting_pairs(frame, spacing_m=500) == [(0, 1), (1, 2)]


@pytest.mark.parametrize("seed", range(12))
def test_the_choice_is_the_best_of_all(seed: int) -> None:
    frame = random_case(seed)
    rules = SelectionRules(count=3, per_county=(0, 2), spacing_m=200.0 * (seed % 3), alternatives=2)
    best = best_by_enumeration(frame, rules)
    found = select_bases(frame, rules=rules)
    if best is None:
        assert found.status == "infeasible"
        return
    assert found.status == "optimal"
    assert found.objective == pytest.approx(best)
    assert found.bound == pytest.approx(best)
    assert found.gap <= 1e-6
    falling = [found.objective, *(a.objective for a in found.alternatives)]
    assert falling == sorted(falling, reverse=True)
    for other in found.alternatives:
        assert other.without
        assert len(other.without) == len(other.with_instead)


def test_the_order_of_rows_changes_nothing() -> None:
    frame = random_case(3)
    rules = SelectionRules(count=3)
    first = select_bases(frame, rules=rules)
    second = select_bases(frame.sample(frac=1, random_state=1), rules=rules)
    assert first.bases["base_id"].tolist() == second.bases["base_id"].tolist()
    assert first.alternatives == second.alternatives


def test_fixed_bases_are_kept_and_kept_out() -> None:
    frame = candidates_at([(0, 0), (3, 0), (6, 0)], mean_score=[0.3, 0.9, 0.8])
    found = select_bases(frame, rules=SelectionRules(count=2, fixed_in=["c00"], fixed_out=["c01"]))
    assert set(found.bases["base_id"]) == {"c00", "c02"}


def test_numbers_run_from_the_north_west_and_every_base_says_why() -> None:
    frame = candidates_at([(40, 0), (0, 40), (40, 40)], county_code=["01", "01", "02"])
    rules = SelectionRules(count=3, per_county={"02": (1, 2)})
    found = select_bases(frame, rules=rules, county_names={"02": Text("Jia", "甲县")})
    assert found.bases["base_id"].tolist() == ["c01", "c02", "c00"]
    assert "least number of bases asked for in Jia (1)" in found.bases["why_en"][1]
    assert "甲县" in found.bases["why_zh"][1]
    document = found.document({"02": Text("Jia", "甲县")})
    assert document["bases"][1]["county_name"] == {"en": "Jia", "zh": "甲县"}
    assert {"status", "objective", "bound", "gap", "time_s", "candidates"} <= set(document)


def test_too_many_bases_are_refused_with_the_most_possible() -> None:
    frame = candidates_at([(0, 0), (0.5, 0), (9, 9)])
    found = select_bases(frame, rules=SelectionRules(count=3))
    assert found.status == "infeasible"
    assert found.bases.empty
    assert "3 bases; bases do not overlap" in found.conflicts[0].en
    assert "at most 2 bases are possible" in found.conflicts[1].en
    assert "最多可选 2 个" in found.conflicts[1].zh


def test_a_county_without_land_is_named() -> None:
    frame = candidates_at([(0, 0), (3, 3), (9, 9)])
    rules = SelectionRules(count=2, per_county={"07": (1, 4), "01": (0, 9)})
    found = select_bases(frame, rules=rules, county_names={"07": Text("Bing", "丙县")})
    assert found.status == "infeasible"
    assert found.conflicts[0].en == (
        "These rules cannot hold together: at least 1 base in Bing, which has 0 candidates."
    )


def said(frame: gpd.GeoDataFrame, **rules: object) -> list[str]:
    found = select_bases(frame, rules=SelectionRules(**rules))  # type: ignore[arg-type]
    assert found.status == "infeasible"
    assert all(t.zh and t.zh != t.en for t in found.conflicts)
    return [t.en.removeprefix("With the other rules kept, ") for t in found.conflicts]


def test_each_rule_in_conflict_gets_its_least_change() -> None:
    row = [(0.0, 0.0), (2.0, 0.0), (4.0, 0.0)]  # 1 km squares, 1 km and 3 km apart
    assert said(candidates_at(row), count=2, spacing_m=20_000) == [
        "These rules cannot hold together: 2 bases; at least 20,000 m between bases.",
        "at most 1 base is possible.", "a spacing of 2,900 m is possible.",
    ]  # fmt: skip
    assert said(candidates_at(row), count=2, min_total_area_mu=9000) == [
        "These rules cannot hold together: a total area of at least 9,000 mu.",
        "the bases together have at most 3,000 mu.",
    ]
    assert said(candidates_at(row), count=3, per_county=(0, 2)) == [
        "These rules cannot hold together: 3 bases; at most 2 bases in 01, which has 3 candidates.",
        "at most 2 bases are possible.", "01 must hold at least 3.",
    ]  # fmt: skip
    needed = {"01": (2, 3), "02": (1, 3)}
    two_counties = candidates_at(row, county_code=["01", "01", "02"])
    assert said(two_counties, count=2, per_county=needed)[1:] == [
        "at least 3 bases are needed.", "01 can hold at most 1.", "02 can hold at most 0.",
    ]  # fmt: skip


def test_decisions_by_hand_in_conflict_are_named() -> None:
    near = [(0.0, 0.0), (2.0, 0.0), (40.0, 0.0)]
    assert said(candidates_at(near), count=2, spacing_m=5000, fixed_in=["c00", "c01"]) == [
        "These rules cannot hold together: at least 5,000 m between bases; c00, c01 chosen by "
        "hand.",
        "a spacing of 1,000 m is possible.", "it is enough to leave c01 free.",
    ]  # fmt: skip
    assert said(candidates_at(near), count=3, fixed_out=["c00"]) == [
        "These rules cannot hold together: 3 bases; c00 ruled out by hand.",
        "at most 2 bases are possible.", "it is enough to leave c00 free.",
    ]  # fmt: skip


def test_two_conflicts_at_once_are_not_freed_by_one_change() -> None:
    frame = candidates_at([(0, 0), (0.5, 0), (9, 9), (9.5, 9)])
    fixed = ["c00", "c01", "c02", "c03"]
    head, change = said(frame, count=4, fixed_in=fixed)
    assert head == "These rules cannot hold together: 4 bases; bases do not overlap."
    assert "there are further conflicts" in change


@pytest.mark.parametrize("seed", range(8))
def test_the_rules_named_conflict_and_none_can_be_spared(seed: int) -> None:
    frame = random_case(seed)
    rules = SelectionRules(count=5, per_county=(1, 2), spacing_m=1500.0, fixed_out=["c01"])
    compiled = compile_selection(frame, rules)
    every = {*(r.group for r in compiled.rows), "fixed"}

    def possible(kept: set[str]) -> bool:
        return solve_selection(
            compiled, time_limit_s=600, gap=0.0, without=every - kept
        ).places is not None  # fmt: skip

    if possible(every):
        assert select_bases(frame, rules=rules).status == "optimal"
        return
    head = select_bases(frame, rules=rules).conflicts[0].en
    words = {"count": "5 bases", "spacing": "m between bases", "fixed": "ruled out by hand",
             **{f"county:0{k}": f"in 0{k}," for k in (1, 2, 3)}}  # fmt: skip
    named = {group for group, word in words.items() if word in head}
    assert named
    assert not possible(named)
    assert all(possible(named - {group}) for group in named)


def test_no_choice_in_time_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = Choice(None, 0.0, 4000.0, "unknown", 7.0)
    monkeypatch.setattr(selection, "solve_selection", lambda *_, **__: stopped)
    found = select_bases(random_case(2), rules=SelectionRules(count=3, time_limit_s=7))
    assert (found.status, found.bound, len(found.bases)) == ("unknown", 4000.0, 0)
    assert "Within 7 s neither a choice was found nor a proof" in found.conflicts[0].en
    assert found.document()["gap"] is None


def test_total_area_is_kept() -> None:
    frame = candidates_at([(0, 0), (3, 0), (6, 0)], area_mu=[1000.0, 2000.0, 3000.0])
    found = select_bases(frame, rules=SelectionRules(count=2, max_total_area_mu=4000))
    assert set(found.bases["base_id"]) == {"c00", "c02"}


def test_bad_input_is_refused() -> None:
    frame = candidates_at([(0, 0), (3, 0)])
    with pytest.raises(InvalidLayerError, match="no column 'mean_score'"):
        select_bases(frame.drop(columns="mean_score"))
    with pytest.raises(InvalidLayerError, match="'c00' stands twice"):
        select_bases(frame.assign(base_id="c00"))
    with pytest.raises(InvalidParameterError, match="'x' is not among the 2"):
        select_bases(frame, rules=SelectionRules(count=1, fixed_in=["x"]))
    with pytest.raises(InvalidParameterError, match="rising"):
        SelectionRules(per_county=(3, 1))
    with pytest.raises(InvalidParameterError, match="count is 0"):
        SelectionRules(count=0)
    assert select_bases(frame.iloc[:0], rules=SelectionRules(count=1)).status == "infeasible"
