"""Choose the best bases, with proof, near-best alternatives and reasons."""

import time
from collections.abc import Mapping
from dataclasses import asdict

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.bases.alternatives import find_alternatives
from gis_core.bases.compile import CompiledSelection, compile_selection
from gis_core.bases.conflicts import find_conflicts
from gis_core.bases.deadline import Deadline
from gis_core.bases.reasons import reasons
from gis_core.bases.result import BaseSelection
from gis_core.bases.rules import SelectionRules
from gis_core.bases.solve import solve_selection
from gis_core.errors import InvalidLayerError
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
    compiled = compile_selection(ordered, chosen_rules)
    progress(0.2, Text("Choosing the best set", "正在求最优组合"))
    best = solve_selection(compiled, time_limit_s=deadline.left_s(), gap=chosen_rules.gap)
    provenance = Provenance(
        hash_document(asdict(chosen_rules)), dict(input_hashes or {}), asdict(chosen_rules)
    )
    if best.places is None:
        said: tuple[Text, ...] = (_out_of_time(chosen_rules),)
        if best.status == "infeasible":
            progress(0.6, Text("Looking for the rules in conflict", "正在查找相互冲突的规则"))
            least_s = EXPLAINING * chosen_rules.time_limit_s
            said = find_conflicts(compiled, chosen_rules, candidates=ordered, names=names,
                                  deadline=Deadline(max(deadline.left_s(), least_s)))  # fmt: skip
        none = _described(ordered, compiled, np.zeros(0, np.int64), names)
        return BaseSelection(best.status, 0.0, best.bound, np.inf, time.perf_counter() - started,
                             none, ordered, (), said, provenance, compiled.unit)  # fmt: skip
    progress(0.6, Text("Looking for alternatives", "正在查找备选方案"))
    others = find_alternatives(ordered, compiled, best, chosen_rules, names=names,
                               deadline=deadline)  # fmt: skip
    gap = (best.bound - best.objective) / abs(best.objective) if best.objective else 0.0
    return BaseSelection(
        best.status, best.objective, best.bound, gap, time.perf_counter() - started,
        _described(ordered, compiled, best.places, names), ordered, others, (), provenance,
        compiled.unit,
    )  # fmt: skip


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
    """Return the chosen bases with reasons, numbered row by row from the north-west."""
    told = reasons(candidates, compiled, places, names)
    bases = candidates.iloc[places].copy()
    bases["why_en"], bases["why_zh"] = [t.en for t in told], [t.zh for t in told]
    centre = shapely.centroid(bases.geometry.to_numpy())
    lon, lat = shapely.get_x(centre), shapely.get_y(centre)
    north_first = np.lexsort((lon, -np.round(lat, 1)))
    bases = bases.iloc[north_first].reset_index(drop=True)
    bases.insert(0, "number", np.arange(1, len(bases) + 1))
    return bases
