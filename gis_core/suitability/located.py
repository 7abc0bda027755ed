"""A YAML document that knows the line of each of its parts, for errors that name the place."""

from pathlib import Path
from typing import Any

import yaml

from gis_core.errors import InvalidModelError

Path_ = tuple[str | int, ...]


class LocatedDocument:
    """Plain values of a YAML text, and the line on which each part of it stands."""

    def __init__(self, text: str, *, source: str) -> None:
        self.source = source
        try:
            self.values: Any = yaml.safe_load(text)
            self._node = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as err:
            mark = getattr(err, "problem_mark", None)
            line = mark.line + 1 if mark is not None else 1
            raise InvalidModelError(
                f"{source}, line {line}: is not YAML ({err}). Correct the line.",
                f"{source} 第{line}行：不是有效的 YAML（{err}）。请改正该行。",
            ) from err
        self._refuse_doubled_keys(self._node)

    def _refuse_doubled_keys(self, node: Any) -> None:
        """Refuse a key that stands twice in one mapping; YAML itself would keep the last."""
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                self._refuse_doubled_keys(item)
        if not isinstance(node, yaml.MappingNode):
            return
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                raise InvalidModelError(
                    f"{self.source}, line {line}: '{key.value}' stands already on line "
                    f"{seen[key.value]}. Keep one of them.",
                    f"{self.source} 第{line}行：“{key.value}”已在第{seen[key.value]}行出现。"
                    "请只保留一个。",
                )
            seen[str(key.value)] = line
            self._refuse_doubled_keys(value)

    def line_of(self, path: Path_) -> int:
        """Return the line (from 1) of the part at `path`, or of its nearest parent."""
        node = self._node
        line = 1
        for step in path:
            following = None
            if isinstance(node, yaml.MappingNode):
                for key, value in node.value:
                    if key.value == step:
                        following, line = value, key.start_mark.line + 1
            elif isinstance(node, yaml.SequenceNode) and step in range(len(node.value)):
                following = node.value[step]
                line = following.start_mark.line + 1
            if following is None:
                break
            node = following
        return line

    def refuse(self, path: Path_, en: str, zh: str) -> InvalidModelError:
        """Return an error that names file, line and part."""
        line = self.line_of(path)
        part = ".".join(str(step + 1) if isinstance(step, int) else step for step in path)
        return InvalidModelError(
            f"{self.source}, line {line} ({part}): {en}",
            f"{self.source} 第{line}行（{part}）：{zh}",
        )


def read_located(path: Path) -> LocatedDocument:
    """Read a YAML file (UTF-8).

    Raises
    ------
    InvalidModelError
        If it cannot be read or is not YAML; the message names the line.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise InvalidModelError(
            f"{path}: cannot be read ({err}). Save it as UTF-8 text and check the path.",
            f"{path}：无法读取（{err}）。请存为 UTF-8 文本并检查路径。",
        ) from err
    return LocatedDocument(text, source=str(path))
