"""Sizes of small villages add up to the published table where it is possible."""

import numpy as np
import pytest

from gis_core.errors import InvalidParameterError
from gis_core.region import Bracket
from gis_core.relocation.survey_check import check_survey
from gis_core.sources.demo import Demonstration
from gis_core.sources.demo.description import read_description
from gis_core.sources.demo.sizes import draw_sizes, scale_classes, totals_frame

TOLD = read_description()


def test_published_table() -> None:
    table = totals_frame(scale_classes(TOLD, 1581))
    assert table["villages"].tolist() == [1261, 172, 121, 27]
    assert table["households"].tolist() == [10753, 3743, 3373, 1583]
    assert table["people"].tolist() == [45135, 17395, 15428, 7162]


@pytest.mark.parametrize("seed", [1, 2, 77])
def test_sums_are_exact_where_possible(seed: int) -> None:
    classes = scale_classes(TOLD, 1581)
    sizes = draw_sizes(classes, seed=seed)
    for number, c in enumerate(classes):
        mine = sizes.bracket == number
        people = sizes.people[mine]
        assert mine.sum() == c.villages
        assert people.min() >= c.min_people
        assert people.max() <= c.max_people
        assert sizes.households[mine].sum() == c.households
        assert people.sum() == (18526 if c.label == "151-200" else c.people)
    ratio = sizes.people / sizes.households
    assert ratio.max() <= 6.0
    assert ratio[sizes.people >= 5].min() >= 2.5


def test_impossible_bracket_lies_near_its_lower_end() -> None:
    classes = scale_classes(TOLD, 1581)
    sizes = draw_sizes(classes, seed=1)
    people = sizes.people[sizes.bracket == 2]
    assert people.min() >= 151
    assert np.quantile(people, 0.9) < 160


@pytest.mark.parametrize("count", [4, 10, 300, 1580, 5000, 100_000])
def test_any_number_of_villages(count: int) -> None:
    classes = scale_classes(TOLD, count)
    assert sum(c.villages for c in classes) == count
    sizes = draw_sizes(classes, seed=1)
    assert len(sizes.people) == count
    for number, c in enumerate(classes):
        mine = sizes.bracket == number
        assert sizes.people[mine].sum() == c.held
        assert sizes.people[mine].min() >= c.min_people
        assert sizes.people[mine].max() <= c.max_people
        assert sizes.households[mine].sum() == c.households


def test_refuses_fewer_villages_than_brackets() -> None:
    with pytest.raises(InvalidParameterError, match="at least 4"):
        scale_classes(TOLD, 3)


def test_check_shows_the_fault_and_only_that_difference(prefecture: Demonstration) -> None:
    brackets = [
        Bracket(str(r.label), int(r.min_people), int(r.max_people))
        for r in prefecture.totals.itertuples()
    ]
    check = check_survey(prefecture.villages, brackets, prefecture.totals)
    assert not check.ok
    differing = [b.label for b in check.brackets if not b.ok]
    assert "151-200" in differing
    assert "under 100" not in differing
