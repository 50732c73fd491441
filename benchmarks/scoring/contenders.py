"""Who is measured: our card, then the cards that lenders use, then models that are no card."""

from collections.abc import Sequence

from benchmarks.peers import scorecards
from benchmarks.scoring.ours import fit_ours
from benchmarks.scoring.quality import OURS, Contender

CONTENDERS: Sequence[Contender] = (
    Contender(OURS, fit_ours),
    Contender("OptBinning", scorecards.optbinning),
    Contender("OptBinning, empirical missing", scorecards.optbinning_empirical),
    Contender("toad", scorecards.Toad),
    Contender("logistic regression", scorecards.logistic),
    Contender("boosting, conservative", scorecards.boosted),
    Contender("LightGBM, defaults", scorecards.LightGBM),
)
