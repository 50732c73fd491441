"""The funnel and the board as an operator sees them: numbers, people behind them, definitions."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event, select

from app.core.access import Role
from app.deps import Deps
from app.queries.figures import GROUPS
from app.store.people import Person
from handlers.console.words import words
from tests.builders import OPENID, fill, finish, follows, hear
from tests.console import signed_in
from tests.fakes import FixedClock

OTHER = "oPrequalTestPersonNumber0002"


@pytest.fixture
def busy(deps: Deps) -> Deps:
    """One has been told a quota, another stopped at a question."""
    finish(deps)
    hear(deps, follows(deps, OTHER, scene="poster-7"))
    fill(deps, words=("同意", "2", "上班"), openid=OTHER)
    return deps


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def row(page: str, name: str) -> list[str]:
    """The cells of a table's row, as words."""
    found = re.search(rf'<tr>\s*<th scope="row"[^>]*>(?:<a[^>]*>)?{name}.*?</tr>', page, re.DOTALL)
    assert found, name
    cells = re.findall(r'<td class="number"[^>]*>(.*?)</td>', found[0], re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells]


def test_the_funnel_shows_every_step_with_its_shares(busy: Deps) -> None:
    page = signed_in(busy, Role.OPERATOR).get("/console/funnel/").text
    assert row(page, "关注") == ["3", "—", "100.0%"]
    assert row(page, "提交") == ["1", "50.0%", "33.3%"]
    assert row(page, "申请办理") == ["0", "0.0%", "0.0%"]
    assert "2026-10-25 至 2026-11-23，共30天" in page


def test_the_funnel_shows_where_somebody_left_and_draws_it(busy: Deps) -> None:
    page = signed_in(busy, Role.OPERATOR).get("/console/funnel/").text
    assert row(page, "所在城市")[:4] == ["2", "1", "1", "50.0%"]
    drawing = re.search(r'<svg class="flow".*?</svg>', page, re.DOTALL)
    assert drawing
    assert drawing[0].count("flow-node") == 10
    assert "离开 1（50%）" in drawing[0]
    assert "style=" not in drawing[0]
    assert "flow-around" in drawing[0]
    assert "个体户、企业主" in drawing[0]


def test_a_channel_and_the_other_form_have_a_funnel_of_their_own(busy: Deps) -> None:
    client = signed_in(busy, Role.AUDITOR)
    assert row(client.get("/console/funnel/?channel=poster-7").text, "关注")[0] == "1"
    other = client.get("/console/funnel/?form=business/1").text
    assert row(other, "开始答题")[0] == "0"
    assert "您现在" not in other


def test_who_left_is_listed_masked_and_can_be_kept_as_a_segment(busy: Deps) -> None:
    client = signed_in(busy, Role.OPERATOR)
    page = client.get("/console/funnel/people?kind=left&detail=region").text
    assert "“所在城市”看到没答" in page
    assert "oPre…0002" in page
    assert OPENID not in page
    assert OTHER not in page
    kept = re.search(r'href="(/console/segments/new[^"]+)"', page)
    assert kept
    assert "did(&#34;reached&#34;" in client.get(html.unescape(kept[1])).text
    query = re.search(r"<code>(.*?)</code>", page, re.DOTALL)
    assert query
    asked = html.unescape(query[1])
    assert asked == (
        'did("reached", detail="region", within_days=30)'
        ' and not did("answered", detail="region", within_days=30)'
    )


@pytest.mark.parametrize(
    "kind", ["followed", "consented", "submitted", "decided", "told", "reached&detail=purpose"]
)
def test_every_bar_that_counts_somebody_names_somebody(busy: Deps, kind: str) -> None:
    page = signed_in(busy, Role.REVIEWER).get(f"/console/funnel/people?kind={kind}").text
    assert "oPre…0001" in page


@pytest.mark.parametrize(
    "address",
    [
        "?form=personal/9",
        "?form=personal/x",
        "people",
        "people?kind=left&detail=nothing",
        "people?kind=erased",
        "people?kind=submitted&detail=approve",
    ],
)
def test_what_is_not_there_is_not_found(busy: Deps, address: str) -> None:
    assert signed_in(busy, Role.OPERATOR).get(f"/console/funnel/{address}").status_code == 404


@pytest.mark.parametrize("days", ["days=-4", "since=2026-13-45", "until=x", "since=2030-01-01"])
def test_days_that_cannot_be_are_the_last_thirty(busy: Deps, days: str) -> None:
    page = signed_in(busy, Role.OPERATOR).get(f"/console/funnel/?{days}").text
    assert "2026-10-25 至 2026-11-23，共30天" in page


def test_people_come_page_by_page_without_a_gap(deps: Deps, clock: FixedClock) -> None:
    for number in range(53):
        hear(deps, follows(deps, f"oPrequalManyPeopleNumber{number:04d}"))
        # Three of a moment: the second key tells them apart.
        clock.advance(seconds=number % 3 // 2)
    client = signed_in(deps, Role.OPERATOR)
    first = client.get("/console/funnel/people?kind=followed").text
    more = re.search(r'rel="next" href="([^"]+)"', first)
    assert more
    second = client.get(html.unescape(more[1])).text
    seen = [re.findall(r"oPre…\d{4}", page) for page in (first, second)]
    assert [len(one) for one in seen] == [50, 3]
    assert len({who for page in seen for who in page}) == 53


def test_an_empty_house_says_what_to_do_next(deps: Deps) -> None:
    client = signed_in(deps, Role.OPERATOR)
    assert "这段时间还没有人来" in client.get("/console/funnel/").text
    assert "没有可以列出的人" in client.get("/console/funnel/people?kind=told").text


def test_the_board_shows_every_figure_with_its_definition(busy: Deps) -> None:
    page = signed_in(busy, Role.OPERATOR).get("/console/figures/").text
    said = words("figures")["figures"]
    keys = [key for group in GROUPS.values() for key, _ in group]
    assert set(keys) == set(said)
    for key in keys:
        assert f'data-figure="{key}"' in page
        assert said[key][1] in html.unescape(page)


def test_charts_carry_no_style_that_the_policy_forbids(busy: Deps) -> None:
    for url in ("/console/figures/", "/console/funnel/"):
        assert " style=" not in signed_in(busy, Role.OPERATOR).get(url).text


def test_what_has_no_data_yet_says_so_and_is_never_nought(busy: Deps) -> None:
    page = signed_in(busy, Role.OPERATOR).get("/console/figures/").text
    for key in ("overdue_rate", "bad_rate", "cost", "rating"):
        shown = re.search(rf'data-figure="{key}".*?</div>', page, re.DOTALL)
        assert shown
        assert "暂无数据" in shown[0]
        assert "0%" not in shown[0]


def test_the_board_counts_what_happened(busy: Deps) -> None:
    page = signed_in(busy, Role.OPERATOR).get("/console/figures/").text
    shown = dict(
        re.findall(
            r'data-figure="(\w+)".*?class="figure-value">(?:<span[^>]*>)?([^<]*)', page, re.DOTALL
        )
    )
    assert shown["new"] == "2"
    assert shown["submitted"] == "1"
    assert shown["pass_rate"] == "100.0%"
    assert shown["average_range"] == "16,000元"
    assert shown["sent"] == "1"


@pytest.mark.parametrize(
    ("url", "most"),
    [
        ("/console/funnel/", 8),
        ("/console/funnel/people?kind=followed", 6),
        ("/console/figures/", 24),
    ],
)
def test_pages_ask_no_more_with_more_people(
    deps: Deps, engine: Engine, url: str, most: int
) -> None:
    client = signed_in(deps, Role.OPERATOR)
    asked = []
    for number in range(2):
        for person in range(1 + 4 * number):
            finish(deps, openid=f"oPrequalManyPeople{number}No{person:04d}x")
        with counted(engine) as statements:
            assert client.get(url).status_code == 200
        asked.append(len(statements))
    assert asked[0] == asked[1] <= most
    with deps.sessions() as session:
        assert len(session.scalars(select(Person)).all()) == 6
