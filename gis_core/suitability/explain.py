"""Why a place scores as it does, and what would help, from what a run keeps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gis_core.grid import Grid
from gis_core.suitability.classes import class_numbers
from gis_core.suitability.explain_text import sentences
from gis_core.suitability.improve import (
    EXACT_METHODS,
    Place,
    WorksPlan,
    best_score,
    cheapest_works,
    combined,
    improvable,
)
from gis_core.suitability.model import Rule, SuitabilityModel
from gis_core.suitability.result import CLASS_NAMES
from gis_core.text import Text, as_document

NO_SCORE = 255  # in packed scores: no data
FULL_SCORE = 254  # in packed scores: 1.0


@dataclass(frozen=True)
class CellFacts:
    """What a run knows of one cell.

    Attributes
    ----------
    score
        0 to 1; NaN where a rule excludes or data are missing.
    code
        1 to 5 for S1 to N2, 9 excluded, 0 without data or outside the area of study.
    failed_rules
        Bit i is set when rule i of the model fails.
    values, scores
        By criterion: the raw value in its own unit (a class's number for classes), and the score
        0 to 1; NaN means no data.
    rule_values
        By rule, what it looked at, in its unit; rules that look at no number are left out.
    limiting
        Which criterion of the run's holds the cell back most, from 1; 0 where that is not known.
    """

    score: float
    code: int
    failed_rules: int
    values: Mapping[str, float]
    scores: Mapping[str, float]
    rule_values: Mapping[str, float] = field(default_factory=dict)
    limiting: int = 0


def pack_scores(scores: xr.DataArray) -> xr.DataArray:
    """Return scores (dims y, x; 0 to 1) as bytes 0 to 254, 255 for NaN.

    A quarter of the memory; unpacked they differ from the scores by at most 0.002.
    """
    values = scores.to_numpy()
    known = np.isfinite(values)
    packed = np.full(values.shape, NO_SCORE, np.uint8)
    packed[known] = np.rint(values[known] * FULL_SCORE).astype(np.uint8)
    return Grid.of(scores).wrap(packed, name=str(scores.name)).rio.write_nodata(NO_SCORE)


def unpack_score(value: int | NDArray[np.uint8]) -> Any:
    """Return packed bytes as scores 0 to 1; NaN for no data."""
    bytes_ = np.asarray(value)
    return np.where(bytes_ == NO_SCORE, np.nan, bytes_ / np.float32(FULL_SCORE))


def explain_place(
    model: SuitabilityModel, document: Mapping[str, Any], cell: CellFacts
) -> dict[str, Any]:
    """Explain one cell of a run.

    Parameters
    ----------
    model
        The model of the run, as it was used.
    document
        The run's document: criteria with weights, rules in their order and, where it has them,
        `legends`, the names of classes by layer.
    cell
        What the run knows of the cell.

    Returns
    -------
    explanation
        Bilingual plain values: `score`, `class`, `next_class` with what is missing to it,
        `contributions` (weight × score, largest first, with raw values), `failed_rules` with
        threshold, value and miss, `limiting_factor` (where a better score would gain most),
        `score_without_rules`, `improvements` (the cheapest works that reach the next class and
        the best class within reach, or why none are given) and `text`, sentences. Numbers that
        are not known are None.
    """
    weights = {str(c["name"]): float(c["weight"]) for c in document["criteria"]}
    place = Place(weights, cell.values, cell.scores)
    rows = _contributions(model, document, cell)
    failed = [
        _failed(rule, row, document, cell)
        for bit, (rule, row) in enumerate(zip(model.rules, document["excluded"], strict=True))
        if cell.failed_rules >> bit & 1
    ]
    class_name = CLASS_NAMES[cell.code - 1] if 1 <= cell.code <= len(CLASS_NAMES) else None
    missing = [r["title"] for r in rows if r["score"] is None and r["weight"] > 0]
    without = None if missing else _known(combined(model, weights, cell.scores))
    explanation: dict[str, Any] = {
        "score": _known(cell.score), "class": class_name,
        "next_class": _next_class(model, cell.score, class_name),
        "combination": model.combination.method,
        "contributions": rows, "missing": missing, "failed_rules": failed,
        "limiting_factor": _limiting(document, rows, cell.limiting),
        "score_without_rules": without,
        "class_without_rules": None if without is None else class_of(model, without),
        "improvements": _improvements(model, place, class_name),
    }  # fmt: skip
    plain = dict(as_document(explanation))
    return plain | {"text": as_document(sentences(plain))}


def class_of(model: SuitabilityModel, score: float) -> str:
    """Return the class of a score, as the run gives it."""
    return CLASS_NAMES[int(class_numbers(np.array(score, np.float32), model.class_limits)) - 1]


def _known(number: float | None) -> float | None:
    return float(number) if number is not None and np.isfinite(number) else None


def _contributions(
    model: SuitabilityModel, document: Mapping[str, Any], cell: CellFacts
) -> list[dict[str, Any]]:
    """Return a row a criterion, what adds most first; only a weighted sum has parts that add up."""
    of_model = {c.name: c for c in model.criteria}
    adds_up = model.combination.method == "weighted_sum"
    rows = []
    for used in document["criteria"]:
        name = used["name"]
        criterion = of_model[name]
        score, value = _known(cell.scores.get(name)), _known(cell.values.get(name))
        part = None if score is None else used["weight"] * score
        rows.append({
            **used, "group": criterion.group, "unit": criterion.unit, "value": value,
            "value_name": _class_name(document, criterion.layer, value), "score": score,
            "contribution": part if adds_up else None,
            "could_gain": None if part is None else used["weight"] - part,
            "improvable": criterion.improvement is not None and (
                value is None or criterion.improvement.helps(value)),
        })  # fmt: skip
    return sorted(rows, key=lambda r: -(r["weight"] * r["score"] if r["score"] is not None else -1))


def _class_name(document: Mapping[str, Any], layer: str, value: float | None) -> Any:
    """Return the name of a class, None where the layer has no classes."""
    legend = document.get("legends", {}).get(layer)
    if legend is None or value is None or value != int(value):
        return None
    return legend.get(str(int(value)))


def _failed(
    rule: Rule, row: Mapping[str, Any], document: Mapping[str, Any], cell: CellFacts
) -> dict[str, Any]:
    value = _known(cell.rule_values.get(rule.name))
    limits = [t for t in (rule.above, rule.below, rule.within_m) if t is not None]
    limit = limits[0] if limits else None
    tag, source = rule.tag, rule.source
    if rule.threshold is not None:
        tag, source = rule.threshold.tag, rule.threshold.source
    return {
        "rule": rule.name, "title": rule.title, "tag": tag, "source": source,
        "kind": _kind(rule), "threshold": limit, "unit": rule.unit, "value": value,
        "value_name": _class_name(document, rule.layer, value) if rule.classes else None,
        "missed_by": None if value is None or limit is None else abs(value - limit),
        "liftable": tag == "planner",
        "excluded_area_mu": row.get("area_mu"),
    }  # fmt: skip


def _kind(rule: Rule) -> str:
    named = {"above": rule.above, "below": rule.below, "within_m": rule.within_m}
    kinds = [kind for kind, limit in named.items() if limit is not None]
    return kinds[0] if kinds else "inside" if rule.inside else "classes"


def _limiting(document: Mapping[str, Any], rows: list[dict[str, Any]], number: int) -> str | None:
    """Return the name of the criterion that the run says holds the cell back, or the row's."""
    if 0 < number <= len(document["criteria"]):
        return str(document["criteria"][number - 1]["name"])
    known = [r for r in rows if r["could_gain"] is not None]
    most = max(known, key=lambda r: float(r["could_gain"]), default=None)
    return None if most is None or most["could_gain"] <= 0 else str(most["name"])


def _next_class(
    model: SuitabilityModel, score: float, class_name: str | None
) -> dict[str, Any] | None:
    if class_name in (None, CLASS_NAMES[0]):
        return None
    above = CLASS_NAMES.index(str(class_name)) - 1
    limit = model.class_limits[above]
    return {"class": CLASS_NAMES[above], "limit": limit, "missing": max(0.0, limit - score)}


def _improvements(
    model: SuitabilityModel, place: Place, class_name: str | None
) -> dict[str, Any] | None:
    """Return the cheapest works for the next class and the best one within reach, or why not."""
    if class_name is None or class_name == CLASS_NAMES[0]:
        return None
    own = CLASS_NAMES.index(class_name)
    best = best_score(model, place)
    found: dict[str, Any] = {
        "to_next_class": None, "to_best_class": None, "best_score": best, "why_none": None,
    }  # fmt: skip
    if model.combination.method not in EXACT_METHODS or best is None:
        found["why_none"] = Text(
            f"Works are not worked out for the combination '{model.combination.method}': what one "
            "criterion gains there depends on the others or on the whole map.",
            f"合成方法为“{model.combination.method}”时不给出改良方案：单项准则的作用取决于其他准则"
            "或整幅地图。",
        )
        return found
    if not improvable(model, place):
        found["why_none"] = Text("The model names no works that could better this place.",
                                 "模型未列出可改善此处的措施。")  # fmt: skip
        return found
    reached = CLASS_NAMES.index(class_of(model, best))
    for key, target in (("to_next_class", own - 1), ("to_best_class", reached)):
        if reached <= target < own:
            plan = cheapest_works(model, place, wanted=model.class_limits[target])
            found[key] = None if plan is None else _plan(CLASS_NAMES[target], plan)
    if found["to_next_class"] is None:
        limit = model.class_limits[own - 1]
        found["why_none"] = Text(
            f"With all the model's works together it would score {best:.2f}; {CLASS_NAMES[own - 1]}"
            f" begins at {limit:g}.",
            f"即使采取模型列出的全部措施，得分也只有 {best:.2f}；{CLASS_NAMES[own - 1]} 的下限为 "
            f"{limit:g}。",
        )
    return found


def _plan(class_name: str, plan: WorksPlan) -> dict[str, Any]:
    return {
        "class": class_name, "score_after": plan.score_after,
        "cost_yuan_per_mu": plan.cost_yuan_per_mu, "exact": plan.exact,
        "works": [as_document(work) for work in plan.works],
    }  # fmt: skip
