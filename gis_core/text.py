"""Sentences that people read, always in both languages.

A `Text` is written once, at the place that knows the facts, in English and Chinese side
by side, so that neither can be missing. `lang` is ``"en"`` or ``"zh"`` everywhere.
"""

from dataclasses import dataclass
from typing import Literal

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
