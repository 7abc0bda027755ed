"""What moving one person costs, by form, year and place: a table with sources, not constants."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml

from gis_core.errors import InvalidParameterError
from gis_core.relocation.result import FORMS
from gis_core.text import Text

ANY_FORM = "any"
Nature = Literal["published", "assumed"]


@dataclass(frozen=True)
class CostStandard:
    """One row: yuan a person for a form (or ``any``) in a year and place, with its source."""

    form: str
    cost_per_person_yuan: float
    year: int
    place: Text
    tag: str
    nature: Nature
    source: Text


@dataclass(frozen=True)
class Standards:
    """The table of costs; `cost_of` picks the row that a plan uses."""

    rows: tuple[CostStandard, ...]

    def cost_of(self, form: str) -> CostStandard:
        """Return the newest row of `form`, else the newest row for any form.

        Raises
        ------
        InvalidParameterError
            If no row covers the form.
        """
        for name in (form, ANY_FORM):
            rows = [row for row in self.rows if row.form == name]
            if rows:
                return max(rows, key=lambda row: (row.year, -row.cost_per_person_yuan))
        raise InvalidParameterError(
            f"The standards table has no cost per person for form '{form}'; add a row.",
            f"标准表中没有“{form}”方式的人均费用；请补充一行。",
        )


def load_standards(path: Path | None = None) -> Standards:
    """Read a standards table (YAML list of rows); the shipped one without `path`.

    Raises
    ------
    InvalidParameterError
        If the file cannot be read or a row is wrong; the message names the row.
    """
    place = path or files("gis_core.relocation.models").joinpath("standards.yaml")
    try:
        document = yaml.safe_load(place.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as err:
        raise InvalidParameterError(
            f"{place}: cannot be read as YAML ({err}).", f"{place}：不是可读的 YAML 文件（{err}）。"
        ) from err
    if not isinstance(document, list) or not document:
        raise InvalidParameterError(
            f"{place}: a standards table is a list of rows.", f"{place}：标准表应为若干行的列表。"
        )
    return Standards(tuple(_read_row(row, f"{place}: row {i}", f"{place}：第{i}行")
                           for i, row in enumerate(document, 1)))  # fmt: skip


def _read_row(row: Any, en: str, zh: str) -> CostStandard:
    try:
        standard = CostStandard(
            form=str(row["form"]),
            cost_per_person_yuan=float(row["cost_per_person_yuan"]),
            year=int(row["year"]),
            place=Text(**row["place"]),
            tag=str(row["tag"]),
            nature=row["nature"],
            source=Text(**row["source"]),
        )
    except (KeyError, TypeError, ValueError) as err:
        raise InvalidParameterError(
            f"{en} cannot be understood ({err}); wanted form, cost_per_person_yuan, year, place, "
            "tag, nature, source.",
            f"{zh}无法理解({err});应有 form、cost_per_person_yuan、year、place、tag、nature、"
            "source。",
        ) from err
    if not 0 < standard.cost_per_person_yuan < 1e7:
        raise InvalidParameterError(
            f"{en}: {standard.cost_per_person_yuan} yuan a person, wanted more than 0.",
            f"{zh}：人均费用为{standard.cost_per_person_yuan}元，应大于0。",
        )
    if standard.form not in (*FORMS, ANY_FORM) or standard.nature not in ("published", "assumed"):
        raise InvalidParameterError(
            f"{en}: form '{standard.form}' or nature '{standard.nature}' is unknown; forms are "
            f"{', '.join(FORMS)}, any; natures published, assumed.",
            f"{zh}:form“{standard.form}”或 nature“{standard.nature}”未知;可用 form 为"
            f"{'、'.join(FORMS)}、any,nature 为 published、assumed。",
        )
    return standard
