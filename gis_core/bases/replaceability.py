"""What is lost where the land of a chosen base is not to be had."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.bases.compile import CompiledSelection
from gis_core.bases.deadline import Deadline
from gis_core.bases.exclusion import OVERLAP_M2
from gis_core.bases.relaxation import relax
from gis_core.bases.solve import Choice, solve_selection
from gis_core.bases.swaps import Swaps
from gis_core.text import Text

LOSS_GAP = 1e-4  # relative; losses are given in hundredths of a per cent
NEARLY = 1e-4  # a loss below this is none worth a figure

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Irreplaceability:
    """What the choice loses without the land of one base.

    `loss_share` is by how much the objective falls, 0 and more, as a share of it; None where no
    choice is left, or it was not known in time. `replaceable` is False where no choice is left,
    None where that was not known in time.
    """

    loss_share: float | None
    replaceable: bool | None
    text: Text


def find_irreplaceability(
    compiled: CompiledSelection,
    plane: NDArray[np.object_],
    best: Choice,
    *,
    deadline: Deadline,
) -> tuple[Irreplaceability, ...]:
    """Choose again without the land of each base in turn, until `deadline`.

    Parameters
    ----------
    compiled
        The problem that `best` solves.
    plane
        The candidates' shapes in a metric CRS.
    best
        The choice whose bases are asked about; not without one.

    Returns
    -------
    found
        One for each of `best.places`. A base that was chosen by hand is asked about like the
        others, as if it had not been.
    """
    found = []
    prices = None if deadline.passed() else relax(compiled, deadline=deadline)
    swaps = Swaps(compiled, np.zeros(0, np.int64) if best.places is None else best.places)
    places = np.zeros(0, np.int64) if best.places is None else best.places
    for number, place in enumerate(places.tolist()):
        if deadline.passed():
            found.append(_unknown())
            continue
        land = on_the_land_of(plane, place)
        upper, lower = compiled.upper.copy(), compiled.lower.copy()
        upper[land], lower[land] = 0.0, 0.0
        start = swaps.best(place, allowed=upper > 0)
        free = compiled.lower[land].max() <= 0
        other = solve_selection(
            replace(compiled, upper=upper, lower=lower), gap=LOSS_GAP,
            time_limit_s=deadline.left_s() / (len(places) - number), start=start,
            prices=prices if free else None,
        )  # fmt: skip
        found.append(_told(best, other))
    return tuple(found)


def on_the_land_of(plane: NDArray[np.object_], place: int) -> Ints:
    """Return all candidates that share land with the one at `place`, itself among them, rising."""
    shape = plane[place]
    near = np.flatnonzero(shapely.intersects(plane, shape))
    shared = shapely.area(shapely.intersection(plane[near], shape))
    return np.union1d(near[shared > OVERLAP_M2], [place])


def _told(best: Choice, other: Choice) -> Irreplaceability:
    if other.status == "infeasible":
        return Irreplaceability(None, False, Text(
            "Cannot be replaced: without its land there is no choice that keeps the rules.",
            "不可替代：若不能使用该地块，则没有符合规则的方案。",
        ))  # fmt: skip
    if other.places is None:
        return _unknown()
    loss = max(0.0, (best.objective - other.objective) / (abs(best.objective) or 1.0))
    if loss < NEARLY:
        return Irreplaceability(loss, True, Text(
            "Easy to replace: without its land another choice is as good.",
            "易于替代：若不能使用该地块，另有同样好的方案。",
        ))  # fmt: skip
    most = Text("", "") if other.status == "optimal" else Text("at most ", "至多")
    return Irreplaceability(loss, True, Text(
        f"Without its land the best other choice is worth {most.en}{loss:.2%} less.",
        f"若不能使用该地块，最优的其他方案目标值{most.zh}低 {loss:.2%}。",
    ))  # fmt: skip


def _unknown() -> Irreplaceability:
    return Irreplaceability(None, None, Text(
        "What is lost without its land was not found within the time limit.",
        "限时内未能算出失去该地块的损失。",
    ))  # fmt: skip
