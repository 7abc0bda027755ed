"""Products, budget, the plain choice and losses: against enumeration, and by hand."""

from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_core.bases.compile import compile_selection, on_the_plane
from gis_core.bases.deadline import Deadline
from gis_core.bases.exclusion import excluding_pairs
from gis_core.bases.greedy import choose_greedily
from gis_core.bases.replaceability import find_irreplaceability
from gis_core.bases.rules import ProductLimits, SelectionRules
from gis_core.bases.selection import select_bases
from gis_core.bases.solve import solve_selection
from gis_core.errors import InvalidLayerError, InvalidParameterError
from gis_core.text import Text
from tests.bases.squares import candidates_at, random_case


def with_products(seed: int) -> gpd.GeoDataFrame:
    """Ten squares of three counties, of two products, with costs."""
    rng = np.random.default_rng(seed)
    frame = random_case(seed)
    products = rng.choice(["apple", "millet"], len(frame))
    return frame.assign(product=products, cost_yuan=rng.uniform(1e5, 9e5, len(frame)))


def random_rules(seed: int) -> SelectionRules:
    rng = np.random.default_rng(seed + 1)
    apple = ProductLimits(int(rng.integers(0, 3)), int(rng.integers(2, 4)),
                          0.0, float(rng.uniform(3000, 6000)))  # fmt: skip
    millet = ProductLimits(min_area_mu=float(rng.uniform(0, 2500)))
    return SelectionRules(
        count=3, per_county=(0, 2), spacing_m=float(rng.choice([0, 400])), alternatives=0,
        products={"apple": apple, "millet": millet}, max_budget_yuan=float(rng.uniform(8e5, 2e6)),
    )  # fmt: skip


def allowed(frame: gpd.GeoDataFrame, rules: SelectionRules, chosen: tuple[int, ...]) -> bool:
    """Whether the rules hold, straight from their words."""
    part = frame.iloc[list(chosen)]
    for name, limits in rules.products.items():
        area = part.loc[part["product"] == name, "area_mu"]
        most = len(frame) if limits.max_bases is None else limits.max_bases
        most_mu = np.inf if limits.max_area_mu is None else limits.max_area_mu
        if not (limits.min_bases <= len(area) <= most):
            return False
        if not (limits.min_area_mu <= area.sum() <= most_mu):
            return False
    if part["cost_yuan"].sum() > (rules.max_budget_yuan or np.inf):
        return False
    if part["county_code"].value_counts().max() > 2:
        return False
    bad = excluding_pairs(on_the_plane(frame), spacing_m=rules.spacing_m).tolist()
    return not any(list(pair) in bad for pair in combinations(chosen, 2))


def best_of_all(frame: gpd.GeoDataFrame, rules: SelectionRules, *, without: set[int]) -> float:
    worth = frame["area_mu"] * (frame["mean_score"] + 0.2 * frame["compactness"])
    return max(
        (float(worth.iloc[list(c)].sum()) for c in combinations(range(len(frame)), rules.count)
         if not without & set(c) and allowed(frame, rules, c)),
        default=-np.inf,
    )  # fmt: skip


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_the_choice_and_every_loss_are_those_of_all_choices(seed: int) -> None:
    frame, rules = with_products(seed), random_rules(seed)
    best = best_of_all(frame, rules, without=set())
    found = select_bases(frame, rules=rules)
    if best == -np.inf:
        assert found.status == "infeasible"
        return
    assert (found.status, found.objective) == ("optimal", pytest.approx(best))
    ordered = found.candidates
    places = [ordered.index[ordered["base_id"] == b][0] for b in found.bases["base_id"]]
    assert allowed(ordered, rules, tuple(places))
    overlap = excluding_pairs(on_the_plane(ordered), spacing_m=0).tolist()
    for place, row in zip(places, found.bases.to_dict("records"), strict=True):
        land = {place} | {j for i, j in overlap if i == place} | {
            i for i, j in overlap if j == place}  # fmt: skip
        second = best_of_all(ordered, rules, without=land)
        assert row["replaceable"] == (second > -np.inf)
        if second > -np.inf:
            assert row["loss_share"] == pytest.approx((best - second) / best, abs=2e-4)
        else:
            assert row["loss_en"].startswith("Cannot be replaced: without its land")
    plain = found.greedy
    assert plain is not None
    if plain.broken:
        assert plain.less_share is None
    else:
        assert plain.objective <= best * (1 + 1e-9)
        taken = [ordered.index[ordered["base_id"] == b][0] for b in plain.bases]
        assert allowed(ordered, rules, tuple(taken))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 1000))
def test_order_of_rows_and_units_change_nothing(seed: int, scale: float) -> None:
    frame, rules = with_products(seed), random_rules(seed)
    found = select_bases(frame, rules=rules)
    mixed = frame.sample(frac=1.0, random_state=seed)
    assert set(select_bases(mixed, rules=rules).bases["base_id"]) == set(found.bases["base_id"])
    compiled = compile_selection(frame, rules)
    best = solve_selection(compiled, time_limit_s=60, gap=0.0)
    scaled = solve_selection(compiled, time_limit_s=60, gap=0.0, worth=compiled.worth * scale)
    if best.places is None:
        assert scaled.status == "infeasible"
        return
    assert scaled.objective == pytest.approx(best.objective * scale)


def test_rows_of_products_and_budget_by_hand() -> None:
    frame = candidates_at([(0, 0), (3, 0), (6, 0)], product=["apple", "millet", "apple"],
                          area_mu=[1000.0, 2000.0, 3000.0], cost_yuan=[5.0, 6.0, 7.0])  # fmt: skip
    rules = SelectionRules(count=2, max_budget_yuan=12, products={
        "apple": ProductLimits(1, 1, 500, 4000), "herbs": ProductLimits(1)})  # fmt: skip
    rows = {r.group: (r.places.tolist(), r.least, r.most,
                      None if r.coefficients is None else r.coefficients.tolist())
            for r in compile_selection(frame, rules).rows}  # fmt: skip
    assert rows == {
        "count": ([0, 1, 2], 2, 2, None), "product:apple": ([0, 2], 1, 1, None),
        "product_area:apple": ([0, 2], 500, 4000, [1000, 3000]),
        "product:herbs": ([], 1, np.inf, None),
        "budget": ([0, 1, 2], 0, 12, [5, 6, 7]),
    }  # fmt: skip


def test_greed_can_lose_and_says_how_much() -> None:
    # the best square excludes two that are together worth far more
    frame = candidates_at([(0, 0), (0.9, 0), (1.8, 0), (50, 0)], mean_score=[0.8, 0.82, 0.8, 0.3])
    found = select_bases(frame, rules=SelectionRules(count=2))
    assert found.bases["base_id"].tolist() == ["c00", "c02"]
    assert found.greedy is not None
    assert found.greedy.bases == ("c01", "c03")
    plain, best = 1500 * (1.12 + 2 * 0.156), 1500 * (1.6 + 2 * 0.156)
    assert found.greedy.less_share == pytest.approx((best - plain) / best)
    assert f"gives {plain:,.0f} mu, {(best - plain) / best:.2%} less." in found.greedy.text.en
    document = found.document()
    assert document["greedy"]["bases"] == ["c01", "c03"]
    assert document["bases"][0]["irreplaceability"]["loss_share"] > 0


def test_greed_may_find_nothing_and_says_which_rule_it_misses() -> None:
    frame = candidates_at([(0, 0), (0.9, 0), (1.8, 0)], mean_score=[0.8, 0.82, 0.8])
    found = select_bases(frame, rules=SelectionRules(count=2))
    assert found.greedy is not None
    assert found.greedy.text.en.endswith("finds no choice: 2 bases not met.")
    assert "未能满足共 2 个基地" in found.greedy.text.zh
    assert found.document()["greedy"]["objective"] is None
    assert [b["irreplaceability"]["replaceable"] for b in found.document()["bases"]] == [False] * 2


def test_greed_keeps_enough_of_the_budget_for_the_rest() -> None:
    frame = candidates_at([(3 * n, 0) for n in range(4)], mean_score=[0.9, 0.8, 0.5, 0.4],
                          cost_yuan=[90.0, 50.0, 10.0, 10.0])  # fmt: skip
    compiled = compile_selection(frame, SelectionRules(count=3, max_budget_yuan=80))
    assert choose_greedily(compiled).places.tolist() == [1, 2, 3]


def test_a_base_chosen_by_hand_is_asked_about_too() -> None:
    frame = candidates_at([(0, 0), (3, 0)], mean_score=[0.4, 0.8])
    rules = SelectionRules(count=1, fixed_in=["c00"])
    compiled = compile_selection(frame, rules)
    best = solve_selection(compiled, time_limit_s=60, gap=0.0)
    (lost,) = find_irreplaceability(compiled, on_the_plane(frame), best, deadline=Deadline(60))
    assert (lost.replaceable, lost.loss_share) == (True, 0.0)  # the other one is better
    (late,) = find_irreplaceability(compiled, on_the_plane(frame), best, deadline=Deadline(-1))
    assert (late.replaceable, late.loss_share) == (None, None)


def test_reasons_name_product_cost_and_counties() -> None:
    frame = candidates_at([(0, 0), (3, 0)], product=["apple", "millet"], cost_yuan=[3e6, 1.5e6],
                          county_shares=["01=0.7 02=0.3", "01=1"])  # fmt: skip
    rules = SelectionRules(count=2, products={"apple": ProductLimits(1)})
    found = select_bases(frame, rules=rules, county_names={"02": Text("Yi", "乙县")})
    apple, millet = found.bases["why_en"]
    assert "Product: apple. It fills the least number of bases asked for of it (1)." in apple
    assert "It costs 3,000,000 yuan (2,000 yuan a mu)." in apple
    assert "Its land lies 70% in 01, 30% in Yi; it counts in 01." in apple
    assert "Its land lies" not in millet
    document = found.document()
    assert document["cost_yuan"] == 4.5e6
    assert document["products"] == [
        {"product": "apple", "bases": 1, "area_mu": 1500.0},
        {"product": "millet", "bases": 1, "area_mu": 1500.0},
    ]
    assert [s["share"] for s in document["bases"][0]["county_shares"]] == [0.7, 0.3]


def said(frame: gpd.GeoDataFrame, rules: SelectionRules) -> list[str]:
    found = select_bases(frame, rules=rules)
    assert found.status == "infeasible"
    assert all(t.zh and t.zh != t.en for t in found.conflicts)
    return [t.en.removeprefix("With the other rules kept, it is enough to ")
            for t in found.conflicts]  # fmt: skip


def test_products_and_budget_in_conflict_get_their_least_change() -> None:
    frame = candidates_at([(3 * n, 0) for n in range(3)], product=["apple", "apple", "millet"],
                          cost_yuan=[100.0, 200.0, 400.0])  # fmt: skip
    assert said(frame, SelectionRules(count=2, max_budget_yuan=250)) == [
        "These rules cannot hold together: 2 bases; a budget of 250 yuan.",
        "lower the number of bases to 1.", "raise the budget to 300 yuan.",
    ]  # fmt: skip
    many = SelectionRules(count=2, products={"millet": ProductLimits(2)})
    assert said(frame, many) == [
        "This rule cannot be met: at least 2 bases of millet.",
        "lower the least number of millet to 1.",
    ]
    wide = SelectionRules(count=1, products={"millet": ProductLimits(min_area_mu=2000)})
    assert said(frame, wide) == [
        "This rule cannot be met: at least 2,000 mu of millet.",
        "lower the least area of millet to 1,500 mu.",
    ]
    none = SelectionRules(count=1, products={"herbs": ProductLimits(1)})
    assert said(frame, none)[0] == (
        "This rule cannot be met: at least 1 base of herbs, which has no candidates."
    )
    few = SelectionRules(count=3, products={"apple": ProductLimits(max_bases=1)})
    assert said(frame, few) == [
        "These rules cannot hold together: 3 bases; at most 1 base of apple.",
        "lower the number of bases to 2.", "raise the largest number of apple to 2.",
    ]  # fmt: skip


def test_senseless_rules_and_missing_columns_are_refused() -> None:
    with pytest.raises(InvalidParameterError, match="limits of a product are 3 to 1"):
        ProductLimits(3, 1)
    with pytest.raises(InvalidParameterError, match="tolerance is -1"):
        SelectionRules(tolerance=-1)
    frame = candidates_at([(0, 0)])
    with pytest.raises(InvalidLayerError, match="column 'cost_yuan'"):
        select_bases(frame, rules=SelectionRules(count=1, max_budget_yuan=5))
    with pytest.raises(InvalidLayerError, match="column 'product'"):
        select_bases(frame, rules=SelectionRules(count=1, products={"apple": ProductLimits()}))
