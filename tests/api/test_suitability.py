"""A place explained over HTTP, and what is refused."""

import math
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gis_core.store.workspace import Workspace

PLACE = {"lon": 111.1, "lat": 36.2}


def explained(client: TestClient, **where: Any) -> dict[str, Any]:
    answer = client.get("/api/runs/suitability-1/explain", params=where)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_place_is_explained_from_degrees_and_from_metres(client: TestClient) -> None:
    told = explained(client, **PLACE, lang="en")
    assert {"score", "class", "contributions", "failed_rules", "limiting_factor", "next_class",
            "improvements", "text", "run_id", "lon", "lat"} <= set(told)  # fmt: skip
    first = told["contributions"][0]
    assert {"title", "value", "unit", "score", "weight", "contribution", "tag", "source"} <= set(
        first
    )
    again = explained(client, x=PLACE["lon"], y=PLACE["lat"], lang="en")
    assert again["text"] == told["text"]
    assert "得分" in " ".join(explained(client, **PLACE, lang="zh")["text"])


def test_the_scores_are_those_of_the_run(client: TestClient, worked: Workspace) -> None:
    """Over places of the whole map: parts add up to the score, rules and values to the class."""
    score = worked.run_raster("suitability-1", "score")
    rows, cols = (range(5, n, n // 6) for n in score.shape)
    seen = set()
    for row, col in ((r, c) for r in rows for c in cols):
        told = explained(client, x=float(score.x[col]), y=float(score.y[row]), lang="en")
        kept = float(score[row, col])
        seen.add(told["class"] or ("excluded" if told["failed_rules"] else "none"))
        if math.isnan(kept):
            assert told["score"] is None
            assert all(r["value"] is None or r["threshold"] is None or _misses(r)
                       for r in told["failed_rules"])  # fmt: skip
        else:
            parts = [c["contribution"] for c in told["contributions"] if c["contribution"]]
            assert sum(parts) == pytest.approx(kept, abs=1e-3)
            assert told["failed_rules"] == []
    assert len(seen) >= 4


def _misses(rule: dict[str, Any]) -> bool:
    over = rule["value"] - rule["threshold"]
    return bool(over > 0 if rule["kind"] == "above" else over < 0)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({}, "give either both x and y or both lon and lat"),
        ({"x": 1}, "give either both"),
        ({"lon": 111.1}, "give either both"),
        ({"x": 1, "y": 2, "lon": 111, "lat": 36}, "give either both"),
        ({"x": "nan", "y": "1"}, "x is 'nan'"),
        ({"x": "inf", "y": "1"}, "wanted a finite number"),
        ({"x": "1e999", "y": "1"}, "wanted a finite number"),
        ({"x": "metres", "y": "1"}, "wanted a number"),
        ({"lon": 181, "lat": 36}, "wanted at most 180"),
        ({"lon": 111, "lat": "-91"}, "wanted at least -90"),
        ({"lon": 0, "lat": 90}, "outside the run's area"),
        ({"x": 1e308, "y": -1e308}, "outside the run's area"),
        ({"x": "1;drop table run", "y": 1}, "wanted a number"),
    ],
)
def test_what_is_no_place_is_a_problem_document(
    client: TestClient, where: dict[str, Any], said: str
) -> None:
    answer = client.get("/api/runs/suitability-1/explain", params={**where, "lang": "en"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]


@pytest.mark.parametrize("run_id", ["suitability-99", "bases-1", "x' or 1=1--", "%00", "运行"])
def test_a_run_that_is_none_is_a_problem_document(client: TestClient, run_id: str) -> None:
    answer = client.get(f"/api/runs/{run_id}/explain", params={**PLACE, "lang": "en"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_county_outlines_add_up_and_carry_their_bases(
    client: TestClient, worked: Workspace
) -> None:
    told = client.get("/api/runs/suitability-1/counties", params={"lang": "zh"}).json()
    run = worked.run("suitability-1").document
    assert told["bases_run"] == "bases-1"
    for found in run["classes"]:
        key = f"{found['class'].lower()}_area_mu"
        assert told["total"][key] == pytest.approx(found["area_mu"], rel=1e-9)
        assert sum(c[key] for c in told["counties"]) == pytest.approx(found["area_mu"], rel=1e-9)
    chosen = worked.run("bases-1").document["bases"]
    assert sum(len(c["bases"]) for c in told["counties"]) == len(chosen)
    assert all("土地面积" in c["text"][0] for c in told["counties"])
    for row in told["counties"]:
        assert sum(p["share"] for p in row["limiting_factors"]) <= 1 + 1e-9
        parts = [row[f"{n}_area_ha"] for n in ("s1", "s2", "s3", "n1", "n2", "excluded", "no_data")]
        assert sum(parts) == pytest.approx(row["area_ha"], rel=1e-9)


@pytest.mark.parametrize("county", ["Nowhere", "'; drop table run; --", "1" * 101])
def test_a_county_that_is_none_is_a_problem_document(client: TestClient, county: str) -> None:
    answer = client.get("/api/runs/suitability-1/counties", params={"county": county, "lang": "en"})
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "county" in answer.json()["detail"]
