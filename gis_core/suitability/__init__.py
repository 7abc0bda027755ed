"""Suitability: membership, weights, rules, classes; model + layers → scores."""
