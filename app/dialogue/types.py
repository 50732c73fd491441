"""The vocabulary of the conversation: what is said to it, where it stands, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from app.dialogue.edition import Edition

# ── What is said to the dialogue ────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Typed:
    """Words typed, or the label and id of an option tapped."""

    words: str
    option_id: str | None = None


@dataclass(frozen=True, slots=True)
class Showed:
    """Something that is not words: image, voice, video, link, other."""

    kind: str


@dataclass(frozen=True, slots=True)
class Pointed:
    """A location; its label may name a city."""

    label: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """The person followed, scanned a QR code, or pressed the menu button that opens the check.

    `by`: follow, scan, menu. `key` is the menu key for other buttons (quota, human, help …).
    """

    by: Literal["follow", "scan", "menu"]
    key: str = ""


Said = Typed | Showed | Pointed | Arrived

# ── What the dialogue is told about the person ──────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class TagKnown:
    """One tag about the person that may decide what is pushed to them: its key, its words."""

    key: str
    label: str


QuotaState = Literal["none", "pending", "in_review", "approved", "declined", "expired"]


@dataclass(frozen=True, slots=True)
class Known:
    """Facts about the person and the hour that the next words depend on; loaded by the use case.

    `idle_seconds`: since the person's previous message. `consents`: live purposes (`answers`,
    `sensitive`, `marketing`). `may_ask_marketing`: never asked, or the 30 days are over, and the
    outcome has been told. `may_promise_tomorrow`: the reachability ledger holds a channel for
    tomorrow. `retry_on`: day (ISO) from which a declined person may test again unchanged.
    `has_stopped_before`: an unnamed marker of an under-age or student stop exists.
    `has_staff_question`: a reviewer's question has arrived and is open; `was_just_asked`: it is the
    last thing that the person saw. `edition`: what operators have released, as it holds for this
    person at this hour. `staff_opens_at`: when somebody of the staff is in next.
    """

    quota: QuotaState = "none"
    consents: frozenset[str] = frozenset()
    idle_seconds: int = 0
    may_ask_marketing: bool = False
    may_promise_tomorrow: bool = False
    has_stopped_before: bool = False
    has_open_handover: bool = False
    has_open_review: bool = False
    staff_is_in: bool = False
    tags: tuple[TagKnown, ...] = ()
    has_staff_question: bool = False
    was_just_asked: bool = False
    edition: Edition = field(default_factory=Edition)
    staff_opens_at: datetime | None = None


# ── Where the conversation stands ───────────────────────────────────────────────────────────────

Stage = Literal[
    "idle",  # nothing is open
    "consent",  # the notice was shown, yes or no is awaited
    "asking",  # question `question` was asked
    "sensitive",  # the separate consent is awaited
    "confirming",  # the summary was shown
    "choosing_edit",  # 修改: which answer?
    "erasing",  # 删除我的数据: sure?
    "restarting",  # 重来: sure?
    "handover_time",  # 我要办理: a good time?
    "human_message",  # 人工, 投诉, 更正: the next words are the message for the staff
    "marketing",  # may we tell you of new products?
    "choosing_tag",  # 我的标签: delete which?
]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: the code or number that counts, and the person's own words where they matter.

    `value`: a choice code, a region code, or an integer (fen, months). `words` only for free text
    (purpose "other"). `how`: typed, tapped, place, together (given with another), corrected.
    """

    value: str | int
    how: str = "typed"
    words: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """Where one person's conversation stands; JSON-able, sealed by the store as a whole.

    `form` and `version` pin the form that this conversation stays on. `history` lists the questions
    answered in order, for 上一步. `editing`: the question being corrected from the summary.
    `misses`: unreadable answers in a row. `pending`: readings that wait for a choice (two of them
    for 两三万). `back_to`: the stage to return to after a digression with a question of its own.
    `offered`: ids of the options under the latest words, so that a typed number means what was
    seen. `reached`: questions asked so far, for the funnel. `own_words`: the words of "other" are
    awaited.
    `submitted`: the answers have been handed in; they stay so that one of them can be changed.
    `agreed_to`: the sensitive questions that the separate consent named. `message`: what the words
    awaited for the staff are.
    An idle position with answers that were not handed in is a paused form.
    """

    stage: Stage = "idle"
    form: str = ""
    version: int = 0
    question: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    history: tuple[str, ...] = ()
    editing: str = ""
    misses: int = 0
    pending: tuple[int, ...] = ()
    back_to: Stage | None = None
    offered: tuple[str, ...] = ()
    reached: tuple[str, ...] = ()
    own_words: bool = False
    submitted: bool = False
    agreed_to: tuple[str, ...] = ()
    message: Literal["human", "complaint", "correct"] = "human"

    def moved(self, **changes: object) -> "Position":
        """Return a copy with these fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


# ── What the dialogue answers ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Option:
    """One way to answer, numbered by its place; `id` travels with a tap, `label` is shown."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Say:
    """One piece of a reply: a copy key, the values its template needs, and the options offered."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Consented:
    """The person gave (or refused, or withdrew) consent for one purpose, in these words."""

    purpose: Literal["answers", "sensitive", "marketing"]
    act: Literal["given", "refused", "withdrawn"]
    prompt: str
    words: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One question got an answer (or a correction); `answer` is None when none stands any more.

    A skip is an answer of its own, with the code `skipped`.
    """

    question: str
    answer: Answer | None
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Reached:
    """A question was asked for the first time, or answered before it was; feeds the funnel."""

    question: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """The form is confirmed. `by_person`: the person wants a human, not the machine (P-31)."""

    by_person: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """The law ends the conversation here: erase, leave only an unnamed keyed marker."""

    cause: Literal["under_age", "student", "forbidden_purpose"]


@dataclass(frozen=True, slots=True)
class Told:
    """The reply needs what only the store knows; the use case fills these copy topics in place.

    Topics: quota (我的额度), why (为什么), export (导出我的数据), progress of a review.
    The matching `Say` carries the same key and is rendered with the facts that were loaded.
    """

    topic: Literal["quota", "why", "export", "review_status", "handover_status"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The person asked for something that leaves a row for the staff or for the clock.

    `what`: human (words for the staff), distress (the same, urgent, marketing stops), complaint,
    unmatched (nothing in the product answers these words), reply (to a reviewer's question),
    correct and restrict (requests of the law), review (人工复核), handover (我要办理; words = the
    good time), remind_tomorrow,
    stop_marketing, erase, discard (不提交并删除).
    """

    what: Literal[
        "human",
        "distress",
        "complaint",
        "unmatched",
        "correct",
        "restrict",
        "reply",
        "review",
        "handover",
        "remind_tomorrow",
        "stop_marketing",
        "erase",
        "discard",
    ]
    words: str = ""


@dataclass(frozen=True, slots=True)
class TagDeleted:
    """The person deleted a tag that decides what is pushed to them; `*` is every such tag.

    It is not set again, whatever a rule says.
    """

    tag: str


@dataclass(frozen=True, slots=True)
class Rated:
    """The person said how the staff's last answer was: 3 good, 2 so-so, 1 bad."""

    score: int


Effect = Consented | Answered | Reached | Submitted | Stopped | Told | Asked | TagDeleted | Rated


@dataclass(frozen=True, slots=True)
class Turn:
    """The outcome of one step: the new position, the words to say in order, what to store."""

    position: Position
    says: tuple[Say, ...]
    effects: tuple[Effect, ...] = ()
