"""Priority: tiers first, parts add up, gaps are told."""

import numpy as np
import pandas as pd
import pytest

from gis_core.errors import InvalidLayerError, InvalidModelError
from gis_core.relocation.factors import load_priority_model, priority_model_from_dict
from gis_core.relocation.priority import factors_from_survey, rank_villages

MODEL = priority_model_from_dict({
    "name": "two", "title": {"en": "two", "zh": "二"},
    "tiers": {"tag": "local", "source": {"en": "s", "zh": "s"}, "under_people": [100, 201]},
    "factors": [
        {"name": "slope_deg", "title": {"en": "slope", "zh": "坡"}, "unit": "deg", "from": 0,
         "to": 20, "weight": 3, "tag": "planner", "source": {"en": "s", "zh": "s"}},
        {"name": "water", "title": {"en": "water", "zh": "水"}, "unit": "", "from": 1, "to": 0,
         "weight": 1, "tag": "planner", "source": {"en": "s", "zh": "s"}},
    ],
})  # fmt: skip
VILLAGES = pd.DataFrame({
    "village_id": ["a", "b", "c", "d", "e"], "name": list("ABCDE"),
    "people": [99.0, 100.0, 30.0, np.nan, 40.0],
    "extra": [{"slope_deg": 5}, {"slope_deg": 20, "water": 0}, {"slope_deg": "10", "water": "1"},
              {"slope_deg": 20, "water": 0}, None],
})  # fmt: skip


def test_score_and_rank_by_hand() -> None:
    ranking = rank_villages(VILLAGES, factors_from_survey(VILLAGES, MODEL), MODEL)
    score = ranking.table["score"]
    assert ranking.weights == {"slope_deg": 0.75, "water": 0.25}
    assert score["a"] == pytest.approx(0.25)  # only slope known: its weight counts for all
    assert score["c"] == pytest.approx(0.75 * 0.5)
    assert score["b"] == pytest.approx(1.0)
    assert np.isnan(score["e"])
    # a, c, e are under 100; b is not, so comes later for all its score; d's size is unknown
    assert ranking.table.index.tolist() == ["c", "a", "e", "b", "d"]
    assert ranking.table["rank"].tolist() == [1, 2, 3, 4, 5]
    assert ranking.table["tier"].tolist() == [1, 1, 1, 2, 3]


def test_parts_add_up_to_the_score() -> None:
    model = load_priority_model()
    random = np.random.default_rng(1)
    villages = pd.DataFrame({"village_id": [str(i) for i in range(50)], "name": "x",
                             "people": random.integers(5, 300, 50).astype(float)})  # fmt: skip
    factors = pd.DataFrame(random.uniform(0, 30, (50, len(model.factors))),
                           villages["village_id"], [f.name for f in model.factors])  # fmt: skip
    factors = factors.mask(random.random(factors.shape) < 0.2)
    ranking = rank_villages(villages, factors, model)
    assert ranking.parts.sum(axis=1).to_numpy() == pytest.approx(ranking.table["score"].to_numpy())
    assert ranking.table["score"].between(0, 1).all()
    first_tier = ranking.table["tier"] == 1
    assert ranking.table["rank"][first_tier].max() < ranking.table["rank"][~first_tier].min()


def test_more_urgent_never_ranks_later() -> None:
    factors = factors_from_survey(VILLAGES, MODEL)
    before = rank_villages(VILLAGES, factors, MODEL).table["rank"]
    factors.loc["a", "slope_deg"] = 20.0
    after = rank_villages(VILLAGES, factors, MODEL).table["rank"]
    assert after["a"] < before["a"]


def test_order_of_rows_changes_nothing() -> None:
    factors = factors_from_survey(VILLAGES, MODEL)
    mixed = rank_villages(VILLAGES.iloc[::-1].reset_index(drop=True), factors.iloc[[2, 0, 1, 4, 3]],
                          MODEL)  # fmt: skip
    pd.testing.assert_frame_equal(mixed.table, rank_villages(VILLAGES, factors, MODEL).table)


def test_words_are_answers_and_unknown_ones_are_not_known() -> None:
    villages = VILLAGES.assign(extra=[
        {"water": "自来水"}, {"water": " 水窖 "}, {"water": "NONE"}, {"water": "摩托车"},
        {"water": True},
    ])  # fmt: skip
    factors = factors_from_survey(villages, load_priority_model())
    np.testing.assert_array_equal(factors["water"], [1.0, 0.5, 0.0, np.nan, 1.0])


def test_document_and_remarks() -> None:
    model = load_priority_model()
    ranking = rank_villages(VILLAGES, factors_from_survey(VILLAGES, model), model)
    rows = ranking.document()
    assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5]
    assert {"village", "score", "factors", "rank"} <= set(rows[0])
    words = " ".join(remark.en for remark in ranking.remarks)
    assert "geological hazard" in words
    assert "no known number of people" in words


def test_repeated_village_and_no_factor_are_refused() -> None:
    twice = pd.concat([VILLAGES, VILLAGES])
    with pytest.raises(InvalidLayerError):
        rank_villages(twice, pd.DataFrame(index=["a"]), MODEL)
    with pytest.raises(InvalidModelError, match="slope_deg"):
        rank_villages(VILLAGES, pd.DataFrame({"other": [1.0]}, index=["a"]), MODEL)


@pytest.mark.parametrize("change", [{"weight": 0}, {"to": 0}, {"tag": "guess"}, {"weight": "x"}])
def test_model_that_means_nothing_is_refused(change: dict) -> None:
    row = {"name": "s", "title": {"en": "s", "zh": "s"}, "unit": "", "from": 0, "to": 1,
           "weight": 1, "tag": "planner", "source": {"en": "s", "zh": "s"}}  # fmt: skip
    document = {
        "name": "m",
        "title": {"en": "m", "zh": "m"},
        "factors": [row | change],
        "tiers": {"tag": "local", "source": {"en": "s", "zh": "s"}, "under_people": [100]},
    }
    with pytest.raises(InvalidModelError):
        priority_model_from_dict(document)
