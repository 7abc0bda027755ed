"""What the store tells of a layer and of a run."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gis_core.layers import LayerInfo
from gis_core.text import as_document


@dataclass(frozen=True)
class LayerRecord:
    """A kept layer: its information, features (or cells), day of import and figures."""

    layer_id: int
    info: LayerInfo
    count: int
    imported_at: datetime
    summary: dict[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return plain bilingual values, as `upland layers --json` prints them."""
        told = as_document(self.info)
        return {
            "layer_id": self.layer_id,
            **{k: v for k, v in told.items() if k != "extra"},
            "count": self.count,
            "imported_at": self.imported_at.isoformat(timespec="seconds"),
            "summary": self.summary,
        }


@dataclass(frozen=True)
class RunRecord:
    """A kept run: its document (bilingual plain values) and what made it."""

    run_id: str
    kind: str
    created_at: datetime
    document: dict[str, Any]
    provenance: dict[str, Any]
