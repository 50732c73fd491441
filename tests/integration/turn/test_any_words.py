"""Whatever a person sends at whatever moment is answered, in words that are let through."""

import itertools

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.copybook import TEXT_LIMIT_BYTES
from app.core.types import Attachment, Inbound, MenuClicked, Place, Scanned, Secret
from app.deps import Deps
from app.services import decisions, delivery
from tests.builders import ACCOUNT, SALARIED, follows, hear, types

MOMENTS = [
    (),
    *(SALARIED[:count] for count in range(1, len(SALARIED) + 1)),
    (*SALARIED, "修改"),
    (*SALARIED, "1"),
    (*SALARIED, "1", "我要办理"),
    ("同意", "2", "删除我的数据"),
    ("同意", "2", "重来"),
    ("人工",),
    ("不同意",),
]
COMMANDS = (
    *("1", "2", "3", "9", "上一步", "跳过", "重来", "取消", "帮助", "修改", "改3", "人工", "投诉"),
    *("我的额度", "为什么", "人工复核", "我要办理", "导出我的数据", "删除我的数据", "不再推送"),
    *("明天提醒我一次", "撤回同意", "我不想活了", "利息多少", "两三万", "三万 一年", "杭州"),
)
# What XML can carry: the platform's deliveries hold no other characters.
TEXTS = st.sampled_from(COMMANDS) | st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], include_characters="\t\n"), max_size=700
)
OTHERS = st.sampled_from(["image", "voice", "place", "menu", "scan"])
_numbers = itertools.count(1)


def other(deps: Deps, kind: str, openid: str) -> Inbound:
    envelope = {
        "account": ACCOUNT,
        "openid": Secret(openid),
        "created_at": int(deps.clock.now().timestamp()),
        "delivery_id": f"o:{next(_numbers)}",
    }
    if kind == "place":
        return Place(**envelope, label=Secret("西湖区文三路"))
    if kind == "menu":
        return MenuClicked(**envelope, key="c.check")
    if kind == "scan":
        return Scanned(**envelope, scene="poster-7")
    return Attachment(**envelope, kind=kind)  # type: ignore[arg-type]


def test_anything_at_any_moment_is_answered_and_fits(deps: Deps) -> None:
    @settings(max_examples=60, deadline=None)
    @given(
        moment=st.sampled_from(MOMENTS),
        is_decided=st.booleans(),
        sent=st.lists(st.tuples(st.just("words"), TEXTS) | st.tuples(OTHERS, st.just(""))).filter(
            bool
        ),
    )
    @example(moment=MOMENTS[-6], is_decided=True, sent=[("words", "为什么"), ("words", "我的额度")])
    @example(moment=(), is_decided=False, sent=[("words", "字" * 700), ("words", "\n")])
    def is_answered(moment: tuple[str, ...], is_decided: bool, sent: list[tuple[str, str]]) -> None:
        openid = f"oAnyWordsFromSomebody{next(_numbers):07d}"
        hear(deps, follows(deps, openid))
        for words in moment:
            hear(deps, types(deps, words, openid))
        if is_decided:
            decisions.score_due(deps)
            delivery.deliver_due(deps)
        for kind, words in sent[:4]:
            said = types(deps, words, openid) if kind == "words" else other(deps, kind, openid)
            answer = hear(deps, said)
            assert answer.strip()
            assert len(answer.encode()) <= TEXT_LIMIT_BYTES

    is_answered()
