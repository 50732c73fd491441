"""Carry one HTTP request to the webhook and say plainly when no answer came."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit


class NoAnswer(Exception):
    """The webhook did not answer."""


class TimedOut(NoAnswer):
    """The webhook did not answer in time."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


class Transport(Protocol):
    """The way to the webhook; tests bring their own."""

    def send(self, method: str, url: str, body: bytes, timeout_seconds: float) -> Answer:
        """Return the answer, or raise NoAnswer."""


class HttpTransport:
    """One connection a request, no redirects, as the platform does it."""

    def send(self, method: str, url: str, body: bytes, timeout_seconds: float) -> Answer:
        """Return the answer, or raise NoAnswer."""
        where = urlsplit(url)
        kind = (
            http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
        )
        connection = kind(where.hostname or "", where.port, timeout=timeout_seconds)
        headers = {"Content-Type": "text/xml", "Connection": "close", "User-Agent": "Mozilla/4.0"}
        try:
            connection.request(method, f"{where.path}?{where.query}", body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.read())
        except TimeoutError as cause:
            raise TimedOut(f"no answer within {timeout_seconds:g} s") from cause
        except (OSError, http.client.HTTPException) as cause:
            raise NoAnswer(f"connection failed: {type(cause).__name__}") from cause
        finally:
            connection.close()
