"""Models on the command line, before any run and without a workspace."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gis_core.settings import Settings
from gis_core.suitability.model import find_model, shipped_models
from tests.conftest import Done

JUDGED = """\
method: ahp
comparisons: {slope/soil: 3, slope/road: 5, soil/road: 1/4}
"""


@pytest.fixture
def call(upland: Callable[..., Done], tmp_path: Path) -> Callable[..., Done]:
    """Run a command where no workspace is; none may be made."""
    settings = Settings(home=tmp_path / "none", database_url=None)

    def run(*arguments: str) -> Done:
        done = upland("suitability", *arguments, on=settings)
        assert not settings.home.exists()
        return done

    return run


def test_models_are_listed_and_shown(call: Callable[..., Done]) -> None:
    listed = json.loads(call("models", "--json").out)["models"]
    assert [m["name"] for m in listed] == shipped_models()
    shown = json.loads(call("models", "organic_base", "--json").out)
    assert {c["name"] for c in shown["criteria"]} >= {"slope", "soil_ph"}
    steep = next(r for r in shown["rules"] if r["name"] == "steep")
    assert (steep["threshold"]["value"], steep["unit"], steep["tag"]) == (25, "°", "standard")
    for thresholds in [c["thresholds"] for c in shown["criteria"]]:
        assert all(t["unit"] and t["tag"] and t["source"] for t in thresholds)
    table = call("models", "organic_base", "--lang", "zh")
    assert (table.code, table.err) == (0, "")
    assert "阈值" in table.out
    assert "规划者设定" in table.out
    assert "排除规则的限值保持不变" in table.out


def test_a_sound_model_and_a_faulty_one(call: Callable[..., Done], tmp_path: Path) -> None:
    sound = json.loads(call("check", "organic_base", "--json").out)
    assert sound["ok"]
    assert sound["thresholds"]["standard"] == 1
    assert {"theme": "elevation", "optional": False} in sound["layers"]
    text = find_model("organic_base").read_text("utf-8").replace("weight: 0.16", "weight: x")
    (tmp_path / "m.yaml").write_text(text, "utf-8")
    done = call("check", str(tmp_path / "m.yaml"), "--lang", "zh")
    assert (done.code, done.out) == (1, "")
    assert "第18行（criteria.1.weight）：为“x”，应为数字" in done.err


def test_judgements_are_weighed(call: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "j.yaml").write_text(JUDGED, "utf-8")
    found = json.loads(call("weights", str(tmp_path / "j.yaml"), "--json").out)
    assert sum(w["weight"] for w in found["weights"]) == pytest.approx(1)
    assert found["consistency_ratio"] > 0.1
    assert found["mends"][0]["ratio_after"] == pytest.approx(0, abs=1e-6)
    said = call("weights", str(tmp_path / "j.yaml"))
    assert "they should be reconsidered. The least consistent pair is" in said.out
    of_model = json.loads(call("weights", "screening", "--json").out)
    assert of_model["method"] == "direct"
    assert of_model["consistency_ratio"] is None
    for name in ("nothing", str(tmp_path / "none.yaml")):
        assert call("weights", name).code == 1
