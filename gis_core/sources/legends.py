"""Legends of class rasters: a CSV that names each value."""

import csv
from pathlib import Path

from gis_core.errors import InvalidLayerError
from gis_core.remarks import Remark
from gis_core.sources.files import read_text
from gis_core.text import Text

COLUMNS = {
    "value": ("value", "class", "code", "值", "像元值", "代码", "编码"),
    "name": ("name", "label", "名称", "类名", "类别", "类型", "地类"),
    "name_en": ("name_en", "english", "label_en", "英文名", "英文名称"),
    "name_zh": ("name_zh", "chinese", "label_zh", "中文名", "中文名称"),
}
SEPARATORS = ",;\t"


def read_legend(path: Path) -> tuple[dict[int, Text], tuple[Remark, ...]]:
    """Read value and name of each class from a CSV (UTF-8 or GB18030).

    Needs a column ``value`` (or ``class``, 值) and ``name``, or ``name_zh`` and ``name_en``, or
    one of them; a missing language takes the other's name, with a remark.

    Raises
    ------
    UnreadableFileError
        If the file is missing, empty or in an unknown encoding.
    InvalidLayerError
        If a column is missing, a value is not a whole number or stands twice, or a name is
        empty.
    """
    text = read_text(path)
    head = text.lstrip().splitlines()[0] if text.strip() else ""
    separator = max(SEPARATORS, key=head.count)
    try:
        rows = list(csv.reader(text.splitlines(), delimiter=separator))
    except csv.Error as err:
        raise InvalidLayerError(
            f"{path}: cannot be read as CSV ({err}). Save it again as 'CSV UTF-8'.",
            f"{path}：无法按 CSV 读取（{err}）。请另存为“CSV UTF-8”。",
        ) from err
    headers = [cell.strip().lower() for cell in rows[0]] if rows else []
    found = {role: next((headers.index(n) for n in names if n in headers), None)
             for role, names in COLUMNS.items()}  # fmt: skip
    named = [role for role in ("name", "name_en", "name_zh") if found[role] is not None]
    if found["value"] is None or not named:
        raise InvalidLayerError(
            f"{path}: needs the columns value and name (or name_zh and name_en); found "
            f"{', '.join(headers) or 'nothing'}. Correct the first row.",
            f"{path}：需要 value 与 name（或 name_zh、name_en）列；现有："
            f"{'、'.join(headers) or '无'}。"
            "请修改首行。",
        )
    legend: dict[int, Text] = {}
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        given = {r: cells[i].strip() for r, i in found.items() if i is not None and i < len(cells)}
        value = _whole(path, number, given.get("value", ""))
        if value in legend:
            raise InvalidLayerError(
                f"{path}, row {number}: the value {value} stands twice. Keep one row a value.",
                f"{path} 第 {number} 行：值 {value} 重复。每个值只保留一行。",
            )
        legend[value] = _name(path, number, given)
    if not legend:
        raise InvalidLayerError(
            f"{path}: names no class. Add a row a value below the headers.",
            f"{path}：没有任何类别。请在表头下每个值写一行。",
        )
    return legend, _one_language(path, found)


def _whole(path: Path, row: int, cell: str) -> int:
    try:
        number = float(cell)
        if number.is_integer():
            return int(number)
    except ValueError:
        pass
    raise InvalidLayerError(
        f"{path}, row {row}: '{cell[:50]}' is not a whole number. Correct the value.",
        f"{path} 第 {row} 行：“{cell[:50]}”不是整数。请改正该值。",
    )


def _name(path: Path, row: int, given: dict[str, str]) -> Text:
    plain = given.get("name", "")
    en = given.get("name_en", "") or plain or given.get("name_zh", "")
    zh = given.get("name_zh", "") or plain or given.get("name_en", "")
    if not en:
        raise InvalidLayerError(
            f"{path}, row {row}: the class has no name. Enter one.",
            f"{path} 第 {row} 行：该类别没有名称。请填写。",
        )
    return Text(en, zh)


def _one_language(path: Path, found: dict[str, int | None]) -> tuple[Remark, ...]:
    if found["name_en"] is not None and found["name_zh"] is not None:
        return ()
    return (
        Remark(
            path.name,
            "note",
            Text(
                "The legend names its classes in one language; both maps show that name.",
                "图例只有一种语言的名称；中英文地图均显示该名称。",
            ),
            Text("Give the columns name_zh and name_en.", "请提供 name_zh 与 name_en 两列。"),
        ),
    )
