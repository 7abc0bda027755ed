"""Documents that know their lines: every kind of fault is named by line, part and cure."""

from pathlib import Path

import pytest

from gis_core.errors import InputError, InvalidModelError, InvalidParameterError
from gis_core.located import LocatedDocument, PartReader, read_located
from gis_core.relocation.factors import load_priority_model
from gis_core.relocation.standards import load_standards
from gis_core.sources.survey.mapping import read_mapping
from gis_core.surfaces.speeds import load_speeds

TEXT = """\
name: small
list:
  - {n: 1}
  - n: two
"""
SHIPPED = Path(__file__).resolve().parents[1] / "gis_core"


def test_a_part_knows_its_line_and_a_missing_one_its_parents() -> None:
    document = LocatedDocument.of_text(TEXT, source="f")
    assert document.values == {"name": "small", "list": [{"n": 1}, {"n": "two"}]}
    assert [document.line_of(p) for p in [("name",), ("list", 0, "n"), ("list", 1, "n")]] == [
        1, 3, 4,
    ]  # fmt: skip
    assert document.line_of(("list", 9)) == 2
    with pytest.raises(InvalidParameterError, match=r"f, line 4 \(list.2.n\): is 'two', wanted"):
        PartReader(document).number(("list", 1, "n"))


def bomb() -> str:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for old, new in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (bomb(), "line 5: holds more than 100,000 parts, with aliases"),
        ("a: &a [*a]", "line 1: is nested deeper than 40 levels"),
        ("[" * 1000 + "]" * 1000, "is nested deeper than 40 levels"),
        ("a: 1\nb: \x00", "is not YAML .unacceptable character"),
        ('a: "\\ud800"', "line 1: holds a character that cannot be shown"),
        ('a:\n- "\\e[31m"', "line 2: holds a character that cannot be shown"),
    ],
)
def test_what_would_never_end_or_show_is_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidParameterError, match=said) as caught:
        LocatedDocument.of_text(text, source="t")
    assert len(caught.value.text.zh) < 200


def test_a_file_too_large_is_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "dem.yaml").write_bytes(b"x" * 1_000_001)
    with pytest.raises(InputError, match="larger than 1,000,000 bytes"):
        read_located(tmp_path / "dem.yaml")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1e3", "is '1e3', wanted a number: write 1000 or 1.0e.3, without quotes"),
        ("'5'", "is '5', wanted a number: write"),
        (".nan", "is 'nan', wanted a number[.]"),
        ("1.0e+39", "is 1e.39, wanted a number between -1e.30 and 1e.30"),
        ("9" * 400, "is 999.*, wanted a number between"),
        ("x" * 5000, "is 'xxx.* … .*xxx', wanted a number[.]"),
    ],
)
def test_a_number_is_finite_and_said_how_to_write(written: str, said: str) -> None:
    reader = PartReader(LocatedDocument.of_text(f"a: {written}", source="t"))
    with pytest.raises(InputError, match=said) as caught:
        reader.number(("a",))
    assert len(caught.value.text.en) < 600


def test_values_without_a_text_are_named_by_part_alone() -> None:
    reader = PartReader(LocatedDocument({"n": 1.5}, source="f", error=InvalidModelError))
    with pytest.raises(InvalidModelError, match=r"^f \(n\): is 1.5, wanted a whole number") as got:
        reader.whole(("n",))
    assert got.value.text.zh == "f（n）：为 1.5，应为整数。"


def test_words_stay_as_they_are_written() -> None:
    assert LocatedDocument.of_text("a: 012\nb: no", source="f", as_words=True).values == {
        "a": "012", "b": "no",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: [1", "line 1: is not YAML"),
        (b"a: 1\nb:\n  c: 2\n  c: 3\n", "line 4: 'c' stands already on line 3"),
        (b"a: 2020-13-45\n", "line 1: is not YAML"),
        (b"\xff\xfe\x00", "Save it as UTF-8"),
    ],
)
def test_what_is_no_document_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "f.yaml").write_bytes(content)
    with pytest.raises(InvalidParameterError, match=said):
        read_located(tmp_path / "f.yaml")


@pytest.mark.parametrize(
    ("load", "shipped", "old", "new", "said"),
    [
        (load_priority_model, "relocation/models/priority.yaml", "weight: 0.10", "weight: 0",
         r"\(factors.1.weight\): is 0, wanted a number above 0"),
        (load_priority_model, "relocation/models/priority.yaml", "to: 180", "to: 30",
         r"\(factors.2.to\): is 30 like 'from'"),
        (load_priority_model, "relocation/models/priority.yaml", "河水: 0.25", "河水: some",
         r"\(factors.6.answers.河水\): is 'some', wanted a number"),
        (load_standards, "relocation/models/standards.yaml", "form: town", "form: city",
         r"\(2.form\): is 'city', wanted one of town"),
        (load_speeds, "surfaces/speeds.yaml", "kmh: 45", "kmh: fast",
         r"\(roads.2.kmh\): is 'fast', wanted a number"),
    ],
)  # fmt: skip
def test_every_table_names_the_line_of_a_fault(
    tmp_path: Path, load: object, shipped: str, old: str, new: str, said: str
) -> None:
    file = tmp_path / "own.yaml"
    text = (SHIPPED / shipped).read_text("utf-8")
    file.write_text(text.replace(old, new, 1), "utf-8-sig")
    line = text[: text.index(old)].count("\n") + 1
    assert callable(load)
    with pytest.raises(InputError, match=f"line {line} {said}"):
        load(file)


def test_a_mapping_names_the_line_of_an_unknown_field(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("columns:\n  people: 人口\n  peple: 人\n", "utf-8")
    with pytest.raises(InvalidParameterError, match=r"line 3 \(columns.peple\)"):
        read_mapping(tmp_path / "m.yaml")
