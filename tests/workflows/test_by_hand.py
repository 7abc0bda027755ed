"""Results of the demonstration, counted again by hand from what the workspace keeps."""

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import yaml
from rasterio.features import rasterize
from rasterio.transform import Affine

from gis_core.relocation.factors import load_priority_model
from gis_core.settings import Settings
from gis_core.store.workspace import Workspace, open_workspace
from gis_core.suitability.model import find_model
from gis_core.workflows.travel import travel_times

pytestmark = pytest.mark.postgis
PLACES = 40  # cells, and villages, that are counted again
AROUND = 30_000.0  # metres beyond the area in which features count


@pytest.fixture(scope="module")
def workspace(demonstration: Settings) -> Iterator[Workspace]:
    with open_workspace(demonstration) as opened:
        yield opened


def straight_lines(membership: dict[str, Any]) -> tuple[list[float], list[float]]:
    """Return values and scores of the corners of a membership that is made of straight lines."""
    if membership["kind"] == "piecewise":
        corners = membership["points"]
    elif membership["kind"] == "linear":
        corners = sorted([(membership["worst"], 0.0), (membership["best"], 1.0)])
    else:
        corners = list(zip([membership[k] for k in ("low", "from", "to", "high")], [0, 1, 1, 0],
                           strict=True))  # fmt: skip
    return [float(v) for v, _ in corners], [float(s) for _, s in corners]


def horn_slope(heights: np.ndarray, cell_m: float) -> float:
    """Slope in degrees of the middle of 3 × 3 heights, north up (Horn 1981)."""
    weights = np.array([[1, 2, 1]])
    east = (weights.T * (heights[:, 2:] - heights[:, :1])).sum() / (8 * cell_m)
    south = (weights * (heights[2:] - heights[:1])).sum() / (8 * cell_m)
    return float(np.degrees(np.arctan(np.hypot(east, south))))


def nearest_m(features: gpd.GeoDataFrame, at: tuple[float, float], cell_m: float) -> float:
    """Metres from a cell's centre to the centre of the nearest cell that a feature touches."""
    width = 2 * round(AROUND / cell_m) + 1
    corner = Affine(cell_m, 0, at[0] - width / 2 * cell_m, 0, -cell_m, at[1] + width / 2 * cell_m)
    touched = rasterize(features.geometry, (width, width), transform=corner, all_touched=True)
    rows, cols = np.nonzero(touched)
    middle = width // 2
    return float(np.hypot(rows - middle, cols - middle).min(initial=np.inf) * cell_m)


def test_cells_score_as_their_layers_say(workspace: Workspace) -> None:
    model = yaml.safe_load(find_model("organic_base").read_text("utf-8"))
    score = workspace.run_raster("suitability-1", "score")
    codes = workspace.run_raster("suitability-1", "class")
    cell_m = float(score.rio.transform().a)
    themes = {c["layer"] for c in model["criteria"]}
    held = {r.info.theme: r.info.kind for r in workspace.layers() if r.info.theme in themes}
    assert set(held) == themes
    layers: dict[str, Any] = {
        theme: workspace.raster(theme) if kind == "raster"
        else workspace.features(theme).to_crs(score.rio.crs)
        for theme, kind in held.items()
    }  # fmt: skip
    names = {value: name.en for value, name in workspace.legend("landcover").items()}
    limits = list(model["classes"].values())
    scored = np.argwhere(np.isfinite(score.values))
    assert len(scored) > PLACES
    for row, col in scored[:: len(scored) // PLACES]:
        x, y = float(score.x[col]), float(score.y[row])
        total = 0.0
        for criterion in model["criteria"]:
            layer, membership = layers[criterion["layer"]], criterion["membership"]
            if criterion.get("derive") == "distance":
                value = nearest_m(layer, (x, y), cell_m)
            else:
                i = int(np.flatnonzero(np.isclose(layer.y, y))[0])
                j = int(np.flatnonzero(np.isclose(layer.x, x))[0])
                value = float(layer.values[i, j])
                if criterion.get("derive") == "slope":
                    value = horn_slope(layer.values[i - 1 : i + 2, j - 1 : j + 2], cell_m)
            if membership["kind"] == "categorical":
                part = membership["classes"].get(names[int(value)], membership["other"])
            else:
                part = np.interp(value, *straight_lines(membership))
            total += criterion["weight"] * part  # the model's weights add up to 1
        assert float(score[row, col]) == pytest.approx(total, abs=2e-5), (row, col)
        assert int(codes[row, col]) == 1 + sum(total < limit for limit in limits)


def test_villages_are_ranked_and_moved_as_the_survey_says(workspace: Workspace) -> None:
    plan = workspace.run("plan-1").document
    villages = workspace.villages().set_index("village_id")
    destinations = workspace.run_frame("plan-1", "destinations").set_index("destination_id")
    towns = destinations[destinations["kind"] == "town"].reset_index()
    to_town = travel_times(workspace, villages.reset_index(), towns).min(axis=1)
    factors = {f.name: f for f in load_priority_model().factors}
    rows = [*plan["assignments"], *plan["deferred"]]
    scores = {}
    for row in rows:
        village = villages.loc[row["village_id"]]
        said = village["extra"]
        water = {False: 0.0, True: 1.0, "自来水": 1.0, "水窖": 0.5}[said["water"]]
        known = {
            "people": village["people"], "travel_time_town": to_town[row["village_id"]],
            "slope_deg": said["slope_deg"], "elevation_m": said["elevation_m"],
            "hazard": float(said["hazard"] != "无"), "water": water,
            "power": float(said["power"]), "school_km": said["distance_to_school_km"],
            "clinic_km": said["distance_to_clinic_km"],
            "poverty_share": said["poor_people"] / village["people"],
            "farmland_mu_per_head": said["farmland_mu"] / village["people"],
        }  # fmt: skip
        total = weights = 0.0
        for name, value in known.items():
            factor = factors[name]
            if np.isfinite(value):
                share = (value - factor.start) / (factor.end - factor.start)
                total += factor.weight * min(1.0, max(0.0, share))
                weights += factor.weight
        scores[row["village_id"]] = total / weights
    order = sorted(rows, key=lambda row: row["rank"])
    ranked = np.array([scores[row["village_id"]] for row in order])
    assert (np.diff(ranked) < 1e-9).all()  # all are of one tier: under 100 people
    for row in rows[:: len(rows) // PLACES]:
        assert f"urgency is {scores[row['village_id']]:.2f} of 1" in row["urgency"]["en"]
    for move in plan["assignments"][:: len(plan["assignments"]) // PLACES]:
        place = destinations.loc[move["destination_id"]]
        assert move["people"] == villages.loc[move["village_id"], "people"]
        expected = move["people"] * place["cost_per_person_yuan"]
        assert move["cost_yuan"] == pytest.approx(expected)
