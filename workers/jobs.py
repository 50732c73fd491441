"""The jobs: each wakes one use case, which finds its own work in the rows."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

from app.bootstrap.workers import build_worker_deps
from app.core.errors import DatabaseAway, JobFailed, LenderUnset, StateUnavailable
from app.core.log import get_logger
from app.core.log import trail as follow
from app.deps import Deps
from app.services import (
    allowances,
    audit_checks,
    broadcasting,
    campaigns,
    channels,
    conversation,
    decisions,
    delivery,
    experiments,
    exporting,
    followers,
    incidents,
    letters,
    menus,
    monitoring,
    outcomes,
    patterns,
    rescoring,
    reviews,
    segments,
    shadowing,
    tag_files,
    tagging,
    upkeep,
)


@cache
def deps() -> Deps:
    """Return this worker's bag, built when the first job comes."""
    return build_worker_deps()


def warm_up() -> None:
    """Read what the first job would have to wait for."""
    with suppress(LenderUnset):
        deps().rulebook()


@contextmanager
def _job(trail: str) -> Iterator[None]:
    """Follow the trail; where a part is away, give up in one line: rows and timetable stay."""
    with follow(trail):
        try:
            yield
        except (DatabaseAway, StateUnavailable) as away:
            get_logger().warning("job_given_up", because=type(away).__name__)
        except Exception as error:
            # The queue would keep and print the exception's text, which may quote a person.
            get_logger().error("job_failed", exc_info=error)
            raise JobFailed from None


def score_due(trail: str) -> None:
    """Decide what was submitted; then, the answers written, let the shadow score along."""
    with _job(trail):
        decisions.score_due(deps())
        shadowing.score_along(deps())


def count_segments(trail: str) -> None:
    """Go on with exact counts of who can be reached."""
    with _job(trail):
        segments.count_due(deps())


def deliver_due(trail: str) -> None:
    """Deliver what is queued and due."""
    with _job(trail):
        delivery.deliver_due(deps())


def late_turns(trail: str) -> None:
    """Run the turns of deliveries that gave up waiting."""
    with _job(trail):
        conversation.run_late(deps(), trail)


def remind_idle(trail: str) -> None:
    """Queue reminders of forms left unfinished."""
    with _job(trail):
        upkeep.remind_idle(deps(), trail)


def erase_expired(trail: str) -> None:
    """Erase what has been kept long enough."""
    with _job(trail):
        upkeep.erase_expired(deps())


def count_up(trail: str) -> None:
    """Fold anonymous steps and finished work into counts."""
    with _job(trail):
        upkeep.count_up(deps())


def chase_letters(trail: str) -> None:
    """See that letters which reached nobody are told by another way."""
    with _job(trail):
        letters.chase_letters(deps())


def freshen_token(trail: str) -> None:
    """Keep the account's token fresh."""
    with _job(trail):
        upkeep.freshen_token(deps())


def watch(trail: str) -> None:
    """Measure how the house does; open and close incidents."""
    with _job(trail):
        incidents.watch(deps())


def import_followers(trail: str) -> None:
    """Take in those who followed before we existed."""
    with _job(trail):
        followers.import_followers(deps())


def check_audit(trail: str) -> None:
    """Go on with the check of the audit log that runs, if one does."""
    with _job(trail):
        audit_checks.check_due(deps())


def anchor_audit(trail: str) -> None:
    """Note the end of the audit log down outside, and begin a check."""
    with _job(trail):
        audit_checks.anchor_daily(deps())


def ask_allowances(trail: str) -> None:
    """Ask the platform what the account may still send."""
    with _job(trail):
        allowances.ask(deps())


def put_menu(trail: str) -> None:
    """Tell the platform which menu was released."""
    with _job(trail):
        menus.put_due(deps())


def make_codes(trail: str) -> None:
    """Have the platform make the codes of new channels."""
    with _job(trail):
        channels.make_due(deps())


def find_patterns(trail: str) -> None:
    """Hold decided enquiries against others."""
    with _job(trail):
        patterns.find_patterns(deps())


def assign_cases(trail: str) -> None:
    """Share out the cases that are nobody's."""
    with _job(trail):
        reviews.assign_cases(deps())


def tag_recent(trail: str) -> None:
    """Set anew the tags of those of whom something happened."""
    with _job(trail):
        tagging.evaluate_recent(deps())


def tag_everybody(trail: str) -> None:
    """Go on with setting everybody's tags, once a night and after a rule was changed."""
    with _job(trail):
        tagging.evaluate_everybody(deps())


def tag_imports(trail: str) -> None:
    """Check, set or take back what files of tags say."""
    with _job(trail):
        tag_files.work(deps())


def build_exports(trail: str) -> None:
    """Build the files that were approved, and let go those whose time is over."""
    with _job(trail):
        exporting.build_due(deps())


def launch_due(trail: str) -> None:
    """Launch the campaigns whose time has come."""
    with _job(trail):
        campaigns.launch_due(deps())


def experiments_due(trail: str) -> None:
    """Judge experiments whose time has come."""
    with _job(trail):
        experiments.judge_due(deps())


def send_batch(trail: str) -> None:
    """Send the campaigns that are under way."""
    with _job(trail):
        broadcasting.send_batches(deps(), trail)


def reconcile_mass(trail: str) -> None:
    """Match what the platform told of lists, and ask where it told nothing."""
    with _job(trail):
        broadcasting.reconcile_mass(deps())


def govern_campaigns(trail: str) -> None:
    """Pause campaigns that do harm."""
    with _job(trail):
        broadcasting.govern(deps())


def outcome_imports(trail: str) -> None:
    """Check and write what files of outcomes say."""
    with _job(trail):
        outcomes.work(deps())


def monitor_cards(trail: str) -> None:
    """Look at how the cards do."""
    with _job(trail):
        monitoring.monitor_cards(deps())


def rescore_due(trail: str) -> None:
    """Go on with deciding anew about quotas that hold."""
    with _job(trail):
        rescoring.rescore_due(deps())
