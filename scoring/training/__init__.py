"""Train, judge and compare cards: `python -m scoring.training`. Nothing that serves imports it."""
