"""Hold reported totals, and the survey when there is one, against what is possible."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from gis_core.errors import NotFoundError
from gis_core.region import Bracket
from gis_core.relocation.survey_check import Problem, SurveyCheck, check_survey
from gis_core.sources.survey.totals import read_totals
from gis_core.store.workspace import Workspace
from gis_core.text import Text


def check_reported_totals(totals_file: Path) -> SurveyCheck:
    """Check a totals file by itself: brackets, sums and feasible ranges."""
    totals = read_totals(totals_file)
    return check_survey(None, totals.brackets, totals.frame, overall=totals.overall)


def check_workspace_survey(workspace: Workspace, totals_file: Path | None) -> SurveyCheck:
    """Check the workspace's survey against `totals_file`, or the totals imported beside it.

    Raises
    ------
    NotFoundError
        If the workspace holds no survey.
    """
    if not workspace.has_layer("villages"):
        raise NotFoundError(
            "The workspace holds no survey: upland import villages FILE, or name the reported "
            "totals alone with --totals.",
            "工作区中没有村庄调查：请运行 upland import villages 文件，"
            "或用 --totals 只检查上报合计。",
        )
    villages = workspace.villages()
    if totals_file is not None:
        totals = read_totals(totals_file)
        return check_survey(villages, totals.brackets, totals.frame, overall=totals.overall)
    reported = workspace.reported_totals()
    brackets = workspace.region().brackets
    if reported is not None:
        brackets = tuple(
            Bracket(str(r["label"]), int(r["min_people"]), int(r["max_people"]))
            for r in reported.to_dict("records")
        )
    check = check_survey(villages, brackets, reported)
    return check if brackets else replace(check, problems=(_no_brackets(villages), *check.problems))


def _no_brackets(villages: pd.DataFrame) -> Problem:
    """Say that the survey was counted in no size class, and how the region gets its classes."""
    number, households, people = len(villages), *villages[["households", "people"]].sum()
    return Problem("no_brackets", Text(
        f"The region defines no size classes (brackets), so the survey's {number:,} villages, "
        f"{households:,} households and {people:,} people were counted in none and held against no "
        "report. Give the reported totals, one row a bracket (upland survey check --totals "
        "FILE.csv), or import the survey with them (upland import villages FILE --totals "
        "FILE.csv): their brackets become the region's.",
        f"本区域尚未定义规模分组，调查表的{number}个村、{households}户、{people}人未能分组统计，也未与"
        "上报数核对。请提供每组一行的上报合计（upland survey check --totals 文件.csv），或连同合计"
        "重新导入调查表（upland import villages 文件 --totals 文件.csv），其分组即归本区域。",
    ), {"villages": number, "households": int(households), "people": int(people)})  # fmt: skip
