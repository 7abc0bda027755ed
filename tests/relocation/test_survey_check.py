"""The published totals and the faults a planner must be shown."""

import pandas as pd

from gis_core.region import Bracket
from gis_core.relocation.survey_check import check_survey

BRACKETS = [
    Bracket("under 100", 1, 99), Bracket("101-150", 101, 150),
    Bracket("151-200", 151, 200), Bracket("201-300", 201, 300),
]  # fmt: skip
TOTALS = pd.DataFrame(
    [("under 100", 1261, 10753, 45135), ("101-150", 172, 3743, 17395),
     ("151-200", 121, 3373, 15428), ("201-300", 27, 1583, 7162)],
    columns=["label", "villages", "households", "people"],
)  # fmt: skip


def test_published_totals_show_all_three_faults() -> None:
    grand = {"villages": 1581, "households": 19452, "people": 85120}
    check = check_survey(None, BRACKETS, TOTALS, overall=grand)
    assert [p.code for p in check.problems] == [
        "bracket_gap", "barely_possible_sum", "impossible_sum",
    ]  # fmt: skip
    gap, tight, impossible = (p.text for p in check.problems)
    assert "exactly 100" in gap.en
    assert "172 × 101 = 17,372" in tight.en
    assert "18,271" in impossible.en
    assert "15,428" in impossible.en
    assert "不可能" in impossible.zh
    document = check.as_dict("zh")
    assert not document["ok"]
    assert document["brackets"][2]["feasible_people"] == [18271, 24200]
    assert document["brackets"][0]["ok"]


def test_totals_that_do_not_add_up_are_said() -> None:
    check = check_survey(None, BRACKETS, TOTALS, overall={"people": 85121})
    assert [p.figures for p in check.problems if p.code == "sum_differs"] == [
        {"sum": 85120, "reported": 85121}
    ]


def village(name: str, people: int, households: int = 1) -> dict[str, object]:
    return {"village_id": name, "name": name, "township": "T", "county_code": "1",
            "people": people, "households": households}  # fmt: skip


def test_survey_is_counted_against_its_report() -> None:
    villages = pd.DataFrame(
        [village("a", 10), village("b", 40, 9), village("c", 100), village("d", 2, 3)]
    )
    totals = pd.DataFrame({"label": ["small"], "villages": [3], "households": [12], "people": [60]})
    check = check_survey(villages, [Bracket("small", 1, 99)], totals)
    row = check.brackets[0]
    assert (row.villages, row.households, row.people) == (3, 13, 52)
    assert (row.difference_villages, row.difference_households, row.difference_people) == (0, 1, -8)
    codes = [p.code for p in check.problems]
    assert codes == [
        "different_households", "different_people", "village_in_no_bracket",
        "more_households_than_people",
    ]  # fmt: skip


def test_overlapping_brackets_and_duplicates_are_said() -> None:
    villages = pd.DataFrame([village("a", 10), village("a", 10)])
    check = check_survey(villages, [Bracket("x", 1, 50), Bracket("y", 50, 60)])
    assert [p.code for p in check.problems] == ["bracket_overlap", "duplicate_village"]


def test_a_sound_survey_has_no_problem() -> None:
    check = check_survey(pd.DataFrame([village("a", 10)]), [Bracket("x", 1, 50)])
    assert check.ok
    assert check.brackets[0].feasible_people == (1, 50)
