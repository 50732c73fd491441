"""Say where the pretend platform listens, whom it calls and which account it plays."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

Mode = Literal["plain", "compatible", "safe"]

# The account that a fresh machine plays: public on purpose, worth nothing anywhere else.
DEMO_APP_ID = "wx70726571756c0001"
DEMO_APP_SECRET = "70726571756c2d73696d756c61746f72"  # noqa: S105
DEMO_TOKEN = "prequalLocalToken"  # noqa: S105
DEMO_AES_KEY = "cHJlcXVhbC1zaW11bGF0b3ItYWVzLWtleS0zMmJ5dGU"

_AES_KEY_LENGTH = 43  # EncodingAESKey: 32 bytes in base64 without the last sign


class BadSettings(ValueError):
    """The environment of the simulator is not usable."""


@dataclass(frozen=True)
class Settings:
    """Everything that the simulator is told from outside."""

    host: str = "127.0.0.1"
    port: int = 8001
    webhook_url: str = "http://127.0.0.1:8000/wechat"
    app_id: str = DEMO_APP_ID
    app_secret: str = DEMO_APP_SECRET
    token: str = DEMO_TOKEN
    aes_key: str = DEMO_AES_KEY
    mode: Mode = "safe"
    data_dir: Path | None = None
    clock_offset_seconds: int = 0
    account_id: str = "gh_7072657175a1"
    account_name: str = "示例小额贷款（演示）"
    # Five seconds, three deliveries about five seconds apart: developers.weixin.qq.com
    # /doc/service/en/guide/product/message/Receiving_standard_messages.html
    push_timeout_seconds: float = 5.0
    retry_interval_seconds: float = 5.0
    push_attempts: int = 3
    hold_seconds: float = 3.0

    def __post_init__(self) -> None:
        if self.mode not in get_args(Mode):
            raise BadSettings(f"SIMULATOR_MODE must be one of {', '.join(get_args(Mode))}")
        if self.mode != "plain" and len(self.aes_key) != _AES_KEY_LENGTH:
            raise BadSettings(f"SIMULATOR_MODE={self.mode} needs a 43-character AES key")


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; an AES key that is set but empty means plaintext mode."""
    aes_key = environment.get("WECHAT_ENCODING_AES_KEY", DEMO_AES_KEY)
    mode = environment.get("SIMULATOR_MODE") or ("safe" if aes_key else "plain")
    data_dir = environment.get("DATA_DIR")
    try:
        return Settings(
            host=environment.get("HOST") or Settings.host,
            port=int(environment.get("SIMULATOR_PORT") or Settings.port),
            webhook_url=environment.get("WEBHOOK_URL") or Settings.webhook_url,
            app_id=environment.get("WECHAT_APP_ID") or DEMO_APP_ID,
            app_secret=environment.get("WECHAT_APP_SECRET") or DEMO_APP_SECRET,
            token=environment.get("WECHAT_TOKEN") or DEMO_TOKEN,
            aes_key=aes_key,
            mode=mode,  # type: ignore[arg-type]  # __post_init__ checks it
            data_dir=Path(data_dir) if data_dir else None,
            clock_offset_seconds=int(environment.get("CLOCK_OFFSET") or 0),
        )
    except ValueError as mistake:
        raise BadSettings(str(mistake)) from mistake
