import pytest


def classic(rehearsal, **changes):
    query = {
        "grant_type": "client_credential",
        "appid": rehearsal.settings.app_id,
        "secret": rehearsal.settings.app_secret,
        **changes,
    }
    return rehearsal.http.get("/cgi-bin/token", query_string=query).get_json()


def works(rehearsal, token):
    answer = rehearsal.http.get("/cgi-bin/tags/get", query_string={"access_token": token})
    return answer.get_json().get("errcode", 0)


def test_the_stable_token_stays_the_same_while_it_lives(rehearsal):
    first = rehearsal.stable()
    rehearsal.clock.base += 6000
    second = rehearsal.stable()
    assert first["access_token"] == second["access_token"]
    assert (first["expires_in"], second["expires_in"]) == (7200, 1200)


def test_in_its_last_five_minutes_a_new_one_comes_and_both_work(rehearsal):
    old = rehearsal.stable()["access_token"]
    rehearsal.clock.base += 6900
    new = rehearsal.stable()
    assert new["access_token"] != old
    assert new["expires_in"] == 7200
    assert works(rehearsal, old) == works(rehearsal, new["access_token"]) == 0
    rehearsal.clock.base += 300
    assert works(rehearsal, old) == 42001


def test_forcing_kills_the_old_token_and_waits_half_a_minute(rehearsal):
    old = rehearsal.stable()["access_token"]
    new = rehearsal.stable(force_refresh=True)["access_token"]
    assert (works(rehearsal, old), works(rehearsal, new)) == (40001, 0)
    assert rehearsal.stable(force_refresh=True)["errcode"] == 45011


def test_forcing_is_allowed_twenty_times_a_day(rehearsal):
    for _ in range(20):
        assert "access_token" in rehearsal.stable(force_refresh=True)
        rehearsal.clock.base += 30
    assert rehearsal.stable(force_refresh=True)["errcode"] == 45009


def test_a_classic_token_replaces_the_one_before_and_leaves_the_stable_one(rehearsal):
    stable = rehearsal.stable()["access_token"]
    first, second = (classic(rehearsal)["access_token"] for _ in range(2))
    assert [works(rehearsal, token) for token in (first, second, stable)] == [40001, 0, 0]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grant_type": "password"}, 40002),
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"appid": "wx0"}, 40013),
        ({"secret": "wrong"}, 40125),
    ],
)
def test_wrong_credentials_get_their_own_codes_both_ways(rehearsal, changes, code):
    assert classic(rehearsal, **changes)["errcode"] == code
    assert rehearsal.stable(**changes)["errcode"] == code


def test_without_a_token_with_a_wrong_one_and_with_an_expired_one(rehearsal):
    token = rehearsal.token()
    rehearsal.sim("tokens/expire")
    assert works(rehearsal, None) == 41001
    assert works(rehearsal, "invented") == 40001
    assert works(rehearsal, token) == 42001


def test_a_token_dies_after_two_hours(rehearsal):
    token = rehearsal.token()
    rehearsal.clock.base += 7200
    assert works(rehearsal, token) == 42001


def test_neither_secret_nor_token_is_kept_in_the_list_of_calls(rehearsal):
    classic(rehearsal)
    rehearsal.api("tags/get")
    calls = rehearsal.http.get("/sim/calls").get_data(as_text=True)
    assert rehearsal.settings.app_secret not in calls
