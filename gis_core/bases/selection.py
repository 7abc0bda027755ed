"""Choose the best bases, with proof, near-best alternatives and reasons."""

import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.bases.alternatives import find_alternatives
from gis_core.bases.compile import CompiledSelection, compile_selection, on_the_plane
from gis_core.bases.conflicts import find_conflicts
from gis_core.bases.deadline import Deadline
from gis_core.bases.greedy import choose_greedily, compare_greedy
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
    unit = "mu" if chosen_rules.aim == "area" else "score"

    def without_choice(status: str, bound: float, said: tuple[Text, ...]) -> BaseSelection:
        return BaseSelection(status, 0.0, bound, np.inf, time.perf_counter() - started,
                             _nothing(ordered), ordered, (), said, provenance, unit)  # fmt: skip

    progress(0.0, Text("Finding which candidates exclude each other", "正在判断哪些候选互相排斥"))
    try:
        compiled = compile_selection(ordered, chosen_rules, deadline=deadline)
    except TimeLimitError:
        return without_choice("unknown", np.inf, (_out_of_time(chosen_rules),))
    progress(0.2, Text("Choosing the best set", "正在求最优组合"))
    greedy = choose_greedily(compiled)
    best = solve_selection(compiled, time_limit_s=deadline.left_s(), gap=chosen_rules.gap,
                           start=None if greedy.broken else greedy.places)  # fmt: skip
    if best.places is None:
        said: tuple[Text, ...] = (_out_of_time(chosen_rules),)
        if best.status == "infeasible":
            progress(0.6, Text("Looking for the rules in conflict", "正在查找相互冲突的规则"))
            least_s = EXPLAINING * chosen_rules.time_limit_s
            said = find_conflicts(compiled, chosen_rules, candidates=ordered, names=names,
                                  deadline=Deadline(max(deadline.left_s(), least_s)))  # fmt: skip
        return without_choice(best.status, best.bound, said)
    progress(0.5, Text("Looking for alternatives", "正在查找备选方案"))
    others, fewer = find_alternatives(ordered, compiled, best, chosen_rules, names=names,
                                      deadline=deadline)  # fmt: skip
    progress(0.7, Text("Finding what is lost without each base", "正在计算失去各基地的损失"))
    bases = _described(ordered, compiled, best.places, names)
    lost = _losses(ordered, compiled, best, chosen_rules, deadline)
    bases = _numbered(bases.assign(**lost))
    gap = (best.bound - best.objective) / abs(best.objective) if best.objective else 0.0
    plain = compare_greedy(
        greedy, objective=best.objective, unit=unit, base_ids=ordered["base_id"].to_numpy(str),
        broken=tuple(rules_in_words(greedy.broken, compiled, chosen_rules, names)),
    )  # fmt: skip
    return BaseSelection(
        best.status, best.objective, best.bound, gap, time.perf_counter() - started,
        bases, ordered, others, (), provenance, unit, plain, fewer,
    )  # fmt: skip


def _losses(
    candidates: gpd.GeoDataFrame,
    compiled: CompiledSelection,
    best: Choice,
    rules: SelectionRules,
    deadline: Deadline,
) -> dict[str, Any]:
    """What is lost without each chosen base, as columns."""
    found: tuple[Irreplaceability, ...] = ()
    if rules.replaceability:
        found = find_irreplaceability(compiled, on_the_plane(candidates), best, deadline=deadline)
    number = 0 if best.places is None else len(best.places)
    said = [(None, None, "", "")] * number if not found else [
        (f.loss_share, f.replaceable, f.text.en, f.text.zh) for f in found
    ]  # fmt: skip
    shares, replaceable, english, chinese = zip(*said, strict=True) if said else ((),) * 4
    return {
        "loss_share": np.array(shares, dtype=float),
        "replaceable": np.array(replaceable, dtype=object),
        "loss_en": list(english), "loss_zh": list(chinese),
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
