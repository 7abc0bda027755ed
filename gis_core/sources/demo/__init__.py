"""The demonstration prefecture: a synthetic, believable landscape over given county boundaries.

What makes it a certain region stands in a description file (YAML) beside the code.
"""

from gis_core.sources.demo.build import build_demonstration
from gis_core.sources.demo.demonstration import Demonstration
from gis_core.sources.demo.writing import write_survey_workbook, write_totals_csv

__all__ = [
    "Demonstration",
    "build_demonstration",
    "write_survey_workbook",
    "write_totals_csv",
]
