"""Crowds before a house: made at once, moved together, and asked what they heard."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import quote

from app.core.clock import SHANGHAI
from tests.house import House


def travel_to(house: House, hour: int) -> None:
    """Let the house's clock stand at an hour of the coming day, in Asia/Shanghai."""
    now = datetime.fromtimestamp(house.wechat.ask("GET", "clock", {})["now"], SHANGHAI)
    then = (now + timedelta(days=1)).replace(hour=hour, minute=0)
    house.wechat.travel(seconds=(then - now).total_seconds())


def take_in(house: House, count: int) -> None:
    """Let so many follow, and one more who says so: then the platform has named our account."""
    house.wechat.ask("POST", "crowd", {"count": count})
    house.wechat.phone().follow()
    assert "Everybody is known" in house.shell("flask people import")


def received(house: House, words: str) -> dict[str, int]:
    """Return the platform's own record: by openid, how often a phone got these words."""
    told: dict[str, int] = house.wechat.ask("GET", f"received?text={quote(words)}", {})["received"]
    return told


def phones_of(house: House, openids: Iterable[str]) -> list[int]:
    """Return the numbers of phones, by which they are told what to do."""
    numbers = {one["openid"]: one["id"] for one in house.wechat.ask("GET", "phones", {})["phones"]}
    return [numbers[openid] for openid in sorted(openids)]


def everybody_does(house: House, numbers: Iterable[int], verb: str, **body: str) -> None:
    """Let phones do the same thing, one after another."""
    for number in numbers:
        house.wechat.ask("POST", f"phones/{number}/{verb}", {"wait": True, **body})
