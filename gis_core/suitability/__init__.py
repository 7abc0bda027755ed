"""Suitability: membership, weights, rules, classes; model + layers → scores."""

from gis_core.suitability.explain import explain_place
from gis_core.suitability.model import SuitabilityModel, shipped_models
from gis_core.suitability.reader import load_model, model_from_values
from gis_core.suitability.result import SuitabilityResult
from gis_core.suitability.run import Surroundings, run_suitability
from gis_core.suitability.weighting import resolve_weights

__all__ = [
    "SuitabilityModel",
    "SuitabilityResult",
    "Surroundings",
    "explain_place",
    "load_model",
    "model_from_values",
    "resolve_weights",
    "run_suitability",
    "shipped_models",
]
