"""The measurements that only a process can take; everything countable is counted from rows."""

from prometheus_client import Counter, Histogram

# Up to the five seconds after which the platform hangs up.
_TURN_BUCKETS = (0.005, 0.01, 0.02, 0.03, 0.06, 0.1, 0.25, 0.5, 1.0, 2.0, 4.5, 5.0)

turn_seconds = Histogram(
    "prequal_turn_seconds", "Seconds from delivery to answer", buckets=_TURN_BUCKETS
)
refused_deliveries = Counter(
    "prequal_deliveries_refused_total", "Deliveries that were not understood", ["kind"]
)
platform_seconds = Histogram(
    "prequal_platform_call_seconds", "Seconds of a platform call", ["call", "outcome"]
)
token_refreshes = Counter("prequal_token_refreshes_total", "Access tokens fetched", ["outcome"])
