"""Choose the best bases, with proof, near-best alternatives and reasons."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.bases.alternatives import Alternative, find_alternatives
from gis_core.bases.compile import CompiledSelection, compile_selection, on_the_plane
from gis_core.bases.conflicts import find_conflicts
from gis_core.bases.deadline import Deadline
from gis_core.bases.greedy import Greedy, GreedyChoice, choose_greedily, compare_greedy
from gis_core.bases.reasons import reasons
from gis_core.bases.replaceability import Irreplaceability, find_irreplaceability
from gis_core.bases.result import BaseSelection
from gis_core.bases.rule_words import rules_in_words
from gis_core.bases.rules import SelectionRules
from gis_core.bases.solve import Choice, solve_selection
from gis_core.errors import InvalidLayerError, TimeLimitError
from gis_core.progress import Progress, silent
from gis_core.provenance import Provenance, hash_document
from gis_core.text import Text

CHOOSING = 0.7  # share of the time limit that the choice gets; the rest, and what it leaves,
# is for alternatives and for what is lost without each base
EXPLAINING = 0.25  # share of the time limit that the search for the conflict gets at least
NEEDED = ("base_id", "county_code", "area_mu", "mean_score", "compactness")


def select_bases(
    candidates: gpd.GeoDataFrame,
    *,
    rules: SelectionRules | None = None,
    county_names: Mapping[str, Text] | None = None,
    input_hashes: Mapping[str, str] | None = None,
    progress: Progress = silent,
) -> BaseSelection:
    """Choose `rules.count` bases of the largest total worth.

    The worth of a base is mean_score + compactness_weight × compactness, and with the aim
    ``area`` (mu) that times area_mu.

    Parameters
    ----------
    candidates
        base_id (unique), county_code, area_mu (mu), mean_score and compactness (0 to 1), geometry.
    rules
        Number, spread, spacing, areas, fixed bases.
    county_names
        By code, for the sentences.
    input_hashes
        Kept with the result.

    Returns
    -------
    selection
        Independent of the order of rows. ``infeasible`` with the rules in conflict and the least
        changes in words when there is no choice; where the proof of that took nearly all of the
        time limit, looking for them takes at most a quarter of it more.

    Raises
    ------
    InvalidLayerError
        If a column is missing or a base_id repeats.
    InvalidParameterError
        If a rule makes no sense or a fixed base is unknown.
    """
    started = time.perf_counter()
    chosen_rules = rules or SelectionRules()
    deadline = Deadline(chosen_rules.time_limit_s)
    names = dict(county_names or {})
    ordered = _checked(candidates)
    provenance = Provenance(
        hash_document(asdict(chosen_rules)), dict(input_hashes or {}), asdict(chosen_rules)
    )
    progress(0.0, Text("Finding which candidates exclude each other", "正在判断哪些候选互相排斥"))

    def result(found: _Found) -> BaseSelection:
        gap = np.inf if found.bases.empty else (
            (found.bound - found.objective) / abs(found.objective) if found.objective else 0.0
        )  # fmt: skip
        return BaseSelection(
            found.status, found.objective, found.bound, gap, time.perf_counter() - started,
            found.bases, ordered, found.alternatives, found.conflicts, provenance,
            "mu" if chosen_rules.aim == "area" else "score", found.greedy, found.fewer,
        )  # fmt: skip

    try:
        compiled = compile_selection(ordered, chosen_rules, deadline=deadline)
    except TimeLimitError:
        return result(_Found("unknown", _nothing(ordered), bound=np.inf,
                             conflicts=(_out_of_time(chosen_rules),)))  # fmt: skip
    task = _Task(ordered, compiled, chosen_rules, names, deadline, progress)
    progress(0.2, Text("Choosing the best set", "正在求最优组合"))
    greedy = choose_greedily(compiled)
    best = solve_selection(
        compiled, time_limit_s=CHOOSING * deadline.left_s(), gap=chosen_rules.gap,
        start=None if greedy.broken else greedy.places,
    )  # fmt: skip
    if best.places is None:
        return result(_Found(best.status, _nothing(ordered), bound=best.bound,
                             conflicts=_why_none(task, best.status)))  # fmt: skip
    return result(_explained(task, best, best.places, greedy))


@dataclass(frozen=True)
class _Task:
    """What all steps of a choice share."""

    candidates: gpd.GeoDataFrame
    compiled: CompiledSelection
    rules: SelectionRules
    names: Mapping[str, Text]
    deadline: Deadline
    progress: Progress


@dataclass(frozen=True)
class _Found:
    """What a choice came to."""

    status: str
    bases: gpd.GeoDataFrame
    objective: float = 0.0
    bound: float = 0.0
    alternatives: tuple[Alternative, ...] = ()
    conflicts: tuple[Text, ...] = ()
    greedy: Greedy | None = None
    fewer: Text | None = None


def _why_none(task: _Task, status: str) -> tuple[Text, ...]:
    if status != "infeasible":
        return (_out_of_time(task.rules),)
    task.progress(0.6, Text("Looking for the rules in conflict", "正在查找相互冲突的规则"))
    least_s = EXPLAINING * task.rules.time_limit_s
    return find_conflicts(
        task.compiled, task.rules, candidates=task.candidates, names=task.names,
        deadline=Deadline(max(task.deadline.left_s(), least_s)),
    )  # fmt: skip


def _explained(task: _Task, best: Choice, places: NDArray[np.int64], plain: GreedyChoice) -> _Found:
    """The choice with reasons, alternatives, losses and the plain choice beside it."""
    candidates, compiled, rules, names = task.candidates, task.compiled, task.rules, task.names
    task.progress(0.5, Text("Looking for alternatives", "正在查找备选方案"))
    alternatives, fewer = find_alternatives(
        candidates, compiled, best, rules, names=names,
        deadline=Deadline(task.deadline.left_s() / 2),
    )  # fmt: skip
    task.progress(0.7, Text("Finding what is lost without each base", "正在计算失去各基地的损失"))
    bases = _described(candidates, compiled, places, names)
    bases = _numbered(bases.assign(**_losses(task, best, len(places))))
    greedy = compare_greedy(
        plain, objective=best.objective, unit=compiled.unit,
        base_ids=candidates["base_id"].to_numpy(str),
        broken=tuple(rules_in_words(plain.broken, compiled, rules, names)),
    )  # fmt: skip
    return _Found(best.status, bases, best.objective, best.bound, alternatives, (), greedy, fewer)


def _losses(task: _Task, best: Choice, number: int) -> dict[str, Any]:
    """What is lost without each chosen base, as columns."""
    if task.rules.replaceability:
        plane = on_the_plane(task.candidates)
        found = find_irreplaceability(task.compiled, plane, best, deadline=task.deadline)
    else:
        found = (Irreplaceability(None, None, Text("", "")),) * number
    return {
        "loss_share": np.array([f.loss_share for f in found], dtype=float),
        "replaceable": np.array([f.replaceable for f in found], dtype=object),
        "loss_en": [f.text.en for f in found], "loss_zh": [f.text.zh for f in found],
    }  # fmt: skip


def _out_of_time(rules: SelectionRules) -> Text:
    return Text(
        f"Within {rules.time_limit_s:g} s neither a choice was found nor a proof that there is "
        "none; allow more time, or ask for a smaller spacing or fewer bases.",
        f"在 {rules.time_limit_s:g} 秒内既未找到方案，也未能证明无解；请延长时间，或减小间距、减少"
        "基地数量。",
    )


def _checked(candidates: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    for column in NEEDED:
        if column not in candidates:
            raise InvalidLayerError(
                f"The candidates have no column '{column}'; wanted {', '.join(NEEDED)}.",
                f"候选缺少“{column}”列；应有 {'、'.join(NEEDED)}。",
            )
    twice = candidates.loc[candidates["base_id"].duplicated(), "base_id"]
    if len(twice):
        raise InvalidLayerError(
            f"The candidate '{twice.iloc[0]}' stands twice; each needs a base_id of its own.",
            f"候选“{twice.iloc[0]}”重复；每个候选应有唯一编号。",
        )
    return candidates.sort_values("base_id").reset_index(drop=True)


def _described(
    candidates: gpd.GeoDataFrame,
    compiled: CompiledSelection,
    places: NDArray[np.int64],
    names: Mapping[str, Text],
) -> gpd.GeoDataFrame:
    """Return the chosen bases with reasons."""
    told = reasons(candidates, compiled, places, names)
    bases = candidates.iloc[places].copy()
    bases["why_en"], bases["why_zh"] = [t.en for t in told], [t.zh for t in told]
    return bases


def _nothing(candidates: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return no base, with the columns of bases."""
    columns = ("why_en", "why_zh", "loss_share", "replaceable", "loss_en", "loss_zh")
    return _numbered(candidates.iloc[:0].assign(**dict.fromkeys(columns, [])))


def _numbered(bases: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Number the bases row by row from the north-west."""
    centre = shapely.centroid(bases.geometry.to_numpy())
    lon, lat = shapely.get_x(centre), shapely.get_y(centre)
    north_first = np.lexsort((lon, -np.round(lat, 1)))
    ordered = bases.iloc[north_first].reset_index(drop=True)
    ordered.insert(0, "number", np.arange(1, len(ordered) + 1))
    return ordered
