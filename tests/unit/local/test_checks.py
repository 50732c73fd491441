import socket

import pytest

from local import checks
from local.refusal import CannotRun
from local.settings import Settings

MORE_THAN_ANY_DISK = 10**12


def settings_with(**values) -> Settings:
    return Settings(_env_file=None, **values)


def test_a_taken_port_is_named_with_its_setting_and_its_holder():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(CannotRun, match=f"PORT={port}: taken by"):
            checks.check_ports(settings_with(port=port, simulator="off"))


def test_all_taken_ports_come_in_one_list():
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        ports = (one.getsockname()[1], other.getsockname()[1])
        with pytest.raises(CannotRun) as refusal:
            checks.check_ports(settings_with(port=ports[0], simulator_port=ports[1]))
    assert f" PORT={ports[0]}" in str(refusal.value)
    assert f" SIMULATOR_PORT={ports[1]}" in str(refusal.value)


def test_a_free_port_passes():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    checks.check_ports(settings_with(port=port, simulator="off"))


def test_an_address_that_is_not_ours_is_refused():
    # RFC 5737: addresses for documentation, nobody's.
    with pytest.raises(CannotRun, match=r"192\.0\.2\.1"):
        checks.check_ports(settings_with(host="192.0.2.1", simulator="off"))


def test_folders_are_made_and_what_metrics_an_earlier_start_left_is_gone(tmp_path):
    settings = settings_with(data_dir=tmp_path / "new" / "var")
    checks.make_folders(settings)
    (settings.run_dir / "metrics" / "counter_1.db").touch()
    checks.make_folders(settings)
    assert list((settings.run_dir / "metrics").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotRun, match="DATA_DIR cannot be written"):
        checks.make_folders(settings_with(data_dir=tmp_path / "file" / "var"))


def test_a_full_disk_is_refused(tmp_path):
    with pytest.raises(CannotRun, match="nearly full"):
        checks.check_room(tmp_path, needed_megabytes=MORE_THAN_ANY_DISK)


def test_a_socket_folder_that_is_somebody_elses_link_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "sockets"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CannotRun, match="belongs to somebody else"):
        checks.make_socket_dir(link)
