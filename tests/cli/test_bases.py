"""Bases asked for on the command line where the region has rules of its own."""

import json
from collections.abc import Callable

import pytest

from gis_core.settings import Settings
from tests.conftest import Done

pytestmark = pytest.mark.postgis


def test_the_regions_own_limits_are_called_so(
    upland: Callable[..., Done], demonstration: Settings
) -> None:
    asked = ("bases", "select", "--run", "suitability-1", "--count", "3")
    done = upland(*asked, on=demonstration)
    assert (done.code, done.out) == (1, "")
    assert "These rules cannot hold together: 3 bases; at least 1 base in each of " in done.err
    assert "The limits by county are the region's own; --per-county MIN:MAX" in done.err
    chinese = upland(*asked, "--lang", "zh", on=demonstration).err
    assert "各县的数量限制取自区域设置" in chinese


ASKED = ("bases", "select", "--count", "3", "--max-area-mu", "36000", "--per-county", "0:1")
TWO_PRODUCTS = (
    "--product", "apple=suitability-1,bases=1:1,yuan-per-mu=1200", "--product", "谷子=organic_base",
)  # fmt: skip


def test_bases_of_two_products_within_a_budget(
    upland: Callable[..., Done], demonstration: Settings
) -> None:
    asked = (*ASKED, *TWO_PRODUCTS, "--cost-per-mu", "400", "--cost-per-base", "1000",
             "--budget-yuan", "40000000", "--gap", "0.01", "--alternatives", "1")  # fmt: skip
    done = upland(*asked, "--json", on=demonstration)
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert [p["product"] for p in found["products"]] == ["apple", "谷子"]
    assert found["products"][0]["bases"] == 1
    costs = [b["cost_yuan"] for b in found["bases"]]
    assert found["cost_yuan"] == pytest.approx(sum(costs))
    assert found["cost_yuan"] <= 40_000_000
    for base in found["bases"]:
        per_mu = 1200 if base["product"] == "apple" else 400
        assert base["cost_yuan"] == pytest.approx(1000 + per_mu * base["area_mu"])
        assert base["id"].endswith(f"-{base['product']}")
        assert f"Product: {base['product']}." in base["why"]
    assert found["suitability_runs"]["apple"] == "suitability-1"
    assert found["greedy"]["text"]
    printed = upland(*asked, "--lang", "zh", on=demonstration).out
    assert "谷子：2个基地" in printed
    assert "贪心法" in printed


def test_bases_across_county_lines_say_where_they_count(
    upland: Callable[..., Done], demonstration: Settings
) -> None:
    asked = (*ASKED, "--across-counties", "--apart", "--roundness", "2", "--alternatives", "0",
             "--max-area-mu", "150000")  # fmt: skip
    found = json.loads(upland(*asked, "--json", on=demonstration).out)
    assert "each counts, in limits by county too, in the county where most" in found["notes"][0]
    shares = [b["county_shares"] for b in found["bases"]]
    assert any(len(s) > 1 for s in shares)
    for base, of_it in zip(found["bases"], shares, strict=True):
        assert of_it[0]["county"] == base["county"]
        assert sum(s["share"] for s in of_it) == pytest.approx(1, abs=1e-3)
    losses = [b["irreplaceability"] for b in found["bases"]]
    assert all(loss["replaceable"] is not None and loss["text"] for loss in losses)
    assert "lost without it" in upland(*asked, on=demonstration).out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--budget-yuan", "5"), "A budget needs costs"),
        (("--product", "apple"), "wanted NAME=RUN_OR_MODEL"),
        (("--product", "apple=nothing"), "neither a run nor a model that was run"),
        ((*TWO_PRODUCTS, "--run", "suitability-1"), "a product names its own run"),
        ((*TWO_PRODUCTS, *TWO_PRODUCTS), "'apple' is given twice"),
        (TWO_PRODUCTS, "no cost per mu of 谷子"),
        (("--cost-per-mu", "100", "--budget-yuan", "100"), "raise the budget to "),
    ],
)
def test_products_and_costs_that_make_no_sense(
    upland: Callable[..., Done], demonstration: Settings, more: tuple[str, ...], said: str
) -> None:
    done = upland(*ASKED, *more, on=demonstration)
    assert (done.code, done.out) == (1, "")
    assert said in done.err
