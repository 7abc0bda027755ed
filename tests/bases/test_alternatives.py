"""Alternatives stand on other land, and say what they swap."""

from dataclasses import replace

import numpy as np
import pytest

from gis_core.bases.alternatives import same_land
from gis_core.bases.compile import on_the_plane
from gis_core.bases.rules import SelectionRules
from gis_core.bases.selection import select_bases
from gis_core.text import Text
from tests.bases.squares import candidates_at

# two places far apart, each with a second and a third square shifted by 0.1 and 0.85 km; then one
PLACES = [(0, 0), (0.1, 0), (0.85, 0), (20, 0), (20.1, 0), (20.85, 0), (40, 0)]
SCORES = [0.90, 0.89, 0.60, 0.80, 0.79, 0.55, 0.45]


def test_the_same_land_is_told_by_its_share() -> None:
    plane = on_the_plane(candidates_at(PLACES))
    assert same_land(plane, np.array([0])).tolist() == [0, 1]  # 90 % shared; of 2 only 15 %
    assert same_land(plane, np.array([1, 6])).tolist() == [0, 1, 2, 6]  # 2 shares 25 % with 1


def test_an_alternative_is_no_shift_of_the_same_land() -> None:
    frame = candidates_at(PLACES, mean_score=SCORES)
    found = select_bases(frame, rules=SelectionRules(count=2, alternatives=4),
                         county_names={"01": Text("Jia", "甲县")})  # fmt: skip
    assert found.bases["base_id"].tolist() == ["c00", "c03"]
    assert [(a.without, a.with_instead) for a in found.alternatives] == [
        (("c03",), ("c05",)), (("c00",), ("c02",)), (("c03",), ("c06",)),
    ]  # fmt: skip
    loss = 1500 * (0.80 - 0.55) / found.objective
    assert found.alternatives[0].text.en == (
        f"{loss:.2%} less: without c03 in Jia (1,500 mu, score 0.80); with c05 in Jia (1,500 mu, "
        "score 0.55) instead."
    )
    assert "改选甲县 c05（1500 亩，得分 0.55）" in found.alternatives[0].text.zh
    document = found.document()
    assert "less than 20% of its land" in document["alternatives_rule"]["en"]


def test_only_alternatives_within_the_tolerance_and_why_there_are_fewer() -> None:
    frame = candidates_at(PLACES, mean_score=SCORES)
    # the three alternatives above are 12.4, 14.9 and 17.4 % worse
    rules = SelectionRules(count=2, alternatives=4, tolerance=0.15, replaceability=False)
    found = select_bases(frame, rules=rules)
    losses = [1 - a.objective / found.objective for a in found.alternatives]
    assert losses == pytest.approx([0.1241, 0.1489], abs=1e-3)
    assert found.alternatives_fewer is not None
    assert "2 of 4 alternatives: the next is 17.40% worse" in found.alternatives_fewer.en
    assert "应有 4 个，实有 2 个" in found.alternatives_fewer.zh
    every = select_bases(frame, rules=replace(rules, tolerance=None))
    assert len(every.alternatives) == 3
    fewer = every.document()["alternatives_fewer"]
    assert fewer["en"] == (
        "3 of 4 alternatives: no other choice on different land keeps the rules."
    )
    enough = select_bases(frame, rules=replace(rules, alternatives=2))
    assert enough.alternatives_fewer is None
    assert set(enough.bases["loss_en"]) == {""}


def test_no_alternative_where_all_other_land_is_the_same() -> None:
    frame = candidates_at([(0, 0), (0.1, 0), (20, 0), (20.1, 0)])
    assert select_bases(frame, rules=SelectionRules(count=2)).alternatives == ()
