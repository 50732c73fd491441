"""Forty people who fill in forms at once, each as a person would: read the question, answer it."""

import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.core.crypto import KeyRing
from tests.house import House
from tests.phones import Phone, until

PEOPLE = 40
THINKING_SECONDS = (0.1, 0.8)
MOST_MESSAGES = 80
OPENID = re.compile(r"o[\w-]{27}")
QUOTA = "初步额度区间"
# Sixty seconds is the longest lease; then whoever died while sending is given up as unknown.
SETTLING_SECONDS = 120

# Every row is in a final state that says why; whoever was served has one enquiry and one decision.
UNEXPLAINED = (
    (
        "SELECT state, reason, copy_key FROM messages WHERE NOT (state IN ('sent', 'confirmed') OR"
        " state IN ('unknown', 'untold', 'skipped', 'refused', 'repeated') AND reason IS NOT NULL)"
    ),
    (
        "SELECT e.id, e.state, count(d.id) FROM enquiries e LEFT JOIN decisions d"
        " ON d.enquiry_id = e.id GROUP BY e.id HAVING e.state <> 'decided' OR count(d.id) <> 1"
    ),
    (
        "SELECT p.id, p.state, count(e.id) FROM people p LEFT JOIN enquiries e"
        " ON e.person_id = p.id GROUP BY p.id HAVING count(e.id) <> 1"
    ),
    "SELECT kind, state FROM deliveries WHERE state <> 'answered'",
)

# What a person reads in a question, what they may answer, and the code that is to be kept.
Choices = tuple[tuple[str, str], ...]
QUESTIONS: dict[str, tuple[str, Choices]] = {
    "年龄段是": ("age_band", (("25–34", "25_34"), ("35–44", "35_44"))),
    "情况更接近": ("situation", (("上班", "employed"),)),
    "哪个城市": ("region", (("浙江杭州", "330100"), ("江苏苏州", "320500"))),
    "打算用在哪": ("purpose", (("装修家电", "renovation"), ("教育培训", "education"))),
    "想借多少": ("amount_fen", (("3万", "3000000"), ("2万", "2000000"))),
    "分多久还": ("term_months", (("12个月", "12"), ("6个月", "6"))),
    "做了多久": ("tenure", (("3年以上", "gt_3y"), ("1–3年", "1_3y"))),
    "到手大约": ("income_band", (("1.2–2万", "12_20k"), ("8千–1.2万", "8_12k"))),
    "每月要还": ("debt_band", (("1千以内", "lt_1k"), ("没有", "none"))),
    "近两年还款情况？": ("credit_record", (("没有逾期", "clean"),)),
}
STEPS = {"请核对": "确认提交", "需要您单独同意": "单独同意", "同意并开始": "同意并开始"}


@dataclass
class Somebody:
    """One person with one phone, and the answers that they give whenever they are asked."""

    phone: Phone
    mind: random.Random
    answers: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for words, (question, choices) in QUESTIONS.items():
            said, code = self.mind.choice(choices)
            self.answers[words] = (said, question, code)

    def expected(self) -> Counter[tuple[str, str]]:
        return Counter((question, code) for _, question, code in self.answers.values())

    def answer_to(self, heard: str, before: str) -> str:
        """Return what a person says next: never a guess, when they cannot see what is asked."""
        for marker, step in STEPS.items():
            if marker in heard:
                return step
        for words, (said, *_) in self.answers.items():
            if words in heard:
                return said
        return "我的额度" if before in ("确认提交", "我的额度") else "帮助"

    def fill_in(self) -> None:
        """Follow, or ask to begin, and go on until the form is on its way."""
        thinking = threading.Event()
        heard, said = self.phone.follow() if not self.phone.heard() else "", ""
        for _ in range(MOST_MESSAGES):
            if "正在评估" in heard or QUOTA in heard:
                return
            thinking.wait(self.mind.uniform(*THINKING_SECONDS))
            said = self.answer_to(heard, said)
            heard = self.phone.type(said)
        raise AssertionError(f"{MOST_MESSAGES} messages and no end: {self.phone.heard()[-3:]}")


@dataclass
class Crowd:
    """Everybody who came, and the house that must not fail them."""

    house: House
    seed: int
    came: list[Somebody] = field(default_factory=list)

    def somebody(self) -> Somebody:
        """Let one more person come."""
        return self._comes(random.Random(self.seed))  # noqa: S311 - a torturer's dice

    @contextmanager
    def filling_in(self) -> Iterator[None]:
        """Have forty people fill in one form after the other while the test does its worst."""
        stop = threading.Event()
        with ThreadPoolExecutor(PEOPLE) as pool:
            working = [pool.submit(self._keep_coming, seat, stop.is_set) for seat in range(PEOPLE)]
            try:
                yield
            finally:
                stop.set()
            for one in working:
                one.result()

    def _keep_coming(self, seat: int, is_over: Callable[[], bool]) -> None:
        mind = random.Random(f"{self.seed}-{seat}")  # noqa: S311 - a torturer's dice
        while True:
            self._comes(mind).fill_in()
            if is_over():
                return

    def _comes(self, mind: random.Random) -> Somebody:
        somebody = Somebody(self.house.wechat.phone(), mind)
        self.came.append(somebody)
        return somebody

    def is_served(self) -> None:
        """Check what is promised to each of them, once everything has come to rest."""
        until(self._is_at_rest, "the rows never came to rest", SETTLING_SECONDS)
        kept = self._kept()
        owed = self._states()
        for somebody in self.came:
            index = self._index_of(somebody.phone)
            assert kept[index] == somebody.expected(), "answers were lost or doubled"
            if QUOTA not in "".join(somebody.phone.heard()):
                assert owed[index] in ("unknown", "untold"), owed[index]
                assert QUOTA in somebody.phone.type("在吗")
            pushes = Counter(pushed_texts(somebody.phone))
            assert not pushes or max(pushes.values()) == 1, pushes
            assert sum(QUOTA in text for text in pushes) <= 1
        self._everything_is_explained()

    def _is_at_rest(self) -> bool:
        (busy,) = self.house.rows(
            "SELECT (SELECT count(*) FROM messages WHERE state IN ('queued', 'sending')"
            "        AND not_before < now() + interval '1 minute')"
            " + (SELECT count(*) FROM enquiries WHERE state = 'submitted')"
            " + (SELECT count(*) FROM deliveries WHERE state = 'waiting')"
        )[0]
        return busy == 0

    def _everything_is_explained(self) -> None:
        for query in UNEXPLAINED:
            assert self.house.rows(query) == []

    def _kept(self) -> dict[bytes, Counter[tuple[str, str]]]:
        kept: dict[bytes, Counter[tuple[str, str]]] = {}
        query = (
            "SELECT p.openid_index, a.question, a.value FROM people p JOIN answers a"
            " ON a.person_id = p.id"
        )
        for index, question, code in self.house.rows(query):
            kept.setdefault(bytes(index), Counter())[question, code] += 1
        return kept

    def _states(self) -> dict[bytes, str]:
        query = (
            "SELECT p.openid_index, m.state FROM people p JOIN messages m ON m.person_id = p.id"
            " WHERE m.decision_id IS NOT NULL"
        )
        return {bytes(index): state for index, state in self.house.rows(query)}

    def _index_of(self, phone: Phone) -> bytes:
        ring = KeyRing.parse(self.house.inside()["DATA_KEYS"])
        return ring.index("openid", f"{self.house.account}\0{phone.openid}")


def pushed_texts(phone: Phone) -> list[str]:
    """Return what customer service put on the screen: those bubbles come from API calls."""
    shown = [one for one in phone.bubbles() if one["side"] == "them"]
    return [one["content"].get("text", "") for one in shown if one["raw"].startswith("c")]


def nothing_personal_is_logged(house: House, crowd: Crowd) -> None:
    """Check that no log holds a traceback, an openid, or a word that somebody typed."""
    people = {one.phone.openid for one in crowd.came}
    typed = {said for one in crowd.came for said, *_ in one.answers.values() if len(said) > 3}
    for name, text in house.logs().items():
        found = text.find("Traceback")
        assert found < 0, (name, text[found - 500 : found + 3000])
        assert people.isdisjoint(OPENID.findall(text)), name
        assert [said for said in typed if said in text] == [], name
