"""The line that a solve owes its reader, as the commands print it."""

import pytest

from gis_core.cli.output import Voice
from gis_core.cli.proof import print_proof


@pytest.mark.parametrize(("unit", "zh"), [("mu", "亩"), ("points", "分")])
def test_the_proof_is_told_in_the_readers_units(
    unit: str, zh: str, capsys: pytest.CaptureFixture[str]
) -> None:
    document = {"status": "optimal", "objective": 900.0, "bound": 899.0, "gap": 0.001,
                "time_s": 2.0, "objective_unit": unit}  # fmt: skip
    print_proof(Voice("zh"), document)
    print_proof(Voice("en"), document)
    chinese, english = capsys.readouterr().out.splitlines()
    assert chinese == (
        f"在差距范围内证明最优：目标值 900 {zh}，界 899 {zh}，差距 0.100%，用时 2.0 秒"
    )
    assert english == (
        f"proven best within the gap: objective 900 {unit}, bound 899 {unit}, gap 0.100%, 2.0 s"
    )
