"""What a survey answers becomes the factors of the priority."""

import pytest

from gis_core.workflows.relocation import _factors_of


def test_answers_become_factors_by_hand() -> None:
    extra = {
        "water": False, "power": True, "distance_to_school_km": 4, "hazard": "滑坡隐患",
        "poor_people": 20, "farmland_mu": 100.0, "clinic": "无",
    }  # fmt: skip
    assert _factors_of(extra, 40) == {
        "water": 0.0, "power": 1.0, "school_km": 4.0, "hazard": 1.0, "poverty_share": 0.5,
        "farmland_mu_per_head": 2.5,
    }  # fmt: skip


@pytest.mark.parametrize("answer", ["无", " None ", "否"])
def test_no_hazard_is_none(answer: str) -> None:
    assert _factors_of({"hazard": answer}, 40) == {"hazard": 0.0}


def test_what_is_not_said_is_no_factor() -> None:
    assert _factors_of({"water": "水窖", "poor_people": 3}, 0) == {}
