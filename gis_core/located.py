"""YAML documents that know the line of each of their parts, so that errors name the place."""

import math
import re
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from gis_core.errors import InputError, InvalidParameterError
from gis_core.text import Text
from gis_core.words import refusal

Place = tuple[str | int, ...]  # keys and positions (from 0) that lead to a part

MOST_BYTES = 1_000_000  # of a file; what people write is far smaller, and reading takes time
MOST_PARTS = 100_000  # of a document with its aliases (*name) written out
MOST_DEEP = 40  # levels of lists and mappings inside each other
LONGEST_SENTENCE = 400  # characters; of a longer one, with a long value in it, the middle goes
LARGEST = 1e30  # of a number, either sign: single precision, in which rasters are, ends at 3e38
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class LocatedDocument:
    """Plain values, and the line of the YAML text on which each part of them stands.

    `error` is the class of the errors it raises. Values that came without a text (from a program,
    from the database) have no lines; their errors name the part alone.
    """

    def __init__(
        self, values: Any, *, source: str, error: type[InputError] = InvalidParameterError
    ) -> None:
        self.values: Any = values
        self.source = source
        self.error = error
        self._node: yaml.Node | None = None

    @classmethod
    def of_text(
        cls,
        text: str,
        *,
        source: str,
        error: type[InputError] = InvalidParameterError,
        as_words: bool = False,
    ) -> "LocatedDocument":
        """Read a YAML text; with `as_words` every value stays the word it is written as.

        Raises
        ------
        InputError
            Of class `error`, if it is not YAML or a key stands twice; the message names the line.
        """
        document = cls(None, source=source, error=error)
        try:
            loader = yaml.BaseLoader(text) if as_words else yaml.SafeLoader(text)
            try:
                document._node = loader.get_single_node()
                if document._node is not None:
                    document._check(document._node, 0, {})
                    document.values = loader.construct_document(document._node)
            finally:
                loader.dispose()
        except (yaml.YAMLError, ValueError) as err:
            if isinstance(err, InputError):
                raise
            mark = getattr(err, "problem_mark", None)
            line = mark.line + 1 if mark is not None else 1
            said = getattr(err, "problem", None) or err
            raise document._fault(line, f"is not YAML ({said}). Correct the line.",
                                  f"不是有效的 YAML（{said}）。请改正该行。") from err  # fmt: skip
        except RecursionError as err:
            raise document._too_deep(1) from err
        return document

    def _check(self, node: yaml.Node, depth: int, sizes: dict[int, int]) -> int:
        """Return how many parts a node has, aliases written out, and refuse what is unsound.

        Refused are keys that stand twice in a mapping (YAML itself would keep the last), nesting
        that is too deep or endless, more parts than `MOST_PARTS`, and characters that no one can
        see. `sizes` holds the parts of each node met, by its id, so that none is walked twice.
        """
        line = node.start_mark.line + 1
        if depth > MOST_DEEP:  # a node that holds itself ends here too
            raise self._too_deep(line)
        if id(node) in sizes:
            return sizes[id(node)]
        inner: list[yaml.Node] = []
        if isinstance(node, yaml.SequenceNode):
            inner = node.value
        elif isinstance(node, yaml.MappingNode):
            self._refuse_doubled_keys(node)
            inner = [part for pair in node.value for part in pair]
        elif UNPRINTABLE.search(node.value):
            raise self._fault(line, "holds a character that cannot be shown. Remove it.",
                              "含有无法显示的字符。请删除。")  # fmt: skip
        size = 1 + sum(self._check(part, depth + 1, sizes) for part in inner)
        if size > MOST_PARTS:
            raise self._fault(line, f"holds more than {MOST_PARTS:,} parts, with aliases (*name) "
                              "written out. Use fewer.",
                              f"展开别名（*名称）后超过 {MOST_PARTS} 项。请减少。")  # fmt: skip
        sizes[id(node)] = size
        return size

    def _refuse_doubled_keys(self, node: yaml.MappingNode) -> None:
        seen: dict[str, int] = {}
        for key, _ in node.value:
            line, name = key.start_mark.line + 1, str(key.value)
            if name in seen:
                raise self._fault(
                    line, f"'{name}' stands already on line {seen[name]}. Keep one of them.",
                    f"“{name}”已在第{seen[name]}行出现。请只保留一个。",
                )  # fmt: skip
            seen[name] = line

    def _too_deep(self, line: int) -> InputError:
        return self._fault(line, f"is nested deeper than {MOST_DEEP} levels. Use fewer.",
                           f"嵌套超过 {MOST_DEEP} 层。请减少层次。")  # fmt: skip

    def _fault(self, line: int, en: str, zh: str) -> InputError:
        return self.error(
            _shortened(f"{self.source}, line {line}: {en}"),
            _shortened(f"{self.source} 第{line}行：{zh}"),
        )

    def line_of(self, place: Place) -> int | None:
        """Return the line (from 1) of a part, or of its nearest parent; None without a text."""
        if self._node is None:
            return None
        node, line = self._node, 1
        for step in place:
            following = None
            if isinstance(node, yaml.MappingNode):
                for key, value in node.value:
                    if key.value == str(step):
                        following, line = value, key.start_mark.line + 1
            elif isinstance(node, yaml.SequenceNode) and step in range(len(node.value)):
                following = node.value[int(step)]
                line = following.start_mark.line + 1
            if following is None:
                break
            node = following
        return line

    def refuse(self, place: Place, en: str, zh: str) -> InputError:
        """Return an error of the document's class that names file, line and part."""
        part = ".".join(str(step + 1) if isinstance(step, int) else str(step) for step in place)
        line = self.line_of(place)
        line_en, line_zh = ("", "") if line is None else (f", line {line}", f" 第{line}行")
        part_en, part_zh = (f" ({part})", f"（{part}）") if part else ("", "")
        return self.error(
            _shortened(f"{self.source}{line_en}{part_en}: {en}"),
            _shortened(f"{self.source}{line_zh}{part_zh}：{zh}"),
        )


def _how_to_write(value: Any) -> tuple[str, str]:
    """Return how a number is written of which YAML makes a word, such as '5' or 1e3; "" else."""
    try:
        written = float(value) if isinstance(value, str) else math.inf
    except ValueError:
        written = math.inf
    if not math.isfinite(written):
        return "", ""
    return ": write 1000 or 1.0e+3, without quotes", "：请写作 1000 或 1.0e+3，不加引号"


def _shortened(sentence: str) -> str:
    """Return a sentence without the middle of a value that is far too long to read."""
    if len(sentence) <= LONGEST_SENTENCE:
        return sentence
    half = LONGEST_SENTENCE // 2
    return f"{sentence[:half]} … {sentence[-half:]}"


def read_located(
    path: Path | Traversable, *, error: type[InputError] = InvalidParameterError
) -> LocatedDocument:
    """Read a YAML file (UTF-8, with or without BOM).

    Raises
    ------
    InputError
        Of class `error`, if it cannot be read, is larger than `MOST_BYTES`, is not YAML, repeats
        a key or is nested too deep; the message names the line.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise error(
                f"{path}: is larger than {MOST_BYTES:,} bytes. Check that it is the right file.",
                f"{path}：超过 {MOST_BYTES} 字节。请检查是否选错了文件。",
            )
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as err:
        raise error(
            f"{path}: cannot be read ({refusal(err).en}). Check the path.",
            f"{path}：无法读取（{refusal(err).zh}）。请检查路径。",
        ) from err
    except UnicodeDecodeError as err:
        raise error(
            f"{path}: is not UTF-8 text (byte {err.start + 1:,}). Save it as UTF-8.",
            f"{path}：不是 UTF-8 文本（第{err.start + 1}个字节）。请另存为 UTF-8。",
        ) from err
    return LocatedDocument.of_text(text, source=str(path), error=error)


class PartReader:
    """Takes values out of a located document, refusing what its schema does not allow."""

    def __init__(self, document: LocatedDocument) -> None:
        self.document = document

    def at(self, place: Place) -> Any:
        """Return the part at `place`, None where there is none."""
        value = self.document.values
        for step in place:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def mapping(self, place: Place, known: set[str], *, required: set[str]) -> dict[str, Any]:
        """Return a mapping whose keys are all `known` and hold all `required`."""
        value = self.at(place)
        if not isinstance(value, dict):
            raise self.document.refuse(place, "wanted 'key: value' lines.", "应为“键: 值”的形式。")
        names = sorted(known)
        for key in value:
            if key not in known:
                raise self.document.refuse(
                    (*place, key), f"'{key}' is not known; known are {', '.join(names)}.",
                    f"未知的键“{key}”；可用的键有 {'、'.join(names)}。",
                )  # fmt: skip
        for key in sorted(required - set(value)):
            raise self.document.refuse(
                place, f"'{key}' is missing. Add it.", f"缺少“{key}”。请补充。"
            )
        return value

    def length(self, place: Place, *, least: int) -> int:
        """Return the length of a list of at least `least` entries; nothing is an empty list."""
        value = self.at(place)
        if value is None and least == 0:
            return 0
        if not isinstance(value, list) or len(value) < least:
            least_en = f" of at least {least} entr{'y' if least == 1 else 'ies'}" if least else ""
            raise self.document.refuse(
                place, f"wanted a list{least_en}, each behind a dash.",
                f"应为{f'至少含{least}项的' if least else ''}列表，每项以“- ”开头。",
            )  # fmt: skip
        return len(value)

    def word(self, place: Place) -> str:
        """Return a text that is not empty, without outer blanks."""
        value = self.at(place)
        if not isinstance(value, str) or not value.strip():
            raise self.document.refuse(
                place, f"is '{value}', wanted a word.", f"为“{value}”，应为文字。"
            )
        return value.strip()

    def choice(self, place: Place, allowed: tuple[str, ...], default: str | None = None) -> str:
        """Return one of the words allowed; nothing stands for `default`."""
        value = self.at(place)
        if value is None and default is not None:
            return default
        if value not in allowed:
            raise self.document.refuse(
                place, f"is '{value}', wanted one of {', '.join(allowed)}.",
                f"为“{value}”，应为 {'、'.join(allowed)} 之一。",
            )  # fmt: skip
        return str(value)

    def number(self, place: Place, *, above: float | None = None) -> float:
        """Return a number within `LARGEST`, larger than `above` where that is given."""
        value = self.at(place)
        numeric = isinstance(value, int | float) and not isinstance(value, bool)
        if numeric and LARGEST < abs(value) < math.inf:
            raise self.document.refuse(
                place, f"is {value}, wanted a number between -{LARGEST:g} and {LARGEST:g}.",
                f"为 {value}，应为 -{LARGEST:g} 至 {LARGEST:g} 之间的数。",
            )  # fmt: skip
        if not numeric or not math.isfinite(value):
            en, zh = _how_to_write(value)
            raise self.document.refuse(place, f"is '{value}', wanted a number{en}.",
                                       f"为“{value}”，应为数字{zh}。")  # fmt: skip
        if above is not None and not value > above:
            raise self.document.refuse(place, f"is {value}, wanted a number above {above:g}.",
                                       f"为 {value}，应为大于 {above:g} 的数。")  # fmt: skip
        return float(value)

    def whole(self, place: Place) -> int:
        """Return a whole number."""
        value = self.number(place)
        if value != int(value):
            raise self.document.refuse(place, f"is {value}, wanted a whole number.",
                                       f"为 {value}，应为整数。")  # fmt: skip
        return int(value)

    def text(self, place: Place) -> Text:
        """Return a sentence in both languages, and refuse one cut short at a comma."""
        value = self.at(place)
        if isinstance(value, dict) and all(isinstance(value.get(k), str) for k in ("en", "zh")):
            if set(value) != {"en", "zh"}:
                raise self.document.refuse(
                    place, "holds more than 'en' and 'zh'. Put a text with a comma in quotes.",
                    "含有 en、zh 以外的内容。文字中有逗号时，请加引号。",
                )  # fmt: skip
            return Text(value["en"], value["zh"])
        raise self.document.refuse(place, "wanted the text in both languages: {en: …, zh: …}.",
                                   "应给出中英两种文字：{en: …, zh: …}。")  # fmt: skip

    def flag(self, place: Place) -> bool:
        """Return true or false; nothing is false."""
        value = self.at(place)
        if value not in (None, True, False):
            raise self.document.refuse(place, f"is '{value}', wanted true or false.",
                                       f"为“{value}”，应为 true 或 false。")  # fmt: skip
        return bool(value)

    def different(self, places: list[tuple[Place, str]]) -> None:
        """Refuse a name that stands at two places."""
        seen: set[str] = set()
        for place, name in places:
            if name in seen:
                raise self.document.refuse(
                    place, f"'{name}' stands twice. Rename one.", f"“{name}”重复。请改名。"
                )
            seen.add(name)
