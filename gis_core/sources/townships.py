"""Lists of townships: read, joined with their points, and held against each other."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from gis_core.remarks import Remark
from gis_core.sources.flat_table import FlatTable, read_flat_table
from gis_core.sources.survey.place import Place
from gis_core.text import Text

CODE = ("township_code", "code", "id", "乡镇代码", "代码", "编码", "统计用区划代码")
NAME = ("ext_name", "full_name", "township", "name", "乡镇名称", "乡镇", "名称")
COUNTY = ("county_code", "areaCode", "pid", "parent_code", "县代码", "县区代码", "上级代码")
PINYIN = ("pinyin", "拼音")
LON = ("lon", "lon_wgs84", "lng", "longitude", "经度")
LAT = ("lat", "lat_wgs84", "latitude", "纬度")
CODE_LENGTH = 9  # digits of a township's code; the first six are its county's
STATISTICAL_LENGTH = 12  # the statistical code adds three for the village
DIFFER_CURE = Text(
    "Find out which list is right for the year of the survey.", "请核实哪份名录与调查年份相符。"
)


@dataclass(frozen=True)
class TownshipList:
    """A list of townships.

    `frame` has code, name, county_code, pinyin (text, "" where unknown), and lon, lat
    (WGS 84 degrees, NaN where unknown).
    """

    frame: pd.DataFrame
    place: Place
    remarks: tuple[Remark, ...] = ()


def read_townships(path: Path) -> TownshipList:
    """Read a list of townships (CSV or workbook) with codes and names.

    Rows of other levels (by the length of their code), without a code, or with the code of
    an earlier row are left out with a remark.

    Raises
    ------
    UnreadableFileError
        If the file cannot be read.
    InvalidLayerError
        If it has no column of codes or names.
    """
    table = read_flat_table(path)
    code = table.need(CODE, Text("the township's code", "乡镇代码"))
    name = table.need(NAME, Text("the township's name", "乡镇名称"))
    county, pinyin = table.find(COUNTY), table.find(PINYIN)
    lon, lat, remarks = _points(table)
    codes = [_township_code(text) for text in table.frame[code]]
    frame = pd.DataFrame(
        {
            "code": pd.Series(codes, dtype=object),
            "name": table.frame[name],
            "county_code": table.frame[county] if county else [c[:6] for c in codes],
            "pinyin": table.frame[pinyin] if pinyin else "",
            "lon": lon,
            "lat": lat,
            "row": table.numbers,
        }
    )
    whole = (frame["code"] != "") & (frame["name"] != "")
    remarks += _left_out(table, frame, whole)
    frame = frame[whole]
    again = frame["code"].duplicated()
    remarks += [
        table.place.remark("refused", Text(
            f"The code {c} stands twice; {n} was not taken.", f"代码 {c} 重复，“{n}”未采用。"
        ), Text("Correct the code.", "请改正代码。"), row=int(r), column=code, value=c)
        for c, n, r in frame.loc[again, ["code", "name", "row"]].itertuples(index=False)
    ]  # fmt: skip
    kept = frame[~again].drop(columns="row").reset_index(drop=True)
    return TownshipList(kept, table.place, tuple(remarks))


def _township_code(text: str) -> str:
    digits = text if text.isdecimal() else ""
    if len(digits) == STATISTICAL_LENGTH and digits.endswith("000"):
        digits = digits[:CODE_LENGTH]
    return digits if len(digits) == CODE_LENGTH else ""


def _points(table: FlatTable) -> tuple[pd.Series, pd.Series, list[Remark]]:
    lon, lat = table.find(LON), table.find(LAT)
    if lon is None or lat is None:
        empty = pd.Series(np.nan, index=table.frame.index)
        return empty, empty, []
    x, said = table.numbers_of(lon)
    y, also = table.numbers_of(lat)
    return x, y, [*said, *also]


def _left_out(table: FlatTable, frame: pd.DataFrame, whole: pd.Series) -> list[Remark]:
    rows = frame.loc[~whole, "row"].tolist()
    if not rows:
        return []
    return [table.place.remark("note", Text(
        f"{len(rows):,} rows have no nine-digit township code or no name and were left out "
        f"(first: row {rows[0]}).",
        f"{len(rows)}行没有九位乡镇代码或名称，已略去（首行为第{rows[0]}行）。",
    ), Text("Nothing to do if they are counties.", "如为县级行则无需处理。"),
        row=int(rows[0]))]  # fmt: skip


def join_points(townships: TownshipList, points: TownshipList) -> TownshipList:
    """Return `townships` with the points of `points` where code and name agree.

    Where the code agrees but not the name, the point is not used and remarked.
    """
    frame = townships.frame.copy()
    known = points.frame.dropna(subset=["lon", "lat"]).set_index("code")
    remarks: list[Remark] = []
    rows = {str(code): i for i, code in enumerate(frame["code"].tolist())}
    for code, name, lon, lat in known[["name", "lon", "lat"]].itertuples():
        row = rows.get(str(code))
        if row is not None and frame["name"].tolist()[row] == name:
            frame.loc[row, ["lon", "lat"]] = [lon, lat]
            continue
        other = "" if row is None else str(frame["name"].tolist()[row])
        remarks.append(points.place.remark("waiting", Text(
            f"The point of {name} {code} was not used: the list has {other or 'no township'} "
            "under that code.",
            f"“{name}”{code} 的点位未采用：名录中该代码为“{other or '无'}”。",
        ), DIFFER_CURE, value=code))  # fmt: skip
    return replace(townships, frame=frame, remarks=(*townships.remarks, *remarks))


def compare_townships(first: TownshipList, second: TownshipList) -> tuple[Remark, ...]:
    """Return where two lists disagree: missing units, other codes, swapped codes, other spellings.

    Neither list is taken to be right; every remark waits for a person.
    """
    ours = {(c, n): code for code, n, c in _rows(first)}
    theirs = {(c, n): code for code, n, c in _rows(second)}
    remarks: list[Remark] = []
    names_a = {code: n for (_, n), code in ours.items()}
    names_b = {code: n for (_, n), code in theirs.items()}
    moved = {k: (ours[k], theirs[k]) for k in ours.keys() & theirs.keys() if ours[k] != theirs[k]}
    done: set[tuple[str, str]] = set()
    for key in sorted(moved, key=lambda k: moved[k]):
        if key in done:
            continue
        a, b = moved[key]
        partner = next((k for k, v in moved.items() if v == (b, a)), None)
        if partner is not None:
            done.add(partner)
            remarks.append(_differ(first, Text(
                f"{key[1]} and {partner[1]} have swapped codes: {a} and {b} here, {b} and {a} in "
                f"{second.place.file}.",
                f"“{key[1]}”与“{partner[1]}”的代码互换：此处为 {a} 和 {b}，"
                f"{second.place.file} 中为 {b} 和 {a}。",
            ), a))  # fmt: skip
        else:
            remarks.append(_differ(first, Text(
                f"{key[1]} has the code {a} here and {b} in {second.place.file}.",
                f"“{key[1]}”的代码此处为 {a}，{second.place.file} 中为 {b}。",
            ), a))  # fmt: skip
    placed = {code for pair in moved.values() for code in pair}
    for code in sorted((names_a.keys() | names_b.keys()) - placed):
        pair = names_a.get(code), names_b.get(code)
        if pair[0] != pair[1]:
            remarks.append(_one_sided(first, second, code, pair))
    return tuple(remarks)


def _rows(townships: TownshipList) -> list[tuple[str, str, str]]:
    columns = townships.frame[["code", "name", "county_code"]]
    return [(str(a), str(b), str(c)) for a, b, c in columns.itertuples(index=False)]


def _one_sided(
    first: TownshipList, second: TownshipList, code: str, names: tuple[str | None, str | None]
) -> Remark:
    a, b = names
    if a and b:
        return _differ(first, Text(
            f"{code} is {a} here and {b} in {second.place.file}.",
            f"{code} 此处为“{a}”，{second.place.file} 中为“{b}”。",
        ), code)  # fmt: skip
    here, other = (first, second) if a else (second, first)
    return _differ(here, Text(
        f"{code} {a or b} stands in this list only, not in {other.place.file}.",
        f"{code}“{a or b}”仅在本名录中，{other.place.file} 中没有。",
    ), code)  # fmt: skip


def _differ(townships: TownshipList, reason: Text, code: str) -> Remark:
    return townships.place.remark("waiting", reason, DIFFER_CURE, column="code", value=code)
