"""Degrees as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_core.sources.survey.angles import format_dms, parse_angle, parse_pair

KNOWN = 36 + 5 / 60 + 12 / 3600


@pytest.mark.parametrize(
    "cell",
    [
        "36°5′12″", "36度5分12秒", "N36 05 12", "36°05'12\"N", "北纬36°5′12″", "36-05-12",
        "36:05:12",
        "36°5.2′", "\uff13\uff16°5′12″", "36º5’12”", "36° 5' 12'' N", "Lat: 36°5′12″",
    ],
)  # fmt: skip
def test_usual_spellings(cell: str) -> None:
    found = parse_angle(cell)
    assert found.degrees == pytest.approx(KNOWN, abs=1e-9)
    assert found.action == "mended"
    assert cell in found.reason.en


@pytest.mark.parametrize(
    ("cell", "value"), [("110.75", 110.75), (110.75, 110.75), ("-33.5", -33.5)]
)
def test_decimal_degrees_are_taken(cell: object, value: float) -> None:
    assert (parse_angle(cell).degrees, parse_angle(cell).action) == (value, "taken")


def test_sides_give_the_sign() -> None:
    assert parse_angle("S36°5′12″").degrees == pytest.approx(-KNOWN)
    assert parse_angle("103.5W").degrees == -103.5
    assert parse_angle("103.5W").side == "W"


@pytest.mark.parametrize(
    "cell",
    ["abc", "36°75′0″", "36°5′61″", "E36N", "x" * 10_000, True, float("inf"), "36.5°5′", "°"],
)
def test_refused(cell: object) -> None:
    found = parse_angle(cell)
    assert (found.degrees, found.action) == (None, "refused")
    assert len(found.reason.en) < 150


@pytest.mark.parametrize("cell", [None, "", "-", "无"])
def test_missing(cell: object) -> None:
    assert parse_angle(cell).action == "missing"


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none()))
def test_never_raises(cell: object) -> None:
    assert parse_angle(cell).action in ("taken", "mended", "refused", "missing")
    parse_pair(cell)


@given(st.text(alphabet="0123456789.°′″'\" NSEWnsew度分秒北东-:,", max_size=25))
def test_anglelike_text_never_raises(text: str) -> None:
    found = parse_angle(text)
    assert found.degrees is None or abs(found.degrees) >= 0
    parse_pair(text)


@given(st.floats(-180, 180))
def test_formatted_then_parsed_returns_the_angle(degrees: float) -> None:
    assert parse_angle(format_dms(degrees)).degrees == pytest.approx(degrees, abs=0.006 / 3600)


@pytest.mark.parametrize(
    "cell",
    [
        "110.75,36.45", "110.75\uff0c36.45", "E110°45′ N36°27′", "(110.75, 36.45)", "110.75 36.45",
        "POINT (110.75 36.45)", "东经110°45′北纬36°27′", "110.75E 36.45N", "110°45′E,36°27′N",
    ],
)  # fmt: skip
def test_pairs_in_one_cell(cell: str) -> None:
    pair = parse_pair(cell)
    assert pair is not None
    assert [a.degrees for a in pair] == pytest.approx([110.75, 36.45])


def test_a_pair_tells_its_sides() -> None:
    pair = parse_pair("36°27′N 110°45′E")
    assert pair is not None
    assert [a.side for a in pair] == ["N", "E"]


@pytest.mark.parametrize("cell", [None, "", 110.75, "110.75", "x,y", "1,2,3", "x" * 10_000])
def test_no_pair(cell: object) -> None:
    assert parse_pair(cell) is None
