"""Text of shapefiles: find the encoding that a .dbf really has, whatever stands beside it."""

import codecs
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gis_core.errors import UnreadableFileError
from gis_core.remarks import Remark
from gis_core.sources.files import shapefile_part
from gis_core.text import Text

RAW = "ISO-8859-1"  # one character a byte: reading so keeps every byte for the decision here
LANGUAGE_BYTE = 29  # offset of the language driver in a .dbf header
LANGUAGE_DRIVERS = {  # code of the .dbf header: encoding
    0x4D: "gb18030", 0x4F: "big5", 0x7A: "gb18030", 0x13: "cp932", 0x4E: "cp949",
    0x03: "cp1252", 0x57: "cp1252", 0x01: "cp437", 0x02: "cp850", 0xC9: "cp1251", 0x26: "cp866",
}  # fmt: skip
VAGUE = {0x57, 0x03}  # written by programs that did not ask: no evidence against other text
COMMON_SHARE = 0.9  # of characters outside ASCII that must be everyday Chinese


@dataclass(frozen=True)
class Encoding:
    """The encoding to use, the one the file states ('' if none), and whether they differ."""

    used: str
    stated: str
    certain: bool


def stated_encoding(path: Path) -> tuple[str, bool]:
    """Return what the .cpg, else the .dbf header, states ('' if nothing), and if it is vague."""
    cpg = shapefile_part(path, ".cpg")
    if cpg is not None:
        word = cpg.read_bytes()[:64].decode("ascii", "replace").strip()
        return _codec(word), False
    dbf = shapefile_part(path, ".dbf")
    if dbf is None:
        return "", False
    with dbf.open("rb") as stream:
        head = stream.read(LANGUAGE_BYTE + 1)
    driver = head[LANGUAGE_BYTE] if len(head) > LANGUAGE_BYTE else 0
    return LANGUAGE_DRIVERS.get(driver, ""), driver in VAGUE


def _codec(word: str) -> str:
    """Return the Python codec for the word of a .cpg: 'UTF-8', '936', 'CP936', 'ANSI 1252'."""
    digits = "".join(c for c in word if c.isdigit())
    names = {"65001": "utf-8", "936": "gb18030", "54936": "gb18030", "88591": "iso-8859-1"}
    plain = word.lower().replace("ansi", "").replace("_", "-").strip()
    if plain in ("gbk", "gb2312", "gb-2312", "euc-cn"):
        return "gb18030"
    for name in (plain, names.get(digits, ""), f"cp{digits}"):
        try:
            return codecs.lookup(name).name
        except (LookupError, ValueError):  # ValueError: a damaged .cpg with a zero byte
            continue
    return word


def decode(raw: bytes, encoding: str) -> str | None:
    """Decode text whose last character may be cut by the field's width; None if it cannot be."""
    try:
        text = codecs.getincrementaldecoder(encoding)("strict").decode(raw, final=False)
    except (UnicodeDecodeError, LookupError):
        return None
    return text


def find_encoding(samples: list[bytes], stated: str, *, vague: bool) -> Encoding | None:
    """Decide the encoding from the bytes; None if nothing fits.

    Valid UTF-8 beyond ASCII is hardly ever anything else; GB18030 fits many bytes, so it is
    believed against a stated encoding only when it gives everyday Chinese characters.
    """
    odd = [s for s in samples if not s.isascii()]
    if not odd:
        return Encoding(stated or "utf-8", stated, True)
    if _fits(odd, "utf-8"):
        return Encoding("utf-8", stated, True)
    chinese = _everyday_chinese(odd)
    if stated and not vague and stated != "utf-8" and _fits(odd, stated):
        single_byte = stated.startswith(("iso8859", "cp125", "cp437", "cp850"))
        return Encoding("gb18030" if single_byte and chinese else stated, stated, True)
    if chinese or (not stated and _fits(odd, "gb18030")):
        return Encoding("gb18030", stated, chinese)
    if stated and _fits(odd, stated):
        return Encoding(stated, stated, not vague)
    return None


def _fits(samples: list[bytes], encoding: str) -> bool:
    return all(decode(sample, encoding) is not None for sample in samples)


def _everyday_chinese(samples: list[bytes]) -> bool:
    """Tell whether the bytes, read as GB18030, are mostly characters of GB 2312."""
    common = total = 0
    for sample in samples:
        text = decode(sample, "gb18030")
        if text is None:
            return False
        for character in text:
            if not character.isascii():
                total += 1
                common += _in_gb2312(character)
    return total > 0 and common >= COMMON_SHARE * total


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def decode_frame(frame: pd.DataFrame, path: Path) -> tuple[pd.DataFrame, tuple[Remark, ...], str]:
    """Give a frame read with `RAW` its true text, column names included.

    Returns
    -------
    frame, remarks, encoding
        A ``mended`` remark when the encoding used is not the one the shapefile states.

    Raises
    ------
    UnreadableFileError
        If the text is in no known encoding.
    """
    texts = [c for c in frame.columns if c != "geometry" and _is_text(frame[c])]
    samples = [str(c).encode(RAW, "replace") for c in frame.columns]
    values = {c: frame[c].dropna().astype(str).unique() for c in texts}
    samples += [v.encode(RAW, "replace") for found in values.values() for v in found]
    stated, vague = stated_encoding(path)
    encoding = find_encoding(samples, stated, vague=vague)
    if encoding is None:
        raise UnreadableFileError(
            f"{path}: its text is in no known encoding (it states '{stated or 'nothing'}'; UTF-8 "
            "and GB18030 do not fit). Export it as GeoPackage from the program that made it.",
            f"{path}：属性文字编码无法识别（声明为“{stated or '无'}”，UTF-8 和 GB18030 均不符）。"
            "请从原软件导出为 GeoPackage。",
        )
    out = frame.copy()
    for column, found in values.items():
        table = {v: decode(v.encode(RAW, "replace"), encoding.used) for v in found}
        out[column] = out[column].map(table, na_action="ignore")
    renamed = {c: decode(str(c).encode(RAW, "replace"), encoding.used) or c for c in out.columns}
    out = out.rename(columns=renamed)
    if all(sample.isascii() for sample in samples) or encoding.used == stated:
        return out, (), encoding.used
    return out, (_encoding_remark(path, encoding),), encoding.used


def _is_text(column: pd.Series) -> bool:
    return bool(column.dtype == object or pd.api.types.is_string_dtype(column))


def _encoding_remark(path: Path, encoding: Encoding) -> Remark:
    used = {"utf-8": "UTF-8", "gb18030": "GB18030"}.get(encoding.used, encoding.used)
    stated_en = f"states the encoding '{encoding.stated}'" if encoding.stated else "has no .cpg"
    stated_zh = f"声明编码为“{encoding.stated}”" if encoding.stated else "没有 .cpg 文件"
    sure_en = "" if encoding.certain else " This is a guess."
    sure_zh = "" if encoding.certain else "此为推测。"
    return Remark(
        path.name,
        "mended",
        Text(
            f"The shapefile {stated_en}, but its text is {used}; it was read so.{sure_en}",
            f"Shapefile {stated_zh}，但文字实为 {used} 编码，已按此读取。{sure_zh}",
        ),
        Text(
            f"Check the names; put a .cpg with the word {used} beside the file to settle it.",
            f"请核对名称；可在同一文件夹放置内容为 {used} 的 .cpg 文件予以明确。",
        ),
        value=encoding.used,
    )
