"""Areas by class, by rule and by unit."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from gis_core.suitability.model import Rule
from gis_core.suitability.result import (
    CLASS_NAMES,
    EXCLUDED_CLASS,
    ClassArea,
    ExcludedArea,
    UnitFigures,
)
from gis_core.text import Text

Floats = NDArray[np.float32]
Codes = NDArray[np.uint8]


def class_areas(codes: Codes, area_mu: Floats) -> tuple[ClassArea, ...]:
    """Return cells, area in mu and share of the scored cells' area for every class.

    `codes` (height, width) as in `SuitabilityResult.class_codes`; `area_mu` (height, width), mu a
    cell. Shares are 0 to 1, all 0 where nothing is scored.
    """
    cells = np.bincount(codes.ravel(), minlength=EXCLUDED_CLASS + 1)
    area = np.bincount(codes.ravel(), weights=area_mu.ravel(), minlength=EXCLUDED_CLASS + 1)
    scored = float(area[1 : len(CLASS_NAMES) + 1].sum())
    return tuple(
        ClassArea(name, int(cells[i]), float(area[i]), float(area[i] / scored) if scored else 0.0)
        for i, name in enumerate(CLASS_NAMES, 1)
    )


def excluded_areas(
    rules: Sequence[Rule], failed: NDArray[np.uint32], area_mu: Floats
) -> tuple[ExcludedArea, ...]:
    """Return cells and area in mu that each rule excludes; rules overlap.

    `failed` (height, width): bit i set where rule i of `rules` fails; `area_mu` as above.
    """
    found = []
    for bit, rule in enumerate(rules):
        hit = (failed >> np.uint32(bit)) & np.uint32(1) > 0
        found.append(ExcludedArea(
            rule.name, rule.title, rule.tag, rule.source, int(hit.sum()),
            float(area_mu[hit].sum(dtype=np.float64)),
        ))  # fmt: skip
    return tuple(found)


def unit_figures(
    units: gpd.GeoDataFrame | None,
    zones: NDArray[np.int32] | None,
    score: Floats,
    codes: Codes,
    area_mu: Floats,
) -> tuple[UnitFigures, ...]:
    """Return the area-weighted mean score and the area by class of every unit.

    Parameters
    ----------
    units
        code, name_zh, name_en; None gives no figures.
    zones
        (height, width), the number of the unit from 1 in the order of `units`, 0 outside of all.
    score
        (height, width), 0 to 1; NaN counts in no mean.
    codes, area_mu
        As in `class_areas`.
    """
    if units is None or zones is None:
        return ()
    number = len(units) + 1
    flat, area = zones.ravel(), area_mu.ravel().astype(np.float64)
    scored = np.isfinite(score.ravel())
    weight = np.bincount(flat[scored], weights=area[scored], minlength=number)
    total = np.bincount(
        flat[scored], weights=area[scored] * score.ravel()[scored], minlength=number
    )
    by_class = {
        code: np.bincount(flat[codes.ravel() == code], weights=area[codes.ravel() == code],
                          minlength=number)
        for code in (*range(1, len(CLASS_NAMES) + 1), EXCLUDED_CLASS)
    }  # fmt: skip
    return tuple(
        UnitFigures(
            code=str(row.code),
            name=Text(str(row.name_en or row.name_zh or row.code), str(row.name_zh or row.code)),
            mean_score=float(total[i] / weight[i]) if weight[i] else None,
            class_area_mu={n: float(by_class[c][i]) for c, n in enumerate(CLASS_NAMES, 1)},
            excluded_area_mu=float(by_class[EXCLUDED_CLASS][i]),
        )
        for i, row in enumerate(units.itertuples(), 1)
    )  # fmt: skip
