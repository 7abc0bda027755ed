"""Settings from the environment (`UPLAND_…`); read when asked for, never at import."""

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from gis_core.errors import InvalidParameterError
from gis_core.text import Lang


class Settings(BaseSettings):
    """Where the workspace lies, which database it uses and which language it speaks."""

    model_config = SettingsConfigDict(env_prefix="UPLAND_", extra="ignore")

    home: Path = Field(default=Path(".upland"), description="the workspace folder")
    database_url: str | None = Field(default=None, description="PostgreSQL URL; None: private")
    dask_scheduler: str | None = Field(
        default=None, description="address of a Dask scheduler; None: work in this process"
    )
    lang: Lang = "en"
    publish_villages: Literal["synthetic", "all", "none"] = Field(
        default="synthetic", description="which surveys' single villages public pages may show"
    )

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


def read_settings() -> Settings:
    """Read the settings from the environment.

    Raises
    ------
    InvalidParameterError
        If a variable holds a value that means nothing; the message names it.
    """
    try:
        return Settings()
    except ValidationError as err:
        first = err.errors()[0]
        name = f"UPLAND_{'_'.join(str(part) for part in first['loc'])}".upper()
        raise InvalidParameterError(
            f"{name} is '{first['input']}': {first['msg']}. Change or unset the variable.",
            f"环境变量 {name} 的值“{first['input']}”无效：{first['msg']}。请修改或取消该变量。",
        ) from err
