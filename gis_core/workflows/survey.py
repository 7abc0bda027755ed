"""Hold reported totals, and the survey when there is one, against what is possible."""

from pathlib import Path

from gis_core.errors import NotFoundError
from gis_core.region import Bracket
from gis_core.relocation.survey_check import SurveyCheck, check_survey
from gis_core.sources.survey.totals import read_totals
from gis_core.store.workspace import Workspace


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
    return check_survey(villages, brackets, reported)
