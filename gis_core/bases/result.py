"""What a choice of bases gives."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd

from gis_core.bases.alternatives import ALTERNATIVES_RULE, Alternative
from gis_core.provenance import Provenance
from gis_core.text import Text, as_document


@dataclass(frozen=True)
class BaseSelection:
    """The chosen bases with proof.

    `bases` and `candidates` (EPSG:4326) have the columns base_id, county_code, area_mu,
    mean_score (0 to 1), compactness (Polsby–Popper, 0 to 1), why_en, why_zh, geometry; `bases`
    also number (1 up, north-west first). `objective` and `bound` are in `objective_unit`: mu, or
    points of score. `gap` is (bound − objective) / |objective|, 0 is proven.
    `status` is ``optimal``, ``feasible`` (stopped before the proof), or, both without bases and
    with the reason in `conflicts`, ``infeasible`` and ``unknown`` (stopped before a first choice).
    """

    status: str
    objective: float
    bound: float
    gap: float
    time_s: float
    bases: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    alternatives: tuple[Alternative, ...]
    conflicts: tuple[Text, ...]
    provenance: Provenance
    objective_unit: str = "mu"

    def document(self, county_names: Mapping[str, Text] | None = None) -> dict[str, Any]:
        """Return plain bilingual values, as `upland bases select --json` prints them.

        `lon` and `lat` (degrees) are a point inside the base; `selection_frequency` stays None
        until a sensitivity analysis was run. An infinite gap is None.
        """
        names = dict(county_names or {})
        bases = []
        for row in self.bases.to_dict("records"):
            inside = row["geometry"].representative_point()
            code = str(row["county_code"])
            bases.append({
                "id": row["base_id"], "number": row["number"], "county": code,
                "county_name": names.get(code, Text(code, code)), "area_mu": row["area_mu"],
                "mean_score": row["mean_score"], "compactness": row["compactness"],
                "selection_frequency": None, "why": Text(row["why_en"], row["why_zh"]),
                "lon": inside.x, "lat": inside.y,
            })  # fmt: skip
        return dict(as_document({
            "status": self.status, "objective": self.objective,
            "objective_unit": self.objective_unit, "bound": self.bound,
            "gap": self.gap if math.isfinite(self.gap) else None,
            "time_s": self.time_s, "candidates": len(self.candidates), "bases": bases,
            "alternatives": self.alternatives, "alternatives_rule": ALTERNATIVES_RULE,
            "conflicts": self.conflicts,
        }))  # fmt: skip
