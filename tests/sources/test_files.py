"""Files: archives unpack safely, hashes name content, text decodes."""

import stat
import zipfile
from pathlib import Path

import pytest

from gis_core.errors import InvalidLayerError, UnreadableFileError
from gis_core.provenance import hash_file
from gis_core.sources import files
from gis_core.sources.files import file_hash, opened, read_text, unpack


def archive_of(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in entries.items():
            out.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "name", ["../out.shp", "a/../../out.shp", "/tmp/out.shp", "..\\out.shp", "C:\\out.shp"]
)
def test_entries_that_point_outside_are_refused(tmp_path: Path, name: str) -> None:
    archive = archive_of(tmp_path / "a.zip", {"good.shp": b"1", name: b"2"})
    folder = tmp_path / "in"
    folder.mkdir()
    with pytest.raises(UnreadableFileError, match=r"a\.zip.*outside") as caught:
        unpack(archive, folder)
    assert "之外" in caught.value.text.zh
    assert list(folder.iterdir()) == []


def test_links_and_secrets_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("roads.shp")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "l.zip", "w") as out:
        out.writestr(link, "/etc/passwd")
    with pytest.raises(UnreadableFileError, match="outside"):
        unpack(tmp_path / "l.zip", tmp_path)
    archive = archive_of(tmp_path / "s.zip", {"roads.shp": b"12345"})
    raw = bytearray(archive.read_bytes())
    raw[6] |= 1  # the encryption flag of the local and of the central header
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(raw)
    with pytest.raises(UnreadableFileError, match="encrypted"):
        unpack(archive, tmp_path)


def test_bombs_are_refused_before_and_while_unpacking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = archive_of(tmp_path / "b.zip", {"roads.shp": b"\0" * 3_000_000})
    assert archive.stat().st_size < 10_000
    monkeypatch.setattr(files, "MAX_UNPACKED_BYTES", 2_000_000)
    with pytest.raises(UnreadableFileError, match="Unpack it"):
        unpack(archive, tmp_path)
    many = archive_of(tmp_path / "m.zip", {f"{i}.shp": b"" for i in range(30)})
    monkeypatch.setattr(files, "MAX_ENTRIES", 20)
    with pytest.raises(UnreadableFileError, match="30 files"):
        unpack(many, tmp_path)
    monkeypatch.setattr(files, "_refuse_unsafe", lambda path, entries: None)  # headers that lie
    with pytest.raises(UnreadableFileError, match="more than it declares"):
        unpack(archive, tmp_path)


def test_damaged_archive(tmp_path: Path) -> None:
    archive = archive_of(tmp_path / "d.zip", {"roads.shp": bytes(range(256)) * 400})
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableFileError, match=r"d\.zip.*Pack it again"):
        unpack(archive, tmp_path)
    flipped = bytearray(whole)
    flipped[60] ^= 0xFF
    archive.write_bytes(flipped)
    with pytest.raises(UnreadableFileError, match=r"d\.zip.*Pack it again"):
        unpack(archive, tmp_path)


def test_archive_without_a_layer_or_with_another_inside(tmp_path: Path) -> None:
    inner = archive_of(tmp_path / "inner.zip", {"roads.shp": b"1"})
    archive = archive_of(tmp_path / "outer.zip", {"inner.zip": inner.read_bytes(), "x.txt": b"1"})
    with (
        pytest.raises(InvalidLayerError, match=r"outer\.zip.*holds no layer.*inner\.zip"),
        opened(archive, suffixes=(".shp",), member=None),
    ):
        pass


def test_archive_from_a_chinese_system_and_its_rubbish(tmp_path: Path) -> None:
    name = "道路.shp".encode("gb18030").decode("cp437")
    entry = zipfile.ZipInfo(name)
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as out:
        out.writestr(entry, b"1")
        out.writestr("__MACOSX/._roads.shp", b"2")
    raw = (tmp_path / "c.zip").read_bytes()
    utf8, cp437 = name.encode("utf-8"), name.encode("cp437")
    assert utf8 in raw  # Python marks such names as UTF-8; old Chinese programs do not
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as out:
        plain = zipfile.ZipInfo("x" * len(cp437))
        out.writestr(plain, b"1")
        out.writestr("__MACOSX/._roads.shp", b"2")
    raw = (tmp_path / "c.zip").read_bytes().replace(b"x" * len(cp437), cp437)
    (tmp_path / "c.zip").write_bytes(raw)
    with opened(tmp_path / "c.zip", suffixes=(".shp",), member=None) as file:
        assert file.name == "道路.shp"
        assert file.read_bytes() == b"1"
    assert not file.exists()


def test_hash_of_a_shapefile_covers_its_parts_but_not_its_name(tmp_path: Path) -> None:
    for stem in ("a", "b"):
        for suffix in (".shp", ".shx", ".dbf", ".PRJ"):
            (tmp_path / f"{stem}{suffix}").write_bytes(suffix.lower().encode())
    first = file_hash(tmp_path / "a.shp")
    assert first == file_hash(tmp_path / "b.shp") != hash_file(tmp_path / "a.shp")
    (tmp_path / "b.dbf").write_bytes(b"other")
    assert file_hash(tmp_path / "b.shp") != first
    (tmp_path / "c.gpkg").write_bytes(b"c")
    assert file_hash(tmp_path / "c.gpkg") == hash_file(tmp_path / "c.gpkg")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_in_each_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "t.csv").write_bytes("值,名称\n1,耕地".encode(encoding))
    assert read_text(tmp_path / "t.csv") == "值,名称\n1,耕地"
    (tmp_path / "t.csv").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(UnreadableFileError, match=r"t\.csv.*CSV UTF-8"):
        read_text(tmp_path / "t.csv")
