"""Apply the rules of experiments: stop what does harm, give the rest the winner, once."""

from datetime import timedelta

from app.broadcast.experiment import Standing
from app.broadcast.types import read_definition
from app.core.access import Actor, Permission, system_actor
from app.core.errors import NotAllowed, NotFound
from app.deps import Deps
from app.steps import audit
from app.steps.experiments import FINAL, STUCK, State, state_of, to_facts
from app.steps.incidents import close_incident, open_incident
from app.store import campaigns
from app.store import experiments as store
from app.store.session import Transaction

_LOOK_BACK = timedelta(days=120)
"""Longer than the longest experiment; what was never judged by then never will be."""
_RUNNING = ("sending", "paused")


def judge_due(deps: Deps) -> int:
    """Judge every experiment without a verdict; return how many verdicts there were."""
    with deps.sessions() as session:
        unjudged = store.list_unjudged(session, deps.clock.now() - _LOOK_BACK)
    return sum(_judge(deps, campaign_id) for campaign_id in unjudged)


def _judge(deps: Deps, campaign_id: int) -> bool:
    """Judge one: counted without a lock, settled under the campaign's, so that it is done once."""
    actor, now = system_actor(f"experiment-{campaign_id}"), deps.clock.now()
    with deps.sessions() as session:
        definition = read_definition(campaigns.get(session, campaign_id).definition)
        state = state_of(session, campaign_id, definition, now)
    if state is None:
        return False
    if state.verdict.standing is Standing.BLOCKED_BY_SRM:
        _call_somebody(deps, campaign_id, state)
    if not (state.verdict.broken or state.verdict.standing in FINAL):
        return False
    with deps.sessions.begin() as session:
        campaigns.get(session, campaign_id, lock=True)
        if store.verdict_of(session, campaign_id) is not None:
            return False
        _stop_broken(deps, session, campaign_id, state)
        if state.verdict.standing not in FINAL:
            return False
        _settle(deps, session, actor, campaign_id, (state, _for_the_rest(state), ""))
    return True


def _call_somebody(deps: Deps, campaign_id: int, state: State) -> None:
    """Open an incident about shares that chance does not explain: no winner comes of these."""
    facts = {"chance": round(state.verdict.split_chance, 6)}
    with deps.sessions.begin() as session:
        open_incident(session, deps, "experiment_split", str(campaign_id), facts)


def _for_the_rest(state: State) -> str:
    """Return the winner, or without a difference what was listed first and did no harm."""
    left = (one.name for one in state.trials if one.name not in state.verdict.broken)
    return state.verdict.winner or next(left)


def choose(deps: Deps, actor: Actor, campaign_id: int, variant: str, reason: str) -> None:
    """Give the rest a variant where the rule cannot: a broken split, too much harm, too few people.

    Any variant was approved with the campaign. Raise `NotAllowed` where the rule still decides.
    """
    actor.require(Permission.SEND)
    said, now = reason.strip(), deps.clock.now()
    if not said:
        raise NotAllowed("Say why.", why="experiment_no_reason")
    with deps.sessions.begin() as session:
        campaign = campaigns.get(session, campaign_id, lock=True)
        state = state_of(session, campaign_id, read_definition(campaign.definition), now)
        if state is None:
            raise NotFound(f"Campaign {campaign_id} has no experiment.")
        if campaign.state not in _RUNNING or state.judged_at or state.verdict.standing not in STUCK:
            raise NotAllowed("The rule decides, not a person.", why="experiment_by_rule")
        left = [one.name for one in state.trials if one.name not in state.verdict.broken]
        if variant not in left:
            raise NotAllowed("No such variant is left.", why="experiment_variant_gone")
        _settle(deps, session, actor, campaign_id, (state, variant, said))
        act = audit.Act("experiment_chosen", "campaign", campaign_id, said,
                        changes={"variant": ("", variant)})  # fmt: skip
        audit.record(deps, session, actor, act)


def _stop_broken(deps: Deps, session: Transaction, campaign_id: int, state: State) -> None:
    now = deps.clock.now()
    for name, metric in state.verdict.broken.items():
        skipped = store.stop(session, campaign_id, name)
        if not store.has_stopped(session, campaign_id, name):
            facts = {"variant": name, "metric": metric.value, "skipped": skipped}
            campaigns.note(session, campaign_id, "system", store.STOPPED, now, facts=facts)


def _settle(
    deps: Deps, session: Transaction, actor: Actor, campaign_id: int, found: tuple[State, str, str]
) -> None:
    """Keep the verdict with its numbers, and give the rest the chosen variant: senders find it."""
    state, chosen, why = found
    now = deps.clock.now()
    close_incident(session, deps, "experiment_split", str(campaign_id))
    released = store.release(session, campaign_id, chosen)
    facts = {**to_facts(state), "chosen": chosen, "released": released}
    campaigns.note(session, campaign_id, actor.name, store.VERDICT, now, why=why, facts=facts)
