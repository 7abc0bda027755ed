"""Legends: any usual header, every bad row named."""

from pathlib import Path

import pytest

from gis_core.errors import InvalidLayerError, UnreadableFileError
from gis_core.sources.legends import read_legend
from gis_core.text import Text


def csv(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "classes.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_two_languages(tmp_path: Path, encoding: str, separator: str) -> None:
    text = "值,中文名,英文名\n1,耕地,Cropland\n2.0,林地,Forest\n\n".replace(",", separator)
    legend, remarks = read_legend(csv(tmp_path, text, encoding))
    assert legend == {1: Text("Cropland", "耕地"), 2: Text("Forest", "林地")}
    assert remarks == ()


def test_one_language_serves_both_with_a_remark(tmp_path: Path) -> None:
    legend, remarks = read_legend(csv(tmp_path, "class,label\n3,Sand\n"))
    assert legend == {3: Text("Sand", "Sand")}
    assert [(r.file, r.action) for r in remarks] == [("classes.csv", "note")]


@pytest.mark.parametrize(
    ("text", "said"),
    [("value\n1\n", "columns value and name"), ("a,b\n1,x\n", "found a, b"),
     ("value,name\n1.5,x\n", "row 2: '1.5'"), ("value,name\ninf,x\n", "row 2: 'inf'"),
     ("value,name\n1,x\n1,y\n", "row 3: the value 1 stands twice"),
     ("value,name\n1,\n", "row 2: the class has no name"), ("value,name\n", "names no class"),
     ("value,name\n" + "9" * 10_000 + "x,y\n", "row 2")],
)  # fmt: skip
def test_bad_rows_are_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidLayerError) as caught:
        read_legend(csv(tmp_path, text))
    assert said in caught.value.text.en
    assert "classes.csv" in caught.value.text.en
    assert "classes.csv" in caught.value.text.zh
    assert len(caught.value.text.en) < 500


def test_missing_and_empty(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"none\.csv"):
        read_legend(tmp_path / "none.csv")
    with pytest.raises(UnreadableFileError, match="0 bytes"):
        read_legend(csv(tmp_path, ""))
    with pytest.raises(InvalidLayerError, match="found nothing"):
        read_legend(csv(tmp_path, "\n\n"))
