def body(openids, words="新产品", **changes):
    return {"touser": openids, "msgtype": "text", "text": {"content": words}, **changes}


def crowd(rehearsal, count=3):
    phones = [rehearsal.phone] + [rehearsal.account.add_phone() for _ in range(count - 1)]
    for phone in phones:
        rehearsal.act("follow", phone=phone.id)
    return [phone.openid for phone in phones]


def test_a_list_gets_the_text_and_the_outcome_is_pushed(rehearsal):
    openids = crowd(rehearsal)
    sent = rehearsal.api("message/mass/send", body(openids, clientmsgid="c1"))
    assert sent["errcode"] == 0
    event = rehearsal.pushed[-1]
    assert (event["Event"], event["MsgID"]) == ("MASSSENDJOBFINISH", str(sent["msg_id"]))
    assert (event["TotalCount"], event["SentCount"]) == ("3", "3")
    assert rehearsal.screen()[-1] == ("them", "text", "新产品")
    status = rehearsal.api("message/mass/get", {"msg_id": sent["msg_id"]})
    assert status["msg_status"] == "SEND_SUCCESS"
    assert rehearsal.api("message/mass/get", {"msg_id": 1})["errcode"] == 40059


def test_the_same_client_id_is_answered_with_the_job_that_exists(rehearsal):
    openids = crowd(rehearsal)
    first = rehearsal.api("message/mass/send", body(openids, clientmsgid="c1"))
    again = rehearsal.api("message/mass/send", body(openids, "另一段", clientmsgid="c1"))
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])


def test_the_same_text_to_the_same_people_is_a_repetition_for_a_day(rehearsal):
    openids = crowd(rehearsal)
    codes = [rehearsal.api("message/mass/send", body(openids))["errcode"] for _ in range(2)]
    rehearsal.clock.base += 86_400
    rehearsal.bearer = ""
    assert [*codes, rehearsal.api("message/mass/send", body(openids))["errcode"]] == [0, 45065, 0]


def test_the_fifth_in_a_month_reaches_nobody_and_is_no_error(rehearsal):
    openids = crowd(rehearsal)
    for number in range(5):
        last = rehearsal.api("message/mass/send", body(openids, clientmsgid=str(number)))
    assert last["errcode"] == 0
    assert rehearsal.pushed[-1]["FilterCount"] == "0"


def test_a_tag_chooses_its_people_and_a_wrong_one_is_a_system_error(rehearsal):
    openids = crowd(rehearsal)
    tag_id = rehearsal.api("tags/create", {"tag": {"name": "新客"}})["tag"]["id"]
    chosen = {"openid_list": openids[:2], "tagid": tag_id}
    rehearsal.api("tags/members/batchtagging", chosen)

    def send_all(**chosen):
        message = body([], clientmsgid=str(len(chosen)), filter=chosen)
        return rehearsal.api("message/mass/sendall", message)["errcode"]

    assert send_all(is_to_all=False, tag_id=tag_id) == 0
    assert rehearsal.pushed[-1]["TotalCount"] == "2"
    assert send_all(is_to_all=True) == 0
    assert rehearsal.pushed[-1]["TotalCount"] == "3"
    assert send_all(is_to_all=False, tag_id=7) == -1


def test_what_the_limits_forbid_is_refused(rehearsal):
    openids = crowd(rehearsal)

    def code(message):
        return rehearsal.api("message/mass/send", message)["errcode"]

    assert code(body(openids[:1])) == 40130
    assert code(body(["o"] * 10_001)) == 40032
    assert code(body(openids, "")) == 44004
    assert code(body(openids, "字" * 683)) == 45002
    assert code(body(openids, clientmsgid="c" * 33)) == 45067
    assert code({"touser": openids, "msgtype": "mpnews", "mpnews": {"media_id": "m"}}) == 40007


def test_sixty_jobs_a_minute_are_the_most(rehearsal):
    openids = crowd(rehearsal)
    codes = [
        rehearsal.api("message/mass/send", body(openids, clientmsgid=str(n)))["errcode"]
        for n in range(61)
    ]
    assert codes == [0] * 60 + [45011]


def test_an_outcome_can_be_late_and_the_status_knows_meanwhile(rehearsal):
    openids = crowd(rehearsal)
    rehearsal.sim("switches", {"mass_outcomes": "late"})
    before = len(rehearsal.pushed)
    sent = rehearsal.api("message/mass/send", body(openids, clientmsgid="c1"))

    def status():
        return rehearsal.api("message/mass/get", {"msg_id": sent["msg_id"]})["msg_status"]

    assert (len(rehearsal.pushed), status()) == (before, "SENDING")
    for _, act in rehearsal.clock.promised:
        act()
    assert rehearsal.pushed[-1]["MsgID"] == str(sent["msg_id"])
    assert status() == "SEND_SUCCESS"


def test_an_outcome_can_get_lost_and_the_status_still_tells(rehearsal):
    openids = crowd(rehearsal)
    rehearsal.sim("switches", {"mass_outcomes": "lost"})
    before = len(rehearsal.pushed)
    sent = rehearsal.api("message/mass/send", body(openids, clientmsgid="c1"))
    assert len(rehearsal.pushed) == before
    status = rehearsal.api("message/mass/get", {"msg_id": sent["msg_id"]})
    assert status["msg_status"] == "SEND_SUCCESS"


def test_an_outcome_can_be_told_twice(rehearsal):
    openids = crowd(rehearsal)
    rehearsal.sim("switches", {"mass_outcomes": "twice", "late_seconds": 5})
    rehearsal.api("message/mass/send", body(openids, clientmsgid="c1"))
    ((seconds, again),) = rehearsal.clock.promised
    again()
    first, second = rehearsal.pushed[-2:]
    assert (seconds, first.plain) == (5, second.plain)


def test_a_broadcast_can_be_turned_down_after_it_was_taken(rehearsal):
    openids = crowd(rehearsal)
    rehearsal.sim("switches", {"mass_outcomes": "failed"})
    sent = rehearsal.api("message/mass/send", body(openids, clientmsgid="c1"))
    event = rehearsal.pushed[-1]
    assert (event["Status"], event["SentCount"]) == ("err(20008)", "0")
    status = rehearsal.api("message/mass/get", {"msg_id": sent["msg_id"]})
    assert status["msg_status"] == "SEND_FAIL"
    assert rehearsal.screen()[-1][2] != "新产品"


def test_a_preview_shows_one_phone_the_text_and_takes_nothing_of_its_month(rehearsal):
    (openid,) = crowd(rehearsal, 1)
    before = len(rehearsal.pushed)
    for _ in range(6):
        shown = rehearsal.api("message/mass/preview", body(openid))
        assert shown["errcode"] == 0
    assert [one[2] for one in rehearsal.screen()].count("新产品") == 6
    assert rehearsal.phone.mass_received == {}
    assert len(rehearsal.pushed) == before


def test_a_preview_needs_somebody_who_follows(rehearsal):
    assert rehearsal.api("message/mass/preview", body("oNobody"))["errcode"] == 40003
    assert rehearsal.api("message/mass/preview", body(rehearsal.phone.openid))["errcode"] == 43004
