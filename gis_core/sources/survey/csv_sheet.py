"""CSV files: encoding and delimiter found out, never guessed into garbage."""

import csv
from io import StringIO
from itertools import islice
from pathlib import Path

from gis_core.errors import UnreadableFileError
from gis_core.sources.survey.workbook import RawSheet
from gis_core.words import refusal

DELIMITERS = (",", ";", "\t", "\uff0c", "|")  # the fourth is the full-width comma
LONGEST_CELL = 1 << 20  # characters
SNIFFED_ROWS = 60
COMMON_SHARE = 0.8  # of the Chinese characters; wrongly decoded text has mostly rare ones


def read_csv_rows(path: Path) -> RawSheet:
    """Read a delimited text file; row numbers count records from 1, as spreadsheets do.

    UTF-8 with or without BOM, GB18030, and UTF-16 with BOM are taken; the delimiter is a
    comma, semicolon, tab, full-width comma or bar.

    Raises
    ------
    UnreadableFileError
        If the file cannot be opened, is binary, is in another encoding or has a broken quote.
    """
    text = decode_text(path)
    delimiter = _delimiter(text)
    csv.field_size_limit(LONGEST_CELL)
    try:
        reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        return RawSheet("", [(number, list(cells)) for number, cells in enumerate(reader, 1)])
    except csv.Error as err:
        raise UnreadableFileError(
            f"{path}: a quote is never closed or a cell is longer than {LONGEST_CELL:,} "
            f"characters ({err}). Save it again as 'CSV UTF-8'.",
            f"{path}：引号没有闭合，或单元格超过{LONGEST_CELL}个字符（{err}）。"
            "请重新保存为“CSV UTF-8”。",
        ) from err


def decode_text(path: Path) -> str:
    """Return the text of a file in UTF-8 (BOM or not), GB18030, or UTF-16 with BOM.

    Raises
    ------
    UnreadableFileError
        If it cannot be opened, is binary, or is text in another encoding.
    """
    try:
        raw = path.read_bytes()
    except OSError as err:
        raise UnreadableFileError(
            f"{path}: cannot be opened ({refusal(err).en}). Check the path.",
            f"{path}：无法打开（{refusal(err).zh}）。请检查路径。",
        ) from err
    if not raw.strip():
        raise UnreadableFileError(
            f"{path}: is empty. Choose the file again, or save it once more.",
            f"{path}：文件为空。请重新选择文件，或重新保存。",
        )
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode_as(path, raw, "utf-16")
    if b"\0" in raw:
        raise UnreadableFileError(
            f"{path}: is a binary file, not text. Choose the CSV, xlsx or xls file of the survey.",
            f"{path}：是二进制文件，不是文本。请选择 CSV、xlsx 或 xls 格式的调查表。",
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        if _nearly_utf8(raw):
            row = raw.count(b"\n", 0, err.start) + 1
            raise UnreadableFileError(
                f"{path}, line {row}: a character is broken (byte {err.start + 1}), the rest is "
                "UTF-8. Open the file, correct the line and save it as 'CSV UTF-8'.",
                f"{path} 第{row}行：有损坏的字符（第{err.start + 1}字节），其余为 UTF-8 编码。"
                "请打开文件改正该行，另存为“CSV UTF-8”。",
            ) from err
    return _decode_as(path, raw, "gb18030")


def _decode_as(path: Path, raw: bytes, encoding: str) -> str:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as err:
        raise _unknown_encoding(path) from err
    if not _plausible(text):
        raise _unknown_encoding(path)
    return text.removeprefix("\ufeff")


def _unknown_encoding(path: Path) -> UnreadableFileError:
    return UnreadableFileError(
        f"{path}: is neither UTF-8 nor GB18030 text; read so, its characters make no sense. "
        "Open it in the program that wrote it and save it as 'CSV UTF-8'.",
        f"{path}：既不是 UTF-8 也不是 GB18030 编码，按此读取会成乱码。"
        "请用原软件打开后另存为“CSV UTF-8”。",
    )


def _nearly_utf8(raw: bytes) -> bool:
    """True if nearly all multi-byte characters are sound UTF-8."""
    text = raw.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    sound = sum(ord(c) > 127 for c in text) - broken
    return sound > 10 * broken


def _plausible(text: str) -> bool:
    """True if the characters are those of everyday Chinese text.

    Text of another encoding read as GB18030 gives rare characters, private-use ones and
    control codes; everyday ones are those of GB 2312.
    """
    letters = [c for c in text if ord(c) > 127]
    if any(0xE000 <= ord(c) <= 0xF8FF or 0x80 <= ord(c) < 0xA0 for c in letters):
        return False
    common = 0
    for letter in letters:
        try:
            letter.encode("gb2312")
        except UnicodeEncodeError:
            continue
        common += 1
    return not letters or common >= COMMON_SHARE * len(letters)


def _delimiter(text: str) -> str:
    """The delimiter under which the first rows have the most equal number of cells above one."""
    best, best_score = ",", 0.0
    head = "".join(islice(StringIO(text, newline=""), SNIFFED_ROWS * 2))
    for delimiter in DELIMITERS:
        try:
            reader = csv.reader(StringIO(head, newline=""), delimiter=delimiter)
            widths = [len(record) for record in islice(reader, SNIFFED_ROWS)]
        except csv.Error:
            continue
        wide = [w for w in widths if w > 1]
        if not wide:
            continue
        usual = max(set(wide), key=wide.count)
        score = wide.count(usual) * (1 - 1 / usual)
        if score > best_score:
            best, best_score = delimiter, score
    return best
