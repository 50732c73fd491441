"""A sentence is changed, checked, released by another, heard at once everywhere, taken back."""

from dataclasses import replace
from datetime import time

import pytest
from sqlalchemy import select

from app.core.access import Role
from app.core.errors import NotAllowed, NotFound
from app.core.latest import Latest
from app.dialogue.edition import Keyword
from app.dialogue.editions import Released, keywords_to_json
from app.services import contents
from app.store.audit import AuditRow
from app.store.contents import ContentRelease, ContentVersion
from app.store.people import Person
from app.wording.pack import Pack
from tests.builders import OPENID, follows, hear, say
from tests.console import an_actor

HOLIDAY = Keyword("holiday", ("元旦安排",), "元旦照常受理。")
OTHER = "oPrequalTestPersonNumber0002"


@pytest.fixture
def maker(deps):
    return an_actor(deps, Role.OPERATOR)


@pytest.fixture
def checker(deps):
    return an_actor(deps, Role.APPROVER)


def rules(*keywords):
    return keywords_to_json(keywords)


def drafted(deps, maker, body=None, kind="keywords", revision=0):
    contents.save(deps, maker, kind, body or rules(HOLIDAY), revision=revision)
    assert contents.submit(deps, maker, kind, title="关键词", reason="元旦") == ()
    return open_version(deps, kind)


def open_version(deps, kind):
    with deps.sessions() as session:
        return session.scalar(
            select(ContentVersion.id).where(
                ContentVersion.kind == kind, ContentVersion.state.in_(("draft", "checked"))
            )
        )


def released(deps, maker, checker, body=None, kind="keywords"):
    version = drafted(deps, maker, body, kind)
    contents.release(deps, checker, kind, version)
    return version


def current(deps, kind="keywords"):
    with deps.sessions() as session:
        return session.scalars(
            select(ContentRelease).where(ContentRelease.kind == kind).order_by(ContentRelease.id)
        ).all()[-1]


def states(deps, kind="keywords"):
    with deps.sessions() as session:
        rows = session.execute(
            select(ContentVersion.number, ContentVersion.state)
            .where(ContentVersion.kind == kind)
            .order_by(ContentVersion.number)
        )
        return dict(tuple(row) for row in rows)


def test_a_released_keyword_is_heard_with_the_next_message(deps, maker, checker):
    hear(deps, follows(deps))
    say(deps, "不同意")
    assert "还答不上来" in say(deps, "元旦安排")
    released(deps, maker, checker)
    assert say(deps, "元旦安排").startswith("元旦照常受理。")


def test_a_release_holds_in_every_process_from_the_next_message_on(deps, maker, checker):
    elsewhere = replace(deps, released=Latest[Released]())
    assert "元旦照常" not in say(elsewhere, "元旦安排")
    released(deps, maker, checker)
    assert "元旦照常受理。" in say(elsewhere, "元旦安排")
    taken_back(deps, checker)
    assert "元旦照常" not in say(elsewhere, "元旦安排")
    assert "元旦照常" not in say(deps, "元旦安排")


def taken_back(deps, checker, kind="keywords"):
    with deps.sessions() as session:
        former = session.scalar(
            select(ContentVersion.id)
            .where(ContentVersion.kind == kind, ContentVersion.state == "replaced")
            .order_by(ContentVersion.number.desc())
        )
    contents.roll_back(
        deps, checker, kind, release_id=current(deps, kind).id, version_id=former, reason="说错了"
    )


def test_a_rollback_releases_the_former_version_at_once(deps, maker, checker):
    first = released(deps, maker, checker)
    second = released(deps, maker, checker, rules(replace(HOLIDAY, answer="元旦休息。")))
    assert "元旦休息。" in say(deps, "元旦安排")
    taken_back(deps, checker)
    assert "元旦照常受理。" in say(deps, "元旦安排")
    assert current(deps).version_id == first
    assert current(deps).is_rollback
    assert states(deps) == {1: "replaced", 2: "released", 3: "rolled_back"}
    assert second != first


def test_the_first_version_is_what_we_ship(deps, maker, checker):
    released(deps, maker, checker, {"greeting": "您好，元旦快乐。", "closing": ""}, "welcome")
    assert hear(deps, follows(deps)).startswith("您好，元旦快乐。\n\n您好，这里是")
    taken_back(deps, checker, "welcome")
    assert hear(deps, follows(deps, OTHER)).startswith("您好，这里是")


def test_nothing_unchecked_is_released(deps, maker, checker):
    contents.save(deps, maker, "keywords", rules(HOLIDAY), revision=0)
    with pytest.raises(NotAllowed) as refused:
        contents.release(deps, checker, "keywords", open_version(deps, "keywords"))
    assert refused.value.why == "not_checked"
    assert "元旦照常" not in say(deps, "元旦安排")


@pytest.mark.parametrize(
    ("keyword", "code"),
    [
        (replace(HOLIDAY, answer="元旦借款 零 门 槛"), "wording"),
        (replace(HOLIDAY, answer="看 https://evil.example"), "wording"),
        (replace(HOLIDAY, answer="您好，{额度}"), "unknown_placeholder"),
        (replace(HOLIDAY, answer=" "), "no_answer"),
        (replace(HOLIDAY, phrases=("人工",)), "never_command"),
        (replace(HOLIDAY, phrases=("利息多少",)), "never_stock"),
        (replace(HOLIDAY, phrases=()), "no_phrase"),
    ],
)
def test_what_does_not_pass_the_check_is_never_asked_for(deps, maker, keyword, code):
    contents.save(deps, maker, "keywords", rules(keyword), revision=0)
    found = contents.submit(deps, maker, "keywords", title="关键词", reason="元旦")
    assert code in {problem.code for problem in found}
    assert states(deps)[2] == "draft"


def test_whoever_made_it_cannot_release_it_even_as_an_approver(deps):
    both = an_actor(deps, Role.OPERATOR, Role.APPROVER)
    version = drafted(deps, both)
    with pytest.raises(NotAllowed) as refused:
        contents.release(deps, both, "keywords", version)
    assert refused.value.why == "own_request"


def test_whoever_edited_last_cannot_release_it_although_another_asked(deps, maker):
    both = an_actor(deps, Role.OPERATOR, Role.APPROVER)
    contents.save(deps, both, "keywords", rules(HOLIDAY), revision=0)
    contents.submit(deps, maker, "keywords", title="关键词", reason="元旦")
    with pytest.raises(NotAllowed) as refused:
        contents.release(deps, both, "keywords", open_version(deps, "keywords"))
    assert refused.value.why == "own_request"


def test_an_edit_after_the_request_voids_it(deps, maker, checker):
    version = drafted(deps, maker)
    contents.save(deps, maker, "keywords", rules(replace(HOLIDAY, answer="元旦休息。")), revision=1)
    with pytest.raises(NotAllowed) as refused:
        contents.release(deps, checker, "keywords", version)
    assert refused.value.why == "not_checked"


def test_two_editors_do_not_save_over_each_other(deps, maker):
    contents.save(deps, maker, "keywords", rules(HOLIDAY), revision=0)
    with pytest.raises(NotAllowed) as refused:
        contents.save(deps, maker, "keywords", rules(), revision=0)
    assert refused.value.why == "changed_meanwhile"


def test_a_refusal_sends_the_draft_back_to_be_edited(deps, maker, checker):
    version = drafted(deps, maker)
    contents.refuse(deps, checker, "keywords", version, "说清哪几天")
    assert states(deps)[2] == "draft"
    contents.save(deps, maker, "keywords", rules(HOLIDAY), revision=1)


def test_a_rollback_from_a_page_that_is_out_of_date_is_refused(deps, maker, checker):
    first = released(deps, maker, checker)
    stale = current(deps).id
    released(deps, maker, checker, rules(replace(HOLIDAY, answer="元旦休息。")))
    with pytest.raises(NotAllowed) as refused:
        contents.roll_back(deps, checker, "keywords", release_id=stale, version_id=first)
    assert refused.value.why == "changed_meanwhile"


def test_a_former_version_that_todays_rules_forbid_is_not_returned_to(deps, maker, checker):
    first = released(deps, maker, checker)
    released(deps, maker, checker, rules(replace(HOLIDAY, answer="元旦休息。")))
    pack = deps.wording.packs[0]
    stricter = pack.forbidden[0].model_copy(update={"words": ("照常受理",), "patterns": ()})
    changed = Pack.model_validate({**pack.model_dump(), "forbidden": (stricter.model_dump(),)})
    later = replace(deps, wording=replace(deps.wording, packs=(changed,)))
    with pytest.raises(NotAllowed) as refused:
        contents.roll_back(
            later, checker, "keywords", release_id=current(deps).id, version_id=first
        )
    assert refused.value.why == "fails_today"


def test_a_draft_that_was_never_released_cannot_be_rolled_back_to(deps, maker, checker):
    released(deps, maker, checker)
    contents.save(deps, maker, "keywords", rules(), revision=0)
    with pytest.raises(NotAllowed) as refused:
        contents.roll_back(
            deps, checker, "keywords", release_id=current(deps).id,
            version_id=open_version(deps, "keywords"),
        )  # fmt: skip
    assert refused.value.why == "not_former"


def test_each_step_wants_its_own_permission(deps, maker, checker):
    auditor = an_actor(deps, Role.AUDITOR)
    version = drafted(deps, maker)
    for attempt in (
        lambda: contents.save(deps, checker, "keywords", rules(), revision=1),
        lambda: contents.submit(deps, auditor, "keywords", title="x", reason="x"),
        lambda: contents.release(deps, maker, "keywords", version),
        lambda: contents.refuse(deps, auditor, "keywords", version, "x"),
        lambda: contents.roll_back(deps, maker, "keywords", release_id=1, version_id=version),
        lambda: contents.discard(deps, checker, "keywords"),
    ):
        with pytest.raises(NotAllowed) as refused:
            attempt()
        assert refused.value.why == "no_right"


def test_an_unknown_kind_and_version_are_not_found(deps, maker, checker):
    with pytest.raises(NotFound):
        contents.save(deps, maker, "notice", {}, revision=0)
    with pytest.raises(NotFound):
        contents.release(deps, checker, "keywords", 999_999)
    version = drafted(deps, maker)
    with pytest.raises(NotFound):
        contents.release(deps, checker, "menu", version)


def test_a_dropped_draft_leaves_room_for_another(deps, maker):
    drafted(deps, maker)
    contents.discard(deps, maker, "keywords")
    assert open_version(deps, "keywords") is None
    contents.save(deps, maker, "keywords", rules(HOLIDAY), revision=0)
    assert states(deps) == {1: "released", 2: "dropped", 3: "draft"}


def test_every_act_leaves_a_row_of_the_audit(deps, maker, checker):
    released(deps, maker, checker)
    taken_back(deps, checker)
    with deps.sessions() as session:
        acts = [row.act for row in session.scalars(select(AuditRow).order_by(AuditRow.seq))]
    assert [act for act in acts if act.startswith(("content", "approval"))] == [
        "content_saved", "approval_asked", "approval_approved", "content_released",
        "content_rolled_back",
    ]  # fmt: skip


def simulated(deps):
    return replace(deps, settings=deps.settings.model_copy(update={"simulator": "on"}))


def person_of(deps, openid=OPENID):
    index = deps.keyring.index("openid", f"gh_prequal\0{openid}")
    with deps.sessions() as session:
        return session.scalar(select(Person.id).where(Person.openid_index == index))


def test_a_preview_is_heard_by_one_phone_for_ten_minutes(deps, maker, clock):
    deps = simulated(deps)
    for openid in (OPENID, OTHER):
        hear(deps, follows(deps, openid))
        say(deps, "不同意", openid=openid)
    contents.save(deps, maker, "keywords", rules(HOLIDAY), revision=0)
    contents.preview(deps, maker, "keywords", person_of(deps))
    assert "元旦照常受理。" in say(deps, "元旦安排")
    assert "元旦照常" not in say(deps, "元旦安排", openid=OTHER)
    clock.advance(minutes=11)
    assert "元旦照常" not in say(deps, "元旦安排")


def test_without_the_simulator_nobody_is_shown_a_draft(deps, maker):
    hear(deps, follows(deps))
    contents.save(deps, maker, "keywords", rules(HOLIDAY), revision=0)
    with pytest.raises(NotAllowed) as refused:
        contents.preview(deps, maker, "keywords", person_of(deps))
    assert refused.value.why == "no_simulator"


def test_a_person_who_was_shown_a_draft_can_be_erased(deps, maker):
    deps = simulated(deps)
    hear(deps, follows(deps))
    contents.save(deps, maker, "keywords", rules(HOLIDAY), revision=0)
    contents.preview(deps, maker, "keywords", person_of(deps))
    say(deps, "不同意", "删除我的数据", "确认删除")
    with deps.sessions() as session:
        rows = session.scalars(
            select(ContentRelease).where(ContentRelease.person_id.is_not(None))
        ).all()
    assert rows == []


def test_hours_of_a_keyword_are_told_by_the_houses_clock(deps, maker, checker, clock):
    released(deps, maker, checker, rules(replace(HOLIDAY, opens=time(9), closes=time(10, 30))))
    assert "元旦照常受理。" in say(deps, "元旦安排")
    clock.advance(hours=1)
    assert "元旦照常" not in say(deps, "元旦安排")


def test_a_keyword_for_some_people_is_answered_to_them_only(deps, maker, checker):
    hear(deps, follows(deps, scene="hz-01"))
    hear(deps, follows(deps, OTHER, scene="sh-02"))
    for openid in (OPENID, OTHER):
        say(deps, "不同意", openid=openid)
    only = replace(HOLIDAY, segment='channel = "hz-01"')
    everyone = Keyword("everyone", ("元旦安排",), "元旦休息。", priority=90)
    released(deps, maker, checker, rules(only, everyone))
    assert "元旦照常受理。" in say(deps, "元旦安排")
    assert "元旦休息。" in say(deps, "元旦安排", openid=OTHER)
    assert "元旦休息。" in say(deps, "元旦安排", openid="oPrequalTestPersonNumber0003")


@pytest.mark.parametrize(
    ("segment", "code"),
    [('channel = "', "unreadable_segment"), ('tier = "premium"', "guarded_segment")],
)
def test_a_question_about_people_is_checked_with_its_rule(deps, maker, segment, code):
    contents.save(deps, maker, "keywords", rules(replace(HOLIDAY, segment=segment)), revision=0)
    found = contents.submit(deps, maker, "keywords", title="关键词", reason="元旦")
    assert [problem.code for problem in found] == [code]


def test_a_question_that_can_be_read_no_more_means_nobody(deps, maker, checker):
    version = released(deps, maker, checker)
    with deps.sessions.begin() as session:
        row = session.get_one(ContentVersion, version)
        row.body = rules(replace(HOLIDAY, segment="nonsense("))
    elsewhere = replace(deps, released=Latest[Released]())
    hear(elsewhere, follows(elsewhere))
    assert "元旦照常" not in say(elsewhere, "元旦安排")
