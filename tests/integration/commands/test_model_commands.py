"""`flask models`: a card by region walks through the registry at the terminal."""

import json

import pytest

from handlers.factory import create_app
from tests.cards import a_card_by_region
from tests.registry import WHY_REGION, WORDS, a_risk_officer, a_second_person


@pytest.fixture
def run(deps):
    runner = create_app(deps).test_cli_runner()

    def call(*words):
        return runner.invoke(args=["models", *(str(word) for word in words)])

    return call


def test_a_card_by_region_is_published_with_the_words_of_the_assessment(run, deps, tmp_path):
    risk, second = a_risk_officer(deps), a_second_person(deps)
    file = tmp_path / "card.json"
    file.write_text(a_card_by_region(), encoding="utf-8")
    number = run("import", file, "--by", risk.name).output.strip()
    assert run("validate", number, "--by", risk.name, "--note", WORDS).exit_code == 0
    words = ("publish", number, "--by", second.name, "--impact", "PIA-7", "--because", "季度更新")
    without = run(*words)
    assert (without.exit_code, "the applicant's region" in without.output) == (1, True)
    done = run(*words, "--trait-reason", "region", WHY_REGION)
    assert done.exit_code == 0, done.output
    shown = json.loads(run("show", number).output)
    assert (shown["state"], shown["trait_reasons"]) == ("champion", {"region": WHY_REGION})
