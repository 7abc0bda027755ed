"""Weights from the order of the criteria alone."""

import numpy as np

from gis_core.suitability.judgements import Ranks


def rank_order_centroid(ranks: Ranks) -> dict[str, float]:
    """Return weights, above 0, sum 1, by criterion: the centroid of all that fit the order.

    The criterion of place k of n gets ``(1/k + … + 1/n) / n``; criteria of one place share the mean
    of the places they fill.

    References
    ----------
    Barron and Barrett (1996), Decision quality using ranked attribute weights.
    """
    number = sum(len(place) for place in ranks.order)
    by_place = np.cumsum(1.0 / np.arange(number, 0, -1))[::-1] / number
    weights: dict[str, float] = {}
    taken = 0
    for place in ranks.order:
        shared = float(by_place[taken : taken + len(place)].mean())
        weights |= dict.fromkeys(place, shared)
        taken += len(place)
    return weights
