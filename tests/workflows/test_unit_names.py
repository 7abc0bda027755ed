"""Units without an English name keep the Chinese one on English pages, as the remark promises."""

from gis_core.workflows.pages import unit_name


def test_the_other_name_stands_in() -> None:
    only_zh = unit_name({"code": "900001", "name_zh": "甲县", "name_en": ""})
    assert (only_zh.en, only_zh.zh) == ("甲县", "甲县")
    assert unit_name({"code": "900001", "name_zh": "", "name_en": ""}).en == "900001"
