"""Weights: checked and normalised, never repaired silently."""

from collections.abc import Mapping

import numpy as np

from gis_core.errors import InvalidCriterionError


def normalised(weights: Mapping[str, float]) -> dict[str, float]:
    """Return `weights` divided by their sum.

    Raises
    ------
    InvalidCriterionError
        If a weight is NaN, infinite or negative, or none is above zero; the message names it.
    """
    for name, weight in weights.items():
        if not np.isfinite(weight) or weight < 0:
            raise InvalidCriterionError(
                f"The weight of '{name}' is {weight}; wanted a number of 0 or more.",
                f"“{name}”的权重为 {weight}；应为不小于 0 的数。",
            )
    total = float(sum(weights.values()))
    if total <= 0:
        raise InvalidCriterionError(
            f"None of the weights of {', '.join(weights) or 'the model'} is above zero; give at "
            "least one.",
            f"{'、'.join(weights) or '模型'}的权重没有大于零的；请至少设置一个。",
        )
    return {name: weight / total for name, weight in weights.items()}
