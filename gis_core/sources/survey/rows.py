"""A table's rows as villages: names, people and households; rows without them are refused."""

import numpy as np
import pandas as pd

from gis_core.remarks import Remark
from gis_core.sources.survey.columns import (
    LONGEST_NAME,
    formula_notes,
    read_counts,
    read_texts,
)
from gis_core.sources.survey.place import shorten
from gis_core.sources.survey.table import Table
from gis_core.text import Text

BROKEN = ("\ufffd", "\x00", "锟斤拷")
NAME_CURE = Text("Write the village's name.", "请填写村名。")


def read_rows(table: Table) -> tuple[pd.DataFrame, list[Remark]]:
    """Read the villages' own facts.

    Returns
    -------
    villages
        Columns position (in the table), row (in the sheet), village_id, name, township,
        township_code, county, county_code (text, "" for none), people and households (int64).
        Rows without a sound name or number of people are left out.
    remarks
        One for each cell that was mended or refused.
    """
    remarks: list[Remark] = []
    names, said = _names(table)
    remarks += said
    people, said = read_counts(table, "people", refused_as="row", blank_is_refused=True)
    remarks += said
    households, said = _households(table)
    remarks += said
    remarks += formula_notes(table)
    frame = pd.DataFrame(
        {
            "position": np.arange(len(table)),
            "row": table.numbers,
            "village_id": read_texts(table, "village_id"),
            "name": names,
            "township": read_texts(table, "township"),
            "township_code": read_texts(table, "township_code"),
            "county": read_texts(table, "county"),
            "county_code": read_texts(table, "county_code"),
            "people": people,
            "households": households,
        }
    )
    for column in ("village_id", "name", "township", "township_code", "county", "county_code"):
        frame[column] = frame[column].astype(object)
    kept = frame[(frame["name"] != "") & np.isfinite(people)].reset_index(drop=True)
    return kept.astype({"people": "int64", "households": "int64"}), remarks


def _names(table: Table) -> tuple[list[str], list[Remark]]:
    key = "name" if "name" in table.columns else "administrative_village"
    names = read_texts(table, key)
    remarks: list[Remark] = []
    if key == "name" and "administrative_village" in table.columns:
        above = read_texts(table, "administrative_village")
        for row, name in enumerate(names):
            if not name and above[row]:
                names[row] = above[row]
                remarks.append(table.place.remark("mended", Text(
                    f"No village name; the administrative village {above[row]} was taken.",
                    f"村名为空,采用行政村名“{above[row]}”。",
                ), NAME_CURE, row=table.numbers[row], column=table.headers[key]))  # fmt: skip
    for row, name in enumerate(names):
        why = _unsound(name)
        if why is not None:
            remarks.append(table.place.remark(
                "refused", Text(f"{why.en} The row was not taken.", f"{why.zh}该行未导入。"),
                NAME_CURE, row=table.numbers[row], column=table.headers[key],
                value=shorten(name, 100)))  # fmt: skip
            names[row] = ""
    return names, remarks


def _unsound(name: str) -> Text | None:
    if not name:
        return Text("The village name is empty.", "村名为空。")
    if len(name) > LONGEST_NAME:
        return Text(
            f"The village name holds {len(name):,} characters.", f"村名有{len(name)}个字符。"
        )
    if any(mark in name for mark in BROKEN):
        return Text("The village name holds broken characters.", "村名含有乱码。")
    return None


def _households(table: Table) -> tuple[np.ndarray, list[Remark]]:
    """Read households; 0 with a remark where none can be taken, for the village still stands."""
    if "households" not in table.columns:
        zero = table.place.remark("waiting", Text(
            "There is no column of households; 0 was recorded for every village.",
            "没有户数列,每村户数记为0。",
        ), Text("Add the column, or name it in the mapping file.",
                "请补充户数列,或在对应文件中指明。"))  # fmt: skip
        return np.zeros(len(table)), [zero]
    values, remarks = read_counts(table, "households", refused_as="cell", blank_is_refused=True)
    return np.nan_to_num(values, nan=0.0), remarks
