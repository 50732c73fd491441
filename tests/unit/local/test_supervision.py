import configparser
import shlex
from pathlib import Path

from local.programs import Program, plan
from local.settings import Settings
from local.supervision import Supervision

DATABASE = Program("postgres", ("postgres",), stop_signal="INT")


def configuration(*programs: Program, folder: str = "/srv/prequal") -> configparser.RawConfigParser:
    supervision = Supervision(
        run_dir=Path(folder) / "run",
        logs_dir=Path(folder) / "logs",
        socket=Path(folder) / "run" / "supervisor.sock",
        databases=(DATABASE,),
        programs=programs,
    )
    parser = configparser.RawConfigParser()
    parser.read_string(supervision.configuration())
    return parser


def test_databases_start_at_once_and_programs_when_told():
    written = configuration(Program("web", ("granian",)))
    assert written["program:postgres"]["autostart"] == "true"
    assert written["program:web"]["autostart"] == "false"


def test_programs_stop_before_their_databases():
    written = configuration(Program("web", ("granian",)))
    first, last = written["group:programs"], written["group:databases"]
    assert int(first["priority"]) > int(last["priority"])


def test_both_groups_stop_within_ten_seconds_whatever_happens():
    written = configuration(Program("web", ("granian",)))
    waits = [int(written[f"program:{name}"]["stopwaitsecs"]) for name in ("web", "postgres")]
    assert sum(waits) < 8


def test_postgres_is_asked_for_a_fast_shutdown_by_its_postmaster_alone():
    section = configuration()["program:postgres"]
    assert section["stopsignal"] == "INT"
    assert section["stopasgroup"] == "false"


def test_without_own_databases_there_is_no_such_group():
    supervision = Supervision(Path("r"), Path("l"), Path("s"), (), (Program("web", ("w",)),))
    assert "group:databases" not in supervision.configuration()


def test_odd_characters_in_paths_survive():
    written = configuration(Program("web", ("a b", "100%")), folder="/srv/50% ours")
    command = written["program:web"]["command"].replace("%%", "%")
    assert shlex.split(command)[-2:] == ["a b", "100%"]
    assert written["unix_http_server"]["file"] == "/srv/50%% ours/run/supervisor.sock"


def test_every_copy_of_a_program_has_a_log_of_its_own():
    supervision = Supervision(
        Path("r"), Path("l"), Path("s"), (), (Program("web", ("w",)), Program("worker", ("w",), 2))
    )
    assert list(supervision.logs()) == ["web", "worker-0", "worker-1"]


def test_the_simulator_is_part_of_the_plan_only_when_it_is_on():
    names = [program.name for program in plan(Settings(_env_file=None)).programs]
    assert names == ["web", "worker", "relay", "clock", "simulator"]
    quiet = plan(Settings(_env_file=None, simulator="off"))
    assert "simulator" not in [program.name for program in quiet.programs]
