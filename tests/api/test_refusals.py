"""A refused value of a request: named, shown as people write it, with the limit."""

from typing import Annotated

import pytest
from fastapi import FastAPI, Query
from fastapi.testclient import TestClient

from api.errors import install_handlers
from gis_core.settings import Settings


@pytest.fixture(scope="module")
def limited() -> TestClient:
    """An application with one path whose values have limits."""
    app = FastAPI()
    app.state.settings = Settings(database_url=None)
    install_handlers(app)

    @app.get("/api/limits")
    def limits(
        count: Annotated[int, Query(ge=1)] = 1,
        share: Annotated[float, Query(ge=-4.0, lt=1.5)] = 0.0,
        name: Annotated[str, Query(max_length=5)] = "",
    ) -> None: ...

    @app.get("/api/needed")
    def needed(count: int) -> None: ...

    return TestClient(app)


@pytest.mark.parametrize(("asked", "en", "zh"), [
    ("limits?count=many", "count is 'many', wanted a whole number.", "count 为“many”，应为整数。"),
    ("limits?count=0", "count is '0', wanted at least 1.", "count 为“0”，应为不小于 1 的数。"),
    ("limits?share=-5", "share is '-5', wanted at least -4.", "share 为“-5”，应为不小于 -4 的数。"),
    ("limits?share=1.5", "share is '1.5', wanted a number below 1.5.",
     "share 为“1.5”，应为小于 1.5 的数。"),
    ("limits?name=longer", "name is 'longer', wanted at most 5 characters.",
     "name 为“longer”，应为至多 5 个字符。"),
    ("needed", "count is missing.", "缺少 count。"),
])  # fmt: skip
def test_the_sentence_names_value_and_limit(
    limited: TestClient, asked: str, en: str, zh: str
) -> None:
    for lang, said in (("en", en), ("zh-CN", zh)):
        answer = limited.get(f"/api/{asked}", headers={"accept-language": lang})
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"] == said


def test_a_long_value_is_cut(limited: TestClient) -> None:
    said = limited.get("/api/limits", params={"name": "长" * 5000, "lang": "zh"}).json()["detail"]
    assert "应为至多 5 个字符" in said
    assert len(said) < 120
