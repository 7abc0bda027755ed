"""What the command line says of an import: what is lost comes before what was mended."""

import pytest

from gis_core.cli.common import REMARKS_SHOWN, sentence_of, show_remarks
from gis_core.cli.output import Voice
from gis_core.remarks import Action, Remark
from gis_core.text import Text


def remark(action: Action, word: str) -> Remark:
    return Remark("survey.xlsx", action, Text(word, word), Text("", ""))


def test_refused_rows_are_said_before_mended_cells(capsys: pytest.CaptureFixture[str]) -> None:
    many = [remark("mended", "a cell in degrees") for _ in range(REMARKS_SHOWN)]
    show_remarks(Voice(), [*many, remark("waiting", "a twin"), remark("refused", "a row")], None)
    said = capsys.readouterr().err.splitlines()
    assert "a row" in said[0]
    assert "a twin" in said[1]
    assert said[-1].startswith("… and 2 more")


def test_a_remark_names_its_sheet_row_column_and_value() -> None:
    said = sentence_of(Remark("s.xlsx", "refused", Text("Bad.", "有误。"), Text("Mend.", "请改。"),
                              "隰县", 7, "人口", "-4"))  # fmt: skip
    assert said.en == "- s.xlsx, sheet 隰县, row 7, 人口 '-4': Bad. Mend."
    assert said.zh == "- s.xlsx 工作表“隰县” 第7行“人口”“-4”：有误。请改。"
