import pytest

ROWS = {
    "thing1": {"value": "初步评估"},
    "phrase2": {"value": "已完成"},
    "time3": {"value": "2026-11-23 12:00", "color": "#173177"},
}


def send(rehearsal, data=None, **changes):
    template_id = next(iter(rehearsal.account.templates))
    body = {
        "touser": rehearsal.phone.openid,
        "template_id": template_id,
        "data": ROWS | (data or {}),
        **changes,
    }
    return rehearsal.api("message/template/send", body)


def test_a_notice_needs_no_window_and_shows_its_rows(rehearsal):
    rehearsal.follower()
    rehearsal.sim("clock", {"advance_seconds": 10 * 86_400})
    assert send(rehearsal, url="https://example.com")["errcode"] == 0
    bubble = rehearsal.phone.bubbles[-1]
    assert bubble.kind == "template"
    assert bubble.content["rows"][1] == ["当前进度", "已完成"]


@pytest.mark.parametrize(("blocks", "status"), [(False, "success"), (True, "failed:user block")])
def test_what_became_of_a_notice_is_pushed(rehearsal, blocks, status):
    rehearsal.follower()
    rehearsal.act("block", on=blocks)
    msg_id = send(rehearsal)["msgid"]
    event = rehearsal.pushed[-1]
    assert event["Event"] == "TEMPLATESENDJOBFINISH"
    assert (event["MsgID"], event["Status"]) == (str(msg_id), status)
    assert msg_id > 2**53
    assert (rehearsal.phone.bubbles[-1].kind == "template") is not blocks


@pytest.mark.parametrize(
    ("how", "at_once", "later"), [("twice", 1, 1), ("late", 0, 1), ("lost", 0, 0)]
)
def test_what_became_of_a_notice_may_be_told_twice_late_or_never(rehearsal, how, at_once, later):
    rehearsal.follower()
    rehearsal.sim("switches", {"template_outcomes": how})
    before = len(rehearsal.pushed)
    send(rehearsal)
    assert len(rehearsal.pushed) - before == at_once
    for _, act in rehearsal.clock.promised:
        act()
    assert len(rehearsal.pushed) - before == at_once + later


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"thing1": {"value": "字" * 20}}, 0),
        ({"thing1": {"value": "字" * 21}}, 47003),
        ({"thing1": {"value": "一\n二"}}, 47003),
        ({"thing1": {"value": ""}}, 47003),
        ({"thing1": None}, 47003),
        ({"first": {"value": "stripped in silence"}}, 0),
    ],
)
def test_every_row_is_needed_and_short(rehearsal, data, code):
    rehearsal.follower()
    assert send(rehearsal, data)["errcode"] == code


def test_a_stranger_a_person_who_left_and_an_unknown_template_are_refused(rehearsal):
    assert send(rehearsal)["errcode"] == 43004
    rehearsal.follower()
    assert send(rehearsal, touser="o" * 28)["errcode"] == 40003
    assert send(rehearsal, template_id="none")["errcode"] == 40037


def test_the_same_client_id_sends_once_in_ten_minutes(rehearsal):
    rehearsal.follower()
    first = send(rehearsal, client_msg_id="a")
    again = send(rehearsal, client_msg_id="a")
    assert first["msgid"] == again["msgid"]
    assert sum(bubble.kind == "template" for bubble in rehearsal.phone.bubbles) == 1
    rehearsal.clock.base += 600
    assert send(rehearsal, client_msg_id="a")["msgid"] != first["msgid"]


def test_templates_are_listed_added_and_deleted(rehearsal):
    added = rehearsal.api(
        "template/api_add_template",
        {"template_id_short": "AT1", "keyword_name_list": ["申请人", "结果"]},
    )
    listed = rehearsal.api("template/get_all_private_template")["template_list"]
    assert listed[-1]["content"] == "申请人：{{thing1.DATA}}\n结果：{{thing2.DATA}}"
    body = {"template_id": added["template_id"]}
    assert rehearsal.api("template/del_private_template", body)["errcode"] == 0
    assert rehearsal.api("template/del_private_template", body)["errcode"] == 40037


def test_an_account_has_at_most_twenty_five_templates(rehearsal):
    def add(short_id):
        body = {"template_id_short": short_id, "keyword_name_list": ["结果"]}
        return rehearsal.api("template/api_add_template", body)["errcode"]

    assert add("") == 40037
    assert [add("AT1") for _ in range(25)] == [0] * 24 + [45026]


def test_a_tester_can_approve_a_template_under_a_chosen_id(rehearsal):
    rehearsal.follower()
    template = {"template_id": "ours", "title": "提醒", "content": "事项：{{thing9.DATA}}"}
    rehearsal.sim("templates", template)
    answer = send(rehearsal, {"thing9": {"value": "一"}}, template_id="ours")
    assert answer["errcode"] == 0
