"""Where the table stands in a sheet: header rows found, joined and matched."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gis_core.errors import InvalidSurveyError
from gis_core.remarks import Remark
from gis_core.sources.survey.headers import SEPARATOR, ColumnMatch, count_known, match_headers
from gis_core.sources.survey.mapping import ColumnMapping, apply_mapping, missing_choices
from gis_core.sources.survey.place import Place
from gis_core.sources.survey.sheets import Sheet
from gis_core.text import Text

MOST_COLUMNS = 1_000  # of a survey; a sheet with more is something else
MOST_DOUBTFUL = 5  # doubtful columns named in one sentence
SEARCHED_ROWS = 40  # a header stands within the first rows
NUMBER = re.compile(r"^[\s\d.,,+-]+$")
NAME_FIELDS = ("name", "administrative_village")
WANTED = Text(
    "a village name (村名, village) and a number of people (人口, people)",
    "村名（如“村名”“自然村”）和人口（如“人口”“总人口”）",
)


@dataclass(frozen=True)
class Header:
    """The header of a table: rows `first` to `last` of `Sheet.rows` (indices), and its columns."""

    first: int
    last: int
    texts: tuple[str, ...]
    columns: tuple[ColumnMatch, ...]
    score: float

    def index_of(self, key: str) -> int | None:
        """Return the column used for a field, or None."""
        for column in self.columns:
            if column.used and column.field == key:
                return column.index
        return None

    @property
    def is_survey(self) -> bool:
        """True if village names and people are there."""
        return self.index_of("people") is not None and any(
            self.index_of(key) is not None for key in NAME_FIELDS
        )


def choose_sheet(
    sheets: Sequence[Sheet], file: str, *, wanted: str | None, mapping: ColumnMapping
) -> tuple[Sheet, Header, list[Remark]]:
    """Choose the survey's sheet and find its header.

    `wanted` is the sheet's name, or its number from 1; None takes the only one that looks
    like a survey.

    Raises
    ------
    InvalidSurveyError
        If there is no such sheet, none looks like a survey, or several do.
    """
    if wanted is not None:
        named = [s for i, s in enumerate(sheets, 1) if wanted in (s.name, str(i))]
        if not named:
            names = [s.name or str(i) for i, s in enumerate(sheets, 1)]
            raise InvalidSurveyError(
                f"{file}: has no sheet '{wanted}' with data; there are: {', '.join(names)}.",
                f"{file}：没有名为“{wanted}”且有数据的工作表；现有：{'、'.join(names)}。",
            )
        sheet = next((s for s in named if s.name == wanted), named[0])
        return sheet, _survey_header(sheet, file, mapping), []
    narrow = [sheet for sheet in sheets if sheet.width <= MOST_COLUMNS]
    if not narrow:
        _refuse_wide(sheets[0], file)
    found = [(sheet, find_header(sheet, mapping)) for sheet in narrow]
    fitting = [(s, h) for s, h in found if h.is_survey]
    fitting = [(s, h) for s, h in fitting if not s.hidden] or fitting
    if len(fitting) > 1:
        names = [s.name for s, _ in fitting]
        raise InvalidSurveyError(
            f"{file}: {len(names)} sheets look like a village survey ({', '.join(names)}). Say "
            "which with --sheet.",
            f"{file}：有{len(names)}个工作表像村庄调查表（{'、'.join(names)}）。"
            "请用 --sheet 指定。",
        )
    if not fitting:
        best = max(found, key=lambda pair: pair[1].score)
        fitting = [(best[0], _survey_header(best[0], file, mapping))]  # says what is missing
    sheet, header = fitting[0]
    if mapping.columns:
        header = _survey_header(sheet, file, mapping)
    remarks = []
    if sheet.hidden:
        remarks.append(Place(Path(file).name, sheet.name).remark("waiting", Text(
            f"The sheet {sheet.name} is hidden; it was read because no other looks like a survey.",
            f"工作表“{sheet.name}”处于隐藏状态；因没有其他工作表像调查表，仍按其读取。",
        ), Text("Make sure that it is the current one.", "请确认其为现行数据。")))  # fmt: skip
    if len(sheets) > 1:
        others = [s.name for s in sheets if s is not sheet]
        remarks.append(Place(Path(file).name, sheet.name).remark("note", Text(
            f"Sheet {sheet.name} was read as the survey; not read: {', '.join(others)}.",
            f"按调查表读取了工作表“{sheet.name}”；未读取：{'、'.join(others)}。",
        ), Text("Name another sheet with --sheet if this is the wrong one.",
                "如有误，请用 --sheet 指定其他工作表。")))  # fmt: skip
    return sheet, header, remarks


def _refuse_wide(sheet: Sheet, file: str) -> None:
    if sheet.width > MOST_COLUMNS:
        place = Place(file, sheet.name).named()
        raise InvalidSurveyError(
            f"{place.en}: has {sheet.width:,} columns; a village survey has at most "
            f"{MOST_COLUMNS:,}. Delete what does not belong to it, or choose the right file.",
            f"{place.zh}：有{sheet.width}列，村庄调查表最多{MOST_COLUMNS}列。请删除无关的列，"
            "或选择正确的文件。",
        )


def _survey_header(sheet: Sheet, file: str, mapping: ColumnMapping) -> Header:
    _refuse_wide(sheet, file)
    header = find_header(sheet, mapping)
    missing = missing_choices(header.texts, mapping)
    place = Place(file, sheet.name).named()
    if missing:
        raise InvalidSurveyError(
            f"{place.en}: the mapping names columns that are not there: {', '.join(missing)}; "
            f"found: {_found(header)}. Correct the mapping.",
            f"{place.zh}：字段对应文件中的列 {'、'.join(missing)} 不存在；现有：{_found(header)}。"
            "请修改对应文件。",
        )
    if not header.is_survey:
        _refuse(sheet, file, header)
    return header


def _found(header: Header) -> str:
    texts = [text[:30] for text in header.texts if text]
    return ", ".join(texts[:25]) + (" …" if len(texts) > 25 else "")


def _refuse(sheet: Sheet, file: str, header: Header) -> None:
    place = Place(file, sheet.name).named()
    doubtful = [c for c in header.columns if c.doubtful][:MOST_DOUBTFUL]
    hint = Text("", "")
    if doubtful:
        en = "; ".join(f"'{c.header[:30]}' may be {c.field} ({c.score:.0f}/100)" for c in doubtful)
        zh = "；".join(f"“{c.header[:30]}”可能是 {c.field}（{c.score:.0f}/100）" for c in doubtful)
        hint = Text(f" Doubtful: {en}.", f"存疑：{zh}。")
    raise InvalidSurveyError(
        f"{place.en}: cannot be understood as a village survey. Looked for {WANTED.en} in the "
        f"first {SEARCHED_ROWS} rows; found in row {sheet.numbers[header.last]}: {_found(header)}."
        f"{hint.en} Rename the headers or say which column is which with --mapping.",
        f"{place.zh}：无法识别为村庄调查表。在前{SEARCHED_ROWS}行中查找{WANTED.zh}；"
        f"第{sheet.numbers[header.last]}行为：{_found(header)}。{hint.zh}"
        "请修改表头，或用 --mapping 指明各列含义。",
    )


def find_header(sheet: Sheet, mapping: ColumnMapping) -> Header:
    """Find the header: the row, or two rows joined, that hold the most known names."""
    rows = sheet.rows[:SEARCHED_ROWS]
    best: tuple[float, int, int, tuple[str, ...]] = (-1.0, 0, 0, ())
    for index, row in enumerate(rows):
        single = _texts(row)
        best = max(best, (_score(single, mapping), -index, -index, single), key=lambda b: b[0])
        below = rows[index + 1] if index + 1 < len(rows) else []
        if below and not _has_number(below) and not _is_title(row, below):
            joined = _joined(sheet, index)
            candidate = (_score(joined, mapping), -index, -index - 1, joined)
            best = max(best, candidate, key=lambda b: b[0])
    score, first, last, texts = best[0], -best[1], -best[2], best[3]
    columns = apply_mapping(texts, mapping) if mapping.columns else match_headers(texts)
    return Header(first, last, texts, tuple(columns), score)


def _score(texts: Sequence[str], mapping: ColumnMapping) -> float:
    chosen = len(mapping.columns) - len(missing_choices(texts, mapping))
    return count_known(texts) + 2.0 * chosen


def _texts(row: Sequence[Any]) -> tuple[str, ...]:
    return tuple("" if cell is None else " ".join(str(cell).split()) for cell in row)


def _has_number(row: Sequence[Any]) -> bool:
    return any(
        isinstance(cell, int | float) or (isinstance(cell, str) and NUMBER.match(cell))
        for cell in row
    )


def _is_title(row: Sequence[Any], below: Sequence[Any]) -> bool:
    """True for a lone text over the first column, or before it: a title, no heading of columns."""
    filled = [column for column, cell in enumerate(row) if cell is not None]
    first = next((column for column, cell in enumerate(below) if cell is not None), 0)
    return len(filled) == 1 and filled[0] <= first


def _joined(sheet: Sheet, index: int) -> tuple[str, ...]:
    """Join two header rows: ``group/column``; a group reaches over its merged or empty cells."""
    upper, lower = list(_texts(sheet.rows[index])), _texts(sheet.rows[index + 1])
    own = list(upper)
    number = sheet.numbers[index]
    spans = {(r0, c0): c1 for r0, c0, _, c1 in sheet.merged}
    if sheet.merged:
        for column, text in enumerate(own):
            for covered in range(column + 1, spans.get((number, column), column) + 1):
                if covered < len(upper):
                    upper[covered] = text
    else:
        for column in range(1, len(upper)):
            if not own[column] and lower[column] and lower[column - 1]:
                upper[column] = upper[column - 1]
    joined = []
    for column, (group, leaf) in enumerate(zip(upper, lower, strict=True)):
        if leaf and group and group != leaf:
            joined.append(f"{group}{SEPARATOR}{leaf}")
        else:
            joined.append(leaf or own[column])
    return tuple(joined)
