"""The product as `make run` starts it: every process, both databases, the pretend WeChat."""

import logging
import re
from pathlib import Path
from statistics import quantiles

import pytest

from tests.house import House
from tests.phones import SALARIED, TOLD_IN_EXAMPLE, Phone, until

pytestmark = pytest.mark.journey

QUOTAS = 20

# What is measured is told (`--log-cli-level=info`), never asserted: a busy machine is no defect.
log = logging.getLogger(__name__)


@pytest.fixture(scope="session")
def reviewer(house: House) -> str:
    house.shell("flask operators add li --role reviewer")
    return "li"


def finish(phone: Phone) -> None:
    phone.follow()
    phone.type(*SALARIED, "1")


def seconds_to_quota(phone: Phone) -> float:
    """Return how long after the last answer the quota stood on the screen."""
    phone.hears(TOLD_IN_EXAMPLE)
    bubbles = phone.bubbles()
    told = next(one for one in bubbles if TOLD_IN_EXAMPLE in one["content"].get("text", ""))
    last = next(one for one in reversed(bubbles) if one["side"] == "me")
    return float(told["at"]) - float(last["at"])


def test_every_quota_arrives(house: House) -> None:
    phones = [house.wechat.phone() for _ in range(QUOTAS)]
    waited = []
    for phone in phones:
        finish(phone)
        waited.append(seconds_to_quota(phone))
    assert all(len(phone.pushed()) == 1 for phone in phones)
    log.info("last answer to quota: p95 %.3f s of %s", quantiles(waited, n=20)[-1], QUOTAS)


def test_a_person_decides_at_the_command_line_and_the_chat_tells_it(
    house: House, reviewer: str
) -> None:
    phone = house.wechat.phone()
    phone.follow()
    phone.type(*SALARIED)
    phone.tap("改由人工评估")
    phone.hears("工作人员")
    numbers = re.findall(r"^(\d+) ", house.shell("flask reviews list"), re.MULTILINE)
    # Others of this house may wait too: the last case is this person's.
    number = max(numbers, key=int)
    said = house.shell(f"flask reviews decide {number} --by {reviewer} --approve 15000 --note 好")
    decision = said.removeprefix("Decided: ")
    phone.hears("15,000元")
    still_open = re.findall(r"^(\d+) ", house.shell("flask reviews list"), re.MULTILINE)
    assert number not in still_open
    assert house.shell(f"flask decisions replay {decision}") == "identical"


def test_words_left_for_the_staff_are_answered_in_the_chat(house: House, reviewer: str) -> None:
    phone = house.wechat.phone()
    phone.follow()
    phone.type("人工", "我想问问提前还款")
    listed = house.shell("flask inbox list")
    (number,) = re.findall(r"^(\d+) .*\n +我想问问提前还款$", listed, re.MULTILINE)
    house.shell(f"flask inbox answer {number} 可以提前还，没有违约金 --by {reviewer}")
    phone.hears("没有违约金")


def test_a_platform_too_slow_to_say_yes_is_not_asked_again(house: House) -> None:
    phone = house.wechat.phone()
    phone.follow()
    phone.type(*SALARIED)
    house.wechat.fault("slow", value=7000)
    phone.type("1")
    unknown = "SELECT 1 FROM messages WHERE state = 'unknown'"
    until(lambda: house.rows(unknown), "the outcome never became unknown")
    assert TOLD_IN_EXAMPLE in phone.type("在吗")
    assert len(phone.pushed()) <= 1


def test_nothing_that_serves_has_a_library_of_training_in_memory(house: House) -> None:
    serving = [*house.processes("granian"), *house.processes("workers.")]
    assert len(serving) >= 6
    for process in serving:
        mapped = {Path(part.path).as_posix() for part in process.memory_maps()}
        strangers = [path for path in mapped if re.search("/(numpy|sklearn|pandas|scipy)/", path)]
        assert strangers == [], process.cmdline()
        megabytes = process.memory_info().rss // 1_000_000
        log.info("%s MB: %s", megabytes, process.cmdline()[2])
