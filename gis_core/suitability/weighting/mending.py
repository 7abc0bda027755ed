"""Which one judgement spoils the consistency most, and what value would mend it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_core.suitability.judgements import Judgements
from gis_core.suitability.weighting.eigenvector import (
    RATIO_LIMIT,
    Floats,
    consistency_ratio,
    largest_eigenvalues,
    matrix_of,
    ratio_of,
)
from gis_core.text import Text

GOLDEN = (5**0.5 - 1) / 2
STEPS = 50  # of the golden section: the interval shrinks to 4e-10
Places = NDArray[np.int64]
SCALE = np.array([*(1.0 / np.arange(9.0, 1.0, -1.0)), *np.arange(1.0, 10.0)])  # 1/9 … 1 … 9


@dataclass(frozen=True)
class Mend:
    """The least consistent pair of judgements, and what would mend it.

    `written` says how much more `first` counts than `second` (1 or more); `value` in its place
    makes the consistency ratio fall from `ratio_before` to `ratio_after`, the least that a change
    of one judgement can reach between 1/9 and 9, or the largest judgement written; `scale_value`,
    the best of the whole numbers to 9 and their reciprocals, makes it fall to `scale_ratio`.
    """

    first: str
    second: str
    written: float
    value: float
    ratio_before: float
    ratio_after: float
    scale_value: float
    scale_ratio: float


def find_mend(judgements: Judgements) -> Mend | None:
    """Return the judgement whose change helps consistency most; None if it is perfect.

    Every pair is tried: with the others kept, the principal eigenvalue is convex in the logarithm
    of one judgement, so a golden section finds the value that makes it least. Of pairs that help
    alike the first in the order of the criteria is named.

    References
    ----------
    Bozóki, Fülöp and Rónyai (2010), On optimal completion of incomplete pairwise comparison
    matrices: convexity of the eigenvalue in the logarithms.
    """
    matrix = matrix_of(judgements)
    size = len(matrix)
    before = consistency_ratio(matrix)
    if before == 0.0:
        return None
    rows, cols = (places.astype(np.int64) for places in np.triu_indices(size, 1))
    logs = _least_logs(matrix, rows, cols)
    ratios = ratio_of(largest_eigenvalues(_changed(matrix, rows, cols, logs)), size)
    worst = int(np.flatnonzero(ratios <= ratios.min() + 1e-7)[0])
    i, j, value = int(rows[worst]), int(cols[worst]), float(np.exp(logs[worst]))
    if matrix[i, j] < 1:
        i, j, value = j, i, 1.0 / value
    ends = np.full(len(SCALE), i), np.full(len(SCALE), j)
    on_scale = ratio_of(largest_eigenvalues(_changed(matrix, *ends, np.log(SCALE))), size)
    best = int(np.argmin(on_scale))
    return Mend(
        judgements.names[i], judgements.names[j], float(matrix[i, j]), value, before,
        float(ratios[worst]), float(SCALE[best]), float(on_scale[best]),
    )  # fmt: skip


def _changed(matrix: Floats, rows: Places, cols: Places, logs: Floats) -> Floats:
    """Return one matrix a pair, with the pair's judgement set to ``exp(log)``."""
    stack = np.repeat(matrix[None], len(rows), axis=0)
    each = np.arange(len(rows))
    stack[each, rows, cols] = np.exp(logs)
    stack[each, cols, rows] = np.exp(-logs)
    return stack


def _least_logs(matrix: Floats, rows: Places, cols: Places) -> Floats:
    """Return for each pair the logarithm that makes the principal eigenvalue least."""

    def value(logs: Floats) -> Floats:
        return largest_eigenvalues(_changed(matrix, rows, cols, logs))

    widest = float(np.log(max(SCALE[-1], matrix.max())))
    low, high = np.full(len(rows), -widest), np.full(len(rows), widest)
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = value(left), value(right)
    for _ in range(STEPS):
        lower = at_left < at_right
        low, high = np.where(lower, low, left), np.where(lower, right, high)
        fresh = np.where(lower, high - GOLDEN * (high - low), low + GOLDEN * (high - low))
        at_fresh = value(fresh)
        left, right = np.where(lower, fresh, right), np.where(lower, left, fresh)
        at_left, at_right = (
            np.where(lower, at_fresh, at_right), np.where(lower, at_left, at_fresh)
        )  # fmt: skip
    return 0.5 * (low + high)


def as_judgement(value: float) -> str:
    """Return a comparison as people write it: ``3``, ``2.4`` or ``1/3``."""
    return f"{value:.3g}" if value >= 1 else f"1/{1 / value:.3g}"


def consistency_note(ratio: float, mend: Mend | None, titles: Mapping[str, Text]) -> Text:
    """Say in words how consistent judgements are and what would mend them."""
    high = ratio > RATIO_LIMIT
    en = (f"The judgements' consistency ratio is {ratio:.3f}, "
          + (f"above the limit of {RATIO_LIMIT:.2f}: they should be reconsidered." if high else
             f"within the limit of {RATIO_LIMIT:.2f}."))  # fmt: skip
    zh = (f"判断的一致性比率为 {ratio:.3f}，"
          + (f"超过上限 {RATIO_LIMIT:.2f}，应重新判断。" if high else
             f"未超过上限 {RATIO_LIMIT:.2f}。"))  # fmt: skip
    if mend is None:
        return Text(en, zh)
    first, second = (titles.get(n, Text(n, n)) for n in (mend.first, mend.second))
    written, value = as_judgement(mend.written), as_judgement(mend.value)
    en += (f" The least consistent pair is '{first.en}' against '{second.en}', judged {written}: "
           f"with {value} the ratio would fall to {mend.ratio_after:.3f}")  # fmt: skip
    zh += (f"最不一致的一对是“{first.zh}”与“{second.zh}”，判断值为 {written}；改为 {value}，"
           f"比率可降至 {mend.ratio_after:.3f}")  # fmt: skip
    if as_judgement(mend.scale_value) in (written, value):
        return Text(f"{en}.", f"{zh}。")
    scale = as_judgement(mend.scale_value)
    return Text(
        f"{en}; on the scale of whole numbers {scale} is best and gives {mend.scale_ratio:.3f}.",
        f"{zh}；按整数标度取 {scale} 最好，为 {mend.scale_ratio:.3f}。",
    )
