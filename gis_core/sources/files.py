"""Files on the way in: that they are there, are what they say, and unpack safely."""

import errno
import hashlib
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from gis_core.errors import InvalidLayerError, StorageError, UnreadableFileError
from gis_core.provenance import hash_file
from gis_core.words import refusal

MAX_UNPACKED_BYTES = 2 * 1024**3  # an archive beyond this is unpacked by its owner, knowingly
MAX_ENTRIES = 10_000
CHUNK_BYTES = 1024**2
ENCRYPTED = 0x1  # flag bits of a zip entry
UTF8_NAME = 0x800
DAMAGED_ZIP = (  # what the library raises on damaged bytes, by experiment
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
VECTOR_SUFFIXES = (
    ".gpkg", ".geojson", ".json", ".shp", ".parquet", ".geoparquet", ".kml", ".kmz", ".fgb",
    ".gml", ".gpx", ".tab", ".mif", ".gdb",
)  # fmt: skip
RASTER_SUFFIXES = (
    ".tif", ".tiff", ".img", ".asc", ".nc", ".hgt", ".dem", ".bil", ".flt", ".grd",
    ".adf", ".png", ".jp2",
)  # fmt: skip
MAGIC = {  # how a file of this kind begins
    ".gpkg": (b"SQLite format 3\0",),
    ".shp": (b"\x00\x00\x27\x0a",),
    ".parquet": (b"PAR1",),
    ".geoparquet": (b"PAR1",),
    ".zip": (b"PK\x03\x04", b"PK\x05\x06"),
    ".kmz": (b"PK\x03\x04",),
    ".fgb": (b"fgb",),
}
TEXT_BEGINS = {".geojson": b"{", ".json": b"{", ".kml": b"<", ".gml": b"<", ".gpx": b"<"}


def check_file(path: Path) -> Path:
    """Return `path` if it is a file with content, or a ``.gdb`` folder.

    Raises
    ------
    UnreadableFileError
        If it is missing, a folder, may not be read, or holds 0 bytes.
    """
    if path.suffix.lower() == ".gdb" and path.is_dir():
        return path
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise UnreadableFileError(
                f"{path}: is a folder. Name the file inside it.",
                f"{path}：这是文件夹。请指定其中的文件。",
            )
        with path.open("rb"):
            pass
    except OSError as err:
        raise UnreadableFileError(
            f"{path}: cannot be opened ({refusal(err).en}). Check the path and its permissions.",
            f"{path}：无法打开（{refusal(err).zh}）。请检查路径和访问权限。",
        ) from err
    if size == 0:
        raise UnreadableFileError(
            f"{path}: holds 0 bytes. Copy or download it again.",
            f"{path}：文件大小为 0 字节。请重新复制或下载。",
        )
    return path


def check_magic(path: Path) -> None:
    """Refuse a file whose first bytes are not those of the kind its ending claims.

    Raises
    ------
    UnreadableFileError
        If the content does not fit the ending.
    """
    suffix = path.suffix.lower()
    if path.is_dir() or (suffix not in MAGIC and suffix not in TEXT_BEGINS):
        return
    with path.open("rb") as stream:
        head = stream.read(512)
    if suffix in MAGIC:
        fits = head.startswith(MAGIC[suffix])
    else:
        plain = head.removeprefix(b"\xef\xbb\xbf")
        # UTF-16 text begins with a byte-order mark; its reader says what is wrong with it.
        fits = plain.lstrip().startswith(TEXT_BEGINS[suffix]) or not plain.strip()
    if not fits:
        raise UnreadableFileError(
            f"{path}: its content begins with {head[:12]!r}, which is not a {suffix} file. It is "
            "damaged or has the wrong ending; export it again.",
            f"{path}：文件开头为 {head[:12]!r}，并非 {suffix} 格式。文件已损坏或扩展名有误；"
            "请重新导出。",
        )


def shapefile_part(path: Path, suffix: str) -> Path | None:
    """Return the part of shapefile `path` with `suffix` (any case), or None."""
    wanted = suffix.lower()
    for found in path.parent.iterdir():
        if found.stem == path.stem and found.suffix.lower() == wanted:
            return found
    return None


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file; of a shapefile or ``.gdb`` folder: of all its parts.

    A shapefile's hash is that of the list of its parts' endings and hashes, so it does not
    depend on the file's name.

    Raises
    ------
    UnreadableFileError
        As `check_file`.
    """
    check_file(path)
    if path.is_dir():
        parts = [(str(p.relative_to(path)), p) for p in sorted(path.rglob("*")) if p.is_file()]
    elif path.suffix.lower() == ".shp":
        found = [(suffix, shapefile_part(path, suffix)) for suffix in SHAPEFILE_PARTS]
        parts = [(suffix, part) for suffix, part in found if part is not None]
    else:
        return hash_file(path)
    listing = "\n".join(f"{name} {hash_file(part)}" for name, part in parts)
    return hashlib.sha256(listing.encode()).hexdigest()


@contextmanager
def opened(path: Path, *, suffixes: tuple[str, ...], member: str | None) -> Iterator[Path]:
    """Give the file to read: `path` itself, or the one wanted file inside a zip archive.

    The archive is unpacked into a temporary folder, which is removed at the end.

    Parameters
    ----------
    path
        Any file; ``.zip`` is looked into.
    suffixes
        Endings that count as a layer inside an archive.
    member
        Name (with or without its ending) that chooses among several layers of an archive.

    Raises
    ------
    UnreadableFileError
        If the file cannot be read or the archive is unsafe, damaged or too large.
    InvalidLayerError
        If the archive holds no layer, or several and `member` names none of them.
    StorageError
        If the disk is full.
    """
    check_file(path)
    check_magic(path)
    if path.suffix.lower() != ".zip":
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="upland-") as folder:
        unpack(path, Path(folder))
        yield _choose_member(path, Path(folder), suffixes, member)


def unpack(path: Path, folder: Path) -> None:
    """Unpack a zip archive into `folder`, nothing outside it and within fixed bounds.

    Raises
    ------
    UnreadableFileError
        If an entry points outside the folder, is a link or encrypted, or the archive is
        damaged or holds over 10,000 entries or 2 GiB.
    StorageError
        If the disk is full.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [e for e in archive.infolist() if not e.is_dir()]
            _refuse_unsafe(path, entries)
            left = MAX_UNPACKED_BYTES
            for entry in entries:
                left = _unpack_entry(path, archive, entry, folder, left)
    except UnreadableFileError:
        raise  # said below, and a ValueError too
    except DAMAGED_ZIP as err:
        raise _damaged_zip(path, err) from err
    except OSError as err:
        if err.errno not in DISK_FULL:
            raise _damaged_zip(path, err) from err
        raise StorageError(
            f"{path}: cannot be unpacked ({refusal(err).en}). Free space in the temporary folder.",
            f"{path}：无法解压（{refusal(err).zh}）。请清理临时文件夹的空间。",
        ) from err


def _damaged_zip(path: Path, err: Exception) -> UnreadableFileError:
    return UnreadableFileError(
        f"{path}: is damaged or not a zip archive ({err}). Pack it again.",
        f"{path}：压缩包已损坏或不是 zip 格式（{err}）。请重新打包。",
    )


def _refuse_unsafe(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or total > MAX_UNPACKED_BYTES:
        raise UnreadableFileError(
            f"{path}: unpacks to {len(entries):,} files and {total / 1024**3:.1f} GiB; at most "
            f"{MAX_ENTRIES:,} and {MAX_UNPACKED_BYTES / 1024**3:.0f} GiB are taken. Unpack it "
            "yourself and import the layer's file.",
            f"{path}：解压后共 {len(entries):,} 个文件、{total / 1024**3:.1f} GiB，超过上限"
            f"（{MAX_ENTRIES:,} 个、{MAX_UNPACKED_BYTES / 1024**3:.0f} GiB）。"
            "请自行解压后导入图层文件。",
        )
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        parts = PurePosixPath(name).parts
        link = stat.S_ISLNK(entry.external_attr >> 16)
        outside = name.startswith("/") or ".." in parts or (bool(parts) and ":" in parts[0])
        if link or outside:
            raise UnreadableFileError(
                f"{path}: its entry '{entry.filename}' points outside the archive's folder. "
                "Nothing was unpacked; pack the layer's files again without folders.",
                f"{path}：其中的“{entry.filename}”指向压缩包文件夹之外，未解压任何内容。"
                "请不带路径重新打包图层文件。",
            )
        if entry.flag_bits & ENCRYPTED:
            raise UnreadableFileError(
                f"{path}: its entry '{entry.filename}' is encrypted. Unpack it with its password "
                "and import the layer's file.",
                f"{path}：其中的“{entry.filename}”已加密。请用密码解压后导入图层文件。",
            )


def _unpack_entry(
    path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, left: int
) -> int:
    """Unpack one entry and return how many bytes may still follow (headers can lie)."""
    target = folder / _entry_name(entry)
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source, target.open("wb") as sink:
        while chunk := source.read(CHUNK_BYTES):
            left -= len(chunk)
            if left < 0:
                raise UnreadableFileError(
                    f"{path}: '{entry.filename}' unpacks to more than it declares. Get a sound "
                    "copy of the archive.",
                    f"{path}：“{entry.filename}”解压后的大小超过其声明值。请重新获取完好的压缩包。",
                )
            sink.write(chunk)
    return left


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name; names packed on Chinese systems are GB18030 read as CP437."""
    name = entry.filename.replace("\\", "/")
    if entry.flag_bits & UTF8_NAME:
        return name
    try:
        return name.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return name


def _choose_member(path: Path, folder: Path, suffixes: tuple[str, ...], member: str | None) -> Path:
    found = sorted(
        p
        for p in folder.rglob("*")
        if p.suffix.lower() in suffixes and not p.name.startswith(".") and "__MACOSX" not in p.parts
        if not any(parent.suffix.lower() == ".gdb" for parent in p.parents)
    )
    names = [p.name for p in found]
    if not found:
        inside = ", ".join(sorted(p.name for p in folder.rglob("*") if p.is_file())[:8]) or "-"
        raise InvalidLayerError(
            f"{path}: holds no layer (found: {inside}; wanted: {', '.join(suffixes)}). Pack the "
            "layer's files themselves, not another archive.",
            f"{path}：压缩包中没有图层（现有：{inside}；应为：{'、'.join(suffixes)}）。"
            "请直接打包图层文件，不要嵌套压缩包。",
        )
    if len(found) == 1:
        return found[0]
    chosen = [p for p in found if member is not None and member in (p.name, p.stem)]
    if len(chosen) != 1:
        raise InvalidLayerError(
            f"{path}: holds several layers: {', '.join(names)}. Choose one with --layer.",
            f"{path}：压缩包含多个图层：{'、'.join(names)}。请用 --layer 指定其一。",
        )
    return chosen[0]


def read_text(path: Path) -> str:
    """Return the text of a file in UTF-8 (with or without BOM) or GB18030.

    Raises
    ------
    UnreadableFileError
        If the file is missing, empty or in another encoding.
    """
    raw = check_file(path).read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFileError(
        f"{path}: is neither UTF-8 nor GB18030 text. Save it as 'CSV UTF-8' and try again.",
        f"{path}：既不是 UTF-8 也不是 GB18030 编码。请另存为“CSV UTF-8”后重试。",
    )
