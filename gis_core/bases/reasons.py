"""Why each base was chosen, in words and figures."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from gis_core.bases.compile import CompiledSelection
from gis_core.text import Text


def reasons(
    candidates: gpd.GeoDataFrame,
    compiled: CompiledSelection,
    chosen: NDArray[np.int64],
    names: Mapping[str, Text],
) -> list[Text]:
    """Return one sentence or two for every place in `chosen`, in its order."""
    worth = compiled.worth
    rank = np.empty(len(worth), dtype=int)
    rank[np.argsort(-worth, kind="stable")] = np.arange(1, len(worth) + 1)
    codes = candidates["county_code"].to_numpy(str)
    minimum = {r.group.partition(":")[2]: r.least for r in compiled.rows
               if r.group.startswith("county:")}  # fmt: skip
    excluded = np.zeros((len(chosen), len(worth)), bool)
    for number, place in enumerate(chosen.tolist()):
        excluded[number, compiled.exclusion.beside(place)] = True
    alone = excluded & (excluded.sum(axis=0) == 1)
    return [
        _reason(place, candidates, codes, worth, rank, minimum,
                (np.flatnonzero(excluded[number]), np.flatnonzero(alone[number])),
                set(chosen.tolist()), names, compiled.unit)
        for number, place in enumerate(chosen.tolist())
    ]  # fmt: skip


def _reason(
    place: int,
    candidates: gpd.GeoDataFrame,
    codes: NDArray,
    worth: NDArray[np.float64],
    rank: NDArray,
    minimum: Mapping[str, float],
    beside: tuple[NDArray, NDArray],
    taken: set[int],
    names: Mapping[str, Text],
    unit: str,
) -> Text:
    row, code = candidates.iloc[place], codes[place]
    name = names.get(code, Text(code, code))
    same = np.flatnonzero(codes == code)
    in_county = int((worth[same] > worth[place]).sum()) + 1
    text = Text(
        f"{row['area_mu']:,.0f} mu of mean score {row['mean_score']:.2f}; number "
        f"{rank[place]:,} of {len(worth):,} candidates, {in_county} of {len(same):,} in {name.en}.",
        f"{row['area_mu']:,.0f} 亩，平均得分 {row['mean_score']:.2f}；在全部 {len(worth)} 个候选中"
        f"列第 {rank[place]}，在{name.zh} {len(same)} 个候选中列第 {in_county}。",
    )
    here = [p for p in taken if codes[p] == code]
    if minimum.get(code, 0) >= len(here) > 0:
        text = _and(text, Text(
            f"It fills the least number of bases asked for in {name.en} ({minimum[code]:g}).",
            f"用于满足{name.zh}至少 {minimum[code]:g} 个基地的要求。",
        ))  # fmt: skip
    near, blocked = beside  # excluded by this base; by this base alone
    better = near[worth[near] > worth[place]]
    if len(better):
        text = _and(text, Text(
            f"{len(better)} better candidates overlap it or lie too near; taking one of them would "
            "cost more elsewhere.",
            f"有 {len(better)} 个得分更高的候选与其重叠或过近；选用它们会使其他基地损失更大。",
        ))  # fmt: skip
    elif len(blocked):
        runner = blocked[np.argmax(worth[blocked])]
        less = _worth_in_words(worth[place] - worth[runner], unit)
        name = candidates.iloc[runner]["base_id"]
        text = _and(text, Text(
            f"Best of {len(blocked) + 1} candidates on this land; the next one ({name}) is worth "
            f"{less.en} less.",
            f"为该地块 {len(blocked) + 1} 个候选中最优；次优候选（{name}）低 {less.zh}。",
        ))  # fmt: skip
    return text


def _worth_in_words(worth: float, unit: str) -> Text:
    if unit == "mu":
        return Text(f"{worth:,.0f} mu", f"{worth:.0f} 亩")
    return Text(f"{worth:.3f} points of score", f"{worth:.3f} 分")


def _and(first: Text, second: Text) -> Text:
    return Text(f"{first.en} {second.en}", first.zh + second.zh)
