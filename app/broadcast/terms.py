"""The terms of an experiment as a campaign's file has them, fixed with its approval.

`{"metric": "form_finished", "sample": 0.2, "hold_out": 0.05, "minimum_per_arm": 1000,
"minimum_days": 7, "confidence": 0.95, "window_days": 3}`: a fifth of the people tries the variants,
the rest waits for the winner.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.broadcast.assignment import Split
from app.broadcast.experiment import Metric, Rule


class Terms(BaseModel):
    """How the people are divided and what decides, written down before the start."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: Metric
    minimum_per_arm: Annotated[int, Field(ge=1)]
    minimum_days: Annotated[int, Field(ge=1, le=60)]
    confidence: Annotated[float, Field(ge=0.8, le=0.999)] = 0.95
    window_days: Annotated[int, Field(ge=1, le=30)] = 3
    sample: Annotated[float, Field(gt=0, le=1)] = 1.0
    hold_out: Annotated[float, Field(ge=0, le=0.5)] = 0.0

    @property
    def rule(self) -> Rule:
        """What decides."""
        return Rule(
            self.metric,
            self.minimum_per_arm,
            self.minimum_days,
            self.confidence,
            timedelta(days=self.window_days),
        )

    def split(self, shares: Mapping[str, float]) -> Split:
        """Return how the people are divided over these variants."""
        return replace(Split.of(shares), hold_out=self.hold_out, sample=self.sample)

    def tried_by(self, people: int, shares: Iterable[float]) -> int:
        """Return how many of so many people the smallest variant may hope to be tried by."""
        return int(people * (1 - self.hold_out) * self.sample * min(shares))
