"""Words of keys, and the system's refusals in both languages."""

import errno
from pathlib import Path

import pytest

from gis_core.errors import InvalidParameterError
from gis_core.located import read_located
from gis_core.words import refusal, word


def test_a_refusal_of_the_system_is_said_in_both_languages(tmp_path: Path) -> None:
    with pytest.raises(OSError) as missing:  # noqa: PT011
        (tmp_path / "none").read_bytes()
    assert (refusal(missing.value).en, refusal(missing.value).zh) == (
        "No such file or directory", "文件或目录不存在",
    )  # fmt: skip
    rare = OSError(errno.EXDEV, "Invalid cross-device link")
    assert refusal(rare).zh == "Invalid cross-device link"


def test_a_yaml_file_that_is_no_text_names_the_byte(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_bytes(b"name: \xff\n")
    with pytest.raises(InvalidParameterError, match="byte 7"):
        read_located(tmp_path / "m.yaml")
    with pytest.raises(InvalidParameterError) as missing:
        read_located(tmp_path / "none.yaml")
    assert "文件或目录不存在" in missing.value.text.zh


def test_a_key_without_a_word_stays_itself() -> None:
    assert word("optimal").zh == "在差距范围内证明最优"
    assert word("irrigation").zh == "irrigation"
