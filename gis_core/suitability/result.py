"""What a suitability run gives."""

from dataclasses import dataclass, field
from typing import Any

import xarray as xr

from gis_core.grid import Grid
from gis_core.provenance import Provenance
from gis_core.remarks import Remark
from gis_core.text import Text, as_document
from gis_core.units import MU_PER_HECTARE

CLASS_NAMES = ("S1", "S2", "S3", "N1", "N2")
NO_DATA_CLASS = 0  # in `class_codes`; 1 to 5 are CLASS_NAMES in order
EXCLUDED_CLASS = 9  # in `class_codes`: at least one rule fails


@dataclass(frozen=True)
class CriterionUse:
    """A criterion as it was used: its weight after normalising (0 to 1, sum 1) and its source."""

    name: str
    title: Text
    weight: float
    tag: str
    source: Text


@dataclass(frozen=True)
class ClassArea:
    """Cells, area in mu and share (0 to 1, of all scored cells) of one class."""

    class_name: str
    cells: int
    area_mu: float
    share: float


@dataclass(frozen=True)
class ExcludedArea:
    """Cells and area in mu that one rule excludes; rules overlap, so they do not add up."""

    rule: str
    title: Text
    tag: str
    source: Text
    cells: int
    area_mu: float


@dataclass(frozen=True)
class LimitingArea:
    """Area in mu that one criterion holds back most, and its share (0 to 1) of the scored area."""

    criterion: str
    title: Text
    area_mu: float
    share: float


@dataclass(frozen=True)
class BestLand:
    """The largest contiguous piece of the best class: area in mu, mean score, a place inside."""

    class_name: str
    area_mu: float
    mean_score: float
    lon: float
    lat: float


@dataclass(frozen=True)
class UnitFigures:
    """A county's areas in mu, mean score (0 to 1; None without scored cells) and what limits it.

    `area_mu` is that of classes, excluded land and land without data together. `limiting` begins
    with the criterion that holds back most; `excluded_by_rule` overlaps where several rules fail.
    """

    code: str
    name: Text
    area_mu: float
    mean_score: float | None
    class_area_mu: dict[str, float]
    excluded_area_mu: float
    no_data_area_mu: float
    limiting: tuple[LimitingArea, ...] = ()
    excluded_by_rule: dict[str, float] = field(default_factory=dict)
    best_land: BestLand | None = None

    def row(self) -> dict[str, Any]:
        """Return the figures as one row of a run's document, areas in mu and in hectares."""
        areas = {
            "area": self.area_mu, **{n.lower() + "_area": a for n, a in self.class_area_mu.items()},
            "excluded_area": self.excluded_area_mu, "no_data_area": self.no_data_area_mu,
        }  # fmt: skip
        best = self.best_land
        return {
            "code": self.code, "name": self.name, "mean_score": self.mean_score, **_in_both(areas),
            "limiting_factors": [
                {"criterion": part.criterion, "title": part.title,
                 **_in_both({"area": part.area_mu}), "share": part.share}
                for part in self.limiting
            ],
            "excluded_by_rule": [
                {"rule": rule, **_in_both({"area": area})}
                for rule, area in self.excluded_by_rule.items()
            ],
            "best_land": None if best is None else {
                "class": best.class_name, **_in_both({"area": best.area_mu}),
                "mean_score": best.mean_score, "lon": best.lon, "lat": best.lat,
            },
        }  # fmt: skip


def _in_both(areas_mu: dict[str, float]) -> dict[str, float]:
    """Return areas in mu and in hectares, keyed with their unit."""
    both: dict[str, float] = {}
    for name, area in areas_mu.items():
        both |= {f"{name}_mu": area, f"{name}_ha": area / MU_PER_HECTARE}
    return both


@dataclass(frozen=True)
class SuitabilityResult:
    """Scores on the grid and their figures.

    Attributes
    ----------
    score
        float32, 0 to 1, dims (y, x); NaN where a rule excludes, or a criterion that counts
        has no data.
    class_codes
        uint8, dims (y, x): 0 no data, 1 to 5 for S1 S2 S3 N1 N2, 9 excluded.
    failed_rules
        uint32, dims (y, x): bit i set when rule i of `excluded` fails.
    criterion_scores
        Per criterion float32, 0 to 1, dims (y, x); NaN is no data.
    criterion_values, rule_values
        What each criterion looked at, and each rule that looks at numbers of its own: float32,
        dims (y, x), in the unit of the criterion or rule (a class's number for classes); NaN is
        no data, ``inf`` no feature at all.
    limiting
        uint8, dims (y, x): the criterion that holds the cell back most (largest weight × (1 −
        score)), from 1 in the order of `criteria`; 0 for none.
    combination, weight_notes
        How scores became one, and what is to be said of the weights.
    model_document
        The model file as plain values.
    """

    model: str
    title: Text
    criteria: tuple[CriterionUse, ...]
    consistency_ratio: float | None
    classes: tuple[ClassArea, ...]
    excluded: tuple[ExcludedArea, ...]
    units: tuple[UnitFigures, ...]
    score: xr.DataArray
    class_codes: xr.DataArray
    failed_rules: xr.DataArray
    criterion_scores: dict[str, xr.DataArray]
    criterion_values: dict[str, xr.DataArray]
    rule_values: dict[str, xr.DataArray]
    limiting: xr.DataArray
    remarks: tuple[Remark, ...]
    provenance: Provenance
    time_s: float
    combination: str = "weighted_sum"
    weight_notes: tuple[Text, ...] = ()
    model_document: dict[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the figures as plain bilingual values, without the rasters."""
        grid = Grid.of(self.score)
        return dict(as_document({
            "model": self.model,
            "title": self.title,
            "grid": {"crs": grid.crs.to_string(), "width": grid.width, "height": grid.height,
                     "cell_m": grid.cell_m},
            "criteria": self.criteria,
            "consistency_ratio": self.consistency_ratio,
            "combination": self.combination,
            "weight_notes": self.weight_notes,
            "model_document": self.model_document,
            "classes": [
                {"class": c.class_name, "cells": c.cells, "area_mu": c.area_mu, "share": c.share}
                for c in self.classes
            ],
            "excluded": self.excluded,
            "counties": [u.row() for u in self.units],
            "remarks": [r.as_dict("en") | {"reason": r.reason, "cure": r.cure}
                        for r in self.remarks],
            "time_s": self.time_s,
        }))  # fmt: skip
