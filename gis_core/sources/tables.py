"""Figures by unit, such as a census table by county."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gis_core.errors import InvalidLayerError
from gis_core.provenance import hash_file
from gis_core.remarks import Remark
from gis_core.sources.flat_table import FlatTable, read_flat_table
from gis_core.sources.gazetteer import Gazetteer, NameMatch
from gis_core.text import Text

CODE = ("code", "adcode", "county_code", "代码", "区划代码", "行政区划代码", "县代码")
NAME = ("name", "name_zh", "county", "名称", "县名", "县", "县区", "地区", "单位")


@dataclass(frozen=True)
class UnitTable:
    """Figures by unit: `frame` has the unit's code as index and the table's columns.

    Columns whose every filled cell is a number are float64 (NaN for empty), others text.
    """

    frame: pd.DataFrame
    file_name: str
    file_hash: str
    remarks: tuple[Remark, ...] = ()


def read_unit_table(path: Path, units: "pd.DataFrame | Gazetteer") -> UnitTable:
    """Read figures by unit (CSV or workbook) and match its rows to `units`.

    The code decides; a name that differs from the unit's is remarked, for names change
    between the years of figures and of boundaries. Without a code the name must match with
    certainty. Rows that match no unit are left out with a remark, units without a row are
    remarked.

    Raises
    ------
    UnreadableFileError
        If the file cannot be read.
    InvalidLayerError
        If there is no column of codes or names, or no row matches a unit.
    """
    gazetteer = units if isinstance(units, Gazetteer) else Gazetteer(units)
    table = read_flat_table(path)
    code, name = table.find(CODE), table.find(NAME)
    if code is None and name is None:
        table.need((*CODE[:2], *NAME[:2]), Text("the unit's code or name", "单元代码或名称"))
    remarks: list[Remark] = []
    codes: list[str] = []
    for i in range(len(table.frame)):
        found, said = _unit_of(table, i, (code, name), gazetteer)
        if found and found in codes:
            said, found = [_twice(table, i, found)], ""
        codes.append(found)
        remarks += said
    if not any(codes):
        shown = table.frame.iloc[0].tolist()[:2]
        raise InvalidLayerError(
            f"{path}: no row matches a unit of the region; first row: {', '.join(shown)}. Import "
            "the boundaries these figures are for.",
            f"{path}：没有任何行与本区域单元对应；首行为 {'、'.join(shown)}。"
            "请导入与数据相应的边界。",
        )
    frame, said = _figures(table, code)
    remarks += said + _without_row(table, gazetteer, set(codes))
    frame.index = pd.Index(codes, name="code", dtype=object)
    return UnitTable(frame[frame.index != ""], path.name, hash_file(path), tuple(remarks))


def _figures(table: FlatTable, code: str | None) -> tuple[pd.DataFrame, list[Remark]]:
    columns: dict[str, pd.Series] = {}
    remarks: list[Remark] = []
    for header in (str(h) for h in table.frame if h != code):
        if table.is_numeric(header) or _mostly_numeric(table, header):
            columns[header], said = table.numbers_of(header)
            remarks += said
        else:
            columns[header] = table.frame[header]
    return pd.DataFrame(columns), remarks


def _mostly_numeric(table: FlatTable, header: str) -> bool:
    cells = [cell for cell in table.frame[header].tolist() if cell]
    plain = [c for c in cells if c.replace(".", "", 1).replace("-", "", 1).isdecimal()]
    return len(plain) > len(cells) / 2


def _unit_of(
    table: FlatTable, i: int, headers: tuple[str | None, str | None], gazetteer: Gazetteer
) -> tuple[str, list[Remark]]:
    code = table.frame[headers[0]].tolist()[i] if headers[0] else ""
    name = table.frame[headers[1]].tolist()[i] if headers[1] else ""
    by_code = gazetteer.match(code) if code else NameMatch("", "none")
    by_name = gazetteer.match(name) if name else NameMatch("", "none")
    row = table.numbers[i]
    if by_code.code:
        if not name or by_name.code == by_code.code:
            return by_code.code, []
        unit = by_code.candidates[0]
        return by_code.code, [table.place.remark("note", Text(
            f"{code} is called {name} in the table and {unit.name_zh} in the boundaries; the code "
            "was followed.",
            f"{code} 在表中名为“{name}”，在边界中名为“{unit.name_zh}”；以代码为准。",
        ), Text("Check that figures and boundaries are of the same division.",
                "请核对数据与边界是否为同一区划。"), row=row, value=name)]  # fmt: skip
    shown = ", ".join(f"{c.name_zh} {c.code}" for c in by_name.candidates[:3])
    if by_name.code and not code:
        return by_name.code, []
    hint_en = f"; the name may be {shown}" if shown else ""
    hint_zh = f"；名称可能是 {shown}" if shown else ""
    return "", [table.place.remark("waiting", Text(
        f"'{code or name}' {name if code else ''} matches no unit with certainty{hint_en}; the row "
        "was not taken.",
        f"“{code or name}”{name if code else ''}无法确定对应的单元{hint_zh}；该行未采用。",
    ), Text("Correct the code or confirm the name.", "请改正代码或确认名称。"), row=row,
        value=code or name)]  # fmt: skip


def _twice(table: FlatTable, i: int, code: str) -> Remark:
    return table.place.remark("refused", Text(
        f"{code} has a row already; this one was not taken.", f"{code} 已有数据行，本行未采用。"
    ), Text("Keep one row a unit.", "每个单元只保留一行。"),
        row=table.numbers[i], value=code)  # fmt: skip


def _without_row(table: FlatTable, gazetteer: Gazetteer, found: set[str]) -> list[Remark]:
    return [
        table.place.remark("note", Text(
            f"{unit.name_zh} {code} has no row in the table.", f"表中没有 {unit.name_zh} {code}。"
        ), Text("Add the row if there are figures.", "如有数据请补充该行。"), value=code)
        for code, unit in gazetteer.by_code.items() if code not in found
    ]  # fmt: skip
