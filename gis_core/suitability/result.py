"""What a suitability run gives."""

from dataclasses import dataclass
from typing import Any

import xarray as xr

from gis_core.grid import Grid
from gis_core.provenance import Provenance
from gis_core.remarks import Remark
from gis_core.text import Text, as_document

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
class UnitFigures:
    """A county's mean score (0 to 1; None without scored cells) and area in mu by class."""

    code: str
    name: Text
    mean_score: float | None
    class_area_mu: dict[str, float]
    excluded_area_mu: float


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
    remarks: tuple[Remark, ...]
    provenance: Provenance
    time_s: float

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
            "classes": [
                {"class": c.class_name, "cells": c.cells, "area_mu": c.area_mu, "share": c.share}
                for c in self.classes
            ],
            "excluded": self.excluded,
            "counties": [
                {"code": u.code, "name": u.name, "mean_score": u.mean_score,
                 **{f"{n.lower()}_area_mu": a for n, a in u.class_area_mu.items()},
                 "excluded_area_mu": u.excluded_area_mu}
                for u in self.units
            ],
            "remarks": [r.as_dict("en") | {"reason": r.reason, "cure": r.cure}
                        for r in self.remarks],
            "time_s": self.time_s,
        }))  # fmt: skip
