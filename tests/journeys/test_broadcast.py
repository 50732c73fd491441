"""A broadcast as its operators live it: real processes, the commands, and the platform's record."""

import json
from collections import Counter

import psutil
import pytest

from tests.house import a_house
from tests.journeys.crowds import everybody_does, phones_of, received, take_in, travel_to
from tests.phones import until

pytestmark = pytest.mark.journey

CROWD, LEAVERS = 2400, 20
ASK = "想了解更多，回复“了解”。回复“退订”不再接收。"
WORDS = {
    "A": f"【浙里好贷】防骗提醒甲：自称客服先要转账的，都是骗子。{ASK}",
    "B": f"【浙里好贷】防骗提醒乙：验证码就是钥匙，谁要都别给。{ASK}",
    "C": f"【浙里好贷】防骗提醒丙：陌生链接不要点，先来这里问。{ASK}",
}
CAMPAIGN = {
    "name": "防骗提醒",
    "class": "education",
    "channel": "mass",
    "segment": "all",
    "variants": [
        {"name": name, "content": {"text": words}, "share": share}
        for (name, words), share in zip(WORDS.items(), (0.4, 0.4, 0.2), strict=True)
    ],
    "experiment": {
        "metric": "conversation_started",
        "sample": 0.5,
        "hold_out": 0.1,
        "minimum_per_arm": 100,
        "minimum_days": 1,
        "window_days": 1,
    },
    "calls_per_minute": 12,
}


@pytest.fixture
def house(tmp_path):
    with a_house(tmp_path / "house") as house:
        yield house


def reached(house):
    """Return by openid how often a phone got any of the variants."""
    return sum((Counter(received(house, words)) for words in WORDS.values()), Counter())


def status(house, number):
    return json.loads(house.shell(f"flask campaigns status {number} --json"))


def outcomes(house):
    rows = house.rows("SELECT state, count(*) FROM campaign_recipients GROUP BY state")
    return Counter(dict(rows))


def is_over(house):
    return house.rows("SELECT state FROM campaigns") == [("finished",)]


def planned(house, folder):
    file = folder / "campaign.json"
    file.write_text(json.dumps(CAMPAIGN), encoding="utf-8")
    house.shell("flask operators add lin --role operator --role approver --marketing-authorised")
    house.shell("flask operators add zhou --role approver --marketing-authorised")
    number = house.shell(f"flask campaigns plan {file} --by lin")
    found = json.loads(house.shell(f"flask campaigns rehearse {number} --json"))
    assert found["audience"] == CROWD + 1
    return number


def paused(house, number):
    """Pause after the first list, and let some of those leave who have heard nothing yet."""
    until(lambda: len(reached(house)), "nothing left")
    house.shell(f"flask campaigns pause {number} --by lin")
    heard, waiting = reached(house), outcomes(house)["queued"]
    shown = house.wechat.ask("GET", "phones", {})["phones"]
    phones = {one["openid"] for one in shown if one["is_following"]}
    leavers = sorted(phones - set(heard))[:LEAVERS]
    everybody_does(house, phones_of(house, leavers), "unfollow")
    assert waiting - LEAVERS <= outcomes(house)["queued"] <= waiting
    assert reached(house) == heard
    return leavers


def sampled(house, number):
    """Go on, through the death of every worker, until the sample has its variants and reacts."""
    house.shell(f"flask campaigns resume {number} --by lin")
    for worker in house.processes("workers.main"):
        psutil.Process(worker.pid).kill()
    until(lambda: all(received(house, one) for one in WORDS.values()), "a variant is missing")
    until(lambda: outcomes(house)["sent"] == 0, "an end was not told")
    readers = phones_of(house, received(house, WORDS["B"]))[:60]
    everybody_does(house, readers, "text", content="了解")


def test_everybody_is_accounted_for_from_the_plan_to_the_winner(house, tmp_path):
    travel_to(house, 10)
    take_in(house, CROWD)
    number = planned(house, tmp_path)
    with pytest.raises(AssertionError, match="the one who approves"):
        house.shell(f"flask campaigns approve {number} --by lin")
    house.shell(f"flask campaigns approve {number} --by zhou")
    house.shell(f"flask campaigns launch {number} --by lin")
    leavers = paused(house, number)
    sampled(house, number)
    house.wechat.travel(days=1, minutes=5)
    until(lambda: is_over(house), "the rest never got the winner")
    until(lambda: outcomes(house)["sent"] == 0, "an end was not told")

    told, got = status(house, number), {name: received(house, WORDS[name]) for name in WORDS}
    assert set(reached(house).values()) == {1}
    arms = {name: one["confirmed"] for name, one in told["variants"].items()}
    assert arms == {name: len(one) for name, one in got.items()}
    assert arms["B"] > arms["A"] + arms["C"]
    unreached = sum(told["skipped"].values()) + sum(told["failed"].values())
    assert told["confirmed"] + unreached == told["recipients"] == CROWD + 1
    assert told["skipped"]["held_out"] > CROWD * 0.05
    assert not set(leavers) & reached(house).keys()
