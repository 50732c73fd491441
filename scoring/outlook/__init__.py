"""A policy as a lender would discuss it: what it does to a population, and what another would."""

from scoring.outlook.curves import Point, cut_off_curve
from scoring.outlook.ledger import TierLine, tier_table
from scoring.outlook.population import Applicant, Population, made_up, read_population
from scoring.outlook.products import CapLine, PriceLine, ProductLine, caps, prices, products
from scoring.outlook.swaps import Swap, swaps
from scoring.outlook.verdicts import Judged, judge_all

__all__ = [
    "Applicant",
    "CapLine",
    "Judged",
    "Point",
    "Population",
    "PriceLine",
    "ProductLine",
    "Swap",
    "TierLine",
    "caps",
    "cut_off_curve",
    "judge_all",
    "made_up",
    "prices",
    "products",
    "read_population",
    "swaps",
    "tier_table",
]
