"""People per cell: towns spread over their ground, villages at their place."""

import numpy as np
from numpy.typing import NDArray

from gis_core.sources.demo.description import Description
from gis_core.sources.demo.land import Land
from gis_core.sources.demo.noise import fractal_noise
from gis_core.sources.demo.villages import Towns

TOWN_PEOPLE_PER_KM2 = 9000.0


def _town_cells(
    land: Land, cell: int, people: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the cells of a town and the share of its people in each (sum 1)."""
    radius = np.sqrt(max(people, 1.0) / TOWN_PEOPLE_PER_KM2 * 1e6 / np.pi)
    reach = int(np.ceil(1.6 * radius / land.grid.cell_m))
    row, col = divmod(cell, land.grid.width)
    rows = np.arange(max(row - reach, 0), min(row + reach + 1, land.grid.height))
    cols = np.arange(max(col - reach, 0), min(col + reach + 1, land.grid.width))
    rr, cc = np.meshgrid(rows, cols, indexing="ij")
    away = np.hypot(rr - row, cc - col) * land.grid.cell_m / radius
    ragged = fractal_noise(
        land.grid.x_centres()[cols], land.grid.y_centres()[rows],
        wavelength_m=max(1.6 * radius, 1200.0), smallest_m=400.0, seed=cell,
    )  # fmt: skip
    away = away * np.exp(0.9 * ragged)
    flat = (rr * land.grid.width + cc).ravel()
    label = land.label.ravel()
    share = np.exp(-1.5 * away.ravel() ** 2) * (away.ravel() < 1.6)
    share *= land.buildable.ravel()[flat] * (land.ground.slope_deg.ravel()[flat] < 12)
    share *= label[flat] == label[cell]
    share[flat == cell] = max(float(share[flat == cell][0]), 1e-6)
    keep = share > 1e-9
    return flat[keep], share[keep] / share[keep].sum()


def spread_towns(
    land: Land, description: Description, towns: Towns, in_towns: dict[str, NDArray[np.int64]]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]]:
    """Return people per cell living in towns, built-up cells, and people of each township's town.

    A county's urban people live at its seat, shared with the street offices where it has them.
    """
    people = np.zeros(land.grid.height * land.grid.width)
    built = np.zeros(people.size, dtype=np.bool_)
    totals = np.zeros(len(towns.frame), dtype=np.int64)
    streets = towns.frame["name_zh"].str.endswith("街道").to_numpy()
    codes = towns.frame["county_code"].to_numpy()
    for code, rural in in_towns.items():
        rows = np.flatnonzero(codes == code)
        urban = round(description.counties[code].people * description.counties[code].urban)
        totals[rows] = rural
        offices = rows[streets[rows]]
        if len(offices):
            totals[offices] += urban // len(offices)
            totals[offices[0]] += urban - urban // len(offices) * len(offices)
        else:
            totals[rows[0]] += urban
        centre = float(urban) if len(offices) else 0.0
        for row in rows:
            spread_over = max(float(totals[row]), centre * 0.35 if row in offices else 0.0)
            cells, share = _town_cells(land, int(towns.cells[row]), spread_over)
            people[cells] += share * totals[row]
            built[cells[share >= 0.1 * share.max()]] = True
    return people, built, totals
