import threading

import pytest

from simulator.clock import SharedClock
from simulator.settings import BadSettings, Settings, from_environment
from simulator.state import Bubble, MassJob
from simulator.world import World


def test_phones_and_their_screens_survive_a_restart(rehearse, tmp_path):
    first = rehearse(data_dir=tmp_path)
    first.webhook.says("您好")
    first.act("follow", scene="store-7")
    first.platform.world.save()
    second = rehearse(data_dir=tmp_path)
    assert second.account == first.account
    assert second.screen()[-1] == ("them", "text", "您好")


def test_a_state_that_cannot_be_read_is_replaced_by_a_fresh_one(rehearse, tmp_path, caplog):
    (tmp_path / "simulator.json").write_text("{", encoding="utf-8")
    assert len(rehearse(data_dir=tmp_path).account.phones) == 1
    assert "cannot be read" in caplog.text


def test_stopping_saves_what_is_new_and_nothing_is_written_twice(tmp_path):
    path = tmp_path / "simulator.json"
    world, stop = World(path), threading.Event()
    stop.set()
    world.keep_saving(stop)
    path.unlink()
    world.save()
    assert not path.exists()


def test_the_clock_is_shared_through_one_file(tmp_path):
    path = tmp_path / "clock"
    ours, theirs = SharedClock(path, 5), SharedClock(path)
    assert (ours.offset(), theirs.offset()) == (5, 0)
    ours.move_to(86_400)
    assert path.read_text(encoding="utf-8").strip() == "86400"
    assert theirs.offset() == 86_400
    assert abs(theirs.now() - ours.now()) < 5
    path.write_text("tomorrow", encoding="utf-8")
    assert theirs.offset() == 0


def test_a_clock_without_a_folder_moves_alone():
    clock = SharedClock(None, 7)
    clock.move_to(9)
    assert clock.offset() == 9


def test_the_clock_does_things_later():
    done = threading.Event()
    clock = SharedClock(None)
    clock.sleep(0)
    clock.later(0, done.set)
    assert done.wait(5)


def test_news_wakes_who_waits(rehearsal):
    world = rehearsal.platform.world
    seen = world.version
    waiter = threading.Thread(target=rehearsal.follower)
    waiter.start()
    assert world.wait_for_news(seen, 5)
    waiter.join()
    assert not world.wait_for_news(world.version, 0)


def test_settings_come_from_the_environment(tmp_path):
    told = from_environment(
        {"SIMULATOR_PORT": "9", "DATA_DIR": str(tmp_path), "CLOCK_OFFSET": "60"}
    )
    assert (told.port, told.data_dir, told.clock_offset_seconds) == (9, tmp_path, 60)
    assert told.mode == "safe"


def test_an_empty_key_means_plaintext():
    assert from_environment({"WECHAT_ENCODING_AES_KEY": ""}).mode == "plain"


@pytest.mark.parametrize(
    "environment",
    [
        {"SIMULATOR_MODE": "loud"},
        {"SIMULATOR_MODE": "safe", "WECHAT_ENCODING_AES_KEY": ""},
        {"WECHAT_ENCODING_AES_KEY": "short"},
        {"SIMULATOR_PORT": "many"},
    ],
)
def test_settings_that_make_no_sense_are_named(environment):
    with pytest.raises(BadSettings):
        from_environment(environment)


def test_the_defaults_are_an_account_that_can_seal():
    assert Settings().mode == "safe"


def test_what_happened_since_the_last_save_survives_a_kill(tmp_path):
    path = tmp_path / "simulator.json"
    world = World(path)
    with world.changing() as account:
        first, second = account.add_phone(), account.add_phone()
    world.save()
    assert [file.name for file in tmp_path.iterdir()] == ["simulator.json"]
    with world.changing() as account:
        account.show(first, Bubble(account.next_id(), 1.0, "them", "text", {"text": "到了"}))
        account.mass_jobs.append(MassJob(7, "key", 1.0))
        account.remove_phone(second.id)
    killed_now = World(path).account
    assert [bubble.content for bubble in killed_now.phones[first.id].bubbles] == [{"text": "到了"}]
    assert second.id not in killed_now.phones
    assert killed_now.by_openid(second.openid) is None
    assert (killed_now.last_id, killed_now.mass_jobs) == (account.last_id, account.mass_jobs)


def test_a_line_that_the_kill_cut_is_left_out_and_the_next_life_goes_on(tmp_path):
    path = tmp_path / "simulator.json"
    with World(path).changing() as account:
        kept = account.add_phone()
    (tmp_path / "simulator.json.2").write_text('{"last_id": 9, "mass')
    world = World(path)
    assert kept.id in world.account.phones
    with world.changing() as account:
        other = account.add_phone()
    assert {kept.id, other.id} <= World(path).account.phones.keys()


def test_a_fresh_start_leaves_nothing_to_come_back(tmp_path):
    path = tmp_path / "simulator.json"
    world = World(path)
    with world.changing() as account:
        gone = account.add_phone()
    world.reset()
    assert gone.id not in World(path).account.phones
