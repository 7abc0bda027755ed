"""Bases: candidate bases from scores, exact selection, explanation."""

from gis_core.bases.candidates import CandidateSettings, grow_candidates
from gis_core.bases.cells import candidate_cells
from gis_core.bases.options import add_costs, offer_products
from gis_core.bases.result import BaseSelection
from gis_core.bases.rules import ProductLimits, SelectionRules
from gis_core.bases.selection import select_bases

__all__ = [
    "BaseSelection",
    "CandidateSettings",
    "ProductLimits",
    "SelectionRules",
    "add_costs",
    "candidate_cells",
    "grow_candidates",
    "offer_products",
    "select_bases",
]
