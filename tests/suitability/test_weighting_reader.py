"""Judgements in files: all forms are taken, every fault is named with place and cure."""

from typing import Any

import pytest

from gis_core.errors import InvalidModelError
from gis_core.located import LocatedDocument
from gis_core.suitability.judgements import Ahp, BestWorst, Direct, FromData, GroupAhp, Ranks
from gis_core.suitability.weighting_reader import read_weighting, weighting_from_document

NAMES = ["a", "b", "c"]
PAIRS = "{a/b: 3, a/c: 5, b/c: 2}"
BEST_WORST = """\
weighting:
  method: best_worst
  best: a
  worst: c
  best_to_others: {a: 1, b: 3, c: 8}
  others_to_worst: {a: 8, b: 2, c: 1}
"""


def read(text: str, names: list[str] | None = NAMES) -> Any:
    document = LocatedDocument.of_text(text, source="w.yaml", error=InvalidModelError)
    return read_weighting(document, ("weighting",), names).input


def test_all_forms_are_taken() -> None:
    assert read("weighting: direct") == read("{}") == Direct()
    assert read("weighting: critic") == read("weighting: {method: entropy}") == FromData()
    assert read("weighting: {method: ranks, order: [b, [a, c]]}") == Ranks((("b",), ("a", "c")))
    pairs = read(f"weighting: {{method: ahp, comparisons: {PAIRS}}}")
    assert isinstance(pairs, Ahp)
    assert pairs.judgements.matrix[2] == (1 / 5, 1 / 2, 1)
    matrix = read("weighting: {method: ahp, matrix: [[1, 3, 5], [0.333, 1, 2], [1/5, 1/2, 1]]}")
    assert matrix == pairs
    judged = read(BEST_WORST)
    assert isinstance(judged, BestWorst)
    assert judged.others_to_worst["b"] == 2


def test_groups_of_criteria_and_of_people() -> None:
    nested = read("weighting: {method: ahp, comparisons: {soil/road: 4}, groups: "
                  "{soil: {comparisons: {a/b: 2}}, road: {names: [c]}}}")  # fmt: skip
    assert isinstance(nested, Ahp)
    assert nested.judgements.names == ("soil", "road")
    assert nested.within["road"].names == ("c",)
    people = read(f"weighting: {{method: group_ahp, members: [{{name: x, comparisons: {PAIRS}}}, "
                  f"{{name: y, weight: 2, names: [c, b, a], comparisons: {PAIRS}}}]}}".replace(
                      "names: [c, b, a], ", ""))  # fmt: skip
    assert isinstance(people, GroupAhp)
    assert [m.weight for m in people.members] == [1, 2]


def test_a_file_of_judgements_alone() -> None:
    for text in (f"method: ahp\ncomparisons: {PAIRS}\n",
                 f"weighting:\n  method: ahp\n  comparisons: {PAIRS}\n"):  # fmt: skip
        document = LocatedDocument.of_text(text, source="w.yaml", error=InvalidModelError)
        assert weighting_from_document(document).method == "ahp"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("method: ahpp", r"line 2 \(weighting.method\): is 'ahpp', wanted one of direct, ranks"),
        ("method: ranks", "'order' is missing"),
        ("method: ranks\n  order: [a, b]", "line 3 .*missing are c. Name every criterion once"),
        ("method: ranks\n  order: [a, b, c, a]", "twice a"),
        ("method: ranks\n  order: [a, b, c, d]", "no criterion is named d"),
        ("method: ahp", "wanted either 'comparisons'"),
        ("method: ahp\n  comparisons: {a/b: 3}", "line 3 .*missing are c"),
        ("method: ahp\n  comparisons: {a/b: 3, a/c: 2}", "lacks b/c. Judge every pair once"),
        ("method: ahp\n  comparisons: {a/b: 3, b/a: 2, a/c: 2}", "'b' against 'a' is already"),
        ("method: ahp\n  comparisons: {a/b: 0, a/c: 2, b/c: 2}", "a/b.*number above 0"),
        ("method: ahp\n  comparisons: {a/b: 1.0e-320, a/c: 2, b/c: 2}", "a/b.*usually 1/9 to 9"),
        ("method: ahp\n  comparisons: {a/b: .nan, a/c: 2, b/c: 2}", "a/b.*wanted a number"),
        ("method: ahp\n  comparisons: {a/b: 1/x, a/c: 2, b/c: 2}", "a fraction such as 1/3"),
        ("method: ahp\n  comparisons: {a/b: -1/3, a/c: 2, b/c: 2}", "a fraction such as 1/3"),
        ("method: ahp\n  comparisons: {a-b: 3, a/c: 2, b/c: 2}", "'a-b' is no pair, wanted a/b"),
        ("method: ahp\n  matrix: [[1, 2], [1/2, 1]]", "has 2 rows for 3 names"),
        ("method: ahp\n  matrix: [[1, 2, 3], [1/2, 1], [1/3, 1, 1]]", "list of at least 3"),
        ("method: ahp\n  matrix:\n  - [1, 2, 3]\n  - [1/2, 1, 1]\n  - [3, 1, 1]",
         r"line 6 \(weighting.matrix.3.1\): 'c' against 'a' is 3, wanted 0.333333"),
        ("method: ahp\n  matrix: [[2, 2, 3], [1/2, 1, 1], [1/3, 1, 1]]", "'a' against 'a' is 2"),
        ("method: group_ahp\n  members: [{name: x}]", "list of at least 2"),
        ("method: entropy\n  order: [a]", "'order' is not known"),
    ],
)  # fmt: skip
def test_a_fault_is_named(text: str, said: str) -> None:
    with pytest.raises(InvalidModelError, match=said) as caught:
        read(f"weighting:\n  {text}\n")
    assert caught.value.text.zh != caught.value.text.en


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("best: a", "best: d", "line 3 .*is 'd', wanted one of a, b, c"),
        ("worst: c\n", "worst: a\n", "line 3 .*another for best than for worst"),
        ("{a: 1, b: 3, c: 8}", "{a: 2, b: 3, c: 8}", r"best_to_others.a\): is 2, wanted 1"),
        ("{a: 1, b: 3, c: 8}", "{a: 1, b: 9, c: 8}", r"best_to_others.b\): is 9, wanted at most 8"),
        ("{a: 8, b: 2, c: 1}", "{a: 8, b: 10, c: 1}", "is 10, wanted 1 to 9"),
        ("{a: 8, b: 2, c: 1}", "{a: 7, b: 2, c: 1}", "is 7, but best against worst is 8"),
        ("{a: 8, b: 2, c: 1}", "{a: 8, b: 2}", "missing are c"),
    ],
)
def test_best_worst_vectors_are_checked(old: str, new: str, said: str) -> None:
    with pytest.raises(InvalidModelError, match=said):
        read(BEST_WORST.replace(old, new))


def test_judgements_that_need_more_than_a_name() -> None:
    for method in ("ahp", "ranks"):
        with pytest.raises(InvalidModelError, match=f"'{method}' needs what was judged"):
            read(f"weighting: {method}")
