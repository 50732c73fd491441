"""Measure the card beside the known scorecard libraries and boosting: quality, speed, learning."""
