"""How often each base is chosen when weights and thresholds are drawn anew."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_core.bases.alternatives import same_land
from gis_core.bases.deadline import Deadline
from gis_core.bases.repeated import RepeatedChoice
from gis_core.progress import Progress, silent
from gis_core.text import Text

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SelectionFrequency:
    """Shares of the draws, 0 to 1, by chosen base in the order they were given.

    Attributes
    ----------
    asked, draws
        How many draws were asked for, and how many were solved to proof before time ran out; the
        shares are of these, NaN without any.
    land
        In which some base on the same land is chosen (`alternatives.same_land`).
    outline
        In which the base is chosen as it is drawn.
    choices
        How many different choices were best in some draw.
    same
        Share of the draws in which the choice is the given one, base for base.
    proofs
        How many draws were proven by ``known`` choices, the ``relaxation`` alone, or ``branching``.
    """

    asked: int
    draws: int
    land: Floats
    outline: Floats
    choices: int
    same: float
    proofs: dict[str, int]


def selection_frequency(
    repeated: RepeatedChoice,
    plane: NDArray[np.object_],
    places: Ints,
    *,
    worths: Iterable[Floats],
    asked: int,
    deadline: Deadline,
    progress: Progress = silent,
) -> SelectionFrequency:
    """Choose again for every draw, and count how often each base is chosen.

    Parameters
    ----------
    repeated
        The problem of the choice, with its rules.
    plane
        The candidates' shapes in a metric CRS; they stay as they were grown.
    places
        The chosen bases, rising.
    worths
        Worth of every candidate, draw by draw; made only as far as time allows.
    asked
        How many draws those are.
    deadline
        When to stop; the draws until then are counted.

    Raises
    ------
    ServiceError
        If the solver fails otherwise than by time or infeasibility.
    """
    repeated.learn(places)
    land = [same_land(plane, np.array([place])) for place in places.tolist()]
    on_land, as_drawn = np.zeros(len(places)), np.zeros(len(places))
    proofs: Counter[str] = Counter()
    best: Counter[bytes] = Counter()
    for number, worth in enumerate(worths):
        if deadline.passed():
            break
        found = repeated.best(worth, deadline=deadline)
        if found is None:
            break
        proofs[found.proof] += 1
        best[found.places.tobytes()] += 1
        as_drawn += np.isin(places, found.places)
        on_land += [np.isin(ground, found.places).any() for ground in land]
        if number % 16 == 0:
            progress(number / asked, Text(
                f"Choosing the bases again: {number + 1:,} of {asked:,} draws",
                f"正在重新选择基地：第 {number + 1} 次抽样，共 {asked} 次",
            ))  # fmt: skip
    draws = sum(proofs.values())
    share = np.float64(1.0 / draws) if draws else np.float64("nan")
    return SelectionFrequency(
        asked, draws, on_land * share, as_drawn * share, len(best),
        float(best[places.tobytes()] * share), dict(proofs),
    )  # fmt: skip
