"""A card that was shipped once still scores as it did, under its own version and hash."""

from dataclasses import replace

import pytest

from scoring import artifacts
from scoring.assess import Dossier, assess, replay
from scoring.assess.rulebook import PACKAGE
from scoring.card.older import upgraded
from scoring.types import Source, encode
from tests.unit.scoring.builders import a_person, some_circumstances, the_book

HASHES = {
    "person": "0d5899949e896c9ca2405030f8a415b072d9b05cdc5d08143f38ce28a3291109",
    "firm": "1a1da95d09e8a28338a175584567b3320b7f57d138a86007b581be0be83df9f7",
}
# As the code of the first format scored them.
APPLICANT = {
    "situation": "freelance",
    "tenure": "1_3y",
    "income_band": "8_12k",
    "credit_record": None,
    "debt_to_income_bp": 1500,
    "amount_to_income_pct": "many",
}


def the_book_of(kind, sha256=None):
    now = the_book().sources[kind]
    card = Source(f"{kind}-expert-1", sha256 or HASHES[kind])
    return the_book().as_recorded(kind, replace(now, card=card))


@pytest.mark.parametrize("kind", ["person", "firm"])
def test_the_second_expert_card_is_the_first_in_another_format(kind):
    now, then = the_book(), the_book_of(kind)
    first, second = then.cards[kind].data, now.cards[kind].data
    same = ("name", "kind", "made_by", "scaling", "calibration", "fields", "pairs", "training")
    for part in same:
        assert getattr(first, part) == getattr(second, part)
    assert first.interval.half_width == second.interval.half_width
    assert first.version == f"{kind}-expert-1"


def test_a_decision_of_the_first_expert_card_is_recomputed_to_the_byte():
    then = the_book_of("person")
    found = assess(a_person(), some_circumstances(), then)
    assert found.sources.card.sha256 == HASHES["person"]
    dossier = Dossier(a_person(), some_circumstances(), None, found).to_json()
    assert replay(dossier, the_book()).is_identical


def test_the_first_expert_card_scores_as_its_own_code_did():
    card = the_book_of("person").cards["person"]
    score = card.score(APPLICANT)
    assert (score.total, score.pd, score.pd_low, score.pd_high) == (
        524,
        0.157261,
        0.116217,
        0.209366,
    )


def test_a_hash_that_was_never_shipped_has_no_card():
    assert the_book_of("person", "0" * 64).sources == the_book().sources


def test_a_card_of_this_format_needs_no_upgrade():
    body = encode(the_book().cards["person"].data)
    assert upgraded(body) == body


def test_older_cards_stay_as_they_were_sealed(tmp_path):
    files = sorted((PACKAGE / "cards" / "older").glob("*.json"))
    assert [file.stem for file in files] == ["firm-expert-1", "person-expert-1"]
    for file in files:
        copy = tmp_path / file.name
        copy.write_bytes(file.read_bytes())
        artifacts.seal(copy)
        assert copy.read_bytes() == file.read_bytes()
