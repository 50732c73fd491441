"""Say in one plain sentence what became of a message, and why."""

from app.queries.message_lines import Line
from handlers.console.words import words

WAITED_FOR = frozenset({"answer", "service", "decision"})
"""Classes that a person waits for: what did not arrive opens the reply to their next message."""


def name_of(line: Line) -> str:
    """Name what the message says, without its words."""
    said = words("why_not")
    return str(said["copies"].get(line.copy_key) or said["classes"].get(line.klass, line.klass))


def sentence(line: Line) -> str:
    """Tell what became of a message."""
    said = words("why_not")["states"]
    why = reason(line)
    key = line.state
    if line.state in ("unknown", "untold") and line.klass not in WAITED_FOR:
        key = f"{line.state}_let"
    if not why:
        key = f"{line.state}_plain" if f"{line.state}_plain" in said else line.state
    return str(said.get(key, line.state)).format(why=why or words("why_not")["no_reason"])


def reason(line: Line) -> str:
    """Say the reason that is on record, in words; empty when there is none."""
    said = words("why_not")
    if line.errcode is not None and line.state != "sent":
        meaning = said["errcodes"].get(str(line.errcode), said["errcodes"]["other"])
        return str(said["by_code"]).format(code=line.errcode, meaning=meaning)
    if line.state != "queued" and line.reason in said["reasons_over"]:
        return str(said["reasons_over"][line.reason])
    if line.reason.startswith("failed:") and line.reason not in said["reasons"]:
        return str(said["reasons"]["failed:"])
    return str(said["reasons"].get(line.reason, line.reason)) if line.reason else ""


def tone(line: Line) -> str:
    """Colour it: what arrived, what waits, what needs somebody, what is over."""
    tones = {"sent": "ok", "confirmed": "ok", "repeated": "ok", "queued": "info", "sending": "info"}
    return tones.get(line.state, "warn" if line.state in ("unknown", "untold") else "quiet")
