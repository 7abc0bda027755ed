"""The application over a worked workspace: every path, both languages, problems in words."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from gis_core.errors import StorageError
from gis_core.settings import Settings
from gis_core.store.workspace import Workspace
from gis_core.workflows.publishing import without_village_names
from tests.api.conftest import publishing
from tests.products.packed import unpacked

pytestmark = pytest.mark.postgis


def test_alive_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/readyz").json()["layers"] > 10


def test_not_ready_without_a_workspace(tmp_path: Path) -> None:
    app = create_app(Settings(home=tmp_path, database_url=None))
    answer = TestClient(app).get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("lang", "said"), [("zh", "分年度"), ("en", "Relocation plan")])
def test_the_city_page(client: TestClient, worked: Workspace, lang: str, said: str) -> None:
    page = client.get("/", params={"lang": lang})
    assert page.status_code == 200
    region = worked.region()
    assert (region.name_zh if lang == "zh" else region.name_en) in page.text
    assert said in page.text or "搬迁计划" in page.text
    for code in worked.boundaries()["code"]:
        assert f'href="/county/{code}?lang={lang}"' in page.text
    assert "schematic" in page.text.lower() or "示意" in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text


def test_every_county_has_its_page(client: TestClient, worked: Workspace) -> None:
    for row in worked.boundaries().itertuples():
        page = client.get(f"/county/{row.code}", params={"lang": "zh"})
        assert page.status_code == 200
        assert row.name_zh in page.text
        assert f"/maps/overview?lang=zh&amp;county={row.code}" in page.text
    assert client.get("/county/nowhere").status_code == 404


@pytest.mark.parametrize("name", ["overview", "organic", "relocation"])
def test_a_map_page_links_only_our_own_assets(client: TestClient, name: str) -> None:
    page = client.get(f"/maps/{name}", params={"lang": "en"})
    assert page.status_code == 200
    assert '<html lang="en">' in page.text
    assert "/assets/upland.js" in page.text
    again = client.get(
        f"/maps/{name}", params={"lang": "en"}, headers={"if-none-match": page.headers["etag"]}
    )
    assert again.status_code == 304


def test_a_new_run_makes_the_page_anew(client: TestClient, worked: Workspace) -> None:
    from gis_core.provenance import Provenance

    first = client.get("/", params={"lang": "en"}).headers["etag"]
    worked.save_run("note", document={}, provenance=Provenance("", {}, {}))
    assert client.get("/", params={"lang": "en"}).headers["etag"] != first


def test_assets_and_nothing_beside_them(client: TestClient) -> None:
    assert client.get("/assets/upland.js").status_code == 200
    assert client.get("/assets/pages.css").headers["cache-control"].startswith("public")
    for hostile in ("/assets/..%2f..%2fpages/page.html", "/assets/%2e%2e/__init__.py",
                    "/assets//etc/passwd", "/assets/__init__.py", "/assets/%00",
                    "/assets/" + "a" * 5000):  # fmt: skip
        assert client.get(hostile).status_code == 404


def test_problems_are_documents_in_the_readers_language(client: TestClient) -> None:
    answer = client.get("/maps/nope", headers={"accept-language": "zh-CN,zh;q=0.9"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "没有名为“nope”的地图" in answer.json()["detail"]
    assert client.get("/api/runs/bases-99").status_code == 404
    assert client.get("/nothing").json()["status"] == 404
    assert client.get("/api/runs", params={"kind": "x" * 3000}).json() == []
    assert client.get("/api/runs", params={"kind": "\0"}).json() == []
    assert client.get("/api/runs/%00").status_code == 404
    assert client.get("/api/plans/suitability-1").status_code == 404


def test_layers_regions_and_runs(client: TestClient, worked: Workspace) -> None:
    layers = {row["theme"]: row for row in client.get("/api/layers").json()}
    assert layers["elevation"]["kind"] == "raster"
    assert layers["villages"]["nature"] == "synthetic"
    units = client.get("/api/regions").json()["units"]
    assert len(units) == len(worked.boundaries())
    plan = client.get("/api/plans/plan-1", params={"lang": "zh"}).json()
    assert plan["assignments"][0]["why"]
    assert isinstance(plan["assignments"][0]["why"], str)
    assert [row["run_id"] for row in client.get("/api/plans").json()] == ["plan-1"]
    village = worked.villages().iloc[0]
    found = client.get(f"/api/villages/{village['village_id']}").json()
    assert found["people"] == village["people"]


def test_single_villages_are_held_back_where_they_are_not_published(worked: Workspace) -> None:
    village = worked.villages().iloc[0]
    moved = worked.run(kind="plan").document["assignments"][0]["village"]
    with TestClient(create_app(publishing(worked.settings, "all"))) as client:
        assert moved in unpacked(client.get("/maps/relocation", params={"lang": "zh"}).text)
    with TestClient(create_app(publishing(worked.settings, "none"))) as client:
        assert client.get(f"/api/villages/{village['village_id']}").status_code == 404
        plan = client.get("/api/plans/plan-1").json()
        assert "assignments" not in plan
        assert sum(row["people"] for row in plan["assignments_by_county"]) > 0
        layers = client.get("/api/layers").json()
        assert all(row["remarks"] == [] for row in layers)
        kept = {record.info.theme: len(record.info.remarks) for record in worked.layers()}
        assert {row["theme"]: row["remarks_count"] for row in layers} == kept
        for name in ("overview", "relocation"):
            page = unpacked(client.get(f"/maps/{name}", params={"lang": "zh"}).text)
            assert moved not in page
            assert "不显示单个村庄" in page


def test_sentences_about_villages_do_not_name_them(worked: Workspace) -> None:
    name = str(worked.villages()["name"].iloc[0])
    said = {"en": f"1 village is above the quota: {name}.", "zh": f"1个村超过指标:{name}。"}
    hidden = without_village_names(worked, {"conflicts": [{"text": said}], "years": [name]})
    assert name not in str(hidden["conflicts"])
    assert "1个村超过指标" in hidden["conflicts"][0]["text"]["zh"]
    assert hidden["years"] == [name]


def test_the_api_describes_itself_without_another_server(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "/assets/swagger-ui-bundle.js" in page
    assert "https://" not in page
    assert "/api/layers" in client.get("/openapi.json").json()["paths"]


def test_files_out_of_reach_are_a_service_that_is_away(
    client: TestClient, worked: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: Workspace) -> None:
        raise StorageError("the folder is away", "文件夹不在")

    monkeypatch.setattr(Workspace, "layers", away)
    answer = client.get("/api/layers")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "folder" not in answer.json()["detail"]
    monkeypatch.undo()
    assert client.get("/api/layers").status_code == 200
