"""Sentences that people read, always in both languages.

A `Text` is written once, at the place that knows the facts, in English and Chinese side
by side, so that neither can be missing. `lang` is ``"en"`` or ``"zh"`` everywhere.
"""

from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

Lang = Literal["en", "zh"]
LANGS: tuple[Lang, ...] = ("zh", "en")


@dataclass(frozen=True)
class Text:
    """One sentence in English and Chinese; `str()` gives the English one."""

    en: str
    zh: str

    def in_(self, lang: str) -> str:
        """Return the sentence in `lang` (``"zh"``, or anything else for English)."""
        return self.zh if lang == "zh" else self.en

    def __str__(self) -> str:
        return self.en


def as_document(value: Any) -> Any:
    """Return plain values fit for JSON: every `Text` becomes ``{"en": …, "zh": …}``.

    Dataclasses become dicts, tuples lists, NumPy scalars Python numbers; NaN becomes None.
    """
    if isinstance(value, Text):
        return {"en": value.en, "zh": value.zh}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: as_document(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, dict):
        return {str(key): as_document(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_document(item) for item in value]
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        value = value.item()
    if isinstance(value, float) and value != value:
        return None
    return value


def localise(document: Any, lang: str) -> Any:
    """Return `document` with every ``{"en": …, "zh": …}`` replaced by its sentence in `lang`."""
    if isinstance(document, dict):
        if set(document) == {"en", "zh"}:
            return document["zh" if lang == "zh" else "en"]
        return {key: localise(item, lang) for key, item in document.items()}
    if isinstance(document, list):
        return [localise(item, lang) for item in document]
    return document
