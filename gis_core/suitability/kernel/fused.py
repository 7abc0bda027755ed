"""Values to scores, classes and limiting criteria in one pass over the cells."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_core.errors import InvalidCriterionError
from gis_core.suitability.kernel import methods
from gis_core.suitability.kernel.blocks import BLOCK, Recipe, pass_over, sums_over
from gis_core.suitability.kernel.shapes import SCORES
from gis_core.suitability.membership import Membership
from gis_core.suitability.model import Combination
from gis_core.suitability.weights import normalised

Floats = NDArray[np.float32]
METHODS = {
    "weighted_sum": methods.SUM, "weighted_product": methods.PRODUCT, "owa": methods.OWA,
    "fuzzy_gamma": methods.GAMMA, "topsis": methods.TOPSIS, "limiting_factor": methods.LIMITING,
}  # fmt: skip
USUAL_LIMITS = (0.8, 0.6, 0.4, 0.2)
FEW_CELLS = 200_000  # fewer are done before a second thread has begun
STANDARD_SUM = Combination()


@dataclass(frozen=True)
class CellScores:
    """Score (float32, NaN without one), class code and limiting criterion (uint8) by cell.

    Codes are 0 no data or outside, 1, 2, … the classes, 9 excluded. The limiting criterion is the
    place from 1 of the one with the largest weight × (1 − score), for the limiting factor method
    of the lowest score; 0 where nothing is lost. Excluded land has one too.
    """

    score: Floats
    codes: NDArray[np.uint8]
    limiting: NDArray[np.uint8]


@dataclass(frozen=True)
class TopsisSums:
    """What TOPSIS needs of all cells: exact sums of squared scores × 2**48, best and worst score.

    Sums of parts of the land add up to those of the whole, in whatever order.
    """

    squares: tuple[int, ...]
    best: tuple[float, ...]
    worst: tuple[float, ...]

    def __add__(self, other: "TopsisSums") -> "TopsisSums":
        """Return the sums of both parts."""
        return TopsisSums(
            tuple(a + b for a, b in zip(self.squares, other.squares, strict=True)),
            tuple(map(max, self.best, other.best)), tuple(map(min, self.worst, other.worst)),
        )  # fmt: skip


@dataclass(frozen=True)
class Method:
    """How scores become one score and a class.

    Attributes
    ----------
    combination
        The method and its numbers; the weighted sum if not said.
    limits
        Least scores of the classes 1, 2, …, falling.
    level_scores
        By criterion the score of level land (value -1 on an aspect), NaN for the others.
    threads
        How many share the cells; the result is the same with any.
    """

    combination: Combination = STANDARD_SUM
    limits: tuple[float, ...] = USUAL_LIMITS
    level_scores: tuple[float, ...] = ()
    threads: int = 2


def make_recipe(
    memberships: Sequence[Membership | None], weights: Sequence[float], method: Method
) -> Recipe:
    """Return what the compiled pass is to do; a membership None means values are scores.

    Raises
    ------
    InvalidCriterionError
        If weights are bad or do not fit the memberships.
    """
    shares = _checked(weights, len(memberships))
    rows = [i for i, share in enumerate(shares) if share > 0]
    levels = method.level_scores or (np.nan,) * len(memberships)
    forms = [_form(memberships[i]) for i in rows]
    used = np.array([shares[i] for i in rows], np.float32)
    combination = method.combination
    code = METHODS[combination.method]
    given = np.asarray(combination.order_weights or (), np.float64)
    steps = np.cumsum(given) / given.sum() if given.size else given
    alpha = 1.0 if combination.alpha is None else float(combination.alpha)
    gamma = 0.5 if combination.gamma is None else float(combination.gamma)
    tabled = code == methods.OWA and len(rows) <= methods.TABLE_MOST
    table = methods.quantifier_table(used, steps, alpha) if tabled else np.empty(0)
    return Recipe(
        code, np.array(rows, np.int64), np.array([kind for kind, _ in forms], np.int64),
        np.array([levels[i] for i in rows], np.float32), used,
        np.ones_like(used) if code == methods.LIMITING else used,
        np.concatenate([p for _, p in forms]),
        np.cumsum([0, *(p.size for _, p in forms)]).astype(np.int64),
        np.array(method.limits, np.float32), table, steps, np.array([alpha, gamma]),
        np.zeros((3, 0)),
    )  # fmt: skip


def fused_scores(
    values: Floats,
    recipe: Recipe,
    *,
    failed: NDArray[np.uint32] | None = None,
    inside: NDArray[np.bool_] | None = None,
    limiting: bool = True,
    threads: int = 2,
) -> CellScores:
    """Return score, class and limiting criterion of every cell, in one pass over `values`.

    Parameters
    ----------
    values
        float32 (criteria, cells), each in its own unit; NaN means no data, ``inf`` no feature.
        Criteria of weight 0 are not looked at, nor are their gaps.
    recipe
        As `make_recipe` gives it; for TOPSIS on a part of the land `with_ideals` of all of it.
    failed
        (cells,), bits of failed rules; None fails none.
    inside
        (cells,), whether the cell belongs to the area of study; None takes all.
    limiting
        Whether the limiting criteria are wanted; without them `limiting` is empty.
    threads
        How many share the cells; the result is the same with any.
    """
    cells = values.shape[1]
    land = _land(failed, inside)
    if recipe.method == methods.TOPSIS and recipe.ideals.size == 0:
        recipe = with_ideals(recipe, topsis_sums(values, recipe, failed=failed, inside=inside))
    out = (np.empty(cells, np.float32), np.empty(cells, np.uint8),
           np.empty(cells if limiting else 0, np.uint8))  # fmt: skip
    _in_spans(lambda span: pass_over(recipe, values, land, span, out), cells, threads)
    return CellScores(*out)


def combine_scores(
    scores: Floats, weights: Sequence[float], combination: Combination = STANDARD_SUM
) -> Floats:
    """Return the combined score of cells whose criteria are scored already.

    `scores` (criteria, cells), 0 to 1, NaN means no data and gives NaN; `weights` any scale.

    Raises
    ------
    InvalidCriterionError
        If weights are bad or do not fit the scores.
    """
    given = np.ascontiguousarray(scores, np.float32)
    recipe = make_recipe([None] * given.shape[0], weights, Method(combination))
    return fused_scores(given, recipe).score


def topsis_sums(
    values: Floats,
    recipe: Recipe,
    *,
    failed: NDArray[np.uint32] | None = None,
    inside: NDArray[np.bool_] | None = None,
    threads: int = 2,
) -> TopsisSums:
    """Return the sums of the cells that get a score: inside, with all data, no rule failed."""
    land = _land(failed, inside)
    parts = _in_spans(lambda span: sums_over(recipe, values, land, span), values.shape[1], threads)
    found = [
        TopsisSums(
            tuple((int(high) << 32) + int(low) for high, low in squares),
            tuple(float(b) for b in best), tuple(float(w) for w in worst),
        )
        for squares, best, worst in parts
    ]  # fmt: skip
    total = found[0]
    for part in found[1:]:
        total = total + part
    return total


def with_ideals(recipe: Recipe, sums: TopsisSums) -> Recipe:
    """Return the recipe of TOPSIS with the norms, the ideal and the worst of all the land."""
    norms = np.sqrt(np.array([float(s) for s in sums.squares])) / 2.0**24
    factors = np.divide(
        recipe.weights.astype(np.float64), norms, out=np.zeros_like(norms), where=norms > 0
    )
    ideals = np.stack([factors, factors * np.array(sums.best), factors * np.array(sums.worst)])
    return recipe._replace(ideals=ideals)


def _checked(weights: Sequence[float], criteria: int) -> list[float]:
    if len(weights) != criteria:
        raise InvalidCriterionError(
            f"There are {len(weights)} weights for {criteria} criteria; give one to each.",
            f"有 {criteria} 个准则，却有 {len(weights)} 个权重；请为每个准则各给一个。",
        )
    named = {str(i): float(w) for i, w in enumerate(weights, 1)}
    return list(normalised(named).values())


def _form(membership: Membership | None) -> tuple[int, Floats]:
    return (SCORES, np.empty(0, np.float32)) if membership is None else membership.kernel()


def _land(
    failed: NDArray[np.uint32] | None, inside: NDArray[np.bool_] | None
) -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
    return (
        np.empty(0, np.uint32) if failed is None else failed,
        np.empty(0, np.bool_) if inside is None else inside,
    )


def _in_spans(work: Callable[[tuple[int, int]], Any], cells: int, threads: int) -> list[Any]:
    """Do `work` on spans of whole blocks, one a thread; return what each gave, in order."""
    if threads <= 1 or cells < FEW_CELLS:
        return [work((0, cells))]
    blocks = -(-cells // BLOCK)
    edges = [min(cells, blocks * i // threads * BLOCK) for i in range(threads + 1)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, zip(edges, edges[1:], strict=False)))
