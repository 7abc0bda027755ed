"""Weights: written, ranked, compared in pairs, or taken from the data."""

from gis_core.suitability.weighting.resolve import (
    WeightsFound,
    judged_weights,
    resolve_weights,
    weigh,
)

__all__ = ["WeightsFound", "judged_weights", "resolve_weights", "weigh"]
