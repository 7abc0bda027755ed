"""What moving one person costs, by form, year and place: a table with sources, not constants."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

from gis_core.errors import InvalidParameterError
from gis_core.located import PartReader, Place, read_located
from gis_core.relocation.factors import TAGS
from gis_core.relocation.result import FORMS
from gis_core.text import Text

ANY_FORM = "any"
Nature = Literal["published", "assumed"]
NATURES: tuple[Nature, ...] = ("published", "assumed")
ROW = {"form", "cost_per_person_yuan", "year", "place", "tag", "nature", "source"}
MOST_YUAN = 1e7  # a person; a larger cost is a slip of the pen


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
        If the file cannot be read or a row is wrong; the message names file, line and part.
    """
    place = path or files("gis_core.relocation.models").joinpath("standards.yaml")
    reader = PartReader(read_located(place))
    return Standards(tuple(_read_row(reader, i) for i in range(reader.length((), least=1))))


def _read_row(reader: PartReader, row: int) -> CostStandard:
    reader.mapping((row,), ROW, required=ROW)
    place: Place = (row, "cost_per_person_yuan")
    cost = reader.number(place, above=0.0)
    if cost >= MOST_YUAN:
        raise reader.document.refuse(
            place, f"is {cost:,.0f} yuan a person, wanted less than {MOST_YUAN:,.0f}.",
            f"为人均{cost:.0f}元，应小于{MOST_YUAN:.0f}元。",
        )  # fmt: skip
    return CostStandard(
        form=reader.choice((row, "form"), (*FORMS, ANY_FORM)),
        cost_per_person_yuan=cost,
        year=reader.whole((row, "year")),
        place=reader.text((row, "place")),
        tag=reader.choice((row, "tag"), TAGS),
        nature=reader.choice((row, "nature"), NATURES),  # type: ignore[arg-type]
        source=reader.text((row, "source")),
    )
