"""How many people and households each small village has, so that the table's sums come out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_core.errors import InvalidParameterError
from gis_core.sources.demo.description import Description, SizeClass

PEOPLE_PER_HOUSEHOLD = (2.5, 6.0)  # a plausible household, fewest and most people


@dataclass(frozen=True)
class Sizes:
    """People and households of each village, and its bracket's position."""

    people: NDArray[np.int64]
    households: NDArray[np.int64]
    bracket: NDArray[np.int64]


def _largest_remainder(shares: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Return whole numbers in proportion to `shares` that add up to `total`."""
    exact = shares / shares.sum() * total
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(whole - exact, kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def scale_classes(description: Description, villages: int) -> tuple[SizeClass, ...]:
    """Return the published table scaled to `villages`; exactly the published one at its own size.

    Raises
    ------
    InvalidParameterError
        If `villages` is less than one for each bracket.
    """
    classes = description.classes
    if villages < len(classes):
        raise InvalidParameterError(
            f"villages is {villages}, wanted at least {len(classes)}: one for each bracket.",
            f"村庄数为 {villages}，至少应为 {len(classes)}（每个分组一个）。",
        )
    if villages == description.default_villages:
        return classes
    counts = _largest_remainder(np.array([c.villages for c in classes], dtype=float), villages)
    while (counts == 0).any():
        counts[int(np.argmin(counts))] += 1
        counts[int(np.argmax(counts))] -= 1
    scaled = []
    for c, count in zip(classes, counts.tolist(), strict=True):
        ratio = count / c.villages
        low, high = count * c.min_people, count * c.max_people
        held = min(max(round(c.held * ratio), low), high)
        fewest, most = _household_limits(np.array([held]))
        households = min(max(round(c.households * ratio), count, int(fewest[0])), int(most[0]))
        scaled.append(
            SizeClass(
                c.label, c.min_people, c.max_people, count,
                max(households, count), round(c.people * ratio), held,
            )
        )  # fmt: skip
    return tuple(scaled)


def fit_sum(
    values: NDArray[np.int64], low: NDArray[np.int64], high: NDArray[np.int64], total: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:  # fmt: skip
    """Return `values` clipped to `low`…`high` and moved by as little as needed to add to `total`.

    A total out of reach is met as nearly as the limits allow.
    """
    values = np.clip(values, low, high)
    while True:
        missing = total - int(values.sum())
        room = np.flatnonzero(values < high) if missing > 0 else np.flatnonzero(values > low)
        if missing == 0 or not len(room):
            return values
        step = 1 if missing > 0 else -1
        chosen = rng.permutation(room)[: abs(missing)]
        values[chosen] += step


def _household_limits(people: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    small, large = PEOPLE_PER_HOUSEHOLD
    fewest = np.maximum(np.ceil(people / large).astype(np.int64), 1)
    most = np.maximum(np.floor(people / small).astype(np.int64), fewest)
    return fewest, most


def _people_of(c: SizeClass, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return plausible numbers of people within a bracket, adding up to `held`."""
    mean = c.held / c.villages
    width = c.max_people - c.min_people
    share = (mean - c.min_people) / width
    if share < 0.1 or share > 0.9:  # the sum leaves no choice: nearly all at one end
        guess: NDArray[Any] = np.full(c.villages, mean)
        if share < 0.1 and mean - c.min_people > 0.5:
            over = rng.geometric(1.0 / (1.0 + mean - c.min_people), c.villages)
            guess = c.min_people - 1.0 + over
    else:
        a = 1.7
        guess = c.min_people + rng.beta(a, a * (1 - share) / share, c.villages) * width
    low = np.full(c.villages, c.min_people, dtype=np.int64)
    high = np.full(c.villages, c.max_people, dtype=np.int64)
    return fit_sum(np.round(guess).astype(np.int64), low, high, c.held, rng)


def draw_sizes(classes: tuple[SizeClass, ...], *, seed: int) -> Sizes:
    """Return the sizes of all small villages, smallest villages first.

    In each bracket villages, people (`held`) and households add up to the table exactly.
    """
    people, households, bracket = [], [], []
    for number, c in enumerate(classes):
        rng = np.random.default_rng([seed, 41, number])
        p = np.sort(_people_of(c, rng))
        fewest, most = _household_limits(p)
        guess = p / (c.held / c.households) * rng.lognormal(0.0, 0.13, c.villages)
        h = fit_sum(np.round(guess).astype(np.int64), fewest, most, c.households, rng)
        people.append(p)
        households.append(h)
        bracket.append(np.full(c.villages, number))
    return Sizes(np.concatenate(people), np.concatenate(households), np.concatenate(bracket))


def totals_frame(classes: tuple[SizeClass, ...]) -> pd.DataFrame:
    """Return the reported table: label, min_people, max_people, villages, households, people."""
    return pd.DataFrame(
        {
            "label": [c.label for c in classes],
            "min_people": [c.min_people for c in classes],
            "max_people": [c.max_people for c in classes],
            "villages": [c.villages for c in classes],
            "households": [c.households for c in classes],
            "people": [c.people for c in classes],
        }
    )
