"""The pages of channels: a code to download, words that obey the law, costs that add up."""

import re
from datetime import date

import pytest

from app.core.access import Role
from app.core.types import Scanned
from app.queries.channels import Figures, Period, spent
from app.services import channels, decisions
from app.store.channels import ChannelCost
from tests.builders import SALARIED, _envelope, follows, hear, say
from tests.console import signed_in


@pytest.fixture
def operator(deps):
    return signed_in(deps, Role.OPERATOR)


def send(client, url, page=None, **fields):
    seen = client.get(page or url)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', seen.text)
    assert token, (seen.status_code, page or url)
    return client.post(url, data={"csrf_token": token[1], **fields})


def opened(operator, **given):
    fields = {"name": "杭州文三路门店", "scene": "hz-01", "lasting": "forever", **given}
    answer = send(operator, "/console/channels/new", **fields)
    assert answer.status_code == 303, answer.text
    return answer.location


def test_a_channel_is_opened_and_its_code_can_be_kept(deps, operator):
    url = opened(operator)
    page = operator.get(url).text
    assert "正在请微信生成" in page
    assert 'hx-trigger="every 1500ms"' in page
    assert operator.get(f"{url}/code.png").status_code == 404
    channels.make_due(deps)
    page = operator.get(url).text
    assert "可以使用" in page
    assert "every 1500ms" not in page
    png = operator.get(f"{url}/code.png?keep=1")
    assert png.data.startswith(b"\x89PNG")
    assert png.headers["Content-Disposition"] == "attachment; filename=hz-01.png"
    assert b"<svg" in operator.get(f"{url}/code.svg").data
    assert operator.get(f"{url}/code.gif").status_code == 404


def test_the_default_poster_names_the_lender_and_the_annual_rate(operator):
    page = operator.get(opened(operator)).text
    for words in ("广告", "示例小额贷款有限公司", "年化综合成本", "咨询投诉"):
        assert words in page


def test_a_poster_that_may_not_be_shown_is_told_why_and_not_kept(operator):
    url = opened(operator)
    answer = send(operator, url, name="店", note="", poster="关注送红包，秒到账")
    assert answer.status_code == 422
    for words in ("不能用好处换关注", "这些词会诱导借款", "没有标明“广告”", "没有写明是谁发的"):
        assert words in answer.text
    assert "秒到账" not in operator.get(url).text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"scene": "有汉字"}, "场景值为2到40个"),
        ({"name": ""}, "请填写这一项"),
        ({"lasting": "temporary", "days": "31"}, "必须介于 1 到 30 之间"),
    ],
)
def test_a_channel_that_cannot_be_is_refused_with_its_reason(operator, given, said):
    fields = {"name": "店", "scene": "", "lasting": "forever", **given}
    answer = send(operator, "/console/channels/new", **fields)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_scene_is_used_once(operator):
    opened(operator)
    answer = send(operator, "/console/channels/new", name="又", scene="hz-01", lasting="forever")
    assert answer.status_code == 422
    assert "已经用过了" in answer.text


def test_a_refusal_of_the_platform_is_told_kindly_and_can_be_tried_again(deps, operator, gateway):
    url = opened(operator)
    gateway.refuse_next(45029)
    channels.make_due(deps)
    page = operator.get(url).text
    assert "长期二维码已用完" in page
    assert send(operator, f"{url}/again", url).status_code == 303
    channels.make_due(deps)
    assert "可以使用" in operator.get(url).text
    assert send(operator, f"{url}/again", url).status_code == 409


def test_what_came_and_what_it_cost_is_counted_and_nothing_is_made_up(deps, operator):
    url = opened(operator)
    page = operator.get(url).text
    assert page.count("暂无数据") >= 4
    hear(deps, follows(deps, scene="hz-01"))
    say(deps, *SALARIED, "1")
    decisions.score_due(deps)
    days = {"since": "2026-11-23", "until": "2026-11-24", "note": "海报"}
    assert send(operator, f"{url}/costs", url, yuan="300", **days).status_code == 303
    listed = operator.get("/console/channels/?since=2026-11-23&until=2026-11-23").text
    cells = re.findall(r'data-label="([^"]+)">\s*([^<\n]*)', listed)
    assert dict(cells)["新关注"] == "1"
    assert dict(cells)["提交测额"] == "1"
    assert dict(cells)["初步通过"] == "1"
    assert dict(cells)["成本"] == dict(cells)["每关注"] == "¥150.00"
    page = operator.get(url).text
    assert "首次从这里来" in page
    remove = re.search(rf'action="({url}/costs/\d+/remove)"', page)[1]
    assert send(operator, remove, url).status_code == 303
    assert send(operator, remove, url).status_code == 404


def test_first_and_latest_channel_are_told_apart(deps, operator):
    first, latest = opened(operator), opened(operator, scene="sh-02", name="上海")
    hear(deps, follows(deps, scene="hz-01"))
    event = _envelope(deps, "oPrequalTestPersonNumber0001", "e:scan-1")
    hear(deps, Scanned(**event, scene="sh-02"))
    figures = [
        re.findall(r"(首次|最近)从这里来</p><p class=\"figure-value\">(\d)", operator.get(url).text)
        for url in (first, latest)
    ]
    assert figures == [[("首次", "1"), ("最近", "0")], [("首次", "0"), ("最近", "1")]]


@pytest.mark.parametrize("yuan", ["", "0", "-1", "1.234", "abc", "NaN", "Infinity"])
def test_a_cost_that_is_none_is_refused(operator, yuan):
    url = opened(operator)
    days = {"since": "2026-11-01", "until": "2026-11-02"}
    assert send(operator, f"{url}/costs", url, yuan=yuan, **days).status_code == 422


def test_an_archived_channel_leaves_the_list_and_comes_back(operator):
    url = opened(operator)
    assert send(operator, f"{url}/archive", url, archived="1").status_code == 303
    assert "杭州文三路门店" not in operator.get("/console/channels/").text
    assert "杭州文三路门店" in operator.get("/console/channels/?archived=1").text
    assert send(operator, f"{url}/archive", url, archived="0").status_code == 303
    assert "杭州文三路门店" in operator.get("/console/channels/").text


def test_others_look_and_change_nothing(deps, operator):
    url = opened(operator)
    auditor = signed_in(deps, Role.AUDITOR)
    assert "检查并保存" not in auditor.get(url).text
    assert auditor.get("/console/channels/new").status_code == 403


def test_a_name_is_shown_and_never_run(operator):
    url = opened(operator, name="<script>alert(1)</script>")
    assert "<script>alert(1)" not in operator.get(url).text


def test_a_nonsense_period_shows_the_last_thirty_days(operator):
    assert operator.get("/console/channels/?since=x&until=9999-99-99").status_code == 200


def cost(since, until, fen):
    return ChannelCost(since=since, until=until, fen=fen)


def test_a_cost_falls_into_a_period_by_its_days():
    november = Period(date(2026, 11, 1), date(2026, 11, 30))
    assert spent([cost(date(2026, 11, 1), date(2026, 11, 30), 3000)], november) == 3000
    assert spent([cost(date(2026, 10, 31), date(2026, 11, 1), 1001)], november) == 500
    assert spent([cost(date(2026, 10, 1), date(2026, 10, 31), 1001)], november) is None
    assert spent([], november) is None


def test_what_cannot_be_divided_is_unknown_and_not_zero():
    assert Figures(cost_fen=100).per_follow is None
    assert Figures(followed=3).per_follow is None
    assert Figures(followed=3, cost_fen=100).per_follow == 33
