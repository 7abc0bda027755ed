"""Draws of weights and thresholds: a Sobol sequence or a Latin hypercube, the same for a seed."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gis_core.errors import InvalidParameterError

Method = Literal["sobol", "lhs"]
FEWEST, MOST = 2, 65_536  # draws
MOST_LEVELS = 64

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DrawSettings:
    """How weights and thresholds are drawn.

    Attributes
    ----------
    draws
        How many, 2 to 65,536.
    weight_spread
        Each weight is drawn evenly from itself less and plus this share of itself (0 to 1), and
        then all are divided by their sum.
    method
        ``sobol``, a scrambled Sobol sequence, or ``lhs``, a Latin hypercube.
    seed
        The same seed gives the same draws.
    levels
        How many settings the thresholds of a criterion take, 2 to 64: all of them move together,
        each by the same share, −1 to 1, of its own spread, and the shares are the middles of
        `levels` equal strata, each drawn as often as the others.
    """

    draws: int = 1024
    weight_spread: float = 0.25
    method: Method = "sobol"
    seed: int = 1
    levels: int = 16

    def __post_init__(self) -> None:
        if not FEWEST <= self.draws <= MOST or not 2 <= self.levels <= MOST_LEVELS:
            raise InvalidParameterError(
                f"{self.draws} draws on {self.levels} levels; wanted {FEWEST} to {MOST:,} draws "
                f"and 2 to {MOST_LEVELS} levels.",
                f"抽样 {self.draws} 次、分 {self.levels} 级；抽样次数应为 {FEWEST} 至 {MOST}，"
                f"级数应为 2 至 {MOST_LEVELS}。",
            )
        if not 0 <= self.weight_spread <= 1:
            raise InvalidParameterError(
                f"The weight spread is {self.weight_spread:g}; wanted a share from 0 to 1, such as "
                "0.25.",
                f"权重变动幅度为 {self.weight_spread:g}；应为 0 至 1 之间的比例，如 0.25。",
            )
        if self.method not in get_args(Method):
            raise InvalidParameterError(
                f"The method is '{self.method}'; wanted {' or '.join(get_args(Method))}.",
                f"抽样方法为“{self.method}”；应为 {' 或 '.join(get_args(Method))}。",
            )
        if self.seed < 0:
            raise InvalidParameterError(
                f"The seed is {self.seed}; wanted 0 or more.",
                f"随机种子为 {self.seed}；应不小于 0。",
            )


@dataclass(frozen=True)
class Draws:
    """Drawn weights and settings of thresholds.

    Attributes
    ----------
    weights
        (draws, criteria), each row of sum 1.
    picks
        (draws, criteria), which of `shares` the thresholds of the criterion take; 0 for those
        that do not move.
    shares
        (levels,), by what share of their spread thresholds move, −1 to 1, rising.
    """

    weights: NDArray[np.float32]
    picks: NDArray[np.int32]
    shares: Floats

    def __len__(self) -> int:
        return len(self.weights)


def unit_sample(draws: int, dimensions: int, *, method: Method, seed: int) -> Floats:
    """Return (draws, dimensions) numbers from 0 to below 1, well spread.

    Of a Sobol sequence the first `draws` numbers of the next power of two are taken.
    """
    from scipy.stats import qmc  # half a second to import, which few commands need

    if method == "lhs":
        return np.asarray(qmc.LatinHypercube(dimensions, rng=seed).random(draws))
    sequence = qmc.Sobol(dimensions, scramble=True, rng=seed)
    return np.asarray(sequence.random_base2(max(1, int(np.ceil(np.log2(draws)))))[:draws])


def draw(weights: Floats, moves: NDArray[np.bool_], settings: DrawSettings) -> Draws:
    """Draw weights about `weights` (criteria,) and, of criteria that have any, thresholds.

    Parameters
    ----------
    weights
        All above 0; the middle of what is drawn.
    moves
        (criteria,), whether the criterion has a threshold with a spread.
    settings
        Number, spread, method, seed and levels.
    """
    number = len(weights)
    sample = unit_sample(settings.draws, 2 * number, method=settings.method, seed=settings.seed)
    return drawn_from(sample, weights, moves, settings)


def drawn_from(
    sample: Floats, weights: Floats, moves: NDArray[np.bool_], settings: DrawSettings
) -> Draws:
    """Return the draws that numbers from 0 to 1 stand for: first the weights, then thresholds."""
    number = len(weights)
    around = weights * (1.0 + settings.weight_spread * (2.0 * sample[:, :number] - 1.0))
    shared = around / around.sum(axis=1, keepdims=True)
    level = np.minimum((sample[:, number:] * settings.levels).astype(np.int32), settings.levels - 1)
    shares = (2.0 * np.arange(settings.levels) + 1.0) / settings.levels - 1.0
    return Draws(shared.astype(np.float32), np.where(moves, level, 0).astype(np.int32), shares)
