"""Bases: candidate bases from scores, exact selection, explanation."""

from gis_core.bases.candidates import CandidateSettings, grow_candidates
from gis_core.bases.result import BaseSelection
from gis_core.bases.rules import SelectionRules
from gis_core.bases.selection import select_bases

__all__ = [
    "BaseSelection",
    "CandidateSettings",
    "SelectionRules",
    "grow_candidates",
    "select_bases",
]
