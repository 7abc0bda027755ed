"""Near-best choices that a planner would call different: on other land, not the same land again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.bases.compile import CompiledSelection, Row, on_the_plane
from gis_core.bases.deadline import Deadline
from gis_core.bases.rules import SelectionRules
from gis_core.bases.solve import Choice, solve_selection
from gis_core.bases.swaps import Swaps
from gis_core.text import Text

SAME_LAND = 0.2  # of the smaller area; a planner sees two bases that share more as one place
NEARLY = 1e-4  # a loss below this is not worth a figure
ALTERNATIVES_RULE = Text(
    f"In an alternative every base is one of the best choice or shares less than {SAME_LAND:.0%} "
    "of its land with each of them, and at least one stands so apart from all choices before it.",
    f"备选方案中的每个基地，或为最优方案中的基地，或与最优方案各基地的重叠均小于 {SAME_LAND:.0%}；"
    "且至少有一个基地与此前所有方案均不在同一地块。",
)
_OUT_OF_TIME = Text("the time limit was reached.", "已到时限。")
_NO_OTHER = Text("no other choice on different land keeps the rules.",
                 "没有其他位于不同地块且符合规则的方案。")  # fmt: skip

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Alternative:
    """A near-best choice: its objective, which bases it swaps for which, and that in words."""

    objective: float
    without: tuple[str, ...]
    with_instead: tuple[str, ...]
    text: Text


def find_alternatives(
    candidates: gpd.GeoDataFrame,
    compiled: CompiledSelection,
    best: Choice,
    rules: SelectionRules,
    *,
    names: Mapping[str, Text],
    deadline: Deadline,
) -> tuple[tuple[Alternative, ...], Text | None]:
    """Look for the next best choices under `ALTERNATIVES_RULE`, until `deadline`.

    Returns
    -------
    found, fewer
        Best first, none worse by more than `rules.tolerance`; and where they are fewer than
        `rules.alternatives`, why.
    """
    if best.places is None or not rules.alternatives:
        return (), None
    ids = candidates["base_id"].to_numpy(str)
    plane = on_the_plane(candidates)
    upper = compiled.upper.copy()
    upper[np.setdiff1d(same_land(plane, best.places), best.places)] = 0.0
    elsewhere = replace(compiled, upper=upper)
    swaps = Swaps(elsewhere, best.places)
    found: list[Alternative] = []
    used = best.places
    fewer = None
    while len(found) < rules.alternatives:
        if deadline.passed():
            fewer = _fewer(rules, len(found), _OUT_OF_TIME)
            break
        new_land = Row("new land", same_land(plane, used), -np.inf, rules.count - 1)
        share_s = deadline.left_s() / (rules.alternatives - len(found))
        elsewhere_new = np.ones(len(ids), bool)
        elsewhere_new[new_land.places] = False
        other = solve_selection(
            elsewhere, time_limit_s=share_s, gap=max(rules.gap, 1e-6), extra=[new_land],
            start=swaps.best_of_all(allowed=elsewhere_new),
        )  # fmt: skip
        if other.places is None:
            late = other.status == "unknown"
            fewer = _fewer(rules, len(found), _OUT_OF_TIME if late else _NO_OTHER)
            break
        places, used = other.places, np.union1d(used, other.places)
        loss = (best.objective - other.objective) / (abs(best.objective) or 1.0)
        if rules.tolerance is not None and loss > rules.tolerance:
            fewer = _fewer(rules, len(found), _too_far(rules.tolerance, loss))
            break
        out, new = np.setdiff1d(best.places, places), np.setdiff1d(places, best.places)
        found.append(Alternative(
            other.objective, tuple(ids[out]), tuple(ids[new]),
            _in_words(loss, _listed(candidates, out, names), _listed(candidates, new, names)),
        ))  # fmt: skip
    return tuple(found), fewer


def same_land(plane: NDArray[np.object_], places: Ints) -> Ints:
    """Return all candidates that share more than `SAME_LAND` with one at `places`, rising.

    The share is of the smaller of the two areas; those at `places` are among them.
    """
    chosen, other = shapely.STRtree(plane).query(plane[places], predicate="intersects")
    ours = plane[places][chosen]
    shared = shapely.area(shapely.intersection(ours, plane[other]))
    smaller = np.minimum(shapely.area(ours), shapely.area(plane[other]))
    return np.unique(np.concatenate((places, other[shared > SAME_LAND * smaller])))


def _fewer(rules: SelectionRules, number: int, why: Text) -> Text:
    return Text(
        f"{number or 'None'} of {rules.alternatives} alternatives: {why.en}",
        f"备选方案应有 {rules.alternatives} 个，实有 {number} 个：{why.zh}",
    )


def _too_far(tolerance: float, loss: float) -> Text:
    return Text(
        f"the next is {loss:.2%} worse than the best choice, more than the {tolerance:.2%} "
        "allowed.",
        f"下一个方案比最优方案低 {loss:.2%}，超过允许的 {tolerance:.2%}。",
    )


def _in_words(loss: float, out: Text, new: Text) -> Text:
    less = Text(f"{loss:.2%} less", f"目标值低 {loss:.2%}")
    if loss < NEARLY:
        less = Text(f"As good to within {NEARLY:.2%}", f"目标值相差不到 {NEARLY:.2%}")
    return Text(
        f"{less.en}: without {out.en}; with {new.en} instead.",
        f"{less.zh}：不选{out.zh}，改选{new.zh}。",
    )


def _listed(candidates: gpd.GeoDataFrame, places: Ints, names: Mapping[str, Text]) -> Text:
    parts = []
    for row in candidates.iloc[places].itertuples():
        name = names.get(row.county_code, Text(row.county_code, row.county_code))
        parts.append(Text(
            f"{row.base_id} in {name.en} ({row.area_mu:,.0f} mu, score {row.mean_score:.2f})",
            f"{name.zh} {row.base_id}（{row.area_mu:.0f} 亩，得分 {row.mean_score:.2f}）",
        ))  # fmt: skip
    return Text(", ".join(p.en for p in parts), "、".join(p.zh for p in parts))
