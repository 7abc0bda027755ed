"""Hold reported totals, and the survey when there is one, against what is possible."""

from pathlib import Path

from gis_core.relocation.survey_check import SurveyCheck, check_survey
from gis_core.sources.survey.totals import read_totals


def check_reported_totals(totals_file: Path) -> SurveyCheck:
    """Check a totals file by itself: brackets, sums and feasible ranges."""
    totals = read_totals(totals_file)
    return check_survey(None, totals.brackets, totals.frame, overall=totals.overall)
