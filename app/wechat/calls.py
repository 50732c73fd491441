"""Make one call to the platform: the shared token, bounded patience, every failure by type.

wechatpy builds the requests and reads the answers. It is kept from what it does badly: its own
token (fetched from the public host, without a lock), its endless retry on a refused token, its
missing time-outs, and exceptions that carry the token in an address.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from app.core.clock import monotonic
from app.core.errors import OutcomeUnknown, PlatformFailure, PlatformRefused, PlatformUnreachable
from app.core.log import get_logger
from app.core.metrics import platform_seconds, token_refreshes
from app.core.types import Secret
from app.wechat.errcodes import refusal
from app.wechat.ports import TokenStore

TIMEOUT_SECONDS = (2.0, 5.0)
"""To connect, and to read."""
CONNECTIONS = 16
"""So many calls of one process may be under way without opening a connection for each."""

_TOKEN_CALL = "stable_token"  # noqa: S105 - the name of a call
_OUTCOMES = {
    PlatformRefused: "refused",
    PlatformUnreachable: "unreachable",
    OutcomeUnknown: "unknown",
}
_NEVER_LEFT = (NewConnectionError, ConnectTimeoutError, ProxyError)

T = TypeVar("T")
_log = get_logger()


@dataclass(frozen=True, slots=True)
class ApiAccount:
    """Whose API is called, and where."""

    app_id: str
    secret: Secret
    base_url: str
    timeout_seconds: tuple[float, float] = TIMEOUT_SECONDS


class _Client(WeChatClient):  # type: ignore[misc] # the library has no types
    """wechatpy's client on connections that outlive it."""

    def __init__(self, account: ApiAccount, token: Secret, http: requests.Session) -> None:
        super().__init__(
            account.app_id,
            secret="",
            access_token=token.value,
            timeout=account.timeout_seconds,
            auto_retry=False,
        )
        self._http = http


def _http(base_url: str) -> requests.Session:
    """Return connections that stay open, with the environment's proxy and certificates.

    Those are asked for once: looking through the environment again took a third of every call.
    """
    http = requests.Session()
    given = http.merge_environment_settings(base_url, {}, None, None, None)
    http.proxies, http.verify, http.cert = given["proxies"], given["verify"], given["cert"]
    http.trust_env = False
    http.mount(base_url, HTTPAdapter(pool_maxsize=CONNECTIONS))
    return http


class Calls:
    """The way to the platform's API for one account."""

    def __init__(self, account: ApiAccount, tokens: TokenStore) -> None:
        self._account = account
        self._tokens = tokens
        self._base = f"{account.base_url.rstrip('/')}/cgi-bin/"
        self._http = _http(self._base)
        self._bound: tuple[Secret, WeChatClient] | None = None

    def read(self, name: str, ask: Callable[[WeChatClient], T]) -> T:
        """Make a call that may be repeated; what gets lost is `PlatformUnreachable`."""
        return self._with_token(name, ask, PlatformUnreachable)

    def send(self, name: str, ask: Callable[[WeChatClient], T]) -> T:
        """Make a call that must not be repeated; what gets lost is `OutcomeUnknown`."""
        return self._with_token(name, ask, OutcomeUnknown)

    def freshen(self) -> None:
        """Have a token that lasts, before anybody needs it."""
        self._tokens.freshen(self._fetch)

    def _with_token(
        self, name: str, ask: Callable[[WeChatClient], T], lost: type[PlatformFailure]
    ) -> T:
        token = self._tokens.current(self._fetch)
        try:
            return _performed(name, lambda: ask(self._client(token)), lost)
        except PlatformRefused as refused:
            if refused.action != "refresh_token":
                raise
        # Refused means not carried out: a message may go once more, with a newer token.
        newer = self._tokens.replace(token, self._fetch)
        try:
            return _performed(name, lambda: ask(self._client(newer)), lost)
        except PlatformRefused as again:
            if again.action != "refresh_token":
                raise
            code = again.code
        raise PlatformRefused(code, "config", "a fresh token is refused too")

    def _client(self, token: Secret) -> WeChatClient:
        """Return a client that knows this token and no secret; a new one only for a new token."""
        bound = self._bound
        if bound is None or bound[0] != token:
            client = _Client(self._account, token, self._http)
            client.API_BASE_URL = self._base
            self._bound = bound = (token, client)
        return bound[1]

    def _fetch(self, is_forced: bool) -> tuple[Secret, int]:
        try:
            fresh = _performed(_TOKEN_CALL, lambda: self._ask_token(is_forced), PlatformUnreachable)
        except PlatformFailure as failure:
            token_refreshes.labels(_OUTCOMES[type(failure)]).inc()
            raise
        token_refreshes.labels("ok").inc()
        return fresh

    def _ask_token(self, is_forced: bool) -> tuple[Secret, int]:
        # By requests: wechatpy knows neither this call nor any that carries no token.
        answer = self._http.post(
            self._base + _TOKEN_CALL,
            json={
                "grant_type": "client_credential",
                "appid": self._account.app_id,
                "secret": self._account.secret.value,
                "force_refresh": is_forced,
            },
            timeout=self._account.timeout_seconds,
        )
        answer.raise_for_status()
        told = mapping(answer.json())
        code = int(told.get("errcode", 0))
        if code:
            raise _token_refusal(code)
        return Secret(str(told["access_token"])), int(told["expires_in"])


def mapping(answer: object) -> dict[str, Any]:
    """Return a JSON object; wechatpy hands over the raw response when it was something else."""
    if not isinstance(answer, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - an unreadable answer, not a bug
    return answer


def _token_refusal(code: int) -> PlatformRefused:
    failure = refusal(code)
    if failure.action != "refresh_token":
        return failure
    # Asking for a token carries none: here the same codes mean that the secret is wrong.
    return PlatformRefused(code, "config", "the secret is wrong")


def _performed(name: str, act: Callable[[], T], lost: type[PlatformFailure]) -> T:
    """Do it, log one line without content, and raise only failures of ours.

    They are raised outside the `except` blocks: a context would keep the library's exception, whose
    text has the address with the token in it.
    """
    started = monotonic()
    failure: PlatformFailure
    try:
        answer = act()
    except PlatformRefused as refused:
        failure = refused
    except WeChatClientException as refused:
        failure = lost() if refused.errcode is None else refusal(refused.errcode)
    except requests.RequestException as error:
        failure = PlatformUnreachable() if _never_left(error) else lost()
    except (KeyError, TypeError, ValueError):
        # Not the JSON that was promised; what the platform did is anybody's guess.
        failure = lost()
    else:
        _record(name, started, "ok", 0)
        return answer
    _record(name, started, _OUTCOMES[type(failure)], getattr(failure, "code", None))
    raise failure


def _record(name: str, started: float, outcome: str, code: int | None) -> None:
    seconds = monotonic() - started
    platform_seconds.labels(name, outcome).observe(seconds)
    _log.info("platform call", call=name, outcome=outcome, code=code, seconds=round(seconds, 3))


def _never_left(error: requests.RequestException) -> bool:
    """Say whether the connection failed before a byte of the request was sent."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, _NEVER_LEFT):
        return True
    # The certificate is checked before anything is said; other TLS errors can come at any time.
    cause = reason.args[0] if isinstance(reason, Exception) and reason.args else None
    return isinstance(cause, ssl.SSLCertVerificationError)
