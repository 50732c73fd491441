"""Build what tests start from: every default is valid, every argument optional."""

import base64
import itertools
from typing import Any

from app.core.clock import monotonic
from app.core.config import Settings
from app.core.types import Followed, Inbound, Secret, Text, Unfollowed
from app.deps import Deps
from app.services import decisions, delivery
from app.services.conversation import Arrival, Reply, receive

ACCOUNT = "gh_prequal"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OPENID = "oPrequalTestPersonNumber0001"
_numbers = itertools.count(1)


def some_settings(**given: Any) -> Settings:
    """Settings that need no environment; every secret is made up."""
    key = base64.urlsafe_b64encode(b"k" * 32).decode()
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        **{
            "database_url": "postgresql+psycopg://nowhere/",
            "redis_url": "redis://127.0.0.1:1/0",
            "wechat_app_id": "wx0123456789abcdef",
            "wechat_app_secret": "secret",
            "wechat_token": "token",
            "wechat_encoding_aes_key": AES_KEY,
            "secret_key": "s" * 43,
            "data_keys": f"k1:{key}",
            "wechat_api_base_url": "http://127.0.0.1:1",
            **given,
        },
    )


def follows(deps: Deps, openid: str = OPENID, **given: Any) -> Followed:
    """Somebody follows."""
    return Followed(**_envelope(deps, openid, f"e:{next(_numbers)}:subscribe"), **given)


def leaves(deps: Deps, openid: str = OPENID) -> Unfollowed:
    """Somebody stops following."""
    return Unfollowed(**_envelope(deps, openid, f"e:{next(_numbers)}:unsubscribe"))


def types(deps: Deps, words: str, openid: str = OPENID, **given: Any) -> Text:
    """Somebody types, or taps when `option_id` is given."""
    return Text(**_envelope(deps, openid, f"m:{next(_numbers)}"), words=Secret(words), **given)


def hear(deps: Deps, inbound: Inbound) -> str:
    """Let one delivery have its turn; return the words that answer it."""
    reply = receive(deps, inbound, Arrival(monotonic(), "trail"))
    return reply.words if isinstance(reply, Reply) else ""


def say(deps: Deps, *words: str, openid: str = OPENID) -> str:
    """Type several messages one after another; return the last answer."""
    answer = ""
    for one in words:
        answer = hear(deps, types(deps, one, openid))
    return answer


def _envelope(deps: Deps, openid: str, delivery_id: str) -> dict[str, Any]:
    return {
        "account": ACCOUNT,
        "openid": Secret(openid),
        "created_at": int(deps.clock.now().timestamp()),
        "delivery_id": delivery_id,
    }


SALARIED = (
    *("同意", "2", "上班", "浙江杭州", "1", "3万 一年", "3年以上"),
    *("单独同意", "4", "2", "没有逾期"),
)


def fill(deps: Deps, *, words: tuple[str, ...] = SALARIED, openid: str = OPENID) -> str:
    """Follow and fill in the form up to its summary; return the summary."""
    hear(deps, follows(deps, openid))
    return say(deps, *words, openid=openid)


def finish(deps: Deps, *, words: tuple[str, ...] = SALARIED, openid: str = OPENID) -> None:
    """Fill in the form, hand it in, and have it decided and told."""
    fill(deps, words=words, openid=openid)
    say(deps, "1", openid=openid)
    decisions.score_due(deps)
    delivery.deliver_due(deps)
