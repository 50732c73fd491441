"""docs/rules.md shows which rules bind which class, cell by cell, as the rule files have it.

After a change of a rule file: `python -m tests.architecture.test_rules_table` writes the table.
"""

import json
from datetime import date
from pathlib import Path

from app.contact import rulebook
from app.contact.types import Channel, MessageClass
from app.wording.pack import read_packs
from app.wording.types import Sender

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "rules.md"
RULES = json.loads(Path(rulebook.__file__).with_name("rules.json").read_text(encoding="utf-8"))
PACK = read_packs(Sender(())).on(date(2026, 11, 26))
CARRIES = {"always": "yes", "asked_for": "asked for", "account_event": "event", "never": "—"}
BEGIN, END = "<!-- begin -->\n", "<!-- end -->\n"


def rows_of(name, message_class):
    rows = [row for row in RULES[name] if row["valid_to"] is None]
    return [
        row
        for row in rows
        if row.get("message_class", message_class) == message_class
        and message_class in row.get("classes", [message_class])
    ]


def words(names):
    return ", ".join(name.replace("_", " ") for name in names) or "—"


def carried(message_class):
    cells = {row["channel"]: CARRIES[row["carries"]] for row in rows_of("matrix", message_class)}
    return [cells[channel] for channel in Channel]


def line(message_class):
    hours = [f"{row['start']}–{row['end']}" for row in rows_of("hours", message_class)]
    budgets = [f"{row['limit']} in {row['days']} d" for row in rows_of("budgets", message_class)]
    (against,) = rows_of("classes", message_class)
    needs = sorted(PACK.kinds[message_class].needs)
    cells = [
        message_class,
        *carried(message_class),
        ", ".join(hours) or "any",
        "; ".join(budgets) or "—",
        words(against["refused_by"]),
        words(needs),
    ]
    return f"| {' | '.join(cells)} |"


def sources():
    for message_class in MessageClass:
        for row in rows_of("matrix", message_class):
            cell = f"{message_class} by {row['channel']}: {CARRIES[row['carries']]}"
            yield f"- {cell}. {row['source']}"
        for name in ("hours", "budgets", "classes"):
            for row in rows_of(name, message_class):
                yield f"- {message_class}, {name}. {row['source']}"


def wording():
    for need, rule in PACK.needed.items():
        kinds = sorted(name for name, kind in PACK.kinds.items() if need in kind.needs)
        yield f"| {need.replace('_', ' ')} | {rule.rule} | {words(kinds)} | {rule.source} |"


def table():
    (mass,) = (row for row in RULES["mass"] if row["valid_to"] is None)
    kept = f"{mass['kept']} of them kept for {words(mass['kept_for'])}."
    told = [f"By mass: {mass['per_month']} a person and month,", kept, f"{mass['source']}."]
    columns = ["class", *Channel, "hours", "at most", "not to whom", "words must"]
    return "\n".join(
        [
            f"| {' | '.join(columns)} |",
            "|---" * len(columns) + "|",
            *map(line, MessageClass),
            "",
            " ".join(told),
            "",
            f"## What words must, by pack {PACK.version}",
            "",
            "| need | rule | kinds of text | source |",
            "|---|---|---|---|",
            *wording(),
            "",
            "## Sources of the cells",
            "",
            *dict.fromkeys(sources()),
            "",
        ]
    )


def test_the_document_shows_the_rules_that_are_in_force():
    told = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    assert told == table()


def test_every_class_has_one_row_in_every_table_that_binds_it():
    for message_class in MessageClass:
        assert len(rows_of("classes", message_class)) == 1
        assert len(rows_of("matrix", message_class)) == len(Channel)
        assert len(rows_of("hours", message_class)) == (message_class != MessageClass.ANSWER)
        assert message_class in PACK.kinds


if __name__ == "__main__":
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    DOCUMENT.write_text(before + BEGIN + table() + END + rest.partition(END)[2], encoding="utf-8")
