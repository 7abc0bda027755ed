"""Weights that the scores themselves suggest: entropy and CRITIC."""

import numpy as np
from numpy.typing import NDArray

from gis_core.errors import InvalidCriterionError

Floats = NDArray[np.float64]


def entropy_weights(sample: Floats) -> Floats:
    """Return weights, 0 or more, sum 1: the more a criterion tells cells apart, the more it counts.

    Parameters
    ----------
    sample
        (cells, criteria), scores 0 to 1; cells with NaN are left out.

    Raises
    ------
    InvalidCriterionError
        If fewer than two cells are known, or no criterion tells them apart.

    References
    ----------
    Hwang and Yoon (1981), Multiple Attribute Decision Making: entropy of the column shares. A
    score of 0 adds nothing to the entropy (the limit of ``p ln p``).
    """
    scores = _known(sample)
    totals = scores.sum(axis=0)
    shares = np.divide(scores, totals, out=np.full_like(scores, 1 / len(scores)), where=totals > 0)
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    entropy = -(shares * logs).sum(axis=0) / np.log(len(scores))
    return _shares(np.maximum(1.0 - entropy, 0.0))


def critic_weights(sample: Floats) -> Floats:
    """Return weights, 0 or more, sum 1: contrast of a criterion times its conflict with others.

    Scores are stretched to 0 to 1 over the sample; contrast is the standard deviation, conflict the
    sum of 1 less the correlation with each criterion. One that is the same everywhere gets 0.

    Parameters
    ----------
    sample
        (cells, criteria), scores 0 to 1; cells with NaN are left out.

    Raises
    ------
    InvalidCriterionError
        If fewer than two cells are known, or no criterion tells them apart.

    References
    ----------
    Diakoulaki, Mavrotas and Papayannakis (1995), Determining objective weights in multiple
    criteria problems: the CRITIC method.
    """
    scores = _known(sample)
    span = np.ptp(scores, axis=0)
    differs = span > 0
    weights = np.zeros(scores.shape[1])
    stretched = (scores[:, differs] - scores[:, differs].min(axis=0)) / span[differs]
    if differs.sum() == 1:
        return _shares(differs.astype(float))
    if differs.any():
        correlation = np.corrcoef(stretched, rowvar=False)
        weights[differs] = stretched.std(axis=0) * (1.0 - correlation).sum(axis=0)
    if differs.any() and not weights.sum() > 1e-12:  # all say the same: nothing to choose by
        weights[differs] = 1.0
    return _shares(np.maximum(weights, 0.0))


def _known(sample: Floats) -> Floats:
    """Return the cells without NaN as float64, at least two."""
    scores = np.asarray(sample, np.float64)
    scores = scores[np.isfinite(scores).all(axis=1)]
    if len(scores) < 2:
        raise InvalidCriterionError(
            f"Weights from the data need at least 2 cells with every score, but {len(scores)} are "
            "known. Import layers that cover the area, or give the weights yourself.",
            f"由数据求权重至少需要 2 个各项得分齐全的单元，现有 {len(scores)} 个。"
            "请导入覆盖全域的图层，或自行给出权重。",
        )
    return scores


def _shares(weights: Floats) -> Floats:
    total = float(weights.sum())
    if not total > 1e-12:
        raise InvalidCriterionError(
            "Every criterion has the same score everywhere, so the data give no weights. Give the "
            "weights yourself.",
            "各准则的得分处处相同，无法由数据求权重。请自行给出权重。",
        )
    return np.asarray(weights / total)
