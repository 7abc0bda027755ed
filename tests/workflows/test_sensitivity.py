"""Sensitivity of the demonstration: every figure beside what the workspace keeps."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from gis_core.bases.cells import candidate_cells
from gis_core.bases.compile import compile_selection
from gis_core.bases.solve import solve_selection
from gis_core.errors import InvalidParameterError, NotComputedError
from gis_core.settings import Settings
from gis_core.store.workspace import Workspace, open_workspace
from gis_core.suitability.explain import unpack_score
from gis_core.text import localise
from gis_core.workflows.base_stability import bases_of_run, held_choice
from gis_core.workflows.frequencies import with_frequencies
from gis_core.workflows.sensitivity import SensitivityRequest, analyse, read_cells

pytestmark = pytest.mark.postgis


@pytest.fixture(scope="module")
def workspace(demonstration: Settings) -> Iterator[Workspace]:
    with open_workspace(demonstration) as opened:
        yield opened


@pytest.fixture(scope="module")
def found(workspace: Workspace) -> dict[str, Any]:
    request = SensitivityRequest(draws=64, seed=3, bases_run="bases-1")
    return dict(localise(analyse(workspace, "suitability-1", request), "en"))


def test_areas_and_shares_fit_the_run(found: dict[str, Any], workspace: Workspace) -> None:
    run = workspace.run("suitability-1").document
    codes = workspace.run_raster("suitability-1", "class").to_numpy()
    chances = np.stack([
        unpack_score(workspace.run_raster(found["run_id"], f"probability-{c['class']}"))
        for c in found["classes"]
    ])  # fmt: skip
    agreement = unpack_score(workspace.run_raster(found["run_id"], "agreement"))
    mean = workspace.run_raster(found["run_id"], "score-mean").to_numpy()
    score = workspace.run_raster("suitability-1", "score").to_numpy()
    scored = (codes >= 1) & (codes <= 5)
    assert (np.isfinite(chances).all(axis=0) == scored).all()
    np.testing.assert_allclose(chances[:, scored].sum(axis=0), 1.0, atol=0.011)
    own = np.take_along_axis(chances[:, scored], codes[scored].astype(int)[None] - 1, axis=0)[0]
    np.testing.assert_allclose(agreement[scored], own, atol=0.005)
    assert found["agreement"] == pytest.approx(agreement[scored].mean(), abs=0.003)
    assert 0.3 < found["agreement"] < 1
    assert found["cells"] == scored.sum()
    assert np.abs(mean[scored] - score[scored]).mean() < 0.05
    areas = {c["class"]: c["area_mu"] for c in run["classes"]}
    for row in found["classes"]:
        assert row["area_mu"] == pytest.approx(areas[row["class"]], rel=1e-3, abs=1)
        assert row["low_area_mu"] <= row["median_area_mu"] <= row["high_area_mu"]
    total = sum(c["mean_area_mu"] for c in found["classes"])
    assert total == pytest.approx(sum(c["area_mu"] for c in found["classes"]))


def test_criteria_and_moves_are_told(found: dict[str, Any], workspace: Workspace) -> None:
    run = workspace.run("suitability-1").document
    used = {c["name"]: c["weight"] for c in run["criteria"]}
    assert {c["name"]: c["weight"] for c in found["criteria"]} == pytest.approx(used)
    for row in found["criteria"]:
        for output in ("good_area", "mean_score"):
            assert -0.3 < row[output]["first_order"] < 1.3
            assert row[output]["total"] > -1e-9
    by_mean = [c["mean_score"] for c in found["criteria"]]
    assert sum(f["first_order"] for f in by_mean) == pytest.approx(1.0, abs=0.3)
    classes = next(c for c in found["criteria"] if c["name"] == "land_cover")
    assert classes["mean_score"]["thresholds_total"] == pytest.approx(0.0, abs=1e-12)
    assert {len(c["criteria"]) for c in found["counties"]} == {len(used)}
    kinds = [m["kind"] for m in found["one_at_a_time"]]
    assert kinds.count("weight") == 6 * len(used)
    assert kinds.count("threshold") > 20
    for move in found["one_at_a_time"]:
        assert sum(move["class_area_change_mu"].values()) == pytest.approx(0.0, abs=1e-3)
        assert (move["unit"] is None) == (move["kind"] == "weight")
    assert max(m["changed_share"] for m in found["one_at_a_time"]) > 0.05


def test_bases_are_told_and_their_smallest_change_is_true(
    found: dict[str, Any], workspace: Workspace
) -> None:
    chosen = workspace.run("bases-1")
    filled = with_frequencies(workspace, chosen)["bases"]
    assert [b["id"] for b in found["bases"]] == [b["id"] for b in chosen.document["bases"]]
    assert found["choice"]["draws"] == 64
    shares = [b["selection_frequency"] for b in found["bases"]]
    assert [b["selection_frequency"] for b in filled] == shares
    assert 0 < min(shares) <= max(shares) <= 1
    told = [b for b in found["bases"] if b["smallest_change"]]
    base = min(told, key=lambda b: abs(b["smallest_change"]["change"]))
    change = base["smallest_change"]
    beyond = change["to"] + 1e-4 * np.sign(change["change"])
    before = change["to"] - 1e-4 * np.sign(change["change"])
    assert base["id"] in choice_with(workspace, found, change["criterion"], before)
    assert base["id"] not in choice_with(workspace, found, change["criterion"], beyond)
    assert "It is given up when the weight of" in base["text"]


def choice_with(
    workspace: Workspace, found: dict[str, Any], criterion: str, weight: float
) -> list[str]:
    """Choose anew with one weight at `weight`, from whole maps scored anew."""
    held = held_choice(workspace, workspace.run("bases-1"))
    run = read_cells(workspace, workspace.run("suitability-1"))
    weights = {c["name"]: c["weight"] for c in found["criteria"]}
    scale = (1 - weight) / (1 - weights[criterion])
    weights = {n: weight if n == criterion else w * scale for n, w in weights.items()}
    score = np.full(run.grid.shape, np.nan)
    score.ravel()[run.where] = sum(weights[c.criterion.name] * c.scores() for c in run.cells)
    means = candidate_cells(held.candidates, run.grid).means(score)
    compiled = compile_selection(held.candidates.assign(mean_score=means), held.rules)
    best = solve_selection(compiled, time_limit_s=30, gap=0.0)
    assert best.status == "optimal"
    return held.candidates["base_id"].iloc[best.places].tolist()


def test_bases_of_another_run_are_refused(workspace: Workspace) -> None:
    run = workspace.run("suitability-1")
    other = type(run)("suitability-77", run.kind, run.created_at, run.document, run.provenance)
    assert bases_of_run(workspace, other, None) is None
    with pytest.raises(InvalidParameterError, match="were chosen from suitability-1"):
        bases_of_run(workspace, other, "bases-1")


def test_a_run_kept_without_its_model_is_refused(workspace: Workspace) -> None:
    run = workspace.run("suitability-1")
    document = {k: v for k, v in run.document.items() if k != "model_document"}
    bare = type(run)(run.run_id, run.kind, run.created_at, document, run.provenance)
    with pytest.raises(NotComputedError, match="upland suitability run organic_base"):
        read_cells(workspace, bare)
