import json

from hypothesis import given, settings
from hypothesis import strategies as st

from app.dialogue.engine import step
from app.dialogue.forms.catalogue import FORMS
from app.dialogue.intents import _WORDINGS
from app.dialogue.positions import position_from_json, position_to_json
from app.dialogue.progress import numbered
from app.dialogue.types import (
    Answer,
    Answered,
    Arrived,
    Known,
    Pointed,
    Position,
    Showed,
    TagKnown,
    Turn,
    Typed,
)
from tests.unit.dialogue.chat import BUSINESS, PERSONAL, Chat

COMMANDS = [word for words in _WORDINGS.values() for word in words.split()]
ORDINARY = [
    *PERSONAL, *BUSINESS, "改2", "改5", "改99", "1", "3", "9", "是", "不", "两三万", "朝阳",
        "其他", "想买辆车",
    "上征信吗", "手续费多少", "还不起了", "13800138000", "学生", "未满18岁", "投资", "浙江大学",
        "", "　", "。",
]  # fmt: skip
IDS = [
    "q.age_band.25_34", "q.purpose.other", "q.purpose.investment", "q.credit_record.skipped",
        "q.situation.owner",
    "q.nothing.at_all", "q.", "e.situation.owner", "e.x", "p.3000000", "p.110100", "p.x",
        "c.edit", "c.edit.2",
    "c.edit.99", "c.cancel", "c.", "c.back", "c.erase", "c.human", "c.handover", "c.nonsense",
        "consent.answers.yes",
    "consent.answers.no", "consent.answers.read", "consent.sensitive.yes", "consent.sensitive.no",
    "consent.marketing.yes", "consent.marketing.no", "confirm.submit", "confirm.human",
        "confirm.discard",
    "c.tags", "t.behaviour.activity", "t.gone", "t.*", "t.",
    "erase.yes", "erase.no", "restart.yes", "restart.no", "time.any", "unknown", "..", "",
]  # fmt: skip
TAGS = (
    TagKnown("behaviour.activity", "活跃程度：转冷"),
    TagKnown("behaviour.form.unfinished", "表单没填完"),
)
words = st.one_of(st.sampled_from(ORDINARY), st.sampled_from(COMMANDS), st.text(max_size=30))
said = st.one_of(
    st.builds(Typed, words),
    st.builds(Typed, words, st.one_of(st.sampled_from(IDS), st.text(max_size=12))),
    st.builds(Showed, st.sampled_from(["image", "voice", "video", "link", "other"])),
    st.builds(
        Pointed,
        st.one_of(st.sampled_from(["浙江省杭州市西湖区", "朝阳", "海上"]), st.text(max_size=20)),
    ),
    st.builds(
        Arrived,
        st.sampled_from(["follow", "scan", "menu"]),
        st.sampled_from(["", "quota", "help", "x"]),
    ),
)
known = st.builds(
    Known,
    quota=st.sampled_from(["none", "pending", "in_review", "approved", "declined", "expired"]),
    consents=st.frozensets(st.sampled_from(["answers", "sensitive", "marketing"])),
    idle_seconds=st.sampled_from([0, 5_000]),
    may_ask_marketing=st.booleans(),
    may_promise_tomorrow=st.booleans(),
    has_stopped_before=st.booleans(),
    has_open_handover=st.booleans(),
    has_open_review=st.booleans(),
    staff_is_in=st.booleans(),
    tags=st.sampled_from([(), TAGS[:1], TAGS]),
)
keys = st.sampled_from(
    [
        "age_band",
        "situation",
        "region",
        "purpose",
        "amount_fen",
        "term_months",
        "tenure",
        "income_band",
        "x",
        "",
    ]
)
values = st.one_of(
    st.sampled_from(["owner", "employed", "25_34", "330100", "other", "?"]), st.integers(0, 10**9)
)
any_position = st.builds(
    Position,
    stage=st.sampled_from(Position.__annotations__ and [
        "idle", "consent", "asking", "sensitive", "confirming", "choosing_edit", "erasing",
            "choosing_tag",
            "restarting",
        "handover_time", "human_message", "marketing",
    ]),
    form=st.sampled_from(["", "personal", "business", "gone"]),
    version=st.sampled_from([0, 1, 7]),
    question=keys,
    answers=st.dictionaries(keys, st.builds(Answer, values, st.sampled_from(["typed", "tapped"]),
        st.text(max_size=5))),
    history=st.lists(keys, max_size=4).map(tuple),
    editing=keys,
    misses=st.integers(0, 5),
    pending=st.lists(st.sampled_from([3_000_000, 110_100, 12]), max_size=2).map(tuple),
    back_to=st.sampled_from([None, "idle", "asking", "confirming", "consent", "erasing"]),
    offered=st.lists(st.sampled_from(IDS), max_size=4).map(tuple),
    own_words=st.booleans(),
    submitted=st.booleans(),
)  # fmt: skip


def assert_sound(turn, before):
    assert isinstance(turn, Turn)
    assert turn.says, "every message gets words"
    for say in turn.says[:-1]:
        assert not say.options, "only the last words may offer options"
    assert turn.position.offered == tuple(option.id for option in turn.says[-1].options)
    assert len(numbered(FORMS.current, turn.position.answers)) <= 10
    assert position_from_json(position_to_json(turn.position)) == turn.position


@settings(max_examples=120, deadline=None)
@given(any_position, said, known)
def test_anything_said_at_any_position_yields_a_turn(position, what, facts):
    assert_sound(step(what, position, facts, FORMS), position)


@settings(max_examples=40, deadline=None)
@given(st.lists(said, max_size=14), known)
def test_any_conversation_stays_sound_to_the_end(messages, facts):
    chat = Chat(facts).arrive()
    for what in [Typed("同意"), *messages]:
        before = chat.position
        chat.hear(what)
        assert_sound(chat.turn, before)


@settings(max_examples=40, deadline=None)
@given(st.lists(words, max_size=10), st.integers(1, 11))
def test_answers_change_only_with_an_effect_that_says_so(messages, start):
    chat = Chat().arrive().say("同意", *PERSONAL[:start])
    for one in messages:
        before = chat.answers
        chat.say(one)
        if not chat.position.answers:
            break
        told = {effect.question for effect in chat.got(Answered)}
        changed = {k for k in {*before, *chat.answers} if before.get(k) != chat.answers.get(k)}
        assert changed <= told


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10), st.booleans())
def test_a_step_back_restores_the_position(how_far, is_firm):
    path = BUSINESS if is_firm else PERSONAL
    chat = Chat().arrive().say("同意")
    for one in path[:how_far]:
        chat.say(one)
    if chat.position.stage != "asking":
        return
    before = chat.position
    chat.say(path[how_far])
    if chat.position.answers == before.answers:
        return
    chat.say("上一步")
    after = chat.position
    assert after.moved(offered=(), reached=()) == before.moved(offered=(), reached=())


@given(any_position)
def test_any_position_survives_json(position):
    assert position_from_json(position_to_json(position)) == position


@given(
    st.one_of(
        st.binary(),
        st.dictionaries(st.sampled_from(["stage", "answers", "form", "?"]), st.integers()).map(
            lambda plain: json.dumps(plain).encode()
        ),
    )
)
def test_what_is_not_a_position_becomes_a_fresh_one(written):
    assert position_from_json(written).stage == "idle"
