"""Choosing bases: coefficients by hand, choices against enumeration, conflicts in words."""

from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest

from gis_core.bases import compile as compiling
from gis_core.bases import core, selection
from gis_core.bases.compile import compile_selection, on_the_plane
from gis_core.bases.exclusion import excluding_pairs
from gis_core.bases.highs import solve_binary
from gis_core.bases.rules import SelectionRules
from gis_core.bases.selection import select_bases
from gis_core.bases.solve import Choice, solve_selection
from gis_core.errors import InvalidLayerError, InvalidParameterError, TimeLimitError
from gis_core.text import Text
from tests.bases.squares import candidates_at, random_case


def conflicting_pairs(frame: gpd.GeoDataFrame, *, spacing_m: float) -> list[tuple[int, ...]]:
    pairs = excluding_pairs(on_the_plane(frame), spacing_m=spacing_m)
    return [tuple(pair) for pair in pairs.tolist()]


def best_by_enumeration(frame: gpd.GeoDataFrame, rules: SelectionRules) -> float | None:
    worth = frame["mean_score"] + rules.compactness_weight * frame["compactness"]
    if rules.aim == "area":
        worth = worth * frame["area_mu"]
    bad = set(conflicting_pairs(frame, spacing_m=rules.spacing_m))
    limits = rules.limits_by_county(sorted(set(frame["county_code"])))
    best = None
    for chosen in combinations(range(len(frame)), rules.count):
        if any(pair in bad for pair in combinations(chosen, 2)):
            continue
        counts = frame["county_code"].iloc[list(chosen)].value_counts()
        if any(not a <= counts.get(c, 0) <= b for c, (a, b) in limits.items()):
            continue
        area = float(frame["area_mu"].iloc[list(chosen)].sum())
        if not (rules.min_total_area_mu or 0) <= area <= (rules.max_total_area_mu or np.inf):
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
        "count": ([0, 1, 2], 2, 2), "county:02": ([2], 1, 1),
    }  # fmt: skip
    assert (compiled.exclusion.group, compiled.exclusion.pairs.tolist()) == ("overlap", [[0, 1]])
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


@pytest.mark.parametrize("seed", range(12))
def test_the_best_is_found_from_a_small_core_and_with_rows_only_where_broken(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "CORE", 2)
    monkeypatch.setattr(core, "CORE_GROWTH", 2)
    monkeypatch.setattr(core, "MOST_PAIRS", 3)
    frame = random_case(seed)
    rules = SelectionRules(count=3, per_county=(0, 2), spacing_m=300.0 * (seed % 3),
                           max_total_area_mu=5000 if seed % 2 else None)  # fmt: skip
    best = best_by_enumeration(frame, rules)
    found = solve_selection(compile_selection(frame, rules), time_limit_s=600, gap=0.0)
    if best is None:
        assert found.status == "infeasible"
        return
    assert found.status == "optimal"
    assert found.objective == pytest.approx(best)


def test_wide_spacing_gives_the_solver_no_row_for_most_pairs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[int] = []

    def counted(worth, rows, *others, **options):
        seen.append(sum(len(row.places) for row in rows))
        return solve_binary(worth, rows, *others, **options)

    monkeypatch.setattr(core, "solve_binary", counted)
    places = [(float(x), float(y)) for x, y in np.random.default_rng(3).uniform(0, 90, (900, 2))]
    scores = list(np.random.default_rng(4).uniform(0.5, 0.9, 900))
    compiled = compile_selection(
        candidates_at(places, mean_score=scores), SelectionRules(count=8, spacing_m=30_000)
    )
    found = solve_selection(compiled, time_limit_s=600, gap=0.0)
    assert found.status == "optimal"
    assert len(compiled.exclusion.pairs) > 90_000
    assert max(seen) < 30_000


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


def test_no_choice_in_time_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = Choice(None, 0.0, 4000.0, "unknown", 7.0)
    monkeypatch.setattr(selection, "solve_selection", lambda *_, **__: stopped)
    found = select_bases(random_case(2), rules=SelectionRules(count=3, time_limit_s=7))
    assert (found.status, found.bound, len(found.bases)) == ("unknown", 4000.0, 0)
    assert "Within 7 s neither a choice was found nor a proof" in found.conflicts[0].en
    assert found.document()["gap"] is None


def test_no_time_even_to_compile_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: object, **options: object) -> None:
        raise TimeLimitError("late", "超时")

    monkeypatch.setattr(compiling, "excluding_pairs", late)
    found = select_bases(random_case(2), rules=SelectionRules(count=3, time_limit_s=7))
    assert (found.status, len(found.bases)) == ("unknown", 0)
    assert "Within 7 s neither a choice was found" in found.conflicts[0].en
    assert found.document()["bound"] is None


def test_quality_prefers_the_better_land_and_area_the_larger() -> None:
    frame = candidates_at([(0, 0), (3, 0), (6, 0)], area_mu=[9000.0, 2000.0, 3000.0],
                          mean_score=[0.6, 0.9, 0.8])  # fmt: skip
    larger = select_bases(frame, rules=SelectionRules(count=1))
    better = select_bases(frame, rules=SelectionRules(count=1, aim="quality"))
    assert (larger.bases["base_id"].tolist(), larger.objective_unit) == (["c00"], "mu")
    assert (better.bases["base_id"].tolist(), better.objective_unit) == (["c01"], "score")
    assert better.objective == pytest.approx(0.9 + 0.2 * 0.78)
    enough = SelectionRules(count=2, aim="quality", min_total_area_mu=10_000)
    assert set(select_bases(frame, rules=enough).bases["base_id"]) == {"c00", "c01"}
    with pytest.raises(InvalidParameterError, match="wanted area or quality"):
        SelectionRules(aim="size")  # type: ignore[arg-type]


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
