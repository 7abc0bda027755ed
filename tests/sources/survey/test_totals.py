"""Reported totals: the headers offices use, and refusals that show the wanted form."""

from pathlib import Path

import openpyxl
import pytest

from gis_core.errors import InvalidLayerError, InvalidSurveyError, UnreadableFileError
from gis_core.sources.survey.totals import read_totals

HEAD = "分组,下限,上限,村数,户数,人数\n"


def given(folder: Path, text: str) -> Path:
    (folder / "totals.csv").write_text(text, "utf-8")
    return folder / "totals.csv"


def test_units_in_headers_and_cells_and_a_grand_total(tmp_path: Path) -> None:
    totals = read_totals(given(
        tmp_path,
        '规模,下限（人）,上限（人）,村数(个),户数(户),人口(人)\n百人以下,0,99,"1,261","10,753",45135人\n'
        '合计,,,１２６１,10753,45135\n',
    ))  # fmt: skip
    assert totals.frame.to_dict("records") == [
        {"label": "百人以下", "min_people": 0, "max_people": 99, "villages": 1261,
         "households": 10753, "people": 45135},
    ]  # fmt: skip
    assert totals.overall == {"villages": 1261, "households": 10753, "people": 45135}


def test_a_workbook_is_read_too(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["分组", "下限", "上限", "村数", "户数", "人数"], ["小", 0, 99, 2, 8, 30]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    assert read_totals(tmp_path / "t.xlsx").brackets[0].max_people == 99


def test_unknown_headers_are_answered_with_an_example(tmp_path: Path) -> None:
    with pytest.raises(InvalidSurveyError, match="no column for villages, people") as refused:
        read_totals(given(tmp_path, "分组,下限,上限,甲,户数,乙\n小,0,99,2,8,30\n"))
    assert "found: 分组, 下限, 上限, 甲, 户数, 乙" in refused.value.text.en
    example = "label,min_people,max_people,villages,households,people / small,0,99,12,96,410"
    assert example in refused.value.text.en
    assert "分组,下限,上限,村数,户数,人数 / 百人以下,0,99,12,96,410" in refused.value.text.zh
    header, _, row = example.partition(" / ")
    assert read_totals(given(tmp_path, f"{header}\n{row}\n")).brackets[0].label == "small"


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("", UnreadableFileError, "0 bytes"),
        (f"{HEAD}", InvalidLayerError, "no row below"),
        (f"{HEAD}小,0,99,约,8,30\n", InvalidSurveyError, "row 2, column 村数"),
        (f"{HEAD}小,0,99,约9,8,30\n", InvalidSurveyError, "'约9'"),
        (f"{HEAD}小,0,99,1.5,8,30\n", InvalidSurveyError, "'1.5'"),
        (f"{HEAD}小,0,9,1,1,5\n小,9,99,1,1,30\n", InvalidSurveyError, "twice"),
        (f"{HEAD}合计,,,1,1,5\n", InvalidSurveyError, "no bracket row"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused(
    tmp_path: Path, text: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        read_totals(given(tmp_path, text))
