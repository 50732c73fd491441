"""Read the settings: the only module that looks at the environment."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.core.crypto import KeyRing
from app.core.errors import BadSettings

PLATFORM_API = "https://api.weixin.qq.com"
ROOT = Path(__file__).resolve().parents[2]

Right = Literal["customer_service", "templates", "mass_send", "qr_codes"]
RIGHTS: tuple[Right, ...] = ("customer_service", "templates", "mass_send", "qr_codes")


class Settings(BaseSettings):
    """The settings of one installation; every field is described in docs/howto/settings.md."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    environment: Literal["local", "production"] = "local"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    data_dir: Path = Path("var")
    database_url: str = Field(default="", repr=False)  # it holds a password, and so does the next
    redis_url: str = Field(default="", repr=False)
    wechat_app_id: str = ""
    wechat_app_secret: SecretStr = SecretStr("")
    wechat_token: SecretStr = SecretStr("")
    wechat_encoding_aes_key: SecretStr = SecretStr("")
    wechat_api_base_url: str = PLATFORM_API
    public_base_url: str = ""
    secret_key: SecretStr = SecretStr("")
    data_keys: SecretStr = SecretStr("")
    clock_offset: float = 0.0
    option_links: bool = True
    tap_opens: Literal["menu", "message"] = "menu"
    account_rights: Annotated[frozenset[Right], NoDecode] = frozenset(RIGHTS)
    progress_template_id: str = ""
    lender_file: Path | None = None
    rules_folder: Path | None = None
    simulator: Literal["on", "off"] = "off"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    web_threads: int = Field(default=8, ge=2, le=64)
    turn_wait_seconds: float = Field(default=4.5, gt=0, le=4.9)
    database_wait_seconds: float = Field(default=4.0, gt=0, le=4.5)

    @field_validator("account_rights", mode="before")
    @classmethod
    def _split_rights(cls, value: Any) -> Any:  # noqa: ANN401 - what the environment holds
        if not isinstance(value, str):
            return value
        if value.strip() == "all":
            return frozenset(RIGHTS)
        return frozenset(part.strip() for part in value.split(",") if part.strip() != "none")

    @field_validator("data_keys")
    @classmethod
    def _readable_keys(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            KeyRing.parse(value.get_secret_value())
        return value

    @field_validator("wechat_encoding_aes_key")
    @classmethod
    def _forty_three(cls, value: SecretStr) -> SecretStr:
        # 43 characters: the platform's own rule for EncodingAESKey.
        if len(value.get_secret_value()) not in (0, 43):
            raise ValueError("has 43 characters, or is empty for plaintext mode")
        return value

    @model_validator(mode="wrap")
    @classmethod
    def _all_mistakes_at_once(
        cls, given: dict[str, Any], make: ModelWrapValidatorHandler[Self]
    ) -> Self:
        mistakes = _missing(given)
        if given.get("environment") == "production":
            mistakes += _unfit_for_production(given)
        try:
            settings = make(given)
        except ValidationError as error:
            mistakes = _sentences(error) + mistakes
        if mistakes:
            raise ValueError("\n".join(mistakes))
        return settings

    @property
    def base_url(self) -> str:
        """The address that people's links begin with, without a slash at the end."""
        return (self.public_base_url or f"http://{self.host}:{self.port}").rstrip("/")


def _missing(given: dict[str, Any]) -> list[str]:
    needed = (
        *("database_url", "redis_url", "wechat_app_id", "wechat_app_secret", "wechat_token"),
        *("secret_key", "data_keys"),
    )
    missing = [name.upper() for name in needed if not given.get(name)]
    return [f"{name} is needed (`make run` makes it)" for name in missing]


def _unfit_for_production(given: dict[str, Any]) -> list[str]:
    mistakes = []
    if given.get("simulator") == "on":
        mistakes.append("SIMULATOR must be off in production")
    if given.get("clock_offset", 0) not in (0, "0", "0.0"):
        mistakes.append("CLOCK_OFFSET is for local rehearsals only")
    if not given.get("lender_file"):
        mistakes.append("LENDER_FILE is needed in production: who lends?")
    if not given.get("rules_folder"):
        mistakes.append("RULES_FOLDER is needed in production: ours hold a demonstration policy")
    addresses = {"public_base_url": "", "wechat_api_base_url": PLATFORM_API}
    mistakes += [
        f"{name.upper()} must be an https:// address in production"
        for name, default in addresses.items()
        if not str(given.get(name, default)).startswith("https://")
    ]
    return mistakes


class DatabaseSettings(BaseSettings):
    """Where the database is: all that migrations need to know."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    database_url: str


def read_settings() -> Settings:
    """Read the environment; raise `BadSettings` with every mistake in one list."""
    try:
        return Settings()
    except ValidationError as error:
        raise BadSettings(_sentences(error)) from None


def _sentences(error: ValidationError) -> list[str]:
    mistakes: list[str] = []
    for one in error.errors(include_input=False, include_url=False):
        message = one["msg"].removeprefix("Value error, ")
        name = str(one["loc"][0]).upper() if one["loc"] else ""
        mistakes += [f"{name} {line}".strip() for line in message.splitlines()]
    return mistakes
