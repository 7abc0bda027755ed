"""What a choice of bases gives."""

from dataclasses import dataclass

import geopandas as gpd

from gis_core.provenance import Provenance
from gis_core.text import Text


@dataclass(frozen=True)
class Alternative:
    """A near-best choice: its objective, and which bases it swaps for which."""

    objective: float
    without: tuple[str, ...]
    with_instead: tuple[str, ...]


@dataclass(frozen=True)
class BaseSelection:
    """The chosen bases with proof.

    `bases` and `candidates` (EPSG:4326) have the columns base_id, county_code, area_mu,
    mean_score (0 to 1), compactness (Polsby–Popper, 0 to 1), why_en, why_zh, geometry; `bases`
    also number (1 up, north-west first). `gap` is (bound − objective) / |objective|, 0 is proven.
    `status` is ``optimal``, ``feasible`` (stopped before the proof) or ``infeasible``, which has
    no bases and says why in `conflicts`.
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
