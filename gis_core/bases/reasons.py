"""Why each base was chosen, in words and figures."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_core.bases.candidates import parse_shares
from gis_core.bases.compile import CompiledSelection
from gis_core.bases.greedy import worth_in_words
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
        _and(
            _reason(place, candidates, codes, worth, rank, minimum,
                    (np.flatnonzero(excluded[number]), np.flatnonzero(alone[number])),
                    set(chosen.tolist()), names, compiled.unit),
            *_product_and_cost(candidates.iloc[place], candidates.iloc[chosen], compiled),
            *_across_counties(candidates.iloc[place], names),
        )
        for number, place in enumerate(chosen.tolist())
    ]  # fmt: skip


def _product_and_cost(
    row: pd.Series, chosen: gpd.GeoDataFrame, compiled: CompiledSelection
) -> list[Text]:
    said = []
    product = row.get("product")
    if product is not None:
        said.append(Text(f"Product: {product}.", f"产品：{product}。"))
        least = {r.group: r.least for r in compiled.rows}.get(f"product:{product}", 0)
        if least >= (chosen["product"] == product).sum():
            said.append(Text(f"It fills the least number of bases asked for of it ({least:g}).",
                             f"用于满足该产品至少 {least:g} 个基地的要求。"))  # fmt: skip
    cost = row.get("cost_yuan")
    if cost is not None:
        per_mu = cost / row["area_mu"]
        said.append(Text(f"It costs {cost:,.0f} yuan ({per_mu:,.0f} yuan a mu).",
                         f"费用 {cost:.0f} 元（每亩 {per_mu:.0f} 元）。"))  # fmt: skip
    return said


def _across_counties(row: pd.Series, names: Mapping[str, Text]) -> list[Text]:
    shares = parse_shares(row.get("county_shares") or "")
    if len(shares) < 2:
        return []
    parts = [(names.get(code, Text(code, code)), share) for code, share in shares.items()]
    return [Text(
        f"Its land lies {', '.join(f'{share:.0%} in {name.en}' for name, share in parts)}; it "
        f"counts in {parts[0][0].en}.",
        f"其土地{'、'.join(f'{share:.0%} 在{name.zh}' for name, share in parts)}，"
        f"计入{parts[0][0].zh}。",
    )]  # fmt: skip


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
        less = worth_in_words(worth[place] - worth[runner], unit)
        name = candidates.iloc[runner]["base_id"]
        text = _and(text, Text(
            f"Best of {len(blocked) + 1} candidates on this land; the next one ({name}) is worth "
            f"{less.en} less.",
            f"为该地块 {len(blocked) + 1} 个候选中最优；次优候选（{name}）低 {less.zh}。",
        ))  # fmt: skip
    return text


def _and(*parts: Text) -> Text:
    return Text(" ".join(p.en for p in parts), "".join(p.zh for p in parts))
