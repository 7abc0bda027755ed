"""What a planner asks of models before any run: which there are, are they sound, their weights."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gis_core.errors import InvalidModelError
from gis_core.located import LocatedDocument, read_located
from gis_core.suitability.judgements import FROM_DATA
from gis_core.suitability.model import (
    Criterion,
    Rule,
    SuitabilityModel,
    Threshold,
    find_model,
    shipped_models,
)
from gis_core.suitability.reader import load_model, model_from_document
from gis_core.suitability.weighting import WeightsFound, resolve_weights, weigh
from gis_core.suitability.weighting_reader import weighting_from_document
from gis_core.text import Text, as_document


def list_models() -> list[dict[str, Any]]:
    """Return what the shipped models are for, how many criteria and rules they have (bilingual)."""
    return [_head(load_model(name)) for name in shipped_models()]


def describe_model(name: str) -> dict[str, Any]:
    """Return a model's criteria, rules and thresholds as plain bilingual values.

    Raises
    ------
    NotFoundError, InvalidModelError
        As `load_model`.
    """
    model = load_model(name)
    criteria = [
        {"name": c.name, "title": c.title, "group": c.group, "layer": c.layer, "derive": c.derive,
         "unit": c.unit, "membership": written["membership"]["kind"], "weight": c.weight,
         "tag": c.tag, "source": c.source, "optional": c.optional, "thresholds": c.thresholds,
         "improvement": c.improvement}
        for c, written in zip(model.criteria, model.document["criteria"], strict=True)
    ]  # fmt: skip
    rules = [
        {"name": r.name, "title": r.title, "layer": r.layer, "derive": r.derive, "unit": r.unit,
         "excludes": written["exclude"], "tag": r.tag, "source": r.source,
         "optional": r.optional, "threshold": r.threshold}
        for r, written in zip(model.rules, model.document.get("rules") or [], strict=True)
    ]  # fmt: skip
    return dict(as_document({
        **_head(model), "hash": model.content_hash, "class_limits": model.class_limits,
        "combination_parameters": model.combination, "criteria": criteria, "rules": rules,
    }))  # fmt: skip


def check_model(name: str) -> dict[str, Any]:
    """Return what a sound model file holds: its parts, thresholds by tag, and notes.

    Raises
    ------
    NotFoundError, InvalidModelError
        As `load_model`; the message names line and cure.
    """
    path = find_model(name)
    model = load_model(path)
    found = _weights(model)
    notes = [] if found is None else list(found.notes)
    if all(c.optional for c in model.criteria):
        notes.append(Text("Every criterion is optional: a workspace with one layer gets a score.",
                          "所有准则均为可选：工作区只要有一个图层就会有得分。"))  # fmt: skip
    no_weight = [c.title for c in model.criteria if not c.weight > 0]
    if no_weight:
        notes.append(Text(
            f"Of no weight: {', '.join(t.en for t in no_weight)}.",
            f"权重为零：{'、'.join(t.zh for t in no_weight)}。",
        ))  # fmt: skip
    return dict(as_document({
        **_head(model), "file": str(path), "ok": True, "hash": model.content_hash,
        "layers": [{"theme": theme, "optional": _is_optional(model, theme)}
                   for theme in model.themes()],
        "thresholds": _by_tag(model.thresholds()), "notes": notes,
    }))  # fmt: skip


def weigh_file(name: str | Path) -> dict[str, Any]:
    """Return the weights of a model, or of a file that holds judgements alone.

    The document has method, weights with titles, the consistency ratio, the least consistent
    pair of each matrix with what would mend it, the members and agreement of a group, and notes.

    Raises
    ------
    NotFoundError, InvalidModelError
        As `load_model`; the message names line and cure.
    InvalidParameterError
        If the weights come from data, which a file alone does not have.
    """
    document = read_located(find_model(name), error=InvalidModelError)
    if isinstance(document.values, dict) and "criteria" in document.values:
        model = model_from_document(document)
        found = resolve_weights(model, [c.name for c in model.criteria])
        titles = {c.name: c.title for c in model.criteria}
        return _weighed(model.weighting.method, found, titles)
    return _weigh_judgements(document)


def _weigh_judgements(document: LocatedDocument) -> dict[str, Any]:
    weighting = weighting_from_document(document)
    return _weighed(weighting.method, weigh(weighting), {})


def _weighed(method: str, found: WeightsFound, titles: dict[str, Text]) -> dict[str, Any]:
    return dict(as_document({
        "method": method,
        "weights": [{"name": name, "title": titles.get(name, Text(name, name)), "weight": weight}
                    for name, weight in found.weights.items()],
        "consistency_ratio": found.consistency_ratio, "mends": found.mends,
        "members": found.members, "agreement": found.agreement, "notes": found.notes,
    }))  # fmt: skip


def _head(model: SuitabilityModel) -> dict[str, Any]:
    return dict(as_document({
        "name": model.name, "title": model.title, "purpose": model.purpose,
        "criteria_count": len(model.criteria), "rules_count": len(model.rules),
        "weighting": model.weighting.method, "combination": model.combination.method,
    }))  # fmt: skip


def _weights(model: SuitabilityModel) -> WeightsFound | None:
    if model.weighting.method in FROM_DATA:
        return None
    return resolve_weights(model, [c.name for c in model.criteria])


def _is_optional(model: SuitabilityModel, theme: str) -> bool:
    parts: tuple[Criterion | Rule, ...] = (*model.criteria, *model.rules)
    return all(part.optional for part in parts if part.layer == theme)


def _by_tag(thresholds: Sequence[Threshold]) -> dict[str, int]:
    return dict(Counter(t.tag for t in thresholds))
