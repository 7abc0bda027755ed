"""Default spreads by hand: shares of a membership's own span, wherever the unit has its zero."""

import pytest

from gis_core.suitability.spreads import ZEROS, default_spread, spans


@pytest.mark.parametrize(
    ("kind", "values", "wanted"),
    [
        ("trapezoid", [5, 6, 8, 9], [1, 1, 1, 1]),
        ("piecewise", [100, 500, 2000, 8000], [400, 400, 1500, 6000]),
        ("piecewise", [1, 3, 3, 8], [2, 2, 2, 5]),  # a step has its next other value
        ("linear", [20, 4], [16, 16]),
        ("sigmoid", [90, -40], [80, 40]),
        ("gaussian", [480, 100], [200, 100]),
        ("large", [8, 5], [8, 5]),
    ],
)
def test_spans(kind: str, values: list[float], wanted: list[float]) -> None:
    assert spans(kind, values) == wanted


@pytest.mark.parametrize("kind", ["trapezoid", "piecewise", "linear", "ecocrop"])
def test_a_shifted_zero_changes_no_spread(kind: str) -> None:
    """A temperature in kelvin may be off by as much as the same one in °C."""
    celsius = [0.0, 5.0, 13.0, 18.0][: 2 if kind == "linear" else 4]
    assert spans(kind, [c + 273 for c in celsius]) == spans(kind, celsius)


@pytest.mark.parametrize(
    ("tag", "value", "span", "zeros", "wanted"),
    [
        ("planner", 8.0, 1.0, (), 0.2),
        ("local", 8.0, 1.0, (), 0.1),
        ("standard", 8.0, 1.0, (), 0.0),
        ("planner", 500.0, 5500.0, ZEROS["distance"], 100.0),  # not 1,100: that is below 0 m
        ("planner", 6000.0, 5500.0, ZEROS["distance"], 1100.0),
        ("planner", 0.0, 90.0, ZEROS["aspect"], 0.0),  # north stays north
        ("planner", 360.0, 45.0, ZEROS["aspect"], 0.0),
        ("planner", 180.0, 45.0, ZEROS["aspect"], 9.0),
    ],
)
def test_default_spreads(
    tag: str, value: float, span: float, zeros: tuple[float, ...], wanted: float
) -> None:
    assert default_spread(tag, value, span=span, zeros=zeros) == pytest.approx(wanted)
