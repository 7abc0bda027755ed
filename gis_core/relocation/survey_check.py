"""Hold a village survey against reported totals and against what is possible at all."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from gis_core.region import Bracket
from gis_core.text import Text, as_document, localise

TIGHT_SHARE = 0.02  # reported people this near (of the range's width) to an end: remarkable
MEASURES = ("villages", "households", "people")


@dataclass(frozen=True)
class Problem:
    """One fault, in words, with the figures that show it."""

    code: str
    text: Text
    figures: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class BracketFigures:
    """A bracket's counted and reported figures; None where a side was not given.

    `feasible_people` is the least and the most people that the reported number of villages
    (the counted one without a report) can hold within the bracket's limits.
    """

    label: str
    min: int
    max: int
    villages: int | None
    households: int | None
    people: int | None
    reported_villages: int | None
    reported_households: int | None
    reported_people: int | None
    difference_villages: int | None
    difference_households: int | None
    difference_people: int | None
    feasible_people: tuple[int, int]
    ok: bool


@dataclass(frozen=True)
class SurveyCheck:
    """All brackets with their figures, and every problem found."""

    brackets: tuple[BracketFigures, ...]
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """True when no problem was found."""
        return not self.problems

    def document(self) -> dict[str, Any]:
        """Return plain bilingual values: brackets, problems, ok."""
        return {
            "brackets": as_document(self.brackets),
            "problems": [
                {"code": p.code, "text": as_document(p.text), **p.figures} for p in self.problems
            ],
            "ok": self.ok,
        }

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return plain values, sentences in `lang`."""
        return dict(localise(self.document(), lang))


def check_survey(
    villages: pd.DataFrame | None,
    brackets: Sequence[Bracket],
    totals: pd.DataFrame | None = None,
    *,
    overall: dict[str, int] | None = None,
) -> SurveyCheck:
    """Check counts, sums, feasible ranges, brackets and duplicates.

    Parameters
    ----------
    villages
        One row a village: village_id, name, township, county_code, people, households
        (people and households in persons and households, not negative). None: only the
        reported totals are checked.
    brackets
        Size classes in people, both limits inclusive.
    totals
        Reported rows: label, villages, households, people. None: nothing to compare with.
    overall
        Reported grand totals by measure (villages, households, people), to hold against
        the sum of `totals`.

    Returns
    -------
    check
        With an empty `problems` only if nothing at all was found.
    """
    reported: dict[Any, dict[Any, Any]] = {}
    if totals is not None:
        reported = totals.set_index("label")[list(MEASURES)].to_dict("index")
    problems = [*_bracket_problems(brackets)]
    figures = []
    for bracket in brackets:
        counted = None if villages is None else _count(villages, bracket)
        row, faults = _check_bracket(bracket, counted, reported.get(bracket.label))
        figures.append(row)
        problems += faults
    problems += _unknown_labels(brackets, reported)
    if overall is not None and totals is not None:
        problems += _overall_problems(totals, overall)
    if villages is not None:
        problems += _village_problems(villages, brackets)
    return SurveyCheck(tuple(figures), tuple(problems))


def _count(villages: pd.DataFrame, bracket: Bracket) -> dict[str, int]:
    inside = villages[villages["people"].between(bracket.min_people, bracket.max_people)]
    return {
        "villages": len(inside),
        "households": int(inside["households"].sum()),
        "people": int(inside["people"].sum()),
    }


def _check_bracket(
    bracket: Bracket, counted: dict[str, int] | None, reported: dict[str, Any] | None
) -> tuple[BracketFigures, list[Problem]]:
    basis = reported or counted or {"villages": 0}
    number = int(basis["villages"])
    feasible = (number * bracket.min_people, number * bracket.max_people)
    problems = [] if reported is None else _feasibility_problems(bracket, reported, feasible)
    difference: dict[str, int] = {}
    if counted is not None and reported is not None:
        difference = {m: counted[m] - int(reported[m]) for m in MEASURES}
        problems += _difference_problems(bracket, counted, reported)
    values: dict[str, Any] = {}
    for measure in MEASURES:
        values[measure] = None if counted is None else counted[measure]
        values[f"reported_{measure}"] = None if reported is None else int(reported[measure])
        values[f"difference_{measure}"] = difference.get(measure)
    row = BracketFigures(
        label=bracket.label, min=bracket.min_people, max=bracket.max_people,
        feasible_people=feasible, ok=not problems, **values,
    )  # fmt: skip
    return row, problems


def _feasibility_problems(
    bracket: Bracket, reported: dict[str, Any], feasible: tuple[int, int]
) -> list[Problem]:
    people, number = int(reported["people"]), int(reported["villages"])
    low, high = feasible
    figures = {"villages": number, "people": people, "least": low, "most": high}
    problems = []
    if not low <= people <= high:
        problems.append(Problem("impossible_sum", Text(
            f"Bracket {bracket.label}: {number:,} villages of {bracket.min_people} to "
            f"{bracket.max_people} people hold {low:,} to {high:,} people, but {people:,} are "
            "reported: impossible. Ask for the villages behind this row.",
            f"“{bracket.label}”组：{number}个{bracket.min_people}至{bracket.max_people}人的村，人口应在"
            f"{low}至{high}人之间，而上报为{people}人，不可能成立。请核对该行所含村庄。",
        ), figures))  # fmt: skip
    elif number and min(people - low, high - people) < TIGHT_SHARE * (high - low):
        end = bracket.min_people if people - low <= high - people else bracket.max_people
        problems.append(Problem("barely_possible_sum", Text(
            f"Bracket {bracket.label}: {people:,} people in {number:,} villages are possible only "
            f"if nearly every village has {end} people ({number:,} × {end} = {number * end:,}). "
            "Check the row.",
            f"“{bracket.label}”组：{number}个村共{people}人，只有几乎每个村都是{end}人时才可能"
            f"（{number}×{end}={number * end}）。请核对该行。",
        ), figures))  # fmt: skip
    households = int(reported["households"])
    if households > people:
        problems.append(Problem("more_households_than_people", Text(
            f"Bracket {bracket.label}: {households:,} households but {people:,} people are "
            "reported. Check the row.",
            f"“{bracket.label}”组：上报{households}户、{people}人，户数多于人数。请核对该行。",
        ), {"households": households, "people": people}))  # fmt: skip
    return problems


def _difference_problems(
    bracket: Bracket, counted: dict[str, int], reported: dict[str, Any]
) -> list[Problem]:
    words = {"villages": ("villages", "村"), "households": ("households", "户"),
             "people": ("people", "人")}  # fmt: skip
    problems = []
    for measure in MEASURES:
        mine, theirs = counted[measure], int(reported[measure])
        if mine != theirs:
            en, zh = words[measure]
            problems.append(Problem(f"different_{measure}", Text(
                f"Bracket {bracket.label}: the survey counts {mine:,} {en}, {theirs:,} are "
                f"reported ({mine - theirs:+,}).",
                f"“{bracket.label}”组：调查表合计{mine}{zh}，上报{theirs}{zh}"
                f"（相差{mine - theirs:+}）。",
            ), {"counted": mine, "reported": theirs, "difference": mine - theirs}))  # fmt: skip
    return problems


def _bracket_problems(brackets: Sequence[Bracket]) -> list[Problem]:
    problems = []
    ordered = sorted(brackets, key=lambda b: b.min_people)
    for bracket in ordered:
        if bracket.min_people > bracket.max_people:
            problems.append(Problem("empty_bracket", Text(
                f"Bracket {bracket.label} runs from {bracket.min_people} to {bracket.max_people} "
                "people: no village can fall in it.",
                f"“{bracket.label}”组从{bracket.min_people}人到{bracket.max_people}人，不可能有村庄落入。",
            )))  # fmt: skip
    for lower, upper in zip(ordered, ordered[1:], strict=False):
        first, last = lower.max_people + 1, upper.min_people - 1
        if first <= last:
            en = f"exactly {first}" if first == last else f"{first} to {last}"
            zh = f"正好{first}" if first == last else f"{first}至{last}"
            problems.append(Problem("bracket_gap", Text(
                f"Villages of {en} people fall in no bracket (between {lower.label} and "
                f"{upper.label}). Decide which bracket takes them.",
                f"{zh}人的村不属于任何一组（在“{lower.label}”与“{upper.label}”之间）。请确定归入哪一组。",
            ), {"first": first, "last": last}))  # fmt: skip
        elif lower.max_people >= upper.min_people:
            problems.append(Problem("bracket_overlap", Text(
                f"Villages of {upper.min_people} to {lower.max_people} people fall in both "
                f"{lower.label} and {upper.label}. Make the brackets disjoint.",
                f"{upper.min_people}至{lower.max_people}人的村同时属于“{lower.label}”和“{upper.label}”。"
                "请使分组互不重叠。",
            ), {"first": upper.min_people, "last": lower.max_people}))  # fmt: skip
    return problems


def _unknown_labels(brackets: Sequence[Bracket], reported: dict[Any, Any]) -> list[Problem]:
    known = {b.label for b in brackets}
    return [
        Problem("unknown_bracket", Text(
            f"The totals report a bracket '{label}' that the region does not define; it was "
            "compared with nothing. Add it to the region or correct the label.",
            f"上报合计中的分组“{label}”未在区域中定义，未作比较。请补充定义或改正名称。",
        ))
        for label in reported if label not in known
    ]  # fmt: skip


def _overall_problems(totals: pd.DataFrame, overall: dict[str, int]) -> list[Problem]:
    problems = []
    for measure, said in overall.items():
        found = int(totals[measure].sum())
        if found != said:
            problems.append(Problem("sum_differs", Text(
                f"The brackets add up to {found:,} {measure}, the total row says {said:,}.",
                f"各组合计为{found}，合计行为{said}（{measure}）。",
            ), {"sum": found, "reported": said}))  # fmt: skip
    return problems


def _village_problems(villages: pd.DataFrame, brackets: Sequence[Bracket]) -> list[Problem]:
    problems = []
    inside = pd.Series(False, index=villages.index)
    for bracket in brackets:
        inside |= villages["people"].between(bracket.min_people, bracket.max_people)
    outside = int((~inside).sum())
    if brackets and outside:
        people = int(villages.loc[~inside, "people"].sum())
        problems.append(Problem("village_in_no_bracket", Text(
            f"{outside:,} surveyed villages with {people:,} people fall in no bracket.",
            f"{outside}个调查村（共{people}人）不属于任何一组。",
        ), {"villages": outside, "people": people}))  # fmt: skip
    crowded = villages[villages["households"] > villages["people"]]
    for name in crowded["name"]:
        problems.append(Problem("more_households_than_people", Text(
            f"Village {name} has more households than people. Check its row.",
            f"{name}的户数多于人数。请核对该行。",
        )))  # fmt: skip
    keys = ["county_code", "township", "name"]
    same = villages.groupby(keys, as_index=False).size().query("size > 1")
    for county, township, name, number in same.itertuples(index=False):
        problems.append(Problem("duplicate_village", Text(
            f"{name} ({township}, {county}) stands {number} times in the survey.",
            f"{name}（{township}，{county}）在调查表中出现{number}次。",
        ), {"times": int(number)}))  # fmt: skip
    return problems
