"""A table's rows as villages: names, people and households; rows without them are refused."""

import numpy as np
import pandas as pd

from gis_core.remarks import Remark
from gis_core.sources.survey.columns import formula_notes, read_counts, read_texts
from gis_core.sources.survey.sections import drop_subtotals
from gis_core.sources.survey.table import Table
from gis_core.text import Text

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
    columns: dict[str, list[str]] = {}
    for key in ("village_id", "township", "township_code", "county", "county_code"):
        columns[key], said = read_texts(table, key)
        remarks += said
    columns["name"], said = _names(table)
    remarks += said
    people, said = read_counts(table, "people", refused_as="row", blank_is_refused=True)
    remarks += said
    remarks += [_nobody(table, row) for row in np.flatnonzero(people == 0).tolist()]
    households, said = _households(table)
    remarks += [*said, *formula_notes(table)]
    frame = pd.DataFrame(columns, dtype=object)
    frame["position"], frame["row"] = np.arange(len(table)), table.numbers
    frame["people"], frame["households"] = people, households
    sound = np.array([bool(name) for name in columns["name"]], dtype=bool)
    kept = frame[sound & np.isfinite(people)].reset_index(drop=True)
    kept, said = drop_subtotals(
        kept.astype({"people": "int64", "households": "int64"}), table.place
    )
    return kept, [*remarks, *said]


def _nobody(table: Table, row: int) -> Remark:
    return table.place.remark("waiting", Text(
        "The village has 0 people; it was kept.", "该村人口为0，仍予保留。"
    ), Text("Delete the row if nobody lives there any more, or write the number.",
            "如已无人居住请删除该行，否则请填写人数。"),
        row=table.numbers[row], column=table.headers["people"], value=0)  # fmt: skip


def _names(table: Table) -> tuple[list[str], list[Remark]]:
    key = "name" if "name" in table.columns else "administrative_village"
    names, remarks = read_texts(table, key, refused_as="row")
    refused = {remark.row for remark in remarks}
    above: list[str] = [""] * len(names)
    if key == "name" and "administrative_village" in table.columns:
        above, _ = read_texts(table, "administrative_village")
    for row, name in enumerate(names):
        number = table.numbers[row]
        if name or number in refused:
            continue
        if above[row]:
            names[row] = above[row]
            remarks.append(table.place.remark("mended", Text(
                f"No village name; the administrative village {above[row]} was taken.",
                f"村名为空，采用行政村名“{above[row]}”。",
            ), NAME_CURE, row=number, column=table.headers[key]))  # fmt: skip
        else:
            remarks.append(table.place.remark("refused", Text(
                "The village name is empty. The row was not taken.", "村名为空。该行未导入。"
            ), NAME_CURE, row=number, column=table.headers[key]))  # fmt: skip
    return names, remarks


def _households(table: Table) -> tuple[np.ndarray, list[Remark]]:
    """Read households; 0 with a remark where none can be taken, for the village still stands."""
    if "households" not in table.columns:
        zero = table.place.remark("waiting", Text(
            "There is no column of households; 0 was recorded for every village.",
            "没有户数列，每村户数记为0。",
        ), Text("Add the column, or name it in the mapping file.",
                "请补充户数列，或在对应文件中指明。"))  # fmt: skip
        return np.zeros(len(table)), [zero]
    values, remarks = read_counts(table, "households", refused_as="cell", blank_is_refused=True)
    return np.nan_to_num(values, nan=0.0), remarks
