"""Weights against published examples, other programs, brute force and what must always hold."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pymcdm.weights
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize_scalar

from gis_core.errors import InvalidCriterionError, InvalidParameterError
from gis_core.suitability.judgements import (
    Ahp,
    BestWorst,
    FromData,
    GroupAhp,
    Judgements,
    Member,
    Ranks,
    Weighting,
)
from gis_core.suitability.membership import linear
from gis_core.suitability.model import Criterion, SuitabilityModel
from gis_core.suitability.weighting import (
    WeightsFound,
    judged_weights,
    resolve_weights,
    weigh,
)
from gis_core.suitability.weighting.eigenvector import (
    RANDOM_INDEX,
    consistency_ratio,
    priorities,
    random_index,
)
from gis_core.suitability.weighting.group import concordance, join_group
from gis_core.suitability.weighting.mending import as_judgement, find_mend
from gis_core.text import Text

SAY = Text("x", "某")


def judged(names: list[str], matrix: Any) -> Judgements:
    return Judgements(tuple(names), tuple(tuple(map(float, row)) for row in matrix))


def model_of(weighting: Weighting, **weights: float) -> SuitabilityModel:
    criteria = tuple(
        Criterion(n, Text(n, n), "soil", n, "value", "u", linear(1, 0), w, "planner", SAY)
        for n, w in weights.items()
    )
    return SuitabilityModel("m", SAY, SAY, criteria, (), (0.8, 0.6, 0.4, 0.2), "h", weighting)


@pytest.fixture
def reference(shared_data: Path) -> dict[str, Any]:
    return dict(json.loads((shared_data / "reference/ahp_reference.json").read_text("utf-8")))


@pytest.mark.shared_data
def test_the_drinks_of_saaty(reference: dict[str, Any]) -> None:
    drinks = reference["drinks"]
    found = weigh(Weighting("ahp", Ahp(judged(drinks["names"], drinks["matrix"]))))
    assert {n: round(w, 4) for n, w in found.weights.items()} == drinks["weights_4dp"]
    assert found.consistency_ratio == pytest.approx(drinks["consistency_ratio_saaty_3dp"], abs=5e-4)
    assert found.notes[0].zh.startswith("判断的一致性比率为 0.022")


@pytest.mark.shared_data
def test_the_best_city_of_saaty_as_a_hierarchy(reference: dict[str, Any]) -> None:
    cities = reference["cities"]
    within = {
        group: judged([f"{city} by {group}" for city in cities["alternatives"]], matrix)
        for group, matrix in cities["alternative_matrices"].items()
    }
    top = judged(cities["criteria"], cities["criteria_matrix"])
    found = weigh(Weighting("ahp", Ahp(top, within)))
    total = dict.fromkeys(cities["alternatives"], 0.0)
    for name, weight in found.weights.items():
        total[name.partition(" by ")[0]] += weight
    assert {n: round(w, 4) for n, w in total.items()} == cities["overall_weights_4dp"]
    assert judged_weights(Weighting("ahp", Ahp(top, within))) == found.weights
    assert len(found.notes) == 6
    assert found.notes[1].en.startswith(
        "Within 'Culture': The judgements' consistency ratio is 0.0"
    )
    assert found.consistency_ratio == max(
        consistency_ratio(np.array(m)) for m in
        (cities["criteria_matrix"], *cities["alternative_matrices"].values())
    )  # fmt: skip


@pytest.mark.shared_data
def test_the_random_indices_are_the_published_ones(reference: dict[str, Any]) -> None:
    published = reference["random_index_tables"]["saaty_1980_n1_to_n10"]
    assert list(RANDOM_INDEX[:10]) == published
    assert random_index(16) == pytest.approx(RANDOM_INDEX[14], abs=0.02)


@st.composite
def comparisons(draw: st.DrawFn) -> np.ndarray:
    size = draw(st.integers(2, 7))
    matrix = np.eye(size)
    values = st.sampled_from([1 / 9, 1 / 5, 1 / 3, 1 / 2, 1, 2, 3, 5, 9])
    for i in range(size):
        for j in range(i + 1, size):
            matrix[i, j] = draw(values)
            matrix[j, i] = 1 / matrix[i, j]
    return matrix


NAMES = list("abcdefgh")


@given(comparisons(), st.randoms())
def test_the_order_of_criteria_does_not_matter(matrix: np.ndarray, random: Any) -> None:
    order = list(range(len(matrix)))
    random.shuffle(order)
    first = _ahp(NAMES[: len(matrix)], matrix)
    second = _ahp([NAMES[i] for i in order], matrix[np.ix_(order, order)])
    assert second.weights == pytest.approx(first.weights)
    assert second.consistency_ratio == pytest.approx(first.consistency_ratio, abs=1e-9)
    assert sum(first.weights.values()) == pytest.approx(1)
    assert min(first.weights.values()) > 0


def _ahp(names: list[str], matrix: np.ndarray) -> WeightsFound:
    return weigh(Weighting("ahp", Ahp(judged(names, matrix))))


@given(st.lists(st.floats(0.05, 20), min_size=1, max_size=8))
def test_consistent_judgements_give_their_weights_and_no_inconsistency(
    weights: list[float],
) -> None:
    shares = np.array(weights) / sum(weights)
    matrix = shares[:, None] / shares[None]
    found, _ = priorities(matrix)
    np.testing.assert_allclose(found, shares, rtol=1e-6)
    assert consistency_ratio(matrix) == 0
    assert find_mend(judged(NAMES[: len(shares)], matrix)) is None


@given(comparisons())
def test_a_criterion_that_stands_twice_shares_alike(matrix: np.ndarray) -> None:
    twice = np.pad(matrix, ((0, 1), (0, 1)))
    twice[-1, :-1], twice[:-1, -1], twice[-1, -1] = matrix[0], matrix[:, 0], 1
    weights, _ = priorities(twice)
    assert weights[0] == pytest.approx(weights[-1])


@settings(max_examples=15)
@given(comparisons())
def test_the_mend_is_the_best_change_of_one_judgement(matrix: np.ndarray) -> None:
    size = len(matrix)
    mend = find_mend(judged(NAMES[:size], matrix))
    before = consistency_ratio(matrix)
    if mend is None:
        assert before == 0
        return

    def ratio(i: int, j: int, log: float) -> float:
        changed = matrix.copy()
        changed[i, j], changed[j, i] = np.exp(log), np.exp(-log)
        return consistency_ratio(changed)

    bounds = (-np.log(9), np.log(9))
    best = min(
        minimize_scalar(lambda log, i=i, j=j: ratio(i, j, log), bounds=bounds, method="bounded").fun
        for i in range(size) for j in range(i + 1, size)
    )  # fmt: skip
    assert mend.ratio_before == pytest.approx(before)
    assert mend.ratio_after == pytest.approx(best, abs=1e-5)
    i, j = NAMES.index(mend.first), NAMES.index(mend.second)
    assert mend.written == matrix[i, j] >= 1
    assert ratio(i, j, np.log(mend.value)) == pytest.approx(mend.ratio_after, abs=1e-7)
    assert ratio(i, j, np.log(mend.scale_value)) == pytest.approx(mend.scale_ratio, abs=1e-9)


def test_the_mend_in_words() -> None:
    shares = np.array([8, 4, 2, 1]) / 15
    matrix = shares[:, None] / shares[None]
    matrix[0, 3], matrix[3, 0] = 1 / 2, 2  # a counts 8 times d, but was judged half of it
    note = weigh(Weighting("ahp", Ahp(judged(["a", "b", "c", "d"], matrix)))).notes[0]
    assert "above the limit of 0.10: they should be reconsidered" in note.en
    assert "'d' against 'a', judged 2: with 1/8 the ratio would fall to 0.000" in note.en
    assert "超过上限 0.10，应重新判断。最不一致的一对是“d”与“a”，判断值为 2；改为 1/8" in note.zh
    assert [as_judgement(v) for v in (3, 2.44, 1 / 3)] == ["3", "2.44", "1/3"]


def test_a_group_takes_the_geometric_mean_and_says_how_it_agrees() -> None:
    one, two = [[1, 4], [1 / 4, 1]], [[1, 1], [1, 1]]
    members = (Member("A", 3, judged(["a", "b"], one)), Member("B", 1, judged(["b", "a"], two)))
    group = join_group(GroupAhp(members))
    assert group.judgements.matrix[0][1] == pytest.approx(4**0.75)
    assert [m.share for m in group.members] == [0.75, 0.25]
    found = weigh(Weighting("group_ahp", GroupAhp(members)))
    assert found.weights["a"] == pytest.approx(4**0.75 / (1 + 4**0.75))
    assert judged_weights(Weighting("group_ahp", GroupAhp(members))) == found.weights
    assert found.notes[-1].en == "They differ most on 'a' against 'b': from 1 to 4."
    crooked = judged(["a", "b", "c"], [[1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]])
    mixed = GroupAhp(
        (Member("A", 1, crooked), Member("B", 1, judged(["a", "b", "c"], np.ones((3, 3)))))
    )
    told = weigh(Weighting("group_ahp", mixed))
    assert len(told.mends) == 1
    assert told.notes[-1].en.startswith("A: The judgements' consistency ratio is")
    same = GroupAhp((members[0], Member("C", 9, members[0].judgements)))
    assert join_group(same).agreement == 1
    assert join_group(same).dispute is None
    assert concordance(np.array([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])) == 0
    # Kendall's W by hand: rank sums 4, 5, 9 over 3 members: 14 of 18 squares
    assert concordance(np.array([[3, 2, 1], [3, 2, 1], [2, 3, 1.0]])) == pytest.approx(14 / 18)


SAMPLES = st.integers(0, 2**32 - 1).map(lambda s: np.random.default_rng(s).random((30, 4)) + 1e-3)


@given(SAMPLES)
def test_entropy_and_critic_as_pymcdm(sample: np.ndarray) -> None:
    for method, peer in (("entropy", pymcdm.weights.entropy_weights),
                         ("critic", pymcdm.weights.critic_weights)):  # fmt: skip
        model = model_of(Weighting(method, FromData()), a=1, b=1, c=1, d=1)  # type: ignore[arg-type]
        found = resolve_weights(model, ["a", "b", "c", "d"], sample)
        np.testing.assert_allclose(list(found.weights.values()), peer(sample), rtol=1e-8)
        gaps = np.vstack([sample, [[np.nan, 1, 1, 1]]])
        assert resolve_weights(model, ["a", "b", "c", "d"], gaps).weights == found.weights


def test_what_tells_nothing_apart_gets_no_weight_from_the_data() -> None:
    rng = np.random.default_rng(1)
    sample = np.column_stack([rng.random(50), np.full(50, 0.7), np.zeros(50)])
    for method in ("entropy", "critic"):
        model = model_of(Weighting(method, FromData()), a=1, b=1, c=1)  # type: ignore[arg-type]
        found = resolve_weights(model, ["a", "b", "c"], sample)
        assert found.weights == pytest.approx({"a": 1, "b": 0, "c": 0}, abs=1e-12)
        with pytest.raises(InvalidCriterionError, match="same score everywhere"):
            resolve_weights(model, ["b", "c"], sample[:, 1:])
        with pytest.raises(InvalidCriterionError, match="at least 2 cells .*but 1 are known"):
            resolve_weights(model, ["a", "b", "c"], sample[:1])
        with pytest.raises(InvalidParameterError, match=r"\(cells, 3 criteria\); got none"):
            resolve_weights(model, ["a", "b", "c"])
    same = np.column_stack([sample[:, 0], sample[:, 0]])
    model = model_of(Weighting("critic", FromData()), a=1, b=1)
    assert resolve_weights(model, ["a", "b"], same).weights == {"a": 0.5, "b": 0.5}


def test_ranks_are_the_centroid_and_equals_share() -> None:
    plain = weigh(Weighting("ranks", Ranks((("a",), ("b",), ("c",))))).weights
    assert plain == pytest.approx({"a": 11 / 18, "b": 5 / 18, "c": 2 / 18})
    tied = weigh(Weighting("ranks", Ranks((("a",), ("b", "c"))))).weights
    assert tied == pytest.approx({"a": 11 / 18, "b": 3.5 / 18, "c": 3.5 / 18})


@st.composite
def best_worst(draw: st.DrawFn) -> BestWorst:
    names = NAMES[: draw(st.integers(2, 6))]
    whole = draw(st.integers(2, 9))
    to = {n: float(draw(st.integers(1, whole))) for n in names}
    back = {n: float(draw(st.integers(1, whole))) for n in names}
    to[names[0]] = back[names[-1]] = 1.0
    to[names[-1]] = back[names[0]] = float(whole)
    return BestWorst(names[0], names[-1], to, back)


@settings(max_examples=40)
@given(best_worst())
def test_best_worst_is_the_linear_model_of_rezaei(judgement: BestWorst) -> None:
    """The optimum ξ against scipy's solver, and the weights against the rows of the model."""
    found = weigh(Weighting("best_worst", judgement))
    names = list(found.weights)
    rows = []
    for j, name in enumerate(names):
        pairs = [(0, j, judgement.best_to_others[name]),
                 (j, len(names) - 1, judgement.others_to_worst[name])]  # fmt: skip
        for one, other, times in pairs:
            if one != other:
                row = np.zeros(len(names) + 1)
                row[one] += 1
                row[other] -= times
                rows += [np.append(row[:-1], -1), np.append(-row[:-1], -1)]
    cost = np.append(np.zeros(len(names)), 1)
    total = np.append(np.ones(len(names)), 0)[None]
    peer = linprog(cost, np.array(rows), np.zeros(len(rows)), total, [1])
    assert found.consistency_ratio == pytest.approx(peer.fun, abs=1e-7)
    solved = np.append(list(found.weights.values()), found.consistency_ratio)
    assert (np.array(rows) @ solved <= 1e-7).all()
    assert sum(found.weights.values()) == pytest.approx(1)


def test_consistent_best_worst_judgements_deviate_by_nothing() -> None:
    judgement = BestWorst(
        "a", "d", {"a": 1, "b": 2, "c": 4, "d": 8}, {"a": 8, "b": 4, "c": 2, "d": 1}
    )
    found = weigh(Weighting("best_worst", judgement))
    assert found.weights == pytest.approx({"a": 8 / 15, "b": 4 / 15, "c": 2 / 15, "d": 1 / 15})
    assert found.consistency_ratio == pytest.approx(0, abs=1e-9)
    worse = BestWorst("a", "d", {"a": 1, "b": 2, "c": 4, "d": 8}, {"a": 8, "b": 4, "c": 6, "d": 1})
    note = weigh(Weighting("best_worst", worse)).notes[0]
    assert "'c': 4 times 6 should make 8" in note.en
    assert "最不一致的是“c”：4 乘 6" in note.zh


def test_a_missing_criterion_leaves_the_judged_weights_in_proportion() -> None:
    shares = np.array([4, 2, 1])
    weighting = Weighting("ahp", Ahp(judged(["a", "b", "c"], shares[:, None] / shares[None])))
    model = model_of(weighting, a=1, b=1, c=1)
    found = resolve_weights(model, ["c", "a"])
    assert list(found.weights) == ["c", "a"]
    assert found.weights == pytest.approx({"c": 1 / 5, "a": 4 / 5})
    with pytest.raises(InvalidCriterionError, match="leave out d"):
        resolve_weights(model_of(weighting, a=1, b=1, c=1, d=1), ["a", "d"])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_bad_weights_are_refused(bad: float) -> None:
    with pytest.raises(InvalidCriterionError, match="The weight of 'b' is"):
        resolve_weights(model_of(Weighting(), a=1, b=bad), ["a", "b"])
    with pytest.raises(InvalidCriterionError, match="None of the weights of a, b is above zero"):
        resolve_weights(model_of(Weighting(), a=0, b=0), ["a", "b"])
    assert resolve_weights(model_of(Weighting(), a=1, b=3), ["b", "a"]).weights == {
        "b": 0.75, "a": 0.25
    }  # fmt: skip


def test_weights_that_nobody_judged_cannot_be_weighed() -> None:
    with pytest.raises(InvalidParameterError, match="'entropy' holds no judgements"):
        weigh(Weighting("entropy", FromData()))
