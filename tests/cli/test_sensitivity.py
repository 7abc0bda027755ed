"""Sensitivity asked for on the command line."""

from collections.abc import Callable

import pytest

from gis_core.settings import Settings
from tests.conftest import Done

pytestmark = pytest.mark.postgis
ASKED = ("suitability", "sensitivity", "--run", "suitability-1", "--bases", "bases-1")


def test_tables_are_printed_in_chinese(
    upland: Callable[..., Done], demonstration: Settings
) -> None:
    asked = (*ASKED, "--draws", "16", "--method", "lhs", "--lang", "zh")
    done = upland(*asked, on=demonstration)
    assert done.code == 0, done.err
    for said in ("抽样 16 次", "各等级面积的抽样结果", "各准则的影响", "单独变动：影响最大者",
                 "基地稳定性（完成 16 次抽样中的 16 次）", "候选区边界保持不变"):  # fmt: skip
        assert said in done.out


@pytest.mark.parametrize(
    ("wrong", "said"),
    [(("--draws", "1"), "wanted 2 to 65,536 draws"), (("--method", "grid"), "sobol or lhs"),
     (("--weight-spread", "2"), "The weight spread is 2"), (("--bases", "bases-99"), "bases-99")],
)  # fmt: skip
def test_what_means_nothing_is_refused(
    upland: Callable[..., Done], demonstration: Settings, wrong: tuple[str, str], said: str
) -> None:
    done = upland(*ASKED, *wrong, "--json", on=demonstration)
    assert (done.code, done.out) == (1, "")
    assert said in done.err
