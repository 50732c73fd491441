"""A person chatting with the dialogue: keeps position and consents as the use case would."""

from dataclasses import replace
from datetime import UTC, datetime

from app.dialogue.engine import step
from app.dialogue.forms.catalogue import FORMS
from app.dialogue.types import Arrived, Consented, Known, Position, Typed

PERSONAL = ["2", "1", "杭州", "1", "3万", "12个月", "3年以上", "同意", "8500", "没有", "没有逾期"]
BUSINESS = [
    "35-44",
    "个体户",
    "杭州",
    "餐饮",
    "5人",
    "进货",
    "20万",
    "一年",
    "同意",
    "3万",
    "没有",
    "跳过",
]


# A Thursday at nine in Shanghai.
OPENS = datetime(2026, 11, 26, 1, tzinfo=UTC)


class Chat:
    def __init__(self, known=None, position=None):
        self.known = known or Known(staff_opens_at=OPENS)
        self.position = position or Position()
        self.turn = None
        self.effects = []

    def hear(self, said):
        self.turn = step(said, self.position, self.known, FORMS)
        self.position = self.turn.position
        self.effects += self.turn.effects
        consents = set(self.known.consents)
        for effect in self.turn.effects:
            if isinstance(effect, Consented):
                (consents.add if effect.act == "given" else consents.discard)(effect.purpose)
        self.known = replace(self.known, consents=frozenset(consents))
        return self

    def say(self, *words):
        for one in words:
            self.hear(Typed(one))
        return self

    def tap(self, option_id, label="点了"):
        return self.hear(Typed(label, option_id))

    def arrive(self, by="follow", key=""):
        return self.hear(Arrived(by, key))

    def know(self, **facts):
        self.known = replace(self.known, **facts)
        return self

    @property
    def keys(self):
        return [say.key for say in self.turn.says]

    @property
    def labels(self):
        return [option.label for option in self.turn.says[-1].options]

    @property
    def ids(self):
        return [option.id for option in self.turn.says[-1].options]

    @property
    def answers(self):
        return {key: answer.value for key, answer in self.position.answers.items()}

    def got(self, kind):
        return [effect for effect in self.turn.effects if isinstance(effect, kind)]


def begun():
    return Chat().arrive().say("同意")


def person_at(question):
    """A person who was just asked this question (`confirming` and `sensitive` are stages)."""
    return _until(begun(), PERSONAL, question)


def firm_at(question):
    return _until(begun(), BUSINESS, question)


def _until(chat, words, where):
    for one in words:
        if where == _waiting_for(chat):
            break
        chat.say(one)
    assert where == _waiting_for(chat), chat.position
    return chat


def _waiting_for(chat):
    position = chat.position
    return position.question if position.stage == "asking" else position.stage
