"""Settings of a running Samat, read from environment variables that start with ``SAMAT_``."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url

from itembank.errors import InvalidSettings


def default_database_url() -> str:
    """Name the SQLite file in the user's data folder, following the XDG base directory rule."""
    data_home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return f"sqlite:///{Path(data_home) / 'samat' / 'samat.db'}"


class Settings(BaseSettings):
    """What an installation decides; every field is the environment variable of its name in capitals after ``SAMAT_``.

    There is no secret among them on purpose: session tokens are random and stored hashed, so nothing has to be shared
    between processes but the database.
    """

    model_config = SettingsConfigDict(env_prefix="SAMAT_", extra="ignore")

    database_url: str = Field(default_factory=default_database_url)
    #: ``secure`` sends the session cookie over HTTPS only; ``plain`` is for a demo on 127.0.0.1.
    cookies: Literal["secure", "plain"] = "secure"
    #: How long a sign-in lasts, in minutes; longer than any exam.
    session_minutes: int = Field(default=12 * 60, ge=5, le=7 * 24 * 60)
    #: Failed sign-ins allowed for one name, and from one address, within fifteen minutes.
    sign_in_attempts: int = Field(default=10, ge=1)
    sign_in_attempts_per_address: int = Field(default=300, ge=1)
    #: Addresses of reverse proxies whose ``X-Forwarded-For`` is believed, separated by commas.
    trusted_proxies: str = "127.0.0.1"
    #: Where the exams take place; moments are stored as UTC and shown in this zone.
    time_zone: str = "Asia/Bangkok"
    log_format: Literal["text", "json"] = "text"
    #: Processes that calibration runs share their work between; small runs stay in the server's own.
    calibration_processes: int = Field(default=1, ge=1, le=256)
    #: Address of a Dask scheduler, such as tcp://10.0.0.5:8786, whose workers do the work of calibration runs instead.
    calibration_dask: str | None = None
    #: The largest file of items that may be uploaded, in megabytes.
    import_megabytes: int = Field(default=100, ge=1, le=100)
    #: Database connections that one process may hold.
    pool_size: int = Field(default=10, ge=1, le=200)

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            msg = "must start with sqlite:/// or postgresql+psycopg://"
            raise ValueError(msg)
        try:
            host = make_url(value).host or ""
        except ValueError:
            host = "@"
        if "@" in host:
            # Part of a password would be taken for the host, and named in the message that there is no such host.
            msg = "must be a whole address; in a password write @ as %40, / as %2F and : as %3A"
            raise ValueError(msg)
        return value

    @field_validator("calibration_dask")
    @classmethod
    def _scheduler(cls, value: str | None) -> str | None:
        if value and not value.startswith(("tcp://", "tls://")):
            msg = f"must be the address of a Dask scheduler such as tcp://10.0.0.5:8786, not {value!r}"
            raise ValueError(msg)
        return value or None

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            msg = f"must be a time zone such as Asia/Bangkok, not {value!r}"
            raise ValueError(msg) from None
        return value


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """Read the settings once for this process.

    Raises:
        InvalidSettings: A variable has a value it cannot have; the message names it and what was expected.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "SAMAT_" + "_".join(str(part) for part in first["loc"]).upper()
        raise InvalidSettings(variable=name, expected=str(first["msg"]).removeprefix("Value error, ")) from None
