"""Why there is no choice: the rules named, and the least change of each, by hand."""

import geopandas as gpd
import pytest

from gis_core.bases import conflicts, deadline, freeing
from gis_core.bases.compile import compile_selection
from gis_core.bases.conflicts import find_conflicts, smallest_conflict
from gis_core.bases.deadline import Deadline
from gis_core.bases.rules import SelectionRules
from gis_core.bases.selection import select_bases
from gis_core.bases.solve import Choice, solve_selection
from gis_core.text import Text
from tests.bases.squares import candidates_at, random_case


def test_too_many_bases_are_refused_with_the_most_possible() -> None:
    frame = candidates_at([(0, 0), (0.5, 0), (9, 9)])
    found = select_bases(frame, rules=SelectionRules(count=3))
    assert found.status == "infeasible"
    assert found.bases.empty
    assert "3 bases; bases do not overlap" in found.conflicts[0].en
    assert "enough to lower the number of bases to 2." in found.conflicts[1].en
    assert "将基地总数降至 2 个即可。" in found.conflicts[1].zh


def test_a_county_without_land_is_named() -> None:
    frame = candidates_at([(0, 0), (3, 3), (9, 9)])
    rules = SelectionRules(count=2, per_county={"07": (1, 4), "01": (0, 9)})
    found = select_bases(frame, rules=rules, county_names={"07": Text("Bing", "丙县")})
    assert found.status == "infeasible"
    assert found.conflicts[0].en == (
        "This rule cannot be met: at least 1 base in Bing, which has no candidates."
    )


def said(frame: gpd.GeoDataFrame, **rules: object) -> list[str]:
    found = select_bases(frame, rules=SelectionRules(**rules))  # type: ignore[arg-type]
    assert found.status == "infeasible"
    assert all(t.zh and t.zh != t.en for t in found.conflicts)
    return [
        t.en.removeprefix("With the other rules kept, it is enough to ") for t in found.conflicts
    ]


def test_each_rule_in_conflict_gets_its_least_change() -> None:
    row = [(0.0, 0.0), (2.0, 0.0), (4.0, 0.0)]  # 1 km squares, 1 km and 3 km apart
    assert said(candidates_at(row), count=2, spacing_m=20_000) == [
        "These rules cannot hold together: 2 bases; at least 20,000 m between bases.",
        "lower the number of bases to 1.", "lower the spacing to 2,900 m.",
    ]  # fmt: skip
    assert said(candidates_at(row), count=2, min_total_area_mu=9000) == [
        "This rule cannot be met: a total area of at least 9,000 mu.",
        "lower the least total area to 3,000 mu.",
    ]
    assert said(candidates_at(row), count=3, per_county=(0, 2)) == [
        "These rules cannot hold together: 3 bases; at most 2 bases in 01, which has 3 candidates.",
        "lower the number of bases to 2.", "raise the largest number of 01 to 3.",
    ]  # fmt: skip
    needed = {"01": (2, 3), "02": (1, 3)}
    two_counties = candidates_at(row, county_code=["01", "01", "02"])
    assert said(two_counties, count=2, per_county=needed)[1:] == [
        "raise the number of bases to 3.", "lower the least number of 01 to 1.",
        "lower the least number of 02 to 0.",
    ]  # fmt: skip


def test_decisions_by_hand_in_conflict_are_named() -> None:
    near = [(0.0, 0.0), (2.0, 0.0), (40.0, 0.0)]
    assert said(candidates_at(near), count=2, spacing_m=5000, fixed_in=["c00", "c01"]) == [
        "These rules cannot hold together: at least 5,000 m between bases; c00, c01 chosen by "
        "hand.",
        "lower the spacing to 1,000 m.", "leave c01 free.",
    ]  # fmt: skip
    assert said(candidates_at(near), count=3, fixed_out=["c00"]) == [
        "These rules cannot hold together: 3 bases; c00 ruled out by hand.",
        "lower the number of bases to 2.", "leave c00 free.",
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
    every = {*(r.group for r in compiled.rows), compiled.exclusion.group, "fixed"}

    def possible(kept: set[str]) -> bool:
        return solve_selection(
            compiled, time_limit_s=600, gap=0.0, without=every - kept
        ).places is not None  # fmt: skip

    left, sure = smallest_conflict(compiled, rules, Deadline(600))
    assert sure
    assert not possible(set(left))
    assert all(possible(set(left) - {group}) for group in left)


def test_one_limit_for_all_counties_moves_for_all() -> None:
    frame = candidates_at([(3.0 * k, 0.0) for k in range(9)],
                          county_code=[f"0{k % 3}" for k in range(9)])  # fmt: skip
    assert said(frame, count=7, per_county=(0, 2)) == [
        "These rules cannot hold together: 7 bases; at most 2 bases in each of 00, 01, 02.",
        "lower the number of bases to 6.", "raise the largest number of every county to 3.",
    ]  # fmt: skip
    assert said(frame, count=2, per_county=(1, 2)) == [
        "These rules cannot hold together: 2 bases; at least 1 base in each of 00, 01, 02.",
        "raise the number of bases to 3.", "lower the least number of every county to 0.",
    ]  # fmt: skip
    alike = {f"0{k}": (1, 2) for k in range(3)}
    assert said(frame, count=2, per_county=alike)[2:] == [
        "lower the least number of one of 00, 01, 02 to 0."
    ]


def test_every_county_without_land_is_named_at_once() -> None:
    frame = candidates_at([(0, 0), (3, 3), (9, 9)])
    rules = SelectionRules(count=3, per_county=(1, 3), county_codes=["01", "07", "08"])
    found = select_bases(frame, rules=rules, county_names={"07": Text("Bing", "丙县")})
    assert [t.en for t in found.conflicts] == [
        "None of these rules can be met: at least 1 base in Bing, which has no candidates; at "
        "least 1 base in 08, which has no candidates.",
        "Ask for no more than 0 in Bing, 0 in 08, or let more land become a candidate: a lower "
        "least score or smaller least area.",
    ]
    assert "丙县至少 1 个基地（该县没有候选）" in found.conflicts[0].zh


def test_nothing_to_choose_from_is_said() -> None:
    assert said(candidates_at([(0, 0)]).iloc[:0], count=2) == [
        "This rule cannot be met: 2 bases.", "lower the number of bases to 0."
    ]  # fmt: skip


def test_all_solves_of_an_explanation_share_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    now, given = [0.0], []
    monkeypatch.setattr(deadline, "monotonic", lambda: now[0])

    def slow(*arguments: object, time_limit_s: float, **options: object) -> Choice:
        given.append(time_limit_s)
        now[0] += min(3.0, time_limit_s)
        return Choice(None, 0.0, 0.0, "unknown", 3.0)

    for module in (conflicts, freeing):
        monkeypatch.setattr(module, "solve_selection", slow)
    frame = random_case(1)
    rules = SelectionRules(count=5, per_county=(1, 2), spacing_m=1500.0, fixed_out=["c01"])
    told = find_conflicts(
        compile_selection(frame, rules), rules, candidates=frame, names={}, deadline=Deadline(10)
    )
    assert given[:4] == [10, 7, 4, 1]
    assert given[4:]
    assert max(given[4:]) <= 0.1
    assert "Time ran out before all were tried" in told[0].en
    assert "Time ran out before a change that is enough was found" in told[1].en
