"""YAML documents that know the line of each of their parts, so that errors name the place."""

import math
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from gis_core.errors import InputError, InvalidParameterError
from gis_core.text import Text
from gis_core.words import refusal

Place = tuple[str | int, ...]  # keys and positions (from 0) that lead to a part


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
        loader = yaml.BaseLoader(text) if as_words else yaml.SafeLoader(text)
        document = cls(None, source=source, error=error)
        try:
            document._node = loader.get_single_node()
            if document._node is not None:
                document._refuse_doubled_keys(document._node)
                document.values = loader.construct_document(document._node)
        except (yaml.YAMLError, ValueError) as err:
            mark = getattr(err, "problem_mark", None)
            line = mark.line + 1 if mark is not None else 1
            said = getattr(err, "problem", None) or err
            raise error(
                f"{source}, line {line}: is not YAML ({said}). Correct the line.",
                f"{source} 第{line}行：不是有效的 YAML（{said}）。请改正该行。",
            ) from err
        finally:
            loader.dispose()
        return document

    def _refuse_doubled_keys(self, node: yaml.Node) -> None:
        """Refuse a key that stands twice in one mapping; YAML itself would keep the last."""
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                self._refuse_doubled_keys(item)
        if not isinstance(node, yaml.MappingNode):
            return
        seen: dict[str, int] = {}
        for key, value in node.value:
            line, name = key.start_mark.line + 1, str(key.value)
            if name in seen:
                raise self.error(
                    f"{self.source}, line {line}: '{name}' stands already on line {seen[name]}. "
                    "Keep one of them.",
                    f"{self.source} 第{line}行：“{name}”已在第{seen[name]}行出现。请只保留一个。",
                )
            seen[name] = line
            self._refuse_doubled_keys(value)

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
            f"{self.source}{line_en}{part_en}: {en}", f"{self.source}{line_zh}{part_zh}：{zh}"
        )


def read_located(
    path: Path | Traversable, *, error: type[InputError] = InvalidParameterError
) -> LocatedDocument:
    """Read a YAML file (UTF-8, with or without BOM).

    Raises
    ------
    InputError
        Of class `error`, if it cannot be read, is not YAML or repeats a key; the message names
        the line.
    """
    try:
        text = path.read_text("utf-8-sig")
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
            raise self.document.refuse(
                place, f"wanted a list of at least {least} entries.", f"应为至少含{least}项的列表。"
            )
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
        """Return a finite number, larger than `above` where that is given."""
        value = self.at(place)
        numeric = isinstance(value, int | float) and not isinstance(value, bool)
        if not numeric or not math.isfinite(value):
            raise self.document.refuse(place, f"is '{value}', wanted a number.",
                                       f"为“{value}”，应为数字。")  # fmt: skip
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
