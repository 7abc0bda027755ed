"""Reported totals: a small CSV with one row a bracket."""

from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from gis_core.errors import InvalidSurveyError, UnreadableFileError
from gis_core.provenance import hash_file
from gis_core.region import Bracket

COLUMNS = {
    "label": ("label", "bracket", "分组", "组别", "规模"),
    "min_people": ("min_people", "min", "最少人数", "下限"),
    "max_people": ("max_people", "max", "最多人数", "上限"),
    "villages": ("villages", "村数", "村庄数"),
    "households": ("households", "户数"),
    "people": ("people", "人数", "人口"),
}
OVERALL = {"all", "total", "sum", "合计", "总计", "全部"}
ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True)
class ReportedTotals:
    """Rows by bracket, their brackets, the grand total if the file had one, and the hash."""

    frame: pd.DataFrame
    brackets: tuple[Bracket, ...]
    overall: dict[str, int] | None
    file_hash: str


def _decode(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as err:
        raise UnreadableFileError(
            f"{path}: cannot be opened ({err.strerror}). Check the path.",
            f"{path}:无法打开({err.strerror})。请检查路径。",
        ) from err
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFileError(
        f"{path}: is neither UTF-8 nor GB18030 text. Save it as 'CSV UTF-8' and try again.",
        f"{path}:既不是 UTF-8 也不是 GB18030 编码。请另存为“CSV UTF-8”后重试。",
    )


def _number(path: Path, row: int, column: str, value: str) -> int:
    text = value.replace(",", "").replace(",", "").strip()
    if not text.isdecimal():
        raise InvalidSurveyError(
            f"{path}, row {row}, column {column}: '{value[:50]}' is not a whole number from 0 up. "
            "Correct the cell.",
            f"{path} 第{row}行“{column}”列:“{value[:50]}”不是非负整数。请改正该单元格。",
        )
    return int(text)


def read_totals(path: Path) -> ReportedTotals:
    """Read reported totals from a CSV file (UTF-8, UTF-8 with BOM or GB18030).

    Needs the columns label, min_people, max_people, villages, households and people (or
    their Chinese names); limits are inclusive, in people. A row labelled ``all`` or 合计 is
    the grand total and needs no limits.

    Raises
    ------
    UnreadableFileError
        If the file is missing, empty or in an unknown encoding.
    InvalidSurveyError
        If a column is missing, a cell is not a whole number, or a label stands twice.
    """
    text = _decode(path)
    if not text.strip():
        raise UnreadableFileError(
            f"{path}: is empty. Choose the file with the reported totals.",
            f"{path}:文件为空。请选择含上报合计的文件。",
        )
    try:
        raw = pd.read_csv(StringIO(text), dtype=str, keep_default_na=False)
    except pd.errors.ParserError as err:
        raise InvalidSurveyError(
            f"{path}: its rows differ in length ({err}). Save it again as CSV.",
            f"{path}:各行列数不一致({err})。请重新保存为 CSV。",
        ) from err
    raw.columns = [str(name).strip() for name in raw.columns]
    found = {c: next((n for n in raw.columns if n.lower() in names), None)
             for c, names in COLUMNS.items()}  # fmt: skip
    missing = [c for c, name in found.items() if name is None]
    if missing:
        raise InvalidSurveyError(
            f"{path}: has no column for {', '.join(missing)}; found: {', '.join(raw.columns)}. "
            "Rename the headers.",
            f"{path}:缺少 {'、'.join(missing)} 列;现有:{'、'.join(raw.columns)}。请修改表头。",
        )
    rows: list[dict[str, Any]] = []
    overall: dict[str, int] | None = None
    for position, cells in enumerate(raw.to_dict("records"), start=2):
        label = str(cells[found["label"]]).strip()
        grand = label.lower() in OVERALL
        wanted = ("villages", "households", "people") if grand else list(COLUMNS)[1:]
        numbers = {c: _number(path, position, str(found[c]), str(cells[found[c]])) for c in wanted}
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


def _refuse_unusable(path: Path, frame: pd.DataFrame) -> None:
    if frame.empty:
        raise InvalidSurveyError(f"{path}: holds no bracket row.", f"{path}:没有任何分组行。")
    twice = frame.loc[frame["label"].duplicated(), "label"]
    if len(twice):
        raise InvalidSurveyError(
            f"{path}: the bracket '{twice.iloc[0]}' stands twice. Keep one row a bracket.",
            f"{path}:分组“{twice.iloc[0]}”重复。每组只保留一行。",
        )
