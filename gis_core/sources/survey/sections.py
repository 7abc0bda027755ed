"""Headings and subtotals between the rows: the township's name once, above its villages."""

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from gis_core.remarks import Remark
from gis_core.sources.names import stem
from gis_core.sources.survey.place import Place
from gis_core.text import Text

ORDINAL = re.compile(
    r"^([(\uff08][一二三四五六七八九十\d]{1,3}[)\uff09][、.\uff0e]?"
    r"|[一二三四五六七八九十\d]{1,3}[)\uff09、.\uff0e])\s*"
)
COUNT = re.compile(r"\s*[(\uff08][^)\uff09]*[)\uff09]\s*$|[:\uff1a]$")
LEVELS = {
    "township": ("镇", "乡", "街道", "苏木", "街道办事处", "办事处", "township", "town"),
    "county": ("县", "市", "区", "旗", "自治县", "林区", "矿区", "county", "district"),
}
LONGEST_HEADING = 25  # characters
LEAST_VILLAGES = 2  # below a subtotal, for their sum to be no chance


def heading_of(cell: Any) -> tuple[str, str] | None:
    """Return (field, name) if a lone cell is a heading: ``一、昕水镇(12个村)`` is a township's."""
    if not isinstance(cell, str) or len(cell) > LONGEST_HEADING:
        return None
    name = COUNT.sub("", ORDINAL.sub("", "".join(cell.split()) if not cell.isascii() else cell))
    suffix = stem(name)[1]
    for field, suffixes in LEVELS.items():
        if suffix in suffixes:
            return field, name
    return None


def under_headings(
    headings: list[tuple[int, str, str]], positions: list[int], wanted: set[str]
) -> dict[str, list[str | None]]:
    """Give each row the headings above it.

    Parameters
    ----------
    headings
        (position, field, name) in the sheet's order.
    positions
        Of the villages' rows, ascending.
    wanted
        Fields that the table has no column for.

    Returns
    -------
    columns
        By field, one cell a row; a county's heading ends the township before it.
    """
    found: dict[str, list[str | None]] = {
        field: [] for field in LEVELS if field in wanted and any(f == field for _, f, _ in headings)
    }
    current: dict[str, str | None] = {}
    waiting = list(headings)
    for position in positions:
        while waiting and waiting[0][0] < position:
            _, field, name = waiting.pop(0)
            current[field] = name
            if field == "county":
                current["township"] = None
        for field, cells in found.items():
            cells.append(current.get(field))
    return found


def drop_subtotals(villages: pd.DataFrame, place: Place) -> tuple[pd.DataFrame, list[Remark]]:
    """Drop rows named like a township or county whose people are the sum of the rows below.

    Such a row would count every villager twice. Only an exact sum of at least two rows, up
    to the next such row, is taken for a subtotal.

    Parameters
    ----------
    villages
        Columns row, name, people (persons), in the sheet's order.
    """
    suffixes = {s for level in LEVELS.values() for s in level}
    names = [str(name) for name in villages["name"].tolist()]
    marked = [i for i, name in enumerate(names) if stem(name)[1] in suffixes]
    people = villages["people"].to_numpy()
    rows = villages["row"].tolist()
    drop: list[int] = []
    for i, end in pairwise([*marked, len(names)]):
        if end - i - 1 >= LEAST_VILLAGES and people[i] == people[i + 1 : end].sum() > 0:
            drop.append(i)
    remarks = [
        place.remark("note", Text(
            f"{names[i]} with {people[i]:,} people is the sum of the rows below it, not a village; "
            "left out.",
            f"“{names[i]}”的{people[i]}人是其下各行之和，不是村庄，已略去。",
        ), Text("Nothing to do if that is so.", "如属实则无需处理。"), row=int(rows[i]),
            column=place.column("name", "administrative_village"), value=names[i])
        for i in drop
    ]  # fmt: skip
    kept = np.ones(len(names), dtype=bool)
    kept[drop] = False
    return villages[kept].reset_index(drop=True), remarks
