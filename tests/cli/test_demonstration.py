"""The commands on the demonstration prefecture: their documents, exit codes and words."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gis_core.errors import InvalidParameterError
from gis_core.settings import Settings
from gis_core.store.workspace import Workspace, open_workspace
from gis_core.workflows import bases
from tests.conftest import Done

pytestmark = pytest.mark.postgis
Upland = Callable[..., Done]


def document(done: Done) -> Any:
    """Return the one JSON document on stdout; anything beside it is an error."""
    assert done.code == 0, done.err
    assert done.err == ""
    return json.loads(done.out)


@pytest.fixture(autouse=True)
def keeps_its_runs(demonstration: Settings) -> Any:
    """Hold every test here to what it may leave behind: no layer more or less."""
    with open_workspace(demonstration) as workspace:
        before = [r.layer_id for r in workspace.layers(current_only=False)]
    yield
    with open_workspace(demonstration) as workspace:
        assert [r.layer_id for r in workspace.layers(current_only=False)] == before


def test_survey_check_gives_the_published_faults(upland: Upland, demonstration: Settings) -> None:
    found = document(upland("survey", "check", "--json", on=demonstration))
    assert not found["ok"]
    rows = found["brackets"]
    assert [r["reported_villages"] for r in rows] == [1261, 172, 121, 27]
    assert [r["villages"] for r in rows] == [1261, 172, 121, 27]
    assert [r["reported_people"] for r in rows] == [45135, 17395, 15428, 7162]
    assert [r["reported_households"] for r in rows] == [10753, 3743, 3373, 1583]
    assert [r["feasible_people"] for r in rows][2] == [18271, 24200]
    assert [r["ok"] for r in rows] == [True, False, False, True]
    codes = [problem["code"] for problem in found["problems"]]
    assert codes[:3] == ["bracket_gap", "barely_possible_sum", "impossible_sum"]
    assert len(codes) == 4  # and villages that can be do not add up to an impossible sum
    assert found["problems"][3]["text"].startswith("Bracket 151-200: the survey counts")
    texts = " ".join(problem["text"] for problem in found["problems"])
    for figure in ("exactly 100 people", "17,372", "18,271", "15,428"):
        assert figure in texts


def test_the_plan_moves_the_quota_and_names_what_the_goal_needs(
    upland: Upland, demonstration: Settings
) -> None:
    plan = document(
        upland("relocation", "plan", "--quota", "3300", "--years", "5", "--json", on=demonstration)
    )
    assert set(plan) >= {
        "plan_id", "status", "objective", "bound", "gap", "time_s", "years", "forms",
        "assignments", "deferred", "conflicts",
    }  # fmt: skip
    assert sum(year["people"] for year in plan["years"]) == 16_500
    assert all(year["people"] <= 3300 for year in plan["years"])
    assert set(plan["years"][0]) >= {"year", "people", "households", "cost_yuan"}
    assert set(plan["assignments"][0]) >= {
        "village", "destination", "year", "form", "people", "travel_time_min",
    }  # fmt: skip
    assert set(plan["deferred"][0]) >= {"village", "why"}
    assert set(plan["conflicts"][0]) >= {"rules", "text", "least_change"}
    assert "9,027 people a year" in plan["conflicts"][0]["text"]
    moved = sum(a["people"] for a in plan["assignments"])
    left = sum(d["people"] for d in plan["deferred"])
    assert (moved, moved + left) == (16_500, 45_135)
    assert plan["gap"] <= 0.005


def test_a_goal_out_of_reach_is_refused_and_nothing_is_kept(
    upland: Upland, demonstration: Settings
) -> None:
    with open_workspace(demonstration) as workspace:
        before = [r.run_id for r in workspace.runs()]
    done = upland("relocation", "plan", "--all", "--json", on=demonstration)
    assert (done.code, done.out) == (1, "")
    assert "9,027 people a year" in done.err
    assert len(done.err.splitlines()) == 1
    done = upland("relocation", "plan", "--all", "--lang", "zh", on=demonstration)
    assert done.code == 1
    assert "9027人" in done.err
    with open_workspace(demonstration) as workspace:
        assert [r.run_id for r in workspace.runs()] == before


def test_suitability_run_and_explain(
    upland: Upland, demonstration: Settings, tmp_path: Path
) -> None:
    out = tmp_path / "scores.tif"
    run = document(
        upland("suitability", "run", "screening", "--out", str(out), "--json", on=demonstration)
    )
    assert set(run) >= {
        "run_id", "model", "grid", "criteria", "consistency_ratio", "classes", "excluded",
        "counties", "time_s",
    }  # fmt: skip
    assert set(run["grid"]) >= {"crs", "width", "height", "cell_m"}
    assert set(run["criteria"][0]) >= {"name", "weight", "source"}
    assert set(run["classes"][0]) >= {"class", "cells", "area_mu", "share"}
    assert set(run["excluded"][0]) >= {"rule", "tag", "cells", "area_mu"}
    assert set(run["counties"][0]) >= {"code", "name", "mean_score", "s1_area_mu"}
    assert sum(c["weight"] for c in run["criteria"]) == pytest.approx(1)
    assert out.stat().st_size > 0
    told = document(
        upland("suitability", "explain", "--run", run["run_id"], "--at", "111.1,36.2", "--json",
               on=demonstration)
    )  # fmt: skip
    assert told["run_id"] == run["run_id"]
    assert told["text"]


@pytest.mark.parametrize(
    ("at", "said"), [("abc", "wanted X,Y"), ("1,2", "outside the run's area"), ("1,2,3", "X,Y")]
)
def test_a_place_that_is_none(upland: Upland, demonstration: Settings, at: str, said: str) -> None:
    done = upland("suitability", "explain", "--at", at, on=demonstration)
    assert (done.code, done.out) == (1, "")
    assert said in done.err


def test_bases_with_their_proof(upland: Upland, demonstration: Settings) -> None:
    chosen = document(
        upland("bases", "select", "--run", "suitability-1", "--count", "3", "--per-county", "0:1",
               "--max-area-mu", "40000", "--time-limit", "20", "--json", on=demonstration)
    )  # fmt: skip
    assert set(chosen) >= {
        "status", "objective", "bound", "gap", "time_s", "candidates", "bases", "alternatives",
    }  # fmt: skip
    assert len(chosen["bases"]) == 3
    assert len({b["county"] for b in chosen["bases"]}) == 3
    assert set(chosen["bases"][0]) >= {
        "id", "county", "area_mu", "mean_score", "compactness", "selection_frequency", "why",
    }  # fmt: skip
    assert all(1500 <= b["area_mu"] <= 40_000 for b in chosen["bases"])


def test_bases_are_printed_with_why_they_are_large_and_what_else_would_do(
    upland: Upland, demonstration: Settings
) -> None:
    asked = ("bases", "select", "--count", "3", "--max-area-mu", "36000",
             "--per-county", "0:1，隰县=1：2")  # fmt: skip
    english = upland(*asked, on=demonstration).out
    assert "mu, in 3 counties, mean score 0." in english
    assert "3 of 3 bases have the largest area allowed (36,000 mu)" in english
    assert "1. " in english.split("Alternatives:")[1]
    assert "Xixian" in english
    chinese = upland(*asked, "--lang", "zh", on=demonstration).out
    assert "亩，分布于3个县，平均得分0." in chinese
    assert "备选方案：" in chinese
    better = document(upland(*asked, "--aim", "quality", "--json", on=demonstration))
    assert better["objective_unit"] == "score"
    assert better["notes"] == []


def test_the_regions_own_rules_hold_where_nothing_else_is_asked(
    workspace: Workspace,
) -> None:
    region = replace(workspace.region(), extra={"bases": {"count": 4, "spacing_m": 900.0}})
    workspace.save_region(region)
    rules = bases.default_rules(workspace)
    assert (rules.count, rules.spacing_m, rules.max_area_mu) == (4, 900.0, 15_000.0)
    workspace.save_region(replace(region, extra={"bases": {"cuont": 4}}))
    with pytest.raises(InvalidParameterError, match="names cuont; known are"):
        bases.default_rules(workspace)


def test_priority_ranks_every_small_village(upland: Upland, demonstration: Settings) -> None:
    rows = document(upland("relocation", "priority", "--json", on=demonstration))
    assert set(rows[0]) >= {"village", "score", "factors", "rank"}
    order = [(r["tier"], -r["score"]) for r in rows]
    assert order == sorted(order)
    assert [r["rank"] for r in rows] == list(range(1, 1582))


def test_a_village_is_told_in_plain_language(upland: Upland, demonstration: Settings) -> None:
    with open_workspace(demonstration) as workspace:
        village = workspace.run("plan-1").document["assignments"][0]["village_id"]
    told = document(
        upland("relocation", "explain", "--village", village, "--json", "--lang", "zh",
               on=demonstration)
    )  # fmt: skip
    assert told["village_id"] == village
    assert any("一" <= letter <= "鿿" for letter in "".join(told["text"]))


@pytest.mark.parametrize("name", ["overview", "organic", "relocation"])
def test_map_to_a_file(upland: Upland, demonstration: Settings, tmp_path: Path, name: str) -> None:
    out = tmp_path / f"{name}.html"
    told = document(
        upland("map", name, "--lang", "zh", "--out", str(out), "--json", on=demonstration)
    )
    assert told["size_bytes"] == out.stat().st_size
    page = out.read_text("utf-8")
    assert "隰县" in page
    assert [p.name for p in tmp_path.iterdir()] == [out.name]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("map", "nothing", "--out", "m.html"), "There is no map 'nothing'"),
        (("map", "overview", "--county", "999", "--out", "m.html"), "999"),
        (("map", "overview", "--out", "/no/such/place/m.html"), "there is no folder"),
        (
            ("suitability", "run", "screening", "--out", "/no/such/place/s.tif"),
            "there is no folder",
        ),
        (("suitability", "run", "no_model"), "shipped are"),
        (("suitability", "explain", "--run", "plan-99", "--at", "111,36"), "no run 'plan-99'"),
        (("relocation", "explain", "--village", "Nobody"), "does not deal with"),
        (("relocation", "plan", "--forms", "by_train"), "by_train"),
        (("bases", "select", "--per-county", "3:1"), "MIN:MAX"),
        (("bases", "select", "--per-county", "0:2,Nowhere=1:2"), "'Nowhere' names no county"),
        (
            (
                "bases",
                "select",
                "--run",
                "suitability-1",
                "--per-county",
                "1:3",
                "--min-score",
                "0.75",
            ),
            "in Huozhou, which has no candidates",
        ),
        (("bases", "select", "--keep", "141000-999"), "'141000-999' is not among"),
        (("bases", "select", "--aim", "size"), "wanted area or quality"),
        (("bases", "select", "--min-area-mu", "1500", "--max-area-mu", "1600"), "smaller cells"),
        (
            ("bases", "select", "--count", "16", "--per-county", "0:0"),
            "cannot hold together: 16 bases",
        ),
        (("demo",), "wants an empty one"),
    ],
)
def test_what_cannot_be_done_is_said_once(
    upland: Upland, demonstration: Settings, arguments: tuple[str, ...], said: str
) -> None:
    done = upland(*arguments, on=demonstration)
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_up_again_keeps_everything(upland: Upland, demonstration: Settings) -> None:
    with open_workspace(demonstration) as workspace:
        runs = [r.run_id for r in workspace.runs()]
    told = document(upland("up", "--no-serve", "--json", on=demonstration))
    assert set(told) >= {"note", "survey", "bases", "plan", "maps"}
    assert "demonstration" in told["note"]
    assert len(told["bases"]["bases"]) > 0
    assert all(Path(path).stat().st_size > 10_000 for path in told["maps"])
    with open_workspace(demonstration) as workspace:
        assert [r.run_id for r in workspace.runs()] == runs


def test_layers_lists_what_is_held(upland: Upland, demonstration: Settings) -> None:
    told = document(upland("layers", "--json", on=demonstration))
    themes = {layer["theme"]: layer for layer in told["layers"]}
    assert set(themes) >= {"county", "villages", "elevation", "road", "destination"}
    assert set(themes["county"]) >= {
        "theme", "kind", "count", "source_crs", "source_datum", "date", "file_hash", "remarks",
    }  # fmt: skip
    assert themes["county"]["nature"] == "schematic"
    assert themes["villages"]["count"] == 1581
