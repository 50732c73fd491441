"""The summary and the other short questions that end in yes, no, or a choice of their own."""

from app.dialogue import commands, options
from app.dialogue.readers.agreement import read_agreement
from app.dialogue.scene import Scene, stay
from app.dialogue.types import Asked, Position, Say, Submitted, Turn
from app.dialogue.words import squash

_SUBMIT = frozenset(
    (
        "确认提交",
        "提交",
        "确认",
        "没错",
        "无误",
        "没问题",
        "正确",
        "核对无误",
        "都对",
        "提交吧",
        "对的",
    )
)
_DISCARD = frozenset(("不提交并删除", "不提交", "删除并退出", "不提交了", "放弃", "不要提交"))
_PERSON = frozenset(
    ("改由人工评估", "人工评估", "转人工评估", "请人工评估", "人工审核", "要人工评估", "人工复核")
)
_ERASE = frozenset(("确认删除", "删除", "删", "确认", "删吧", "全部删除", "删掉", "删了吧"))
_KEEP = frozenset(("不删", "不删了", "先不删", "留着", "别删"))
_ANEW = frozenset(("重新开始", "重来", "从头来", "重新填"))
_GO_ON = frozenset(("接着填", "继续", "继续填", "不重来", "不重新开始"))
_LONGEST_TIME = 40


def typed_in_summary(scene: Scene) -> Turn | None:
    """Read what is to happen with a finished form."""
    squashed = squash(scene.words)
    agreed = read_agreement(scene.words)
    if squashed in _DISCARD:
        return discard(scene)
    if squashed in _PERSON:
        return submit_to_person(scene)
    if squashed in _SUBMIT or agreed:
        return submit(scene)
    return commands.edit(scene) if agreed is False else None


def submit(scene: Scene) -> Turn:
    """Hand the answers in to be assessed."""
    return _handed_in(scene, "form.submitted", by_person=False)


def submit_to_person(scene: Scene) -> Turn:
    """Hand the answers in to be looked at by a person instead of the system."""
    return _handed_in(scene, "form.submitted_person", by_person=True)


def submit_paused_to_person(scene: Scene) -> Turn:
    """Hand an unfinished form to a person, when the sensitive part was refused."""
    if options.is_paused(scene.home()):
        return submit_to_person(scene)
    return stay(scene, Say("form.stale"))


def discard(scene: Scene) -> Turn:
    """Throw the answers away."""
    say = Say("form.discarded", options=options.when_idle(Position(), scene.known))
    return Turn(Position(), (say,), (Asked("discard", scene.words),))


def discard_paused(scene: Scene) -> Turn:
    """Throw an unfinished form away, when the sensitive part was refused."""
    if options.is_paused(scene.home()):
        return discard(scene)
    return stay(scene, Say("form.stale"))


def typed_in_erasing(scene: Scene) -> Turn | None:
    """Read whether everything is to be deleted."""
    if squash(scene.words) in _ERASE or read_agreement(scene.words):
        return commands.erase_now(scene)
    return commands.cancel(scene) if _is_no(scene.words) else None


def typed_in_restarting(scene: Scene) -> Turn | None:
    """Read whether the form is to begin anew."""
    if squash(scene.words) in _ANEW or read_agreement(scene.words):
        return commands.restart_now(scene)
    no = _is_no(scene.words) or squash(scene.words) in _GO_ON
    return commands.resume(scene) if no else None


def typed_in_handover(scene: Scene) -> Turn | None:
    """Take the words as the good time when they sound like one."""
    squashed = squash(scene.words)
    told = any(word in squashed for word in "早上中下午晚点周今明后都随时行可便")
    short = 0 < len(squashed) <= _LONGEST_TIME
    return commands.handover_at(scene) if told and short and not _is_no(scene.words) else None


def _is_no(words: str) -> bool:
    """Tell whether the words decline."""
    return squash(words) in _KEEP or read_agreement(words) is False


def _handed_in(scene: Scene, key: str, *, by_person: bool) -> Turn:
    """Keep the answers so that one of them can be changed later, and wait for the outcome."""
    position = scene.home().moved(stage="idle", question="", submitted=True)
    values = {"reviewed": scene.known.has_stopped_before}
    return Turn(position, (Say(key, values),), (Submitted(by_person=by_person),))
