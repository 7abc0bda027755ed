"""Texts that hold several options of `upland bases select`."""

import pytest

from gis_core.cli.base_options import EXAMPLE, parse_county_limits, parse_product
from gis_core.errors import InvalidParameterError
from gis_core.workflows.base_candidates import Product


def test_products_are_read() -> None:
    assert parse_product(EXAMPLE) == Product(
        "apple", "suitability-2", (2, 5), (20_000.0, 60_000.0), 1200.0
    )
    assert parse_product("苹果＝apple，bases=：4") == Product("苹果", "apple", (0, 4))
    assert parse_product(" herbs = herbs , area-mu = 5000: ") == Product(
        "herbs", "herbs", area_mu=(5000.0, None)
    )


@pytest.mark.parametrize(
    "given",
    ["apple", "=run", "apple=", "a=b,bases=2", "a=b,bases=1.5:2", "a=b,bases=x:2", "a=b,count=1:2",
     "a=b,bases=1:2,bases=1:3", "a=b,yuan-per-mu=much", "a=b,bases=1:inf"],
)  # fmt: skip
def test_what_is_no_product_is_refused(given: str) -> None:
    with pytest.raises(InvalidParameterError, match="wanted NAME=RUN_OR_MODEL") as caught:
        parse_product(given)
    assert f"“{given}”" in caught.value.text.zh


def test_falling_limits_of_a_product_are_refused() -> None:
    with pytest.raises(InvalidParameterError, match="limits of a product are 3 to 1"):
        parse_product("a=b,bases=3:1")


def test_limits_by_county_are_read() -> None:
    assert parse_county_limits(None) == (None, {})
    assert parse_county_limits("0:2，隰县=1：3") == ((0, 2), {"隰县": (1, 3)})
    with pytest.raises(InvalidParameterError, match="--per-county is '1:2,1:3'"):
        parse_county_limits("1:2,1:3")
