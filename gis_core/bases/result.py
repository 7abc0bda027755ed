"""What a choice of bases gives."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd

from gis_core.bases.alternatives import ALTERNATIVES_RULE, Alternative
from gis_core.bases.candidates import parse_shares
from gis_core.bases.greedy import Greedy
from gis_core.provenance import Provenance
from gis_core.text import Text, as_document


@dataclass(frozen=True)
class BaseSelection:
    """The chosen bases with proof.

    `bases` and `candidates` (EPSG:4326) have the columns base_id, county_code, area_mu,
    mean_score (0 to 1), compactness (Polsby–Popper, 0 to 1), geometry, and where the choice is
    between products or by cost product and cost_yuan; `bases` also number (1 up, north-west
    first), why_en and why_zh, and loss_share, replaceable, loss_en and loss_zh as in
    `Irreplaceability`. `greedy` is the plain choice that this one is compared with.
    `alternatives_fewer` says why there are fewer alternatives than asked for.

    `objective` and `bound` are in `objective_unit`: mu, or points of score. `gap` is
    (bound − objective) / |objective|, 0 is proven.
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
    greedy: Greedy | None = None
    alternatives_fewer: Text | None = None

    def document(self, county_names: Mapping[str, Text] | None = None) -> dict[str, Any]:
        """Return plain bilingual values, as `upland bases select --json` prints them.

        `lon` and `lat` (degrees) are a point inside the base; `selection_frequency` stays None
        until a sensitivity analysis was run. A bound or gap that is not known is None.
        """
        names = dict(county_names or {})
        bases = [_base_document(row, names) for row in self.bases.to_dict("records")]
        return dict(as_document({
            "status": self.status, "objective": self.objective,
            "objective_unit": self.objective_unit,
            "bound": self.bound if math.isfinite(self.bound) else None,
            "gap": self.gap if math.isfinite(self.gap) else None,
            "time_s": self.time_s, "candidates": len(self.candidates), "bases": bases,
            "alternatives": self.alternatives, "alternatives_rule": ALTERNATIVES_RULE,
            "alternatives_fewer": self.alternatives_fewer, "greedy": self._greedy_document(),
            "products": self._products(), "cost_yuan": self._cost_yuan(),
            "conflicts": self.conflicts,
        }))  # fmt: skip

    def _greedy_document(self) -> dict[str, Any] | None:
        greedy = self.greedy
        if greedy is None:
            return None
        return {
            "objective": None if greedy.broken else greedy.objective,
            "less_share": greedy.less_share, "bases": greedy.bases, "broken": greedy.broken,
            "text": greedy.text,
        }  # fmt: skip

    def _cost_yuan(self) -> float | None:
        return float(self.bases["cost_yuan"].sum()) if "cost_yuan" in self.bases else None

    def _products(self) -> list[dict[str, Any]]:
        if "product" not in self.bases:
            return []
        of_each = self.bases.groupby("product")["area_mu"]
        return [{"product": name, "bases": len(areas), "area_mu": areas.sum()}
                for name, areas in of_each]  # fmt: skip


def _base_document(row: Mapping[Hashable, Any], names: Mapping[str, Text]) -> dict[str, Any]:
    inside = row["geometry"].representative_point()
    code = str(row["county_code"])
    shares = parse_shares(row.get("county_shares") or f"{code}=1")
    return {
        "id": row["base_id"], "number": row["number"], "county": code,
        "county_name": names.get(code, Text(code, code)),
        "county_shares": [{"county": c, "county_name": names.get(c, Text(c, c)), "share": s}
                          for c, s in shares.items()],
        "product": row.get("product"), "area_mu": row["area_mu"],
        "mean_score": row["mean_score"], "compactness": row["compactness"],
        "cost_yuan": row.get("cost_yuan"), "selection_frequency": None,
        "irreplaceability": {"loss_share": row["loss_share"], "replaceable": row["replaceable"],
                             "text": Text(row["loss_en"], row["loss_zh"])},
        "why": Text(row["why_en"], row["why_zh"]), "lon": inside.x, "lat": inside.y,
    }  # fmt: skip
