"""Learn from few outcomes, alone and beside a card that was there before."""

from collections.abc import Iterator, Mapping

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks.scoring import population
from scoring.training.scorecard import ScorecardClassifier

STEPS = (50, 100, 200, 400, 800)
DRAWS = 4
_EXPERT_ROWS = 300  # a card of so many earlier applicants stands for a hand-written one
_LATER_ROWS = 5_000

ALONE = "data alone"
EXPERT = "the expert's card"
BOTH = "both"
MISLED = "both, beside a wrong expert"


def curves() -> Mapping[str, list[float]]:
    """Return the AUC on later applicants for each of `STEPS`, the mean of `DRAWS` draws."""
    drawn = [list(_draw(seed)) for seed in range(DRAWS)]
    means = np.mean([[list(step.values()) for step in one] for one in drawn], axis=0)
    return dict(zip(drawn[0][0], np.round(means.T, 4).tolist(), strict=True))


def _draw(seed: int) -> Iterator[dict[str, float]]:
    earlier = population.draw(_EXPERT_ROWS, seed=3 * seed + 100)
    seen = population.draw(STEPS[-1], seed=3 * seed + 101)
    later = population.draw(_LATER_ROWS, seed=3 * seed + 102)
    shuffled = np.random.default_rng(seed).permutation(earlier.bad)
    known = {"signs": population.SIGNS}
    expert = ScorecardClassifier(known).fit(earlier.frame, earlier.bad)
    # No signs: they alone would lead a wrong expert the right way.
    wrong = ScorecardClassifier().fit(earlier.frame, shuffled)

    def auc(model: ScorecardClassifier) -> float:
        return float(roc_auc_score(later.bad, model.predict_proba(later.frame)[:, 1]))

    for rows in STEPS:
        part = seen.first(rows)
        cards = {ALONE: None, BOTH: expert.card_, MISLED: wrong.card_}
        yield {EXPERT: auc(expert)} | {
            name: auc(ScorecardClassifier(known, expert=card).fit(part.frame, part.bad))
            for name, card in cards.items()
        }
