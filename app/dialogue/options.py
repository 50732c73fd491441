"""The options under the words: stable ids that travel with a tap, and labels that can be typed."""

from app.dialogue.schema import Question
from app.dialogue.types import Known, Option, Position

CONSENT = (
    Option("consent.answers.yes", "同意并开始"),
    Option("consent.answers.read", "先看说明"),
    Option("consent.answers.no", "不同意"),
)
SENSITIVE = (
    Option("consent.sensitive.yes", "单独同意，继续"),
    Option("consent.sensitive.no", "不同意"),
)
AFTER_REFUSAL = (
    Option("confirm.human", "请人工评估"),
    Option("confirm.discard", "不提交并删除"),
)
CONFIRM = (
    Option("confirm.submit", "确认提交"),
    Option("c.edit", "修改，如“改5”"),
    Option("confirm.human", "改由人工评估"),
    Option("confirm.discard", "不提交并删除"),
)
ERASE = (Option("erase.yes", "确认删除"), Option("erase.no", "不删了"))
RESTART = (Option("restart.yes", "重新开始"), Option("restart.no", "接着填"))
MARKETING = (Option("consent.marketing.yes", "可以"), Option("consent.marketing.no", "不用"))
HANDOVER_TIME = (
    Option("time.morning", "上午"),
    Option("time.afternoon", "下午"),
    Option("time.evening", "晚上8点前"),
    Option("time.any", "都可以"),
)
NO_MESSAGE = (Option("c.cancel", "不留言了"),)
RATING = (
    Option("rate.3", "满意"),
    Option("rate.2", "一般"),
    Option("rate.1", "不满意"),
)
TO_CORRECT = (Option("c.edit", "改填写"),)
AFTER_BAD_RATING = (Option("c.human", "留言"), Option("c.complaint", "投诉"))
BEGIN = (
    Option("c.check", "测额度"),
    Option("c.quota", "我的额度"),
    Option("c.human", "人工"),
)
PAUSED = (
    Option("c.resume", "接着填"),
    Option("c.restart", "重新开始"),
    Option("c.erase", "不填了，删除"),
)
WAITING = (Option("c.quota", "我的额度"),)

TAG = "t"
"""How the id of an option begins that deletes a tag."""
EVERY_TAG = "*"
TAGS_AGAIN = (Option("c.tags", "我的标签"),)

_WHY = Option("c.why", "为什么")
_REVIEW = Option("c.review", "请人工复核")


def of_question(question: Question) -> tuple[Option, ...]:
    """Return the options of a question."""
    return tuple(Option(f"q.{question.key}.{c.code}", c.label) for c in question.offered)


def of_tags(known: Known) -> tuple[Option, ...]:
    """Return one option a tag, which deletes it, then all of them, then none."""
    each = tuple(Option(f"{TAG}.{tag.key}", tag.label) for tag in known.tags)
    return (*each, Option(f"{TAG}.{EVERY_TAG}", "全部删除"), Option("c.cancel", "不删了"))


def after_outcome(known: Known) -> tuple[Option, ...]:
    """Return the next steps that belong under an outcome, whoever sends it."""
    remind = (Option("c.remind", "明天提醒我一次"),) if known.may_promise_tomorrow else ()
    if known.quota == "approved":
        return (Option("c.handover", "我要办理"), _WHY, _REVIEW, *remind)
    if known.quota == "declined":
        return (_WHY, _REVIEW, Option("c.edit", "改填写"), Option("c.erase", "删除我的数据"))
    if known.quota in ("pending", "in_review"):
        return WAITING
    return BEGIN


def when_idle(position: Position, known: Known) -> tuple[Option, ...]:
    """Return what can be done when nothing is open."""
    return PAUSED if is_paused(position) else after_outcome(known)


def is_paused(position: Position) -> bool:
    """Tell whether an unfinished form waits to be taken up again."""
    return position.stage == "idle" and bool(position.answers) and not position.submitted
