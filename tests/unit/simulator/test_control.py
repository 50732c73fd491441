def test_a_transcript_has_the_raw_parts_behind_each_bubble(rehearsal):
    link = (
        '<a href="weixin://bizmsgmenu?msgmenucontent=%E5%90%8C%E6%84%8F&msgmenuid=ok">1 同意</a>'
        '<a href="weixin://bizmsgmenu?msgmenuid=a+b">2 不</a>'
    )
    rehearsal.webhook.says(f"您好\n{link}")
    rehearsal.follower()
    told = rehearsal.http.get(f"/sim/phones/{rehearsal.phone.id}").get_json()
    bubble = told["bubbles"][-1]
    assert bubble["options"] == [
        {"id": "ok", "content": "同意"},
        {"id": "a+b", "content": "2 不"},
    ]
    assert "subscribe" in bubble["record"]["sent"]
    assert "您好" in bubble["record"]["reply"]
    [[attempt]] = bubble["record"]["copies"]
    assert attempt["status"] == 200
    record = rehearsal.http.get(f"/sim/records/{bubble['raw']}").get_json()
    assert record["id"] == bubble["raw"]
    assert rehearsal.http.get("/sim/records/x0").status_code == 404


def test_the_state_is_told_when_it_is_newer_and_bubbles_only_of_open_phones(rehearsal):
    rehearsal.follower()
    number = rehearsal.phone.id
    state = rehearsal.http.get("/sim/state").get_json()
    assert state["phones"][0]["bubbles"] == []
    opened = rehearsal.http.get(f"/sim/state?open={number}").get_json()
    assert len(opened["phones"][0]["bubbles"]) == 1
    same = rehearsal.http.get(f"/sim/state?since={state['version']}")
    assert same.status_code == 204


def test_the_page_lists_the_newest_phones_and_those_on_the_screen(rehearsal):
    first = rehearsal.phone.id
    newest = [rehearsal.account.add_phone().id for _ in range(50)][-40:]
    state = rehearsal.http.get(f"/sim/state?open={first},999").get_json()
    assert [phone["id"] for phone in state["phones"]] == [first, *newest]
    assert len(rehearsal.http.get("/sim/phones").get_json()["phones"]) == 51


def test_the_clock_moves_by_steps_or_to_an_offset(rehearsal):
    rehearsal.sim("clock", {"advance_seconds": 3600})
    assert rehearsal.sim("clock", {"advance_seconds": 60})["offset_seconds"] == 3660
    assert rehearsal.sim("clock", {"offset_seconds": 0})["offset_seconds"] == 0
    assert rehearsal.http.get("/sim/clock").get_json()["now"] == rehearsal.clock.base
    answer = rehearsal.http.post("/sim/clock", json={"advance_seconds": "soon"})
    assert answer.status_code == 400


def test_switches_change_one_by_one_within_their_limits(rehearsal):
    rehearsal.sim("switches", {"out_of_order": True})
    told = rehearsal.sim("switches", {"copies": 9})
    assert told == {
        "copies": 3,
        "out_of_order": True,
        "tap_opens": "menu",
        "mass_outcomes": "pushed",
        "template_outcomes": "pushed",
        "late_seconds": 90.0,
    }
    answer = rehearsal.http.post("/sim/switches", json={"tap_opens": "door"})
    assert answer.status_code == 400


def test_a_reset_leaves_one_fresh_phone_and_no_number_twice(rehearsal):
    before = rehearsal.follower().id
    rehearsal.sim("reset")
    assert not rehearsal.phone.is_following
    assert rehearsal.phone.id > before


def test_waiting_for_a_delivery_returns_what_came_of_it(rehearsal):
    rehearsal.webhook.says("您好")
    told = rehearsal.act("follow", wait=True)
    assert told["is_done"] is True
    assert "您好" in told["record"]["reply"]


def test_the_page_and_its_parts_come_from_this_host_only(rehearsal):
    with rehearsal.http.get("/") as page:
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
        html = page.get_data(as_text=True)
    assert "http://" not in html
    assert "https://" not in html
    for name in ("main.js", "phone.js", "phone.css"):
        with rehearsal.http.get(f"/static/{name}") as part:
            assert part.status_code == 200


def test_a_crowd_follows_without_a_word_and_the_account_learns_of_it_by_asking(rehearsal):
    before = len(rehearsal.webhook.pushed)
    made = rehearsal.sim("crowd", {"count": 3})
    listed = rehearsal.http.get("/sim/phones").get_json()["phones"]
    crowd = [one for one in listed if made["first"] <= one["id"] <= made["last"]]
    assert [one["is_following"] for one in crowd] == [True] * 3
    assert len(rehearsal.webhook.pushed) == before
    for count in (0, "many", None):
        assert rehearsal.http.post("/sim/crowd", json={"count": count}).status_code == 400


def test_who_received_a_text_and_how_often_is_told_for_all_phones_at_once(rehearsal):
    rehearsal.webhook.says("今天有新的说明")
    rehearsal.follower()
    rehearsal.sim("crowd", {"count": 2})
    told = rehearsal.http.get("/sim/received?text=说明").get_json()["received"]
    assert told == {rehearsal.phone.openid: 1}
    assert rehearsal.http.get("/sim/received?text=别的").get_json()["received"] == {}
