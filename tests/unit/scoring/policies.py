"""Random policies and laws that are valid, and mild often enough that many examples are granted."""

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from scoring.assess import RuleBook
from scoring.money import Fees
from scoring.policy.exposure import Economics, GrowthStep
from scoring.policy.limits import Desk
from scoring.policy.products import Audience, Product, SpecialProduct
from scoring.policy.rules import Affordability, KindPolicy, Policy, RangeShare, Referral, TierRule
from tests.unit.scoring.builders import a_law, a_row, the_book

STEP_FEN = 100_000
TIERS = ("premium", "potential", "guarded")


def _rising(draw, least, most, count=3):
    return sorted(draw(st.lists(st.integers(least, most), min_size=count, max_size=count)))


@st.composite
def some_products(draw) -> Product:
    low, high = draw(st.sampled_from([1, 1, 1, 5])), draw(st.integers(5, 300))
    short, long = draw(st.sampled_from([(1, 36), (1, 36), (1, 36), (3, 24), (6, 12)]))
    fees = Fees(draw(st.sampled_from([0, 0, 0, 200])), draw(st.sampled_from([0, 0, 0, 20])))
    return Product(low * STEP_FEN, high * STEP_FEN, STEP_FEN, short, long, fees)


@st.composite
def kind_policies(draw) -> KindPolicy:
    bounds = [percent / 100 for percent in _rising(draw, 3, 60)]
    caps = [-cap * STEP_FEN for cap in _rising(draw, -300, -2)]
    lows, spreads = _rising(draw, 300, 1200), _rising(draw, 0, 900)
    multiples = [-multiple for multiple in _rising(draw, -2000, -50)]
    terms = draw(st.sampled_from([(36, 36, 36), (36, 36, 24), (36, 24, 12)]))
    has_multiples = draw(st.booleans())
    tiers = tuple(
        TierRule(
            *(TIERS[n], bounds[n], caps[n], lows[n], lows[n] + spreads[n]),
            multiples[n] if has_multiples else None,
            terms[n],
        )
        for n in range(3)
    )
    general = draw(some_products())
    trial_fen = max(draw(st.integers(1, 60)) * STEP_FEN, general.minimum_fen)
    richer = replace(
        general,
        maximum_fen=general.maximum_fen * draw(st.integers(1, 3)),
        minimum_fen=STEP_FEN,
        min_term_months=1,
        max_term_months=36,
    )
    audience = Audience((), (), (), (), draw(st.sampled_from([0, 600_000, 2_000_000])))
    products = draw(st.sampled_from([(), (SpecialProduct("wider", audience, richer, trial_fen),)]))
    steps = draw(st.lists(st.integers(1, 9), max_size=3, unique=True).map(sorted))
    growth = tuple(GrowthStep(n, trial_fen + n * STEP_FEN) for n in steps)
    budget_fen = draw(st.none() | st.integers(30_000, 2_000_000))
    return KindPolicy(general, trial_fen, tiers, products, growth, budget_fen)


@st.composite
def policies(draw) -> Policy:
    target, stop = _rising(draw, 3_000, 10_000, 2)
    skipped, whole, proven = _rising(draw, 1_000, 10_000)
    return replace(
        the_book().policy,
        affordability=Affordability(
            draw(st.integers(3_000, 10_000)),
            *(target, stop),
            draw(st.sampled_from([0, 0, 50_000, 150_000])),
            draw(st.sampled_from([0, 6, 24])),
        ),
        referral=Referral(3, draw(st.sampled_from([20_000, 10**9, 10**9, 10**9])), 4.0),
        range_share=RangeShare(whole, skipped, proven),
        person=draw(kind_policies()),
        firm=draw(kind_policies()),
        economics=Economics(draw(st.integers(1_000, 10_000)), 500, 5_000),
    )


@st.composite
def laws(draw):
    first = date(2024, 1, 1)
    turn = draw(st.dates(date(2026, 1, 10), date(2027, 11, 20)))
    before, after = draw(st.integers(1_600, 3_600)), draw(st.integers(1_300, 2_400))
    household = draw(st.none() | st.integers(5, 300).map(lambda steps: steps * STEP_FEN))
    return a_law(
        a_row("cap.allin_cost_hard_bp", before, first, turn),
        a_row("cap.allin_cost_hard_bp", after, turn.fromordinal(turn.toordinal() + 1)),
        a_row("cap.household.consumer_fen", household, first),
        a_row("cap.household.business_fen", household, first),
        a_row("cap.single_borrower_bp", draw(st.sampled_from([None, 1, 10, 1000])), first),
    )


@st.composite
def books(draw) -> RuleBook:
    book = the_book()
    return replace(book, desk=Desk(draw(policies()), draw(laws()), book.lender))
