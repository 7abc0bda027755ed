"""How a sensitivity run is kept and shown: plain bilingual values with their units."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_core.store.records import RunRecord
from gis_core.suitability.model import SuitabilityModel
from gis_core.suitability.result import CLASS_NAMES
from gis_core.suitability.sensitivity import Counted, DrawSettings, Influence, OneAtATime
from gis_core.suitability.sensitivity.counting import MEAN_AREA
from gis_core.suitability.sensitivity.one_at_a_time import Effect
from gis_core.text import Text
from gis_core.units import mu_from_m2

STEADY = 0.9  # share of the draws in which a steady cell keeps its class
LOW, HIGH = 0.05, 0.95  # quantiles of the areas over the draws


@dataclass(frozen=True)
class Findings:
    """What was found about the land; `mean_m2` turns units of area into square metres."""

    single: OneAtATime
    influence: Influence
    zone_codes: dict[int, str]
    mean_m2: float
    weights: tuple[float, ...]
    agreement: float
    classes: list[dict[str, Any]]
    notes: tuple[Text, ...]


def class_rows(
    counted: Counted,
    single: OneAtATime,
    codes: NDArray[np.uint8],
    area_m2: NDArray[np.float64],
    *,
    mean_m2: float,
) -> list[dict[str, Any]]:
    """Return a row a class: its area as it is and over the draws, and how steady its land is."""
    unit_mu = mu_from_m2(mean_m2) / MEAN_AREA
    total = sum(single.areas)
    reached = np.column_stack((counted.areas, np.full(counted.draws, total)))
    by_draw = np.diff(reached, axis=1, prepend=0) * unit_mu
    low, middle, high = np.quantile(by_draw, (LOW, 0.5, HIGH), axis=0)
    share = counted.agreement(codes)
    rows = []
    for k, name in enumerate(CLASS_NAMES):
        of_it = codes == k + 1
        area = area_m2[of_it]
        kept = share[of_it].astype(np.float64)
        rows.append({
            "class": name, "area_mu": single.areas[k] * unit_mu, "median_area_mu": middle[k],
            "low_area_mu": low[k], "high_area_mu": high[k], "mean_area_mu": by_draw[:, k].mean(),
            "agreement": float((kept * area).sum() / area.sum()) if len(area) else None,
            "steady_area_mu": mu_from_m2(float(area[kept >= STEADY].sum())),
        })  # fmt: skip
    return rows


def document_of(
    model: SuitabilityModel, run: RunRecord, findings: Findings, settings: DrawSettings
) -> dict[str, Any]:
    """Return the document but for the bases: areas in mu, shares 0 to 1."""
    titles = {c.name: c.title for c in model.criteria}
    return {
        "suitability_run": run.run_id, "model": model.name, "title": model.title,
        "draws": settings.draws, "settings": asdict(settings), "cells": findings.single.cells,
        "agreement": findings.agreement, "steady_share": STEADY, "quantiles": [LOW, HIGH],
        "classes": findings.classes,
        "criteria": _criteria(findings, titles),
        "counties": _counties(findings, run),
        "one_at_a_time": _single_rows(model, findings),
        "influence": {
            "method": "Saltelli 2010, Jansen 1999", "sampled_cells": findings.influence.cells[0],
            "evaluations": findings.influence.evaluations, "confidence": 0.95,
        },
    }  # fmt: skip


def _criteria(findings: Findings, titles: dict[str, Text]) -> list[dict[str, Any]]:
    """Return a row a criterion: what it decides, and the most that moving it alone changes."""
    found = findings.influence
    rows = []
    for k, name in enumerate(found.names):
        own = [e for e in findings.single.effects if e.move.criterion == name]
        rows.append({
            "name": name, "title": titles[name], "weight": findings.weights[k],
            "good_area": _factor(found, k, 0), "mean_score": _factor(found, k, found.zones),
            "largest_changed_share": {
                kind: max((_share(e, findings) for e in own if e.move.kind == kind), default=None)
                for kind in ("weight", "threshold")
            },
        })  # fmt: skip
    return rows


def _factor(found: Influence, k: int, column: int) -> dict[str, float]:
    """The indices of a criterion whole, and of its weight and its thresholds apart."""
    number = len(found.names)
    told: dict[str, float] = {}
    for name, indices, row in (
        ("", found.whole, k), ("weight_", found.apart, k), ("thresholds_", found.apart, k + number),
    ):  # fmt: skip
        told |= {
            f"{name}first_order": float(indices.first[row, column]),
            f"{name}first_order_confidence": float(indices.first_confidence[row, column]),
            f"{name}total": float(indices.total[row, column]),
            f"{name}total_confidence": float(indices.total_confidence[row, column]),
        }
    return told


def _counties(findings: Findings, run: RunRecord) -> list[dict[str, Any]]:
    """Return by county the total indices of every criterion, on the sampled cells it has."""
    found = findings.influence
    names = {c["code"]: c["name"] for c in run.document.get("counties", [])}
    rows = []
    for zone in range(1, found.zones):
        code = findings.zone_codes.get(zone, str(zone))
        rows.append({
            "code": code, "name": names.get(code, Text(code, code)),
            "sampled_cells": found.cells[zone],
            "criteria": [
                {"name": name, "good_area_total": float(found.whole.total[k, zone]),
                 "good_area_first_order": float(found.whole.first[k, zone]),
                 "mean_score_total": float(found.whole.total[k, found.zones + zone]),
                 "mean_score_first_order": float(found.whole.first[k, found.zones + zone])}
                for k, name in enumerate(found.names)
            ],
        })  # fmt: skip
    return rows


def _share(effect: Effect, findings: Findings) -> float:
    return effect.changed_cells / findings.single.cells if findings.single.cells else 0.0


def _single_rows(model: SuitabilityModel, findings: Findings) -> list[dict[str, Any]]:
    unit_mu = mu_from_m2(findings.mean_m2) / MEAN_AREA
    titles = {c.name: c.title for c in model.criteria}
    units = {(t.part, t.key): t for t in model.thresholds()}
    rows = []
    for effect in findings.single.effects:
        move = effect.move
        threshold = units.get((move.criterion, move.key))
        rows.append({
            "kind": move.kind, "criterion": move.criterion, "title": titles[move.criterion],
            "threshold": move.key or None, "before": move.before, "after": move.after,
            "unit": threshold.unit if threshold else None,
            "tag": threshold.tag if threshold else None,
            "changed_share": _share(effect, findings),
            "changed_area_mu": effect.changed_area * unit_mu,
            "class_area_change_mu": {
                name: (after - before) * unit_mu
                for name, before, after in zip(
                    CLASS_NAMES, findings.single.areas, effect.areas, strict=True
                )
            },
        })  # fmt: skip
    return rows
