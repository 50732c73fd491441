"""The rows of campaigns as they were at every moment, and what may never have happened to them.

A trigger keeps every step of every recipient: what a look now and then would miss.
"""

from dataclasses import dataclass

import psycopg

from tests.house import House

_KEEP_STEPS = """
CREATE TABLE tortured_steps (
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    campaign_id bigint, person_id uuid, before text, after text
);
CREATE FUNCTION keep_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tortured_steps (campaign_id, person_id, before, after) VALUES (
        coalesce(new.campaign_id, old.campaign_id), coalesce(new.person_id, old.person_id),
        old.state, new.state);
    RETURN NULL;
END $$;
CREATE TRIGGER keep_new AFTER INSERT OR DELETE ON campaign_recipients
    FOR EACH ROW EXECUTE FUNCTION keep_step();
CREATE TRIGGER keep_step AFTER UPDATE ON campaign_recipients
    FOR EACH ROW WHEN (old.state IS DISTINCT FROM new.state) EXECUTE FUNCTION keep_step();
"""
# From issue 4, not from the code: sending may become queued again where the platform took nothing.
_FORWARD = {
    None: {"queued", "skipped"},
    "queued": {"sending", "skipped"},
    "sending": {"queued", "sent", "confirmed", "failed", "unknown"},
    "sent": {"confirmed", "failed"},
    "unknown": {"sent", "confirmed", "failed"},
}
_STEPS = "SELECT DISTINCT before, after FROM tortured_steps"
# Whoever was just being marked still leaves: hands that share a batch, never a batch.
_LEFT = """
SELECT count(*), count(*) FILTER (WHERE at > timestamptz '{0.since}' + interval '2 seconds')
FROM tortured_steps WHERE campaign_id = {0.campaign_id} AND after = 'sending'
  AND at > '{0.since}' AND at < '{0.until}'
"""
_HANDS = 16
# The same person twice, a state that is not one, a refusal without a reason, a count that differs.
_WRONG = (
    "SELECT campaign_id, person_id FROM campaign_recipients GROUP BY 1, 2 HAVING count(*) > 1",
    (
        "SELECT campaign_id, state, reason FROM campaign_recipients WHERE state NOT IN"
        " ('sent', 'confirmed', 'unknown') AND NOT (state IN ('skipped', 'failed')"
        " AND reason IS NOT NULL)"
    ),
    (
        "SELECT e.campaign_id, e.facts FROM campaign_events e WHERE e.act = 'launch'"
        " AND e.facts ->> 'recipients' <> (SELECT count(*)::text FROM campaign_recipients r"
        " WHERE r.campaign_id = e.campaign_id)"
    ),
    "SELECT id, state, name FROM campaigns WHERE state NOT IN ('finished', 'cancelled')",
    "SELECT id, state FROM campaign_batches WHERE state = 'sending' OR lease_until IS NOT NULL",
)


@dataclass(frozen=True)
class Stillness:
    """A while in which nobody new may be written to: a pause, or after the end."""

    campaign_id: int
    since: str
    until: str = "infinity"


@dataclass
class Ledger:
    """What the tables of a house say about its campaigns."""

    house: House

    def begin(self) -> None:
        """Keep every step from now on."""
        url = self.house.inside()["DATABASE_URL"].replace("+psycopg", "")
        with psycopg.connect(url) as connection:
            connection.execute(_KEEP_STEPS)

    def now(self) -> str:
        """Return the moment by the clock that stamps the steps."""
        return str(self.house.rows("SELECT clock_timestamp()")[0][0])

    def is_sound(self) -> None:
        """Check that every row is explained, and came to where it is by steps forward only."""
        backward = {
            (before, after)
            for before, after in self.house.rows(_STEPS)
            if after not in _FORWARD.get(before, set())
        }
        assert backward == set()
        for query in _WRONG:
            assert self.house.rows(query) == [], query

    def kept_still(self, stillness: Stillness) -> None:
        """Check that no batch left in the meantime."""
        ((left, late),) = self.house.rows(_LEFT.format(stillness))
        assert (left <= _HANDS, late) == (True, 0), (left, late, stillness)
