"""The last page of the main job: what a planner wants first, in both languages."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from rich.cells import cell_len

from gis_core.settings import Settings
from gis_core.store.tables import run
from gis_core.store.workspace import open_workspace
from tests.conftest import Done

pytestmark = pytest.mark.postgis


@pytest.mark.parametrize(
    ("lang", "wanted"),
    [
        ("en", [
            r"^1  The survey: 4 faults to settle$", r"^- .*18,271 to 24,200.*impossible",
            r"^16 bases, [\d,]+ mu", r"^ +1 +\w+ +[\d,]+ +0\.\d{3} ",
            r"^ ?2004 +\d+ +3,300 ", r"^ ?all +\d+ +16,500 ", r"^! .*9,027 people a year",
            r"objective [\d,]+ points", r"is no sum of money", r"at most [\d,]+ yuan could",
            r"outputs/organic-en\.html$", r"In Chinese, beside them: .*organic-zh\.html",
        ]),
        ("zh", [
            r"^一、村庄调查：4处问题待核实$", r"^- .*18271至24200人.*不可能成立",
            r"^16个基地，共[\d,]+亩", r"^ +1 +\w+[县区市] +[\d,]+ +0\.\d{3} ",
            r"^ ?2004 +\d+ +3,300 ", r"^ ?合计 +\d+ +16,500 ", r"^! .*每年9027人",
            r"目标值 [\d,]+ 分", r"不是金额", r"至多再省[\d,]+元",
            r"outputs/organic-zh\.html$", r"英文版：.*organic-en\.html",
        ]),
    ],
)  # fmt: skip
def test_the_last_page_tells_what_matters_first(
    upland: Callable[..., Done], demonstration: Settings, lang: str, wanted: list[str]
) -> None:
    with open_workspace(demonstration) as workspace, workspace.writing() as connection:
        later = run.c.kind.in_(("bases", "plan")) & (run.c.number > 1)
        connection.execute(sa.delete(run).where(later))  # what other tests asked for
    done = upland("up", "--no-serve", "--lang", lang, on=demonstration)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    places = []
    for pattern in wanted:
        found = [i for i, line in enumerate(lines) if re.search(pattern, line)]
        assert found, pattern
        places.append(found[0])
    assert places == sorted(places)
    assert Path(lines[places[-2]].strip()).is_file()
    tables = re.findall(r"(?:^ .*\n)*^ ─+ ?\n(?:^ .*\n)+", done.out, flags=re.M)
    assert len(tables) == 4
    for table in tables:
        widths = {cell_len(line) for line in table.splitlines()}
        assert len(widths) == 1  # a Chinese letter is two columns wide
