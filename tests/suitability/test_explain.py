"""A place explained: values, rules with their misses, what would help, in both languages."""

import json
from typing import Any

import numpy as np
import pytest
from pyproj import CRS

from gis_core.grid import Grid
from gis_core.suitability.explain import CellFacts, explain_place, pack_scores, unpack_score
from gis_core.suitability.reader import model_from_values

SAY = {"en": "agronomists' manual", "zh": "农艺手册"}


def part(name: str, en: str, zh: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "title": {"en": en, "zh": zh}, "layer": name, "tag": "planner",
            "source": SAY, **more}  # fmt: skip


VALUES: dict[str, Any] = {
    "name": "m", "title": SAY, "purpose": SAY,
    "criteria": [
        part("soil", "Soil organic matter", "土壤有机质", unit="g/kg", weight=3,
             membership={"kind": "linear", "best": 20, "worst": 0},
             improve={"how": {"en": "compost", "zh": "施用堆肥"}, "cost_yuan_per_mu": 60, "per": 1,
                      "limit": 16, "tag": "local", "source": SAY}),
        part("slope", "Slope", "坡度", unit="°", weight=1,
             membership={"kind": "linear", "best": 0, "worst": 30}),
    ],
    "rules": [
        part("steep", "Steeper than 25°", "坡度大于25度", unit="°",
             exclude={"above": 25}) | {"layer": "slope", "tag": "standard"},
        part("mine", "Near a mine", "邻近矿区", exclude={"within_m": 3000}),
        part("cover", "Forest", "林地", exclude={"classes": ["forest"]}) | {"tag": "local"},
    ],
}  # fmt: skip
MODEL = model_from_values(VALUES)
DOCUMENT: dict[str, Any] = {
    "criteria": [
        {"name": c.name, "title": {"en": c.title.en, "zh": c.title.zh}, "weight": w, "tag": c.tag,
         "source": SAY} for c, w in zip(MODEL.criteria, (0.75, 0.25), strict=True)
    ],
    "excluded": [{"rule": r.name, "area_mu": 1.0} for r in MODEL.rules],
    "legends": {"cover": {"2": {"en": "forest", "zh": "林地"}}},
}  # fmt: skip


def explain(values: tuple[float, float], *, failed: int = 0, **more: Any) -> dict[str, Any]:
    soil, slope = values
    scores = {"soil": min(soil / 20, 1.0), "slope": max(1 - slope / 30, 0.0)}
    score = 0.75 * scores["soil"] + 0.25 * scores["slope"]
    code = 9 if failed else 1 + sum(score + 1e-6 < limit for limit in MODEL.class_limits)
    if np.isnan(score):
        code = 0
    cell = CellFacts(np.nan if failed else score, code, failed,
                     {"soil": soil, "slope": slope}, scores, **more)  # fmt: skip
    told = explain_place(MODEL, DOCUMENT, cell)
    json.dumps(told, allow_nan=False)
    return told


def said(told: dict[str, Any], lang: str = "en") -> str:
    return " ".join(t[lang] for t in told["text"])


def test_a_middling_place_says_what_holds_it_back_and_what_would_help() -> None:
    told = explain((8, 12))  # 0.75 * 0.4 + 0.25 * 0.6 = 0.45
    assert (told["class"], told["limiting_factor"]) == ("S3", "soil")
    assert told["score"] == pytest.approx(0.45)
    assert told["next_class"] == {"class": "S2", "limit": 0.6, "missing": pytest.approx(0.15)}
    first = told["contributions"][0]
    assert (first["name"], first["value"], first["unit"]) == ("soil", 8, "g/kg")
    assert first["contribution"] == pytest.approx(0.3)
    works = told["improvements"]["to_next_class"]
    assert works["cost_yuan_per_mu"] == pytest.approx(240, rel=1e-5)  # 0.15 / 0.75 * 20 = 4 g/kg
    assert works["exact"] is True
    assert told["improvements"]["to_best_class"] == works  # 16 g/kg gives 0.75 at most
    assert (
        "The cheapest way to S2, 240 yuan per mu: Soil organic matter from 8 g/kg to 12 g/kg "
        "(compost, 240 yuan per mu; local rule; agronomists' manual)."
    ) in said(told)
    assert "升至 S2 的最低成本为每亩 240 元：土壤有机质由 8 g/kg 改为 12 g/kg（施用堆肥" in said(
        told, "zh"
    )
    assert "限制最大的是土壤有机质（8 g/kg，得分 0.40）" in said(told, "zh")


def test_what_no_work_lifts_says_so() -> None:
    told = explain((16, 18))  # 0.6 + 0.1: S2, nothing left to do
    assert told["improvements"]["to_next_class"] is None
    assert "With all the model's works together it would score 0.70; S1 begins at 0.8." in said(
        told
    )
    assert explain((20, 0))["improvements"] is None


def test_an_excluded_place_names_every_rule_its_miss_and_who_can_lift_it() -> None:
    rule_values = {"steep": 28.0, "mine": 2400.0, "cover": 2.0}
    told = explain((8, 28), failed=0b111, rule_values=rule_values)
    assert [r["rule"] for r in told["failed_rules"]] == ["steep", "mine", "cover"]
    assert [r["missed_by"] for r in told["failed_rules"]] == [3, 600, None]
    assert [r["liftable"] for r in told["failed_rules"]] == [False, True, False]
    assert told["score"] is None
    assert told["score_without_rules"] == pytest.approx(0.75 * 0.4 + 0.25 / 15)
    english, chinese = said(told), said(told, "zh")
    assert "Steeper than 25°: it is 28°, wanted at most 25°, missed by 3° (standard;" in english
    assert (
        "Near a mine: it is 2,400 m, wanted at least 3,000 m, missed by 600 m (planner" in english
    )
    assert "Forest: it is forest (local rule" in english
    assert "The planner can lift 'Near a mine'; 'Forest' is a local rule" in english
    assert "坡度大于25度：此处为 28°，要求不高于 25°，相差 3°（标准规定" in chinese
    assert "“邻近矿区”由规划者设定，可以调整；“林地”属地方规定" in chinese
    assert "Without that it would score 0.32 (N1)." in english


def test_gaps_and_places_outside_are_told_apart() -> None:
    told = explain((np.nan, 12))
    assert told["class"] is None
    assert told["score"] is None
    assert "No data for Soil organic matter, so there is no score." in said(told)
    cell = CellFacts(np.nan, 0, 0, {"soil": 8.0, "slope": 1.0}, {"soil": 0.4, "slope": 0.9})
    outside = explain_place(MODEL, DOCUMENT, cell)
    assert "outside the area of study" in said(outside)
    assert "研究范围之外" in said(outside, "zh")


def test_a_run_with_another_combination_claims_no_contributions() -> None:
    model = model_from_values(VALUES | {"combination": {"method": "owa", "alpha": 2}})
    cell = CellFacts(0.45, 3, 0, {"soil": 8, "slope": 12}, {"soil": 0.4, "slope": 0.6}, limiting=1)
    told = explain_place(model, DOCUMENT, cell)
    assert told["contributions"][0]["contribution"] is None
    assert told["limiting_factor"] == "soil"
    assert "not worked out for the combination 'owa'" in said(told)
    shut = CellFacts(np.nan, 9, 2, cell.values, cell.scores)
    without = explain_place(model, DOCUMENT, shut)["score_without_rules"]
    assert without == pytest.approx(0.6 * 0.25**2 + 0.4 * (1 - 0.25**2), rel=1e-5)
    topsis = model_from_values(VALUES | {"combination": "topsis"})
    told = explain_place(topsis, DOCUMENT, shut)
    assert told["score_without_rules"] is None
    assert "Without that" not in said(told)


def test_packed_scores_are_within_a_byte_of_the_scores() -> None:
    grid = Grid.covering((0, 0, 200, 100), crs=CRS.from_epsg(4546), cell_m=100)
    scores = grid.wrap(np.array([[0.123, np.nan]], np.float32))
    np.testing.assert_allclose(unpack_score(pack_scores(scores).values), scores, atol=0.0021)
