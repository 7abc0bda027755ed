"""Settings from the environment (`UPLAND_…`); read when asked for, never at import."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from gis_core.text import Lang


class Settings(BaseSettings):
    """Where the workspace lies, which database it uses and which language it speaks."""

    model_config = SettingsConfigDict(env_prefix="UPLAND_", extra="ignore")

    home: Path = Field(default=Path(".upland"), description="the workspace folder")
    database_url: str | None = Field(default=None, description="PostgreSQL URL; None: private")
    lang: Lang = "en"

    @property
    def raster_folder(self) -> Path:
        """Folder of the workspace's cloud-optimised GeoTIFFs."""
        return self.home / "rasters"

    @property
    def cluster_folder(self) -> Path:
        """Folder of the private PostgreSQL cluster."""
        return self.home / "cluster"

    @property
    def output_folder(self) -> Path:
        """Folder of maps and reports."""
        return self.home / "outputs"
