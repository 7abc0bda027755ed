"""Numbers as people type them: known spellings, and properties over all of them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_core.sources.survey.numbers import (
    chinese_numeral,
    format_chinese,
    parse_count,
    parse_number,
)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("45人", 45), ("1,234", 1234), ("\uff11\uff12\uff13", 123), ("约50", 50), ("50左右", 50),
        ("50余人", 50), ("3千", 3000), ("1.2万", 12_000), ("一百二十", 120), ("十二", 12),
        ("三千零五", 3005), ("两万", 20_000), ("1 234", 1234), ("12户", 12), ("45 people", 45),
        ("about 50", 50), ("二〇", 20), ("壹佰", 100), ("4.5e1", 45), ("\uff12\uff0c000", 2000),
    ],
)  # fmt: skip
def test_mended_with_a_reason(cell: str, value: int) -> None:
    found = parse_count(cell)
    assert (found.value, found.action) == (value, "mended")
    assert cell.strip() in found.reason.en
    assert found.reason.zh
    assert found.cure.zh


@pytest.mark.parametrize("cell", [45, 45.0, "45", " 45 ", "45.0", "+45", "045"])
def test_taken_as_it_stands(cell: object) -> None:
    found = parse_count(cell)
    assert (found.value, found.action) == (45, "taken")
    assert isinstance(found.value, int)


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("-3", "negative"), (-3, "negative"), ("NaN", "not a number"), (float("nan"), "finite"),
        (float("inf"), "finite"), ("inf", "not a number"), ("1,23", "cannot be read"),
        ("5-10", "range"), ("50~60", "range"), ("=SUM(A1:A9)", "formula"), ("x" * 10_000, "10,000"),
        ("45.5", "whole"), (True, "true/false"), (dt.date(2020, 1, 1), "date"), ("村", "cannot"),
        (2_000_000, "above"), ("#REF!", "not a number"), ("1e400", "cannot"), ("\u0664\u0665", ""),
    ],
)  # fmt: skip
def test_refused_with_reason_and_cure(cell: object, word: str) -> None:
    found = parse_count(cell)
    assert (found.value, found.action) == (None, "refused")
    assert word in found.reason.en
    assert len(found.reason.en) < 150
    assert ("45" if word != "date" else "43831") in found.cure.en


def test_a_number_shown_as_a_date_is_told() -> None:
    # 45 in a cell of date format; LibreOffice and Excel both show 1900-02-14
    assert "it would read 45." in parse_count(dt.datetime(1900, 2, 14)).cure.en
    assert parse_count(dt.time(12, 30)).cure.en == "Write the plain number, such as 45."


@pytest.mark.parametrize("cell", [None, "", "  ", "-", "—", "无", "N/A", "/", "不详"])
def test_missing_is_not_zero(cell: object) -> None:
    assert parse_count(cell).action == "missing"
    assert parse_count(cell).value is None


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none(), st.dates()))
def test_never_raises_and_stays_in_range(cell: object) -> None:
    found = parse_count(cell)
    if found.value is None:
        assert found.action in ("missing", "refused")
    else:
        assert 0 <= found.value <= 1_000_000
        assert found.value == int(found.value)


@given(st.text(alphabet="0123456789,.-+ e万千百十约人户%一二三\uff10\uff11", max_size=12))
def test_numberlike_text_never_raises(text: str) -> None:
    assert parse_number(text).action in ("taken", "mended", "refused", "missing")


@given(
    number=st.integers(0, 1_000_000),
    spelling=st.sampled_from(["{}", "{:,}", "{}人", "{:,} 人", "约{}", "{}户", " {} "]),
)
def test_formatted_then_parsed_returns_the_number(number: int, spelling: str) -> None:
    assert parse_count(spelling.format(number)).value == number


@given(st.integers(0, 1_000_000))
def test_full_width_digits_return_the_number(number: int) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in str(number))
    assert parse_count(wide).value == number


@given(st.integers(0, 99_999_999))
def test_chinese_numerals_return_the_number(number: int) -> None:
    assert chinese_numeral(format_chinese(number)) == number


@given(st.floats(-1e6, 1e6))
def test_decimals_return_the_number(number: float) -> None:
    assert parse_number(f"{number:.6f}").value == pytest.approx(number, abs=1e-6)


@pytest.mark.parametrize("text", ["", "人", "一二十", "三四百", "x百", "千x", "一亿亿"])
def test_no_chinese_numeral(text: str) -> None:
    assert chinese_numeral(text) is None
