"""From a file of outcomes to the chat, by the commands of the guide: trained, published, told."""

import io
import json
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from click.testing import Result

from scoring.assess import load_rulebook
from scoring.assess.rulebook import PACKAGE
from scoring.training.__main__ import main
from tests.borrowers import write_borrowers
from tests.journeys.rehearsal import Rehearsal
from tests.phones import SALARIED
from tests.unit.scoring.builders import a_lender

pytestmark = pytest.mark.journey

Flask = Callable[..., str]
EXPERT = PACKAGE / "cards" / "person-expert-2.json"
# The same form again: a shorter time at work, more to pay elsewhere, a record that was settled.
STRETCHED = (
    *("同意", "2", "上班", "浙江杭州", "1", "3万 一年", "不到半年"),
    *("单独同意", "3", "3", "有过，已结清"),
)


@pytest.fixture
def flask(rehearsal: Rehearsal) -> Flask:
    """Return the way to the `flask` commands of the rehearsed house."""
    runner = rehearsal.way.app.test_cli_runner()

    def run(*words: object) -> str:
        done: Result = runner.invoke(args=[str(word) for word in words])
        assert done.exit_code == 0, done.output
        return done.stdout.strip()

    return run


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a card on past borrowers as the guide does, and judge it by others, kept back."""
    place = tmp_path_factory.mktemp("training")
    book = load_rulebook(a_lender())
    write_borrowers(place / "seen.csv", book, 2_000, seed=1)
    write_borrowers(place / "kept.csv", book, 2_000, seed=2)
    seen, kept = (("--data", place / name, "--target", "bad") for name in ("seen.csv", "kept.csv"))
    card = place / "person-trained.json"
    training("fit", *seen, "--expert", EXPERT, "--out", card)
    for name, judged in (("measured", card), ("judgement", EXPERT)):
        (place / f"{name}.json").write_text(training("evaluate", "--card", judged, *kept, "--json"))
    training("report", "--card", card, *kept, "--out", place / "release.html")
    return place


def training(*words: object) -> str:
    """Run `python -m scoring.training`; return what it printed."""
    with redirect_stdout(io.StringIO()) as printed:
        assert main([str(word) for word in words]) == 0
    return printed.getvalue()


def applies(rehearsal: Rehearsal, name: str, answers: tuple[str, ...] = SALARIED) -> list[str]:
    """Fill in the form on a fresh phone; return what was told, and why."""
    phone = rehearsal.wechat.phone(name)
    phone.follow()
    phone.type(*answers, "1")
    rehearsal.pass_time(minutes=1)
    return [phone.pushed()[0], phone.type("为什么")]


def in_shadow(flask: Flask, files: Path) -> str:
    """Bring the card in, validate it and let it score along; return its number."""
    flask("operators", "add", "lin", "--role", "risk")
    flask("operators", "add", "zhou", "--role", "approver")
    card, report = files / "person-trained.json", files / "release.html"
    number = flask("models", "import", card, "--kind", "person", "--by", "lin")
    measures = ("--measures", files / "measured.json", "--report", report)
    flask("models", "validate", number, "--by", "lin", *measures)
    flask("models", "shadow", number, "--by", "lin")
    return number


def test_a_card_trained_on_outcomes_ranks_and_prices_better_than_judgement(files):
    ours = json.loads((files / "measured.json").read_text())
    judgement = json.loads((files / "judgement.json").read_text())
    assert ours["auc"]["low"] > 0.65
    assert ours["auc"]["value"] > judgement["auc"]["value"]
    assert ours["brier"]["value"] < judgement["brier"]["value"]
    assert ours["calibration_error"]["value"] < judgement["calibration_error"]["value"]


def test_a_trained_card_decides_in_the_chat_until_it_is_taken_back(rehearsal, flask, files):
    number = in_shadow(flask, files)
    applies(rehearsal, "在先")
    assert json.loads(flask("models", "compare", number, "--json"))["people"] == 1
    flask("models", "publish", number, "--by", "zhou", "--impact", "PIA-1", "--because", "季度更新")

    told, why = applies(rehearsal, "稳当")
    assert "初步额度区间" in told
    assert "做了3年以上" in why
    told, why = applies(rehearsal, "吃紧", STRETCHED)
    assert "初步额度区间" not in told
    assert "有过，已结清" in why

    flask("models", "retire", number, "--by", "lin", "--because", "回到首日卡")
    applies(rehearsal, "在后")

    made = json.loads(flask("decisions", "list", "--json"))
    shipped, ours = "person-expert-2", "person-trained-1"
    assert [one["card"] for one in made] == [shipped, ours, ours, shipped]
    assert {flask("decisions", "replay", one["decision"]) for one in made} == {"identical"}
    dossier = json.loads(flask("decisions", "show", made[1]["decision"]))["dossier"]
    sealed = json.loads((files / "person-trained.json").read_text())["sha256"]
    assert dossier["assessment"]["sources"]["card"] == {"version": ours, "sha256": sealed}
