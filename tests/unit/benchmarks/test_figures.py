import json
from dataclasses import replace

import pytest

from app.services import conversation
from benchmarks import report
from benchmarks.broadcast_page import NO_OP, Asked, Broadcasts, Peer, Sending
from benchmarks.contest import CONTENDERS, Run
from benchmarks.crowd import Crowded, Reading
from benchmarks.figures import percentile
from benchmarks.load import Load
from benchmarks.processes import Memory, Spent
from benchmarks.report import Report, standings
from benchmarks.sampling import Sampler, Share, part_of
from benchmarks.telling import Telling
from benchmarks.turn import Anatomy, count_messages

TRACE = """\
2026-11-23 04:30:16.471782\tF\t10\tQuery\t "BEGIN"
2026-11-23 04:30:16.471932\tB\t10\tCommandComplete\t "BEGIN"
2026-11-23 04:30:16.472515\tF\t22\tParse\t "_pg3_0" "select $1" 1 21
2026-11-23 04:30:16.472515\tF\t4\tSync
2026-11-23 04:30:16.472573\tF\t20\tBind\t "" "_pg3_0" 0 0 1 0
2026-11-23 04:30:16.472574\tF\t9\tExecute\t "" 0
2026-11-23 04:30:16.472574\tF\t4\tSync
2026-11-23 04:30:16.472574\tF\t4\tQuery\t "BEGIN; SELECT 2; EXECUTE three ('x')"
2026-11-23 04:30:16.472637\tF\t11\tQuery\t "COMMIT"
"""


def a_run(key: str, answers: int, **given: int | None) -> Run:
    load = Load(answers, answers, 2.0, 10.0, 20.0, wrong=0, broken=0, ran_out=0)
    return Run(key, load, Spent(1.0, 0.5, 0.1, 2.0), given.get("rows"))


def rounds(*rates: dict[str, int]) -> list[Run]:
    return [a_run(one.key, each.get(one.key, 100)) for each in rates for one in CONTENDERS]


@pytest.mark.parametrize(("share", "expected"), [(50, 2), (95, 4), (1, 1), (100, 4)])
def test_a_percentile_is_a_value_that_was_seen(share: int, expected: int):
    assert percentile([4, 1, 3, 2], share) == expected


def test_statements_and_round_trips_are_read_from_the_trace():
    assert count_messages(TRACE.splitlines()) == (3, 5)


@pytest.mark.parametrize(
    ("rows", "sent", "errors"), [(100, 100, 0), (103, 105, 0), (98, 100, 2), (107, 105, 2)]
)
def test_rows_must_be_as_many_as_answers(rows: int, sent: int, errors: int):
    run = a_run("e", 100, rows=rows)
    assert replace(run, load=replace(run.load, sent=sent)).errors == errors


def test_wrong_answers_are_errors_without_rows_too():
    run = a_run("a", 100)
    assert replace(run, load=replace(run.load, wrong=2, broken=1)).errors == 3


def test_a_ratio_is_taken_within_its_round():
    of_ours = next(
        row
        for row in standings(rounds({"d": 100, "e": 70}, {"d": 1000, "e": 500}, {"d": 10, "e": 8}))
        if row.key == "e"
    )
    assert of_ours.ratio == pytest.approx(0.7)
    assert of_ours.per_second == pytest.approx(35)


@pytest.mark.parametrize(
    ("file", "part"),
    [
        (conversation.__file__, "app/services"),
        (report.__file__, "benchmarks/report"),
        (json.__file__, "Python's standard library"),
        (pytest.__file__, "other libraries"),
        ("/x/site-packages/psycopg/cursor.py", "psycopg and libpq"),
        ("/x/site-packages/xmltodict.py", "wechatpy and xmltodict: XML"),
    ],
)
def test_a_file_belongs_to_a_part(file: str, part: str):
    assert part_of(file) == part


def test_a_busy_loop_is_seen_by_the_sampler():
    with Sampler() as sampler:
        while not sampler.samples:
            json.dumps(list(range(1000)))
    assert sum(one.share for one in sampler.parts()) == pytest.approx(1)


def test_the_report_says_what_was_measured():
    anatomy = Anatomy(10, 20, 3.0, 5.0, 2.5, 1.5, (Share("app/dialogue", 0.5),), ())
    reading = Reading("count `follows`", 1000, 312.4, 340.1, "880", 1, ("Seq Scan on people",))
    told = Report(
        measured_on="2026-11-23",
        generator="wrk",
        processors=2,
        rounds=1,
        seconds=2,
        runs=rounds({"d": 1000, "e": 700}),
        anatomy=anatomy,
        memory=[Memory("web", 90.4, 120.0, ()), Memory("web", 80.0, 110.0, ("numpy",))],
        tellings=[Telling(30, 60, 60, 0.04, 0.06)],
        crowded=Crowded({"people": 1000}, 1.4, (reading,)),
        broadcasts=Broadcasts(
            1_000_000,
            (Asked("rehearsal", 10, 2.94),),
            (Sending(NO_OP, 20_000, 20.0, 16.0, 1.5),),
            (Sending("campaign 1", 100, 1.0, 1.0, 0.0), Sending("campaign 2", 100, 2.0, 1.0, 0.0)),
            Peer(20_000, 10.0, 40.0),
        ),
    )
    page = told.to_markdown()
    assert "| e | Prequal form turn, plaintext | 350 | 0.70 |" in page
    assert "| app/dialogue | 50.0% | 0.75 |" in page
    assert "| 30 | 60 | 60 | 0.04 | 0.06 |" in page
    assert "| web | 2 | 90 | 120 | numpy |" in page
    assert "1,000 people; written by COPY in 1 s." in page
    assert "| count `follows` | 880 | 312 | 340 | 1,000 | 1 |" in page
    assert "| one by one, no-op provider | 20,000 | 1,000 | 0.80 | 1.5 |" in page
    assert "drained 500 a second. One by one we drain 2.0 times as fast" in page
    assert "drains at 0.50 of the first's rate (100 and 50 a second)" in page
    assert "| rehearsal | 2.94 | 10 |" in page
    assert "```text\nSeq Scan on people\n```" in page
    assert json.loads(told.to_json())["medians"][3]["ratio"] == 1
