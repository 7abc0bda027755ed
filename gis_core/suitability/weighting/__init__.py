"""Weights: written, ranked, compared in pairs, or taken from the data."""

from gis_core.suitability.weighting.resolve import WeightsFound, resolve_weights, weigh

__all__ = ["WeightsFound", "resolve_weights", "weigh"]
