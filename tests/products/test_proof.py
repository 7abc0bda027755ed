"""The line that tells how a solve ended."""

import pytest

from gis_core.products.proof import proof_line
from gis_core.words import word

DONE = {"status": "optimal", "objective": 225368.4, "bound": 225400.0, "gap": 0.00014}


def test_units_and_status_are_in_the_readers_language() -> None:
    assert proof_line(DONE, "zh", unit="mu") == (
        "求解：在差距范围内证明最优，目标值 225,368 亩，界 225,400 亩，差距 0.01%"
    )
    assert proof_line(DONE, "en", unit="yuan") == (
        "Proof: proven best within the gap, objective 225,368 yuan, bound 225,400 yuan, gap 0.01%"
    )


@pytest.mark.parametrize("status", ["optimal", "feasible", "infeasible", "unknown"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_has_no_result_says_so_without_figures(status: str, lang: str) -> None:
    document = {"status": status, "objective": None, "bound": None, "gap": None}
    said = proof_line(document, lang, unit="mu")
    assert said.endswith(word(status).in_(lang))
    assert not any(character.isdigit() for character in said)


def test_a_part_of_a_document_has_no_proof() -> None:
    assert proof_line({"bases": []}, "en", unit="mu") == ""


def test_a_document_that_names_its_unit_is_told_in_it() -> None:
    document = {**DONE, "objective": 0.8341, "bound": 0.835, "objective_unit": "score"}
    assert "objective 0.834 points of score, bound 0.835 points" in proof_line(
        document, "en", unit="mu"
    )
