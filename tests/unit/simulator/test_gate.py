import http.client
import threading

import pytest

from simulator.serving import make_http_server


def post(rehearsal, data, path="/cgi-bin/message/custom/send"):
    query = {"access_token": rehearsal.token()}
    return rehearsal.http.post(path, query_string=query, data=data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", 44002),
        (b"{", 47001),
        (b"[]", 47001),
        (b"\xff", 47001),
        (b'{"touser": "\\u4f60"}', 40033),
        (b'{"touser": "\\\\u4f60"}', 40003),
        (b'{"touser": "\\u0007"}', 40003),
    ],
)
def test_a_body_that_is_not_json_in_utf8_is_refused(rehearsal, data, code):
    answer = post(rehearsal, data)
    assert answer.status_code == 200
    assert answer.get_json()["errcode"] == code


def test_a_refusal_ends_in_a_request_id(rehearsal):
    words = post(rehearsal, b"").get_json()["errmsg"].split(" rid: ")
    assert [len(part) for part in words[1].split("-")] == [8, 8, 8]


def test_the_wrong_method_is_refused_and_an_unknown_path_is_not_found(rehearsal):
    assert rehearsal.http.get("/cgi-bin/message/custom/send").get_json()["errcode"] == 43002
    assert rehearsal.http.post("/cgi-bin/user/get").get_json()["errcode"] == 43001
    assert rehearsal.http.get("/cgi-bin/nothing").status_code == 404


def test_a_code_can_be_answered_to_the_next_calls_of_one_path(rehearsal):
    rehearsal.follower()
    path = "/cgi-bin/message/custom/send"
    rehearsal.sim("faults", {"kind": "errcode", "path": path, "value": 45009, "calls": 2})
    assert "total" in rehearsal.api("user/get")
    assert [rehearsal.text()["errcode"] for _ in range(3)] == [45009, 45009, 0]


def test_a_slow_answer_waits_and_then_does_its_work(rehearsal):
    rehearsal.follower()
    rehearsal.sim("faults", {"kind": "slow", "path": "", "value": 7000})
    assert "total" in rehearsal.api("user/get")
    rehearsal.sim("faults", {"kind": "slow", "path": "", "value": 7000})
    rehearsal.http.delete("/sim/faults")
    rehearsal.api("user/get")
    assert rehearsal.clock.slept == [7.0]


def test_a_call_may_be_done_and_its_answer_be_late_or_untrue(rehearsal):
    rehearsal.follower()
    path = "/cgi-bin/message/custom/send"
    rehearsal.sim("faults", {"kind": "slow_after", "path": path, "value": 7000})
    rehearsal.sim("faults", {"kind": "errcode_after", "path": path, "value": -1})
    assert [rehearsal.text()["errcode"] for _ in range(2)] == [0, -1]
    assert rehearsal.clock.slept == [7.0]
    assert [words for _, _, words in rehearsal.screen()[-2:]] == ["您好", "您好"]


def test_an_unknown_kind_of_fault_is_rejected(rehearsal):
    assert rehearsal.http.post("/sim/faults", json={"kind": "explode"}).status_code == 400


@pytest.mark.parametrize(("kind", "arrived"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_call_never_answers_and_may_have_been_accepted(rehearsal, kind, arrived):
    rehearsal.follower()
    token = rehearsal.token()
    rehearsal.sim("faults", {"kind": kind, "path": "/cgi-bin/message/custom/send"})
    body = (
        f'{{"touser": "{rehearsal.phone.openid}", "msgtype": "text", "text": {{"content": "a"}}}}'
    )
    server = make_http_server(rehearsal.app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    try:
        path = f"/cgi-bin/message/custom/send?access_token={token}"
        connection.request("POST", path, body)
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            connection.getresponse()
    finally:
        connection.close()
        server.shutdown()
        server.server_close()
        thread.join()
    assert sum(bubble.kind == "text" for bubble in rehearsal.phone.bubbles) == arrived


def test_every_call_is_listed_with_its_body_and_answer(rehearsal):
    rehearsal.follower()
    rehearsal.text("您好")
    path = "/cgi-bin/message/custom/send"
    [call] = rehearsal.http.get("/sim/calls", query_string={"path": path}).get_json()["calls"]
    assert "您好" in call["body"]
    assert call["answer"] == {"errcode": 0, "errmsg": "ok"}
    assert rehearsal.phone.bubbles[-1].raw == call["id"]
