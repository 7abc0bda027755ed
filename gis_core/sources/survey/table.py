"""The table below a header: villages' rows told from totals, notes and repeated headers."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from gis_core.remarks import Remark
from gis_core.sources.survey.headers import SEPARATOR
from gis_core.sources.survey.layout import NAME_FIELDS, Header
from gis_core.sources.survey.place import Place
from gis_core.sources.survey.sections import heading_of, under_headings
from gis_core.sources.survey.sheets import Sheet
from gis_core.text import Text

TOTAL = re.compile(
    r"(合计|总计|小计|共计|累计|总和|汇总)数?[:\uff1a]?([(\uff08].*[)\uff09])?$|^总数$"
    r"|^(sub|grand)?-?totals?\b|^sum$",
    re.IGNORECASE,
)
NOTE = re.compile(
    r"^(注\s*[:\uff1a]|注\d|备注|说明|填表|填报|制表|审核|单位负责|负责人|联系电话|联系人|资料来源|数据来源"
    r"|统计时间|统计日期|调查人|调查时间|notes?\b\s*[:\uff1a]|source\b\s*[:\uff1a]|prepared by)",
    re.IGNORECASE,
)
ORDER_MARKS = "甲乙丙丁戊己庚辛壬癸"
LABELS = ("serial", "county", "county_code", "township", "administrative_village", "name",
          "village_id")  # fmt: skip
FILLED = ("county", "county_code", "township", "township_code", "administrative_village")
SPARSE_SHARE = 0.2  # of blank cells, from which a column without merges counts as "said once"
LEFT_OUT_CURE = Text(
    "Nothing to do if the row is no village; otherwise complete it.",
    "如该行确非村庄，无需处理；否则请补充完整。",
)


@dataclass(frozen=True)
class Table:
    """A survey's columns by field, row for row, with the sheet's row numbers.

    `columns` maps a field key to its cells; `others` maps the headers of unknown and doubtful
    columns to theirs. `headers` gives each field's header, `units` the unit in its brackets.
    """

    place: Place
    numbers: list[int]
    columns: dict[str, list[Any]]
    others: dict[str, list[Any]]
    headers: dict[str, str]
    units: dict[str, str]
    indices: dict[str, int]
    sheet: Sheet

    def __len__(self) -> int:
        return len(self.numbers)

    def column(self, key: str) -> list[Any]:
        """Return a field's cells; None for every row if the sheet has no such column."""
        return self.columns.get(key) or [None] * len(self.numbers)

    def without_value(self, row: int, key: str) -> str:
        """Tell why a cell is empty: ``formula``, ``error``, ``merged`` or ``blank``."""
        where = (self.numbers[row], self.indices[key]) if key in self.indices else (-1, -1)
        if where in self.sheet.errors:
            return "error"
        if self.sheet.formulas.get(where) is False:
            return "formula"
        for first, last in self._merged_by_column.get(where[1], ()):
            if first < where[0] <= last:
                return "merged"
        return "blank"

    @cached_property
    def _merged_by_column(self) -> dict[int, list[tuple[int, int]]]:
        """First and last row of the cells merged downwards, by column of a field."""
        found: dict[int, list[tuple[int, int]]] = {}
        for first, left, last, right in self.sheet.merged:
            for column in self.indices.values() if last > first else ():
                if left <= column <= right:
                    found.setdefault(column, []).append((first, last))
        return found


def cut_table(sheet: Sheet, header: Header, place: Place) -> tuple[Table, list[Remark]]:
    """Cut the table out of its sheet: only rows of villages are kept.

    Title rows, totals, notes, repeated headers and number rows are left out with a remark;
    county, township and administrative village are filled down where a merged cell, or a
    column that says each name once, leaves cells empty, and taken from headings between the
    rows where there is no such column.
    """
    index = {c.field: c.index for c in header.columns if c.used}
    rows, numbers = sheet.rows[header.last + 1 :], sheet.numbers[header.last + 1 :]
    leaf = [text.rpartition(SEPARATOR)[2] for text in header.texts]
    tests = _row_tests(rows, index, leaf)
    kept: list[int] = []
    remarks: list[Remark] = []
    wanted = {"county", "township"} - index.keys()
    headings: list[tuple[int, str, str]] = []
    for position, row in enumerate(rows):
        heading = _heading(row, index["people"]) if wanted else None
        if heading is not None and heading[0] in wanted:
            headings.append((position, *heading))
            remarks.append(_heading_remark(place, numbers[position], heading))
            continue
        reason = next((why for test, why in tests if test(position, row)), None)
        if reason is None:
            kept.append(position)
            continue
        shown = next((c for c, cell in enumerate(row) if isinstance(cell, str)
                      and TOTAL.search("".join(cell.split()))), None)  # fmt: skip
        if shown is None:
            shown = next((c for c, cell in enumerate(row) if cell is not None), 0)
        remarks.append(place.remark(
            "note", reason, LEFT_OUT_CURE, row=numbers[position],
            column=header.texts[shown] if shown < len(header.texts) else "", value=row[shown],
        ))  # fmt: skip
    numbers = [numbers[i] for i in kept]
    columns = {key: [rows[i][c] for i in kept] for key, c in index.items()}
    columns |= under_headings(headings, kept, wanted)
    others = {
        header_text: [rows[i][column] for i in kept]
        for header_text, column in _others(header).items()
    }
    units = {c.field: c.unit for c in header.columns if c.used}
    headers = {c.field: c.header for c in header.columns if c.used}
    table = Table(place, numbers, columns, others, headers, units, index, sheet)
    remarks += _fill_down(table)
    return table, remarks


def _others(header: Header) -> dict[str, int]:
    """Columns without a field, by header; a header that stands twice gets a number."""
    found: dict[str, int] = {}
    for column in header.columns:
        if column.used or not column.header:
            continue
        text, number = column.header, 2
        while text in found:
            text, number = f"{column.header} ({number})", number + 1
        found[text] = column.index
    return found


def _heading(row: list[Any], people: int) -> tuple[str, str] | None:
    if row[people] is not None:
        return None
    cells = [cell for cell in row if cell is not None]
    return heading_of(cells[0]) if len(cells) == 1 else None


def _heading_remark(place: Place, number: int, heading: tuple[str, str]) -> Remark:
    level = {"county": Text("county", "县"), "township": Text("township", "乡镇")}[heading[0]]
    return place.remark(
        "note",
        Text(
            f"A heading: the rows below were taken to be of the {level.en} {heading[1]}.",
            f"分组标题：其下各行按{level.zh}“{heading[1]}”处理。",
        ),
        Text("Nothing to do if that is so.", "如属实则无需处理。"),
        row=number,
        value=heading[1],
    )


Test = tuple[Callable[[int, list[Any]], bool], Text]


def _row_tests(rows: list[list[Any]], index: dict[str, int], leaf: list[str]) -> list[Test]:
    labels = [index[key] for key in LABELS if key in index]
    names = [index[key] for key in NAME_FIELDS if key in index]
    people = index["people"]
    words = {c: {r[c] for r in rows if isinstance(r[c], str)} for c in labels}
    totals = {c: {t for t in found if TOTAL.search("".join(t.split()))}
              for c, found in words.items()}  # fmt: skip

    def is_total(_: int, row: list[Any]) -> bool:
        return any(row[c] in totals[c] for c in labels if isinstance(row[c], str))

    def is_note(_: int, row: list[Any]) -> bool:
        if row[people] is not None:
            return False
        first = next((cell for cell in row if cell is not None), None)
        return isinstance(first, str) and NOTE.search(first.strip()) is not None

    def is_single(_: int, row: list[Any]) -> bool:
        return (
            row[people] is None
            and all(row[c] is None for c in names)
            and sum(cell is not None for cell in row) <= 1
        )

    def is_header(_: int, row: list[Any]) -> bool:
        shown = leaf[people]
        return row[people] == shown and sum(
            cell is not None and str(cell).strip() == text
            for cell, text in zip(row, leaf, strict=True)
        ) >= 2  # fmt: skip

    def is_number_row(position: int, row: list[Any]) -> bool:
        return position == 0 and _counts_columns(row)

    return [
        (is_total, Text("A total row, not a village; left out.", "合计行，不是村庄，已略去。")),
        (is_note, Text("A note beside the table; left out.", "表外说明行，已略去。")),
        (is_header, Text("The header once more; left out.", "重复的表头，已略去。")),
        (is_number_row, Text("A row that numbers the columns; left out.", "列号行，已略去。")),
        (is_single, Text("A row with a single cell, no village; left out.",
                         "只有一个单元格有内容的行，不是村庄，已略去。")),
    ]  # fmt: skip


def _counts_columns(row: list[Any]) -> bool:
    """True for ``甲 乙 1 2 3`` or ``1 2 3 4``."""
    cells = [str(cell).strip() for cell in row if cell is not None]
    marks = [cell for cell in cells if cell in ORDER_MARKS]
    rest = cells[len(marks) :]
    numbers = [int(float(c)) for c in rest if re.fullmatch(r"\d{1,3}(\.0)?", c)]
    if len(numbers) != len(rest) or len(cells) < 3 or not numbers:
        return False
    return numbers[0] in (1, len(marks) + 1) and all(b == a + 1 for a, b in pairwise(numbers))


def _fill_down(table: Table) -> list[Remark]:
    remarks: list[Remark] = []
    merged_columns = {c for _, left, _, right in table.sheet.merged for c in range(left, right + 1)}
    changed_above: set[int] = set()
    for key in FILLED:
        cells = table.columns.get(key)
        if not cells or key not in table.indices:
            continue
        given = [cell is not None for cell in cells]
        if table.indices[key] in merged_columns:
            _fill_merged(table, key)
        elif cells[0] is not None and given.count(False) >= SPARSE_SHARE * len(cells):
            remarks += _fill_sparse(table, key, changed_above)
        changed_above |= {i for i, there in enumerate(given) if there}
    return remarks


def _fill_merged(table: Table, key: str) -> None:
    """Give every row under a merged cell the cell's value: what the sheet shows, no mending."""
    cells, column = table.columns[key], table.indices[key]
    top: dict[int, Any] = {}
    for number, row in zip(table.sheet.numbers, table.sheet.rows, strict=True):
        top[number] = row[column]
    reach: dict[int, int] = {}
    for first, left, last, right in table.sheet.merged:
        if left <= column <= right and last > first:
            end = min(last, table.sheet.numbers[-1])
            reach.update(dict.fromkeys(range(first + 1, end + 1), first))
    for i, number in enumerate(table.numbers):
        if cells[i] is None and number in reach:
            cells[i] = top.get(reach[number])


def _fill_sparse(table: Table, key: str, changed_above: set[int]) -> list[Remark]:
    """Fill blanks from above, never across a row where a higher unit begins anew."""
    cells, remarks = table.columns[key], []
    runs: list[tuple[int, int, Any, int]] = []  # first, last, value, source row
    source = 0
    for i, cell in enumerate(cells):
        if cell is not None:
            source = i
        elif source < 0 or i in changed_above:
            source = -1
        else:
            if runs and runs[-1][1] == i - 1 and runs[-1][3] == source:
                runs[-1] = (runs[-1][0], i, runs[-1][2], source)
            else:
                runs.append((i, i, cells[source], source))
    for first, last, value, origin in runs:
        cells[first : last + 1] = [value] * (last - first + 1)
        a, b, above = table.numbers[first], table.numbers[last], table.numbers[origin]
        remarks.append(table.place.remark("mended", Text(
            f"Empty in rows {a} to {b}; taken as '{value}' from row {above}.",
            f"第{a}至{b}行为空，沿用第{above}行的“{value}”。",
        ), Text("Fill the column if a row belongs elsewhere.", "如有不符，请补填该列。"),
            row=a, column=table.headers[key], value=""))  # fmt: skip
    return remarks
