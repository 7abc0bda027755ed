"""A survey's columns read cell by cell: clean cells at once, the others with a remark each."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gis_core.remarks import Remark
from gis_core.sources.survey.fields import BY_KEY
from gis_core.sources.survey.numbers import Parsed, parse_count, parse_number
from gis_core.sources.survey.place import shorten
from gis_core.sources.survey.table import Table
from gis_core.text import Text

Floats = NDArray[np.float64]
PLAIN = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?", re.ASCII)
DIGITS = re.compile(r"\d{1,6}", re.ASCII)  # a whole number in every parser's range
SPACED_HAN = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
LONGEST_NAME = 100  # characters
SURELY_SOUND = 40  # characters, up to which a text needs no second look
BROKEN = re.compile("[\ufffd\x00-\x08]|\u951f\u65a4\u62f7")  # what lost characters turn into
LONGEST_TEXT = 1000  # characters of a further column
YES = {"是", "有", "通", "已通", "√", "✓", "yes", "y", "true", "1"}
NO = {"否", "无", "未通", "不通", "没有", "×", "✗", "x", "no", "n", "false", "0"}
NO_RESULT = {
    "formula": (
        Text("A formula without a stored result.", "公式没有保存计算结果。"),
        Text("Open the file in a spreadsheet program and save it, or paste the values.",
             "请用表格软件打开并保存一次，或将公式粘贴为数值。"),
    ),
    "error": (
        Text("The cell shows an error such as #N/A.", "单元格显示错误值（如 #N/A）。"),
        Text("Correct the formula or write the value.", "请改正公式或直接填写数值。"),
    ),
    "merged": (
        Text("The cell is merged with the one above; its number cannot be shared out.",
             "单元格与上方合并，数值无法分摊到各行。"),
        Text("Split the cell and write each village's own number.", "请取消合并，逐村填写数值。"),
    ),
}  # fmt: skip
AS_TEXT = Text(
    "Set the cell's format to text and write the name again.",
    "请将单元格格式设为“文本”后重新填写名称。",
)
WRITE_AGAIN = Text(
    f"Write the name again, in at most {LONGEST_NAME} characters.",
    f"请重新填写名称，不超过{LONGEST_NAME}个字符。",
)
UNIT_FACTORS = {
    "km": {"km": 1.0, "公里": 1.0, "千米": 1.0, "m": 0.001, "米": 0.001, "里": 0.5, "华里": 0.5},
    "m": {"m": 1.0, "米": 1.0, "km": 1000.0, "公里": 1000.0},
    "mu": {"mu": 1.0, "亩": 1.0, "ha": 15.0, "公顷": 15.0, "万亩": 10_000.0},
    "yuan": {"yuan": 1.0, "元": 1.0, "万元": 10_000.0},
    "m2": {"m2": 1.0, "m²": 1.0, "平方米": 1.0},
}  # fmt: skip


class _Reading(Protocol):
    """What a parser gives of one cell."""

    @property
    def action(self) -> str: ...
    @property
    def reason(self) -> Text: ...
    @property
    def cure(self) -> Text: ...


def cell_remark(table: Table, key: str, row: int, found: _Reading, *, refused_as: str) -> Remark:
    """Return the remark of one cell that was mended or refused; `row` counts from 0."""
    reason, cure = found.reason, found.cure
    action = "mended" if found.action == "mended" else "refused"
    if found.action == "missing":
        reason, cure = NO_RESULT.get(table.without_value(row, key), (found.reason, found.cure))
    if action == "refused" and refused_as:
        zh = {"row": "该行未导入。", "cell": "该单元格未采用。"}[refused_as]
        en = {"row": "The row was not taken.", "cell": "The cell was not taken."}[refused_as]
        reason = Text(f"{reason.en} {en}", f"{reason.zh}{zh}")
    return table.place.remark(
        "mended" if action == "mended" else "refused", reason, cure, row=table.numbers[row],
        column=table.headers.get(key, key), value=table.column(key)[row],
    )  # fmt: skip


def read_counts(
    table: Table, key: str, *, refused_as: str, blank_is_refused: bool
) -> tuple[Floats, list[Remark]]:
    """Read people or households: whole numbers from 0; NaN where a cell was not taken."""
    return _read(table, key, parse_count, refused_as=refused_as, blank=blank_is_refused)


def read_measures(table: Table, key: str) -> tuple[Floats, list[Remark]]:
    """Read a further column of numbers into its field's unit; NaN where none was taken."""
    values, remarks = _read(table, key, parse_number, refused_as="cell", blank=False)
    wanted, given = BY_KEY[key].unit, table.units.get(key, "")
    factors = UNIT_FACTORS.get(wanted, {})
    factor = factors.get(given.lower(), 1.0)
    plain = [re.escape(unit) for unit in factors if unit[0] != "万"]  # that is part of the number
    units = re.compile(f"({'|'.join(plain)})$")
    for row, cell in enumerate(table.column(key) if factors else ()):
        own = units.search(cell.strip().lower()) if isinstance(cell, str) else None
        if own is None or np.isnan(values[row]) or factors[own[0]] == factor:
            continue
        remarks.append(table.place.remark("mended", Text(
            f"'{shorten(cell)}' names its own unit; taken as "
            f"{values[row] * factors[own[0]]:g} {wanted}.",
            f"“{shorten(cell)}”注明了单位，按 {values[row] * factors[own[0]]:g} {wanted} 计。",
        ), Text("Use one unit throughout the column.", "请全列统一单位。"),
            row=table.numbers[row], column=table.headers[key], value=cell))  # fmt: skip
        values[row] *= factors[own[0]] / factor
    if factor != 1.0:
        remarks.append(table.place.remark("mended", Text(
            f"The header says {given}; the column was multiplied by {factor:g} to be in {wanted}.",
            f"表头单位为“{given}”，整列乘以 {factor:g} 换算为 {wanted}。",
        ), Text("Nothing to do if the header is right.", "表头无误则无需处理。"),
            column=table.headers[key]))  # fmt: skip
    return values * factor, remarks


def _read(
    table: Table, key: str, parser: Callable[[Any], Parsed], *, refused_as: str, blank: bool
) -> tuple[Floats, list[Remark]]:
    cells = table.column(key)
    values = np.full(len(cells), np.nan)
    remarks: list[Remark] = []
    for row, cell in enumerate(cells):
        if type(cell) is str and DIGITS.fullmatch(cell):
            values[row] = int(cell)
            continue
        found = parser(cell)
        if found.value is not None:
            values[row] = found.value
        if found.action == "taken":
            continue
        if found.action == "missing" and not blank and _plainly_blank(table, row, key):
            continue
        remarks.append(cell_remark(table, key, row, found, refused_as=refused_as))
    return values, remarks


def _plainly_blank(table: Table, row: int, key: str) -> bool:
    return table.without_value(row, key) == "blank"


def read_texts(
    table: Table, key: str, *, refused_as: str = "cell"
) -> tuple[list[str], list[Remark]]:
    """Read a column of names or codes as tidy text; "" for empty cells, 141030.0 as 141030.

    A cell that is too long, broken or a date gives "" and a remark.
    """
    seen: dict[Any, str] = {}
    texts: list[str] = []
    remarks: list[Remark] = []
    for row, cell in enumerate(table.column(key)):
        text = seen.get(cell)
        if text is None:
            text = seen[cell] = SPACED_HAN.sub("", " ".join(as_text(cell).split()))
        why = _unsound(cell, text) if len(text) > SURELY_SOUND or type(cell) is not str else None
        if why is None and BROKEN.search(text):
            why = Text("The cell holds broken characters.", "单元格含有乱码。")
        if why is not None:
            cure = AS_TEXT if isinstance(cell, date | time) else WRITE_AGAIN
            found = Parsed(None, "refused", why, cure)
            remarks.append(cell_remark(table, key, row, found, refused_as=refused_as))
            text = ""
        texts.append(text)
    return texts, remarks


def _unsound(cell: Any, text: str) -> Text | None:
    if len(text) > LONGEST_NAME:
        return Text(
            f"The cell holds {len(text):,} characters; a name has at most {LONGEST_NAME}.",
            f"单元格有{len(text)}个字符，名称最多{LONGEST_NAME}个。",
        )
    if isinstance(cell, date | time):
        return Text("The cell is a date or a time, not a name.", "单元格是日期或时间，不是名称。")
    return None


def as_text(cell: Any) -> str:
    """Return any cell as text; whole floats without their .0, dates as ISO, None as ""."""
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date | datetime | time):
        return cell.isoformat()
    return str(cell).strip()


def read_free(table: Table, header: str, cells: list[Any]) -> tuple[list[Any], list[Remark]]:
    """Read a column of unknown meaning: text and numbers kept, overlong cells refused."""
    kept: list[Any] = []
    remarks: list[Remark] = []
    for row, cell in enumerate(cells):
        value: Any = as_text(cell) or None
        if isinstance(cell, bool | int | float):
            value = cell if np.isfinite(cell) else None
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            remarks.append(table.place.remark("refused", Text(
                f"The cell holds {len(value):,} characters; at most {LONGEST_TEXT:,} are kept. "
                "The cell was not taken.",
                f"单元格有{len(value)}个字符，最多保留{LONGEST_TEXT}个。该单元格未采用。",
            ), Text("Shorten the cell.", "请缩短内容。"), row=table.numbers[row], column=header,
                value=shorten(value, 100)))  # fmt: skip
            value = None
        kept.append(value)
    return kept, remarks


def read_yes_no(cells: list[Any]) -> list[Any]:
    """Read 有/无, 是/否, yes/no and the like as True and False; other text stays text."""
    read: list[Any] = []
    for cell in cells:
        word = str(cell).strip().lower()
        read.append(True if word in YES else False if word in NO else cell)
    return read


def formula_notes(table: Table) -> list[Remark]:
    """Return one note a column whose cells are formulas with stored results."""
    rows_of: dict[int, list[int]] = {}
    wanted = set(table.numbers)
    for (row, column), stored in table.sheet.formulas.items():
        if stored and row in wanted:
            rows_of.setdefault(column, []).append(row)
    names = {index: table.headers[key] for key, index in table.indices.items()}
    return [
        table.place.remark("note", Text(
            f"{len(rows):,} cells are formulas (rows {min(rows)} to {max(rows)}); their stored "
            "results were taken.",
            f"{len(rows)}个单元格为公式（第{min(rows)}至{max(rows)}行），采用其保存的计算结果。",
        ), Text("Open and save the file once if the results may be old.",
                "如结果可能过期，请打开文件重新保存。"), row=min(rows), column=names[column])
        for column, rows in sorted(rows_of.items()) if column in names
    ]  # fmt: skip
