"""A county's outline in words, and the counties added up."""

from typing import Any

import pytest

from gis_core.suitability.counties import outline, total
from gis_core.suitability.result import BestLand, LimitingArea, UnitFigures
from gis_core.text import Text, as_document

RULES = {"excluded": [{"rule": "steep", "title": {"en": "Too steep", "zh": "过陡"},
                       "tag": "standard", "source": {"en": "law", "zh": "法规"}}]}  # fmt: skip
UNIT = UnitFigures(
    "01", Text("Upper", "上县"), 30_000.0, 0.71,
    {"S1": 3000.0, "S2": 12_000.0, "S3": 0.0, "N1": 0.0, "N2": 0.0}, 12_000.0, 3000.0,
    (LimitingArea("soil", Text("Soil", "土壤"), 9000.0, 0.6),
     LimitingArea("slope", Text("Slope", "坡度"), 6000.0, 0.4)),
    {"steep": 12_000.0}, BestLand("S1", 1500.0, 0.83, 111.25, 36.5),
)  # fmt: skip
BASES = [{"number": 2, "area_mu": 1500.0, "mean_score": 0.82}]
HELP = {"criterion": "soil", "title": {"en": "Soil", "zh": "土壤"},
        "how": {"en": "compost", "zh": "施用堆肥"}, "area_mu": 6000.0, "area_ha": 400.0,
        "cost_yuan_per_mu": 240.0, "tag": "planner",
        "source": {"en": "estimate", "zh": "估算"}}  # fmt: skip


def row_of(unit: UnitFigures = UNIT, **more: Any) -> dict[str, Any]:
    return dict(as_document(unit.row())) | {"improvements": [HELP], **more}


def said(row: dict[str, Any], bases: list[dict[str, Any]] | None, lang: str) -> str:
    return " ".join(t[lang] for t in outline(row, RULES, bases)["text"])


def test_an_outline_says_all_that_a_planner_asks() -> None:
    english, chinese = said(row_of(), BASES, "en"), said(row_of(), BASES, "zh")
    for part in (
        "Upper has 30,000 mu (2,000 ha) of land.",
        "S1 3,000 mu (200 ha), 10.0%; S2 12,000 mu (800 ha), 40.0%; excluded 12,000 mu (800 ha), "
        "40.0%; without data 3,000 mu (200 ha), 10.0%.",
        "Soil on 60%, Slope on 40% of it",
        "1,500 mu (100 ha) of S1 in one piece around 111.2500, 36.5000",
        "Too steep (12,000 mu (800 ha), standard)",
        "1 base chosen here, 1,500 mu (100 ha): no. 2 with 1,500 mu, score 0.82.",
        "compost (Soil), 6,000 mu (400 ha) at 240 yuan per mu on average",
    ):
        assert part in english
    for part in ("上县土地面积 30000 亩（2000 公顷）。", "主要限制因素：土壤（60%）、坡度（40%）",
                 "选入基地 1 个，共 1500 亩（100 公顷）", "过陡（12000 亩，标准规定）",
                 "施用堆肥（土壤），可提升 6000 亩（400 公顷），平均每亩 240 元"):  # fmt: skip
        assert part in chinese


def test_what_is_not_there_is_not_claimed() -> None:
    bare = UnitFigures("02", Text("Lower", "下县"), 100.0, None,
                       dict.fromkeys(("S1", "S2", "S3", "N1", "N2"), 0.0), 100.0, 0.0)  # fmt: skip
    text = said(row_of(bare, improvements=[]), None, "en")
    assert text == "Lower has 100 mu (7 ha) of land. Excluded 100 mu (7 ha), 100.0%."
    assert "No base was chosen here." in said(row_of(), [], "en")


def test_counties_add_up_with_their_mean_score_by_area() -> None:
    areas = {"S1": 0.0, "S2": 0.0, "S3": 5000.0, "N1": 0.0, "N2": 0.0}
    other = UnitFigures("02", Text("Lower", "下县"), 5000.0, 0.5, areas, 0.0, 0.0)
    whole = total([row_of(), row_of(other)])
    assert whole["area_mu"] == 35_000
    assert whole["s3_area_ha"] == pytest.approx(5000 / 15)
    assert whole["mean_score"] == pytest.approx((0.71 * 15_000 + 0.5 * 5000) / 20_000)
