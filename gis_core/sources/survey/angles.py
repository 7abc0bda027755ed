"""Degrees as people write them: decimal, degrees-minutes-seconds, with or without a side."""

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Literal

from gis_core.sources.survey.numbers import LONGEST_CELL, MISSING_WORDS
from gis_core.sources.survey.place import shorten
from gis_core.text import Text

Side = Literal["N", "S", "E", "W", ""]
Action = Literal["taken", "mended", "refused", "missing"]
SIDES: dict[str, Side] = {"n": "N", "s": "S", "e": "E", "w": "W", "北": "N", "南": "S", "东": "E",
                          "西": "W"}  # fmt: skip
WORDS = re.compile(r"(北纬|南纬|东经|西经|经度|纬度|北|南|东|西|lat(itude)?|lon(gitude)?|lng|[:=])")
# After NFKC ′ ″ and typographic quotes are kept apart; all spellings become ° ' "
DEGREE, MINUTE, SECOND = "°º˚度", "'′‘’´`分", '"″“”秒'
NUMBER = r"(\d+(?:\.\d+)?)"
DMS = re.compile(
    rf"(-?){NUMBER}\s*(?:°\s*|\s+|-|:)(?:{NUMBER}\s*(?:'\s*|\s+|-|:|$)(?:{NUMBER}\s*(?:\"|''|$))?)?"
)
DOTTED = re.compile(r"-?\d{1,3}\.\d{1,2}\.\d{1,2}(\.\d+)?")
DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?°?")
PAIR_SPLIT = re.compile(r"\s*[,;/、|\t\n\r]\s*")


@dataclass(frozen=True)
class Angle:
    """An angle read: degrees (None without), side if written, what was done and why."""

    degrees: float | None
    action: Action
    side: Side = ""
    reason: Text = Text("", "")
    cure: Text = Text("", "")


MISSING = Angle(None, "missing")
CURE = Text("Write decimal degrees, such as 110.75.", "请改为十进制度数，如 110.75。")


def parse_angle(cell: Any) -> Angle:
    """Read an angle in degrees, -180 to 180, from a number or text; never raises.

    Text may read 36.0867, 36°5′12″, 36度5分12秒, N36 05 12, 36°5.2′N, 36-05-12.
    """
    if cell is None or isinstance(cell, bool):
        return MISSING if cell is None else _refused(cell)
    if isinstance(cell, int | float):
        return Angle(float(cell), "taken") if math.isfinite(cell) else _refused(cell)
    text = str(cell)
    if len(text) > LONGEST_CELL:
        return _refused(text)
    plain = _plain(text)
    if plain in MISSING_WORDS:
        return MISSING
    if text.isascii() and re.fullmatch(r"\s*[+-]?\d+(\.\d+)?\s*", text):
        return Angle(float(text), "taken")
    body, side = _side_of(plain)
    if body is None:
        return _refused(text)
    degrees = _degrees_of(body)
    if degrees is None:
        return _refused(text)
    if side in ("S", "W"):
        degrees = -abs(degrees)
    return Angle(degrees, "mended", side, Text(
        f"'{shorten(text)}' is taken as {degrees:.6f}°.", f"“{shorten(text)}”按 {degrees:.6f}° 计。"
    ), CURE)  # fmt: skip


def _plain(text: str) -> str:
    """Lower case, full-width letters narrowed, all spellings of ° ' \" made one."""
    for marks, mark in ((DEGREE, "°"), (SECOND, '"'), (MINUTE, "'")):
        for spelling in marks:
            text = text.replace(spelling, mark)
    return unicodedata.normalize("NFKC", text).strip().lower()


def _side_of(plain: str) -> tuple[str | None, Side]:
    """Take the side's letter or word off; (None, "") if two sides are named."""
    sides = {SIDES[c] for c in plain if c in SIDES and not _inside_word(plain, c)}
    if len(sides) > 1:
        return None, ""
    body = WORDS.sub(" ", plain)
    for letter in "nsew":
        body = body.replace(letter, " ")
    return body.strip(), (sides.pop() if sides else "")


def _inside_word(plain: str, letter: str) -> bool:
    """True if the letter only stands inside a word such as ``longitude``."""
    return letter.isascii() and letter not in re.sub(r"[a-z]{2,}", "", plain)


def _degrees_of(body: str) -> float | None:
    if DECIMAL.fullmatch(body):
        return float(body.rstrip("°"))
    if DOTTED.fullmatch(body):
        body = body.replace(".", "-", 2)  # 110.42.30 as 110-42-30
    found = DMS.fullmatch(body)
    if found is None:
        return None
    minus, whole, minutes, seconds = found.groups()
    parts = float(whole), float(minutes or 0), float(seconds or 0)
    if parts[1] >= 60 or parts[2] >= 60 or parts[0] > 180:
        return None
    if (minutes and "." in whole) or (seconds and "." in (minutes or "")):
        return None
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    return -degrees if minus else degrees


def parse_pair(cell: Any) -> tuple[Angle, Angle] | None:
    """Read two angles from one cell, in the order in which they stand; None if there are not two.

    ``110.75,36.46``; ``E110°45′ N36°27′``; ``(110.75, 36.46)``; ``POINT (110.75 36.46)``.
    """
    if cell is None or isinstance(cell, bool | int | float):
        return None
    text = str(cell)
    if len(text) > LONGEST_CELL:
        return None
    plain = re.sub(r"point|[()\[\]]", " ", _plain(text)).strip()
    for parts in _splits(plain):
        if len(parts) == 2:
            first, second = parse_angle(parts[0]), parse_angle(parts[1])
            if first.degrees is not None and second.degrees is not None:
                return first, second
    return None


def _splits(plain: str) -> list[list[str]]:
    """Ways to cut a cell in two: at a separator, before or after a side, at a space."""
    ways = [[p for p in PAIR_SPLIT.split(plain) if p]]
    marked = re.sub(r"(东经|西经|北纬|南纬|经度|纬度)", r"|\1", plain)
    ways.append([p.strip() for p in marked.split("|") if p.strip()])
    ways.append([p for p in re.split(r"(?<=[nsew])\s*(?=\d)", plain) if p])
    ways.append([p for p in re.split(r"\s*(?=[nsew]\s*\d)", plain) if p])
    ways.append([p for p in plain.split() if p])
    return ways


def _refused(cell: Any) -> Angle:
    shown = shorten(cell)
    return Angle(None, "refused", "", Text(
        f"'{shown}' cannot be read as degrees.", f"“{shown}”无法识别为度数。"
    ), CURE)  # fmt: skip


def format_dms(degrees: float) -> str:
    """Return an angle as ``36°5′12.34″``, to a hundredth of a second."""
    hundredths = round(abs(degrees) * 360_000)
    whole, rest = divmod(hundredths, 360_000)
    minutes, seconds = divmod(rest, 6000)
    sign = "-" if degrees < 0 else ""
    return f"{sign}{whole}°{minutes}′{seconds / 100:.2f}″"
