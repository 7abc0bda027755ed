"""Reported totals: a small CSV with one row a bracket."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from gis_core.errors import InvalidSurveyError
from gis_core.provenance import hash_file
from gis_core.region import Bracket
from gis_core.sources.flat_table import FlatTable, read_flat_table
from gis_core.sources.survey.headers import plain, without_unit
from gis_core.sources.survey.numbers import APPROXIMATE, parse_number
from gis_core.sources.survey.place import shorten

COLUMNS = {
    "label": ("label", "bracket", "分组", "组别", "规模"),
    "min_people": ("min_people", "min", "最少人数", "下限"),
    "max_people": ("max_people", "max", "最多人数", "上限"),
    "villages": ("villages", "村数", "村庄数"),
    "households": ("households", "户数"),
    "people": ("people", "人数", "人口"),
}
OVERALL = {"all", "total", "sum", "合计", "总计", "全部"}
EXAMPLE_EN = "label,min_people,max_people,villages,households,people / small,0,99,12,96,410"
EXAMPLE_ZH = "分组,下限,上限,村数,户数,人数 / 百人以下,0,99,12,96,410"


@dataclass(frozen=True)
class ReportedTotals:
    """Rows by bracket, their brackets, the grand total if the file had one, and the hash."""

    frame: pd.DataFrame
    brackets: tuple[Bracket, ...]
    overall: dict[str, int] | None
    file_hash: str


def read_totals(path: Path) -> ReportedTotals:
    """Read reported totals from a table, CSV or the first sheet of a workbook.

    Needs the columns label, min_people, max_people, villages, households and people (or
    their Chinese names, units in brackets behind them); limits are inclusive, in people. A row
    labelled ``all`` or 合计 is the grand total and needs no limits.

    Raises
    ------
    UnreadableFileError
        If the file is missing, empty or in an unknown encoding.
    InvalidSurveyError
        If a column is missing, a cell is not a whole number, or a label stands twice.
    InvalidLayerError
        If there is no row below the header, or a header stands twice.
    """
    table = read_flat_table(path)
    found = _columns(path, table)
    rows: list[dict[str, Any]] = []
    overall: dict[str, int] | None = None
    for position, cells in zip(table.numbers, table.frame.to_dict("records"), strict=True):
        label = str(cells[found["label"]])
        grand = label.lower() in OVERALL
        wanted = ("villages", "households", "people") if grand else list(COLUMNS)[1:]
        numbers = {c: _number(path, position, found[c], str(cells[found[c]])) for c in wanted}
        if grand:
            overall = numbers
        else:
            rows.append({"label": label, **numbers})
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    _refuse_unusable(path, frame)
    brackets = tuple(
        Bracket(str(r["label"]), int(r["min_people"]), int(r["max_people"])) for r in rows
    )
    return ReportedTotals(frame, brackets, overall, hash_file(path))


def _columns(path: Path, table: FlatTable) -> dict[str, str]:
    """Return the table's header of each column wanted."""
    headers = [str(header) for header in table.frame]
    bare = {plain(without_unit(header)[0]): header for header in reversed(headers)}
    bare |= {plain(header): header for header in reversed(headers)}
    found = {
        column: next(bare[plain(name)] for name in names if plain(name) in bare)
        for column, names in COLUMNS.items()
        if any(plain(name) in bare for name in names)
    }
    missing = [column for column in COLUMNS if column not in found]
    if missing:
        zh = "、".join(COLUMNS[column][-1] for column in missing)
        raise InvalidSurveyError(
            f"{path}: has no column for {', '.join(missing)}; found: {', '.join(headers)[:300]}. "
            f"Name the headers as in this example, header and first row: {EXAMPLE_EN}.",
            f"{path}：缺少{zh}列；现有：{'、'.join(headers)[:300]}。"
            f"请按此例填写表头与各行：{EXAMPLE_ZH}。",
        )
    return found


def _number(path: Path, row: int, column: str, cell: str) -> int:
    value = parse_number(cell).value
    if value is None or value < 0 or value != int(value) or APPROXIMATE.search(cell):
        raise InvalidSurveyError(
            f"{path}, row {row}, column {column}: '{shorten(cell)}' is not a whole number from 0 "
            "up. Correct the cell.",
            f"{path} 第{row}行“{column}”列：“{shorten(cell)}”不是非负整数。请改正该单元格。",
        )
    return int(value)


def _refuse_unusable(path: Path, frame: pd.DataFrame) -> None:
    if frame.empty:
        raise InvalidSurveyError(f"{path}: holds no bracket row.", f"{path}：没有任何分组行。")
    twice = frame.loc[frame["label"].duplicated(), "label"]
    if len(twice):
        raise InvalidSurveyError(
            f"{path}: the bracket '{twice.iloc[0]}' stands twice. Keep one row a bracket.",
            f"{path}：分组“{twice.iloc[0]}”重复。每组只保留一行。",
        )
