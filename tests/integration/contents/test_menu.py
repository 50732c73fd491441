"""The menu is put by a job; what the platform says of it is kept, and unknown stays unknown."""

import pytest
from sqlalchemy import select

from app.core.access import Role
from app.core.errors import NotAllowed, NotFound, OutcomeUnknown, PlatformUnreachable
from app.core.jobs import JobName
from app.services import contents, installation, menus, upkeep
from app.store.contents import ContentRelease, ContentVersion
from app.store.messages import OutboxRow
from app.wechat.menus import menu_json
from tests.console import an_actor

TALK = {"type": "click", "name": "找人工", "key": "human"}
MENU = {"button": [{"type": "click", "name": "测额度", "key": "check"}, TALK]}


@pytest.fixture
def maker(deps):
    return an_actor(deps, Role.OPERATOR)


@pytest.fixture
def checker(deps):
    return an_actor(deps, Role.APPROVER)


def released(deps, maker, checker, menu=MENU):
    contents.save(deps, maker, "menu", menu, revision=0)
    assert contents.submit(deps, maker, "menu", title="菜单", reason="换") == ()
    with deps.sessions() as session:
        version = session.scalar(select(ContentVersion.id).where(ContentVersion.state == "checked"))
    contents.release(deps, checker, "menu", version)


def pushes(deps):
    with deps.sessions() as session:
        rows = session.scalars(select(ContentRelease).order_by(ContentRelease.id)).all()
    return [row.push_state for row in rows]


def bells(deps):
    with deps.sessions() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.job == JobName.PUT_MENU.value))
        return len(rows.all())


def test_a_released_menu_is_put_by_a_job(deps, maker, checker, gateway):
    released(deps, maker, checker)
    assert gateway.menu_kept is None
    assert bells(deps) == 1
    assert menus.put_due(deps)
    assert gateway.menu_kept == MENU
    assert pushes(deps) == [None, "pushed"]
    assert not menus.put_due(deps)


def test_a_platform_that_is_away_is_asked_again(deps, maker, checker, gateway):
    released(deps, maker, checker)
    gateway.fail_next(PlatformUnreachable())
    assert not menus.put_due(deps)
    assert pushes(deps) == [None, "due"]
    assert bells(deps) == 2
    assert menus.put_due(deps)


def test_a_refusal_is_kept_with_its_code_and_not_repeated(deps, maker, checker, gateway):
    released(deps, maker, checker)
    gateway.refuse_next(40018)
    assert not menus.put_due(deps)
    assert pushes(deps) == [None, "refused"]
    assert not menus.put_due(deps)
    menus.put_again(deps, maker)
    assert menus.put_due(deps)


def test_an_outcome_that_nobody_knows_is_called_unknown(deps, maker, checker, gateway):
    released(deps, maker, checker)
    gateway.fail_next(OutcomeUnknown())
    assert not menus.put_due(deps)
    assert pushes(deps) == [None, "unknown"]


def test_a_worker_that_died_in_the_middle_is_taken_over(deps, maker, checker, gateway, clock):
    released(deps, maker, checker)
    menus._claim(deps)
    assert not menus.put_due(deps)
    clock.advance(minutes=3)
    assert menus.put_due(deps)
    assert gateway.menu_kept == MENU


def test_only_the_newest_of_two_releases_is_put(deps, maker, checker, gateway):
    released(deps, maker, checker)
    released(deps, maker, checker, {"button": [TALK]})
    assert menus.put_due(deps)
    assert gateway.menu_kept == {"button": [TALK]}
    assert not menus.put_due(deps)
    assert pushes(deps) == [None, "superseded", "pushed"]


def test_a_slow_worker_with_an_older_menu_makes_the_newer_one_due_again(
    deps, maker, checker, gateway
):
    released(deps, maker, checker)
    claimed = menus._claim(deps)
    released(deps, maker, checker, {"button": [TALK]})
    assert menus.put_due(deps)
    menus._keep(deps, claimed[0], "pushed", None)
    assert pushes(deps)[-1] == "due"


def test_where_there_is_no_menu_the_released_one_is_put(deps, maker, checker, gateway):
    upkeep.freshen_token(deps)
    assert gateway.menu_kept == menu_json()
    released(deps, maker, checker)
    gateway.menu_kept = None
    upkeep.freshen_token(deps)
    assert gateway.menu_kept == MENU
    gateway.menu_kept = None
    installation.install(deps)
    assert gateway.menu_kept == MENU


def test_freshening_leaves_a_menu_of_others_alone(deps, gateway):
    gateway.menu_kept = {"button": [TALK]}
    upkeep.freshen_token(deps)
    assert gateway.menu_kept == {"button": [TALK]}


@pytest.mark.parametrize(
    ("menu", "code"),
    [
        ({"button": []}, "button_count"),
        ({"button": [TALK] * 4}, "button_count"),
        ({"button": [{"name": "更多", "sub_button": [TALK] * 6}]}, "inside_count"),
        ({"button": [{**TALK, "name": ""}]}, "no_name"),
        ({"button": [{**TALK, "name": "超过十六个字节了"}]}, "wording"),
        ({"button": [{**TALK, "key": "nonsense"}]}, "unknown_key"),
        ({"button": [{"type": "view", "name": "看", "url": "https://evil.cn/"}]}, "foreign_url"),
        ({"button": [{"type": "miniprogram", "name": "看"}]}, "unknown_type"),
        ({"button": [{**TALK, "name": "秒到账"}]}, "wording"),
    ],
)
def test_what_the_platform_or_the_law_would_refuse_is_found_before(deps, maker, menu, code):
    contents.save(deps, maker, "menu", menu, revision=0)
    found = contents.submit(deps, maker, "menu", title="菜单", reason="换")
    assert code in {problem.code for problem in found}


def test_a_page_of_ours_may_be_opened(deps, maker):
    url = f"{deps.settings.base_url}/privacy"
    menu = {"button": [{"type": "view", "name": "隐私", "url": url}]}
    contents.save(deps, maker, "menu", menu, revision=0)
    assert contents.submit(deps, maker, "menu", title="菜单", reason="换") == ()


def test_putting_again_wants_the_right_and_a_release(deps, maker, checker):
    with pytest.raises(NotAllowed):
        menus.put_again(deps, checker)
    with pytest.raises(NotFound):
        menus.put_again(deps, maker)


def test_a_platform_that_cannot_be_asked_holds_nobody_knows_what(deps, maker, gateway):
    told = menus.compare(deps, maker)
    assert (told.is_told, told.theirs) == (True, None)
    gateway.fail_next(PlatformUnreachable())
    assert not menus.compare(deps, maker).is_told


def test_the_places_are_told_at_which_the_platform_holds_another_menu(
    deps, maker, checker, gateway
):
    released(deps, maker, checker)
    menus.put_due(deps)
    assert menus.compare(deps, maker).places == ()
    gateway.menu_kept = {"button": [MENU["button"][0], {**TALK, "name": "别的"}]}
    assert menus.compare(deps, maker).places == ("2",)
    gateway.menu_kept = None
    assert menus.compare(deps, maker).places == ("1", "2")
