"""Numbers as people type them: units, commas, full-width digits, Chinese numerals.

A parser never raises and never guesses: it gives a value taken as it stands, a value mended
with the reason, or no value with reason and cure.
"""

import math
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from gis_core.sources.survey.place import shorten
from gis_core.text import Text

Action = Literal["taken", "mended", "refused", "missing"]
MOST_PEOPLE = 1_000_000  # in one village; more is a slip of the pen
DAY_ZERO = date(1899, 12, 30)  # of spreadsheets' day numbers from March 1900 on
FALSE_LEAP_DAY = date(
    1900, 3, 1
)  # before it their numbers are one less: 1900 counts as a leap year
LONGEST_CELL = 200  # characters a number cell may hold
MISSING_WORDS = {"", "-", "--", "—", "——", "–", "/", "\\", "无", "暂无", "未知", "不详", "空", "缺",
                 "n/a", "na", "none", "null", "未填", "?"}  # fmt: skip
NOT_NUMBERS = {"nan", "inf", "-inf", "+inf", "infinity", "-infinity", "#n/a", "#value!", "#ref!",
               "#div/0!", "#name?", "#null!", "#num!"}  # fmt: skip
PLAIN = re.compile(r"[+-]?\d+(\.\d+)?|[+-]?\.\d+")
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?|[+-]?\d{1,3}( \d{3})+(\.\d+)?")
SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?e[+-]?\d{1,2}")
APPROXIMATE = re.compile(
    r"^(约|大约|近|将近|~|~|≈|about|approx\.?|circa|ca\.?)\s*|\s*(左右|上下|余|多|来|许)(?=\D*$)"
)
SCALE = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
UNIT = re.compile(
    r"\s*(人口|人|口|户|个|名|家|位|persons?|people|inhabitants|households?|hh|families"
    r"|平方米|公里|千米|华里|米|里|公顷|亩|元|km|ha|m2|m²|m|mu|yuan|meters?|metres?|度|℃|%)\.?$"
)
RANGE = re.compile(r"\d\s*(-|—|–|~|~|至|到|to)\s*\d")
DIGITS = {"零": 0, "〇": 0, "○": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6,
          "七": 7, "八": 8, "九": 9, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7,
          "捌": 8, "玖": 9}  # fmt: skip
FORMAL = str.maketrans("拾佰仟萬", "十百千万")


@dataclass(frozen=True)
class Parsed:
    """A cell read: the value (None without one), what was done, why, and what to do."""

    value: float | None
    action: Action
    reason: Text = Text("", "")
    cure: Text = Text("", "")


MISSING = Parsed(None, "missing", Text("The cell is empty.", "单元格为空。"),
                 Text("Fill in the number.", "请填写数字。"))  # fmt: skip


def parse_number(cell: Any) -> Parsed:
    """Read a number from a cell of any kind; the value is finite.

    Taken as they stand: numbers and plain ASCII digits. Mended with a reason: full-width
    digits, separators of thousands, units (45人), approximations (约50), scales (1.2万),
    Chinese numerals. Refused: NaN and infinity, ranges, formulas as text, dates, anything else.
    """
    if cell is None or isinstance(cell, bool | datetime | date | time | timedelta):
        return MISSING if cell is None else _no_number(cell)
    if isinstance(cell, int | float):
        return _from_number(cell)
    text = str(cell)
    if len(text) > LONGEST_CELL:
        return _refused(
            text, f"holds {len(text):,} characters; a number has at most {LONGEST_CELL}",
            f"有{len(text)}个字符，数字最多{LONGEST_CELL}个字符",
        )  # fmt: skip
    stripped = text.strip()
    if PLAIN.fullmatch(stripped) and stripped.isascii():
        return _from_number(float(stripped) if "." in stripped else int(stripped))
    return _from_text(text)


def parse_count(cell: Any) -> Parsed:
    """Read a number of people or households: whole, 0 to 1,000,000; otherwise `parse_number`."""
    parsed = parse_number(cell)
    value = parsed.value
    if value is None:
        return parsed
    if value < 0:
        return _refused(cell, "is negative", "为负数")
    if value > MOST_PEOPLE:
        return _refused(cell, f"is above {MOST_PEOPLE:,}", f"大于{MOST_PEOPLE}")
    if value != int(value):
        return _refused(cell, "is not a whole number", "不是整数")
    return Parsed(int(value), parsed.action, parsed.reason, parsed.cure)


def _no_number(cell: bool | date | time | timedelta) -> Parsed:
    """Refuse a cell of another kind; a date's number is told, for it may be a slip of format."""
    if isinstance(cell, bool):
        return _refused(cell, "is true/false, not a number", "是逻辑值，不是数字")
    found = _refused(cell, "is a date or a time, not a number", "是日期或时间，不是数字")
    if not isinstance(cell, date):
        return found
    day = cell.date() if isinstance(cell, datetime) else cell
    number = (day - DAY_ZERO).days - (day < FALSE_LEAP_DAY)
    cure = Text(
        f"Set the cell's format to number: it would read {number}. If that is wrong, correct it.",
        f"请将单元格格式设为“数值”：将显示为 {number}；如非本意请改正。",
    )
    return replace(found, cure=cure)


def _from_number(number: float) -> Parsed:
    if isinstance(number, float) and not math.isfinite(number):
        return _refused(number, "is not a finite number", "不是有限的数")
    if abs(number) > 1e300:
        return _refused(number, "is too large", "数值过大")
    return Parsed(number, "taken")


def _refused(cell: Any, en: str, zh: str) -> Parsed:
    shown = shorten(cell)
    return Parsed(
        None, "refused",
        Text(f"'{shown}' {en}.", f"“{shown}”{zh}。"),
        Text("Write the plain number, such as 45.", "请改为普通数字，如 45。"),
    )  # fmt: skip


def _from_text(text: str) -> Parsed:
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain in MISSING_WORDS:
        return MISSING
    if plain in NOT_NUMBERS:
        return _refused(text, "is not a number", "不是数字")
    if plain.startswith("="):
        return _refused(
            text, "is a formula as text, without its result", "是公式文本，没有计算结果"
        )
    if RANGE.search(plain):
        return _refused(text, "is a range", "是一个范围")
    exact = APPROXIMATE.sub("", plain)
    bare = UNIT.sub("", exact).strip()
    bare = APPROXIMATE.sub("", bare).strip()
    value = _value_of(bare)
    if value is None:
        return _refused(text, "cannot be read as a number", "无法识别为数字")
    if not math.isfinite(value) or abs(value) > 1e300:
        return _refused(text, "is not a finite number", "不是有限的数")
    about = exact != plain or APPROXIMATE.search(UNIT.sub("", exact)) is not None
    en, zh = ("an approximation; ", "为约数，") if about else ("", "")
    shown = int(value) if value == int(value) else value
    return Parsed(value, "mended", Text(
        f"'{shorten(text)}' is {en}taken as {shown}.", f"“{shorten(text)}”{zh}按 {shown} 计。"
    ), Text("Write the plain number.", "请改为普通数字。"))  # fmt: skip


def _value_of(bare: str) -> float | None:
    if not bare.isascii():
        scale = SCALE.get(bare[-1])
        if scale and PLAIN.fullmatch(bare[:-1].strip()) and bare[:-1].strip().isascii():
            return round(float(bare[:-1]) * scale, 6)
        return chinese_numeral(bare)
    if PLAIN.fullmatch(bare) or SCIENTIFIC.fullmatch(bare):
        return float(bare)
    if GROUPED.fullmatch(bare):
        return float(bare.replace(",", "").replace(" ", ""))
    return None


def chinese_numeral(text: str) -> int | None:
    """Return the whole number that Chinese numerals say; None if it is none.

    一百二十, 三千零五, 二〇; up to 9,999 亿.
    """
    text = text.translate(FORMAL)
    if not text or any(c not in DIGITS and c not in SCALE for c in text):
        return None
    if all(c in DIGITS for c in text):
        return int("".join(str(DIGITS[c]) for c in text)) if len(text) <= 12 else None
    total, section, digit, lowest = 0, 0, -1, 10**9
    for c in text:
        if c in DIGITS:
            if digit > 0:
                return None
            digit = DIGITS[c]
        elif SCALE[c] >= 10_000:
            if SCALE[c] >= lowest:
                return None
            lowest = SCALE[c]
            total += (section + max(digit, 0) or (0 if total else 1)) * SCALE[c]
            section, digit = 0, -1
        else:
            section += (digit if digit > 0 else 1) * SCALE[c]
            digit = -1
    return total + section + max(digit, 0)


def format_chinese(number: int) -> str:
    """Return a whole number from 0 to 99,999,999 in Chinese numerals."""
    if number == 0:
        return "零"
    words = ""
    for scale, name in ((10_000, "万"), (1, "")):
        part = number // scale % 10_000
        if part:
            below_gap = bool(words) and part < 1000
            words += ("零" if below_gap else "") + _four_digits(part) + name
    return words


def _four_digits(number: int) -> str:
    words, gap = "", False
    for scale, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // scale % 10
        if digit:
            words += ("零" if gap and words else "") + "零一二三四五六七八九"[digit] + name
            gap = False
        else:
            gap = True
    return words
