"""Sensitivity: what changes when weights and thresholds are off."""

from gis_core.suitability.sensitivity.cells import CriterionCells
from gis_core.suitability.sensitivity.draws import Draws, DrawSettings, draw
from gis_core.suitability.sensitivity.influence import Influence, find_influence
from gis_core.suitability.sensitivity.monte_carlo import Counted, area_units, count_draws
from gis_core.suitability.sensitivity.one_at_a_time import OneAtATime, one_at_a_time
from gis_core.suitability.sensitivity.sobol import SobolIndices, sobol_indices

__all__ = [
    "Counted",
    "CriterionCells",
    "DrawSettings",
    "Draws",
    "Influence",
    "OneAtATime",
    "SobolIndices",
    "area_units",
    "count_draws",
    "draw",
    "find_influence",
    "one_at_a_time",
    "sobol_indices",
]
