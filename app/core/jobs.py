"""The names of the work that can be left for later; a row says which, a bell rings it."""

from enum import StrEnum
from typing import Protocol


class JobName(StrEnum):
    """One kind of work. The job itself is a function of the same name in `workers/jobs.py`."""

    SCORE_DUE = "score_due"
    DELIVER_DUE = "deliver_due"
    LATE_TURNS = "late_turns"
    REMIND_IDLE = "remind_idle"
    ERASE_EXPIRED = "erase_expired"
    COUNT_UP = "count_up"
    COUNT_SEGMENTS = "count_segments"
    CHASE_LETTERS = "chase_letters"
    FRESHEN_TOKEN = "freshen_token"  # noqa: S105 - a job's name
    IMPORT_FOLLOWERS = "import_followers"
    TAG_RECENT = "tag_recent"
    TAG_EVERYBODY = "tag_everybody"
    TAG_IMPORTS = "tag_imports"
    CHECK_AUDIT = "check_audit"
    ANCHOR_AUDIT = "anchor_audit"
    ASK_ALLOWANCES = "ask_allowances"
    PUT_MENU = "put_menu"
    MAKE_CODES = "make_codes"
    WATCH = "watch"
    FIND_PATTERNS = "find_patterns"
    ASSIGN_CASES = "assign_cases"
    BUILD_EXPORTS = "build_exports"
    LAUNCH_DUE = "launch_due"
    EXPERIMENTS_DUE = "experiments_due"
    SEND_BATCH = "send_batch"
    RECONCILE_MASS = "reconcile_mass"
    GOVERN_CAMPAIGNS = "govern_campaigns"
    OUTCOME_IMPORTS = "outcome_imports"
    MONITOR_CARDS = "monitor_cards"
    RESCORE_DUE = "rescore_due"


class QueueName(StrEnum):
    """The queues, most urgent first."""

    URGENT = "urgent"
    UPKEEP = "upkeep"


URGENT_JOBS = frozenset({JobName.SCORE_DUE, JobName.DELIVER_DUE, JobName.LATE_TURNS})


def queue_of(job: JobName) -> QueueName:
    """Say which queue a job waits in."""
    return QueueName.URGENT if job in URGENT_JOBS else QueueName.UPKEEP


class Bell(Protocol):
    """Whatever can wake a worker."""

    def ring(self, job: JobName, trail: str) -> None:
        """Ask for one run of a job; raise `StateUnavailable` if nobody can be asked."""
        ...

    def is_up(self) -> bool:
        """Say whether anybody can be asked now."""
        ...
