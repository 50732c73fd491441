"""Whatever is decided about whatever answers, there are words for it, and they fit."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.copybook import Copybook, House, Lender
from app.dialogue.forms.catalogue import FORMS
from app.dialogue.options import after_outcome
from app.dialogue.types import Known, Say
from app.steps.outcome_words import outcome_words
from scoring.assess import Circumstances as Moment
from scoring.assess import LenderProfile, assess, facts_from_answers, load_rulebook
from scoring.types import CODES

ROOT = Path(__file__).parents[3]
LENDER = LenderProfile(
    full_name="某某市示范长名称小额贷款股份有限公司（演示）",
    short_name="示例小贷",
    licence_type="network_small_loan",
    licence_number="TEST-1",
    approving_authority="地方金融管理局",
    has_network_permission=True,
    provinces=("33", "31"),
    net_assets_fen=50_000_000_000,
    net_assets_on=date(2026, 9, 30),
    phone="400-000-0000",
    complaint_page="/complaint",
    is_demonstration=True,
)
BOOK = load_rulebook(LENDER)
KNOWN = {"approve": "approved", "decline": "declined", "refer": "in_review"}
KEYS = {"approve": "quota.approved", "decline": "quota.declined", "refer": "quota.in_review"}
SHARED = ("tenure", "income_band", "debt_band", "credit_record")
FIRM = ("industry", "headcount", "revenue_band", "firm_debt_band", "credit_record")
PURPOSES = {
    "personal": ["renovation", "education", "medical", "daily", "other"],
    "business": ["working_capital", "equipment", "stock", "shop", "payroll", "other"],
}


@pytest.fixture(scope="module")
def copybook():
    house = House(
        lender=Lender(
            LENDER.full_name,
            LENDER.short_name,
            LENDER.phone,
            "https://lender.test/complaint",
            is_demonstration=True,
        ),
        public_url="https://lender.test",
        privacy_url="https://lender.test/privacy",
        staff_hours="工作日9:00–18:00",
        retention_days=90,
        hotlines={},
    )
    return Copybook(ROOT / "templates" / "messages", house, option_links=True)


def answers(name, own):
    situations = ["owner"] if name == "business" else ["employed", "freelance", "unemployed"]
    return st.fixed_dictionaries(
        {
            "age_band": st.sampled_from(CODES["age_band"]),
            "situation": st.sampled_from(situations),
            "region": st.sampled_from(["330100", "310100"]),
            "purpose": st.sampled_from(PURPOSES[name]),
            "amount_fen": st.integers(1, 200).map(lambda thousands: thousands * 100_000),
            "term_months": st.sampled_from([1, 3, 6, 12, 24, 36]),
            **{field: st.none() | st.sampled_from(CODES[field]) for field in own},
        }
    )


@settings(max_examples=60)
@given(answers("personal", SHARED), st.integers(0, 6), st.booleans())
def test_words_of_every_decision_about_a_person_fit(copybook, given_answers, attempts, asks):
    assert_words_fit(copybook, "personal", given_answers, attempts, asks)


@settings(max_examples=60)
@given(answers("business", FIRM), st.integers(0, 6), st.booleans())
def test_words_of_every_decision_about_a_firm_fit(copybook, given_answers, attempts, asks):
    assert_words_fit(copybook, "business", given_answers, attempts, asks)


def test_a_person_outside_the_licence_reads_why(copybook):
    given_answers = {
        "age_band": "25_34", "situation": "employed", "region": "110100", "purpose": "daily",
        "amount_fen": 3_000_000, "term_months": 12, "tenure": "gt_3y", "income_band": "8_12k",
        "debt_band": "none", "credit_record": "clean",
    }  # fmt: skip
    assert "北京" in assert_words_fit(copybook, "personal", given_answers, 0, asks=False)


def assert_words_fit(copybook, form, given_answers, attempts, asks):
    moment = Moment(decided_on=date(2026, 11, 23), attempts_30d=attempts, asked_for_person=asks)
    decided = assess(facts_from_answers(given_answers), moment, BOOK)
    words = outcome_words(json.loads(decided.to_json()), FORMS.find(form, 1))
    words |= {"due_on": date(2026, 11, 25), "will_be_told": True}
    options = after_outcome(Known(quota=KNOWN[decided.outcome], may_promise_tomorrow=True))
    told = copybook.render(Say(KEYS[decided.outcome], words, options))
    why = copybook.render(Say("quota.why", words, options))
    for text in (told, why):
        assert len(text.encode()) <= 2000
        assert "weixin://" in text, "taps fit too"
        assert "None" not in text
        assert "_" not in text, "no code is shown to people"
    return told
