"""Which village comes first: tiers by size, then a weighted score whose every part is shown."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gis_core.errors import InvalidLayerError, InvalidModelError
from gis_core.relocation.factors import Factor, PriorityModel
from gis_core.text import Text


@dataclass(frozen=True)
class Ranking:
    """Villages in order of urgency.

    Attributes
    ----------
    table
        Index village_id, in order of rank; columns name, people, tier, score (0 to 1; NaN when no
        factor is known), known (share of the weights whose factor is known), rank (from 1).
    parts
        Index village_id, one column a factor used: its part of the score; parts add up to the
        score, NaN where the factor is unknown for the village.
    weights
        Weight of each factor used, after normalising (sum 1).
    remarks
        What was left out or unknown.
    """

    model: PriorityModel
    table: pd.DataFrame
    parts: pd.DataFrame
    weights: dict[str, float]
    remarks: tuple[Text, ...]

    def document(self) -> list[dict[str, Any]]:
        """Return the rows that `upland relocation priority` prints, in order of rank."""
        titles = {f.name: f.title for f in self.model.factors}
        parts = self.parts.to_dict("index")
        rows = []
        for village_id, row in self.table.to_dict("index").items():
            part_of: dict[str, float] = {str(k): v for k, v in parts[village_id].items()}
            factors = [
                {"name": name, "title": {"en": titles[name].en, "zh": titles[name].zh},
                 "weight": self.weights[name], "part": None if part != part else part}
                for name, part in part_of.items()
            ]  # fmt: skip
            score = row["score"]
            rows.append({
                "village_id": village_id, "village": row["name"],
                "score": None if score != score else score, "tier": row["tier"],
                "factors": factors, "rank": row["rank"],
            })  # fmt: skip
        return rows


def factors_from_survey(villages: pd.DataFrame, model: PriorityModel) -> pd.DataFrame:
    """Return the model's factors that the survey's `people` and `extra` columns hold.

    Index village_id; numbers as they are, words by the factor's `answers`, anything else NaN.
    Columns not in the survey are left out; a workflow adds those it measures (travel time, …).
    """
    extra = villages["extra"] if "extra" in villages else pd.Series(None, index=villages.index)
    columns: dict[str, Any] = {"people": villages["people"]}
    for factor in model.factors:
        values = [item.get(factor.name) if isinstance(item, dict) else None for item in extra]
        if any(value is not None for value in values):
            columns.setdefault(factor.name, [factor.value_of(value) for value in values])
    frame = pd.DataFrame(columns, index=villages.index)
    frame.index = pd.Index(villages["village_id"].astype(str), name="village_id")
    return frame.apply(pd.to_numeric, errors="coerce").astype(float)


def rank_villages(villages: pd.DataFrame, factors: pd.DataFrame, model: PriorityModel) -> Ranking:
    """Rank villages: by tier, then by the weighted mean of the factors known.

    Parameters
    ----------
    villages
        village_id (unique), name, people (NaN or negative: unknown).
    factors
        Index village_id, a column a factor in the model's own unit; NaN is unknown. Factors of the
        model without a column here are left out and the weights normalised again, with a remark;
        so are, for one village, factors unknown there.

    Returns
    -------
    ranking
        Ties by village_id, so the order of rows changes nothing. Villages whose people are
        unknown come last.

    Raises
    ------
    InvalidLayerError
        If a village_id repeats.
    InvalidModelError
        If no factor of the model is known at all.
    """
    ids = villages["village_id"].astype(str)
    if ids.duplicated().any():
        name = ids[ids.duplicated()].iloc[0]
        raise InvalidLayerError(
            f"village_id '{name}' repeats; each village needs its own.",
            f"村编号“{name}”重复；每个村应有唯一编号。",
        )
    known = factors.reindex(pd.Index(ids, name="village_id")).astype(float)
    known = known.where(np.isfinite(known))
    used = [f for f in model.factors if f.name in known and known[f.name].notna().any()]
    if not used:
        raise InvalidModelError(
            f"None of the factors of model {model.name} is known for any village; it wants "
            f"{', '.join(f.name for f in model.factors)}.",
            f"模型 {model.name} 的因子都没有数据；需要 "
            f"{'、'.join(f.name for f in model.factors)}。",
        )
    parts, share, weights = _score(known, used)
    people = villages["people"].astype(float).set_axis(known.index)
    people = people.where(people >= 0)
    table = pd.DataFrame({
        "name": villages["name"].astype(str).set_axis(known.index), "people": people,
        "tier": model.tiers(people), "score": parts.sum(axis=1, min_count=1), "known": share,
    })  # fmt: skip
    order = np.lexsort((table.index.to_numpy(str), -table["score"].fillna(-1.0).to_numpy(),
                        table["people"].isna().to_numpy(), table["tier"].to_numpy()))  # fmt: skip
    table = table.iloc[order].assign(rank=np.arange(1, len(table) + 1))
    remarks = _remarks(model, used, table)
    return Ranking(model, table, parts.loc[table.index], weights, remarks)


def _score(
    known: pd.DataFrame, used: list[Factor]
) -> tuple[pd.DataFrame, pd.Series, dict[str, float]]:
    total = sum(f.weight for f in used)
    weights = {f.name: f.weight / total for f in used}
    urgency = pd.DataFrame({f.name: f.urgency(known[f.name]) for f in used})
    weighed = urgency.notna() * pd.Series(weights)
    share = weighed.sum(axis=1)
    parts = (urgency * pd.Series(weights)).div(share.where(share > 0), axis=0)
    return parts, share, weights


def _remarks(model: PriorityModel, used: list[Factor], table: pd.DataFrame) -> tuple[Text, ...]:
    remarks = []
    missing = [f for f in model.factors if f not in used]
    if missing:
        remarks.append(Text(
            "Priority was scored without " + ", ".join(f.title.en for f in missing)
            + " (no data); the other weights were raised in proportion.",
            "评分未计入" + "、".join(f.title.zh for f in missing)
            + "（无数据）；其余权重按比例放大。",
        ))  # fmt: skip
    partly = int((table["known"] < 1 - 1e-9).sum())
    if partly:
        remarks.append(Text(
            f"{partly:,} villages lack some of the factors; each was scored by those it has.",
            f"{partly}个村缺少部分因子数据，按已有因子评分。",
        ))  # fmt: skip
    unknown = int(table["people"].isna().sum())
    if unknown:
        remarks.append(Text(
            f"{unknown:,} villages have no known number of people; they stand last and cannot be "
            "planned until it is given.",
            f"{unknown}个村人口数不详，排在最后，补齐人口数之前不能编入方案。",
        ))  # fmt: skip
    return tuple(remarks)
