"""Campaigns of every kind as files, each with a mark that is read nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TEMPLATE = "simProgressTemplate00000000000000000000001A"
WINNER_DAYS = 2
_TERMS = {
    "metric": "conversation_started",
    "minimum_per_arm": 3,
    "minimum_days": WINNER_DAYS,
    "window_days": 1,
    "sample": 0.5,
}
_RATES = {"mass": 100, "template": 120, "service": 60}
"""People a minute: lists of twenty, and some at a time, so that no campaign is over at once."""


@dataclass(frozen=True)
class Kind:
    """One campaign to plan: its file, and the mark in the words of each variant."""

    name: str
    raw: Mapping[str, Any]
    marks: Mapping[str, str]


def by_list(number: int, **more: Any) -> Kind:
    """Return one that goes to lists of people."""
    mark = f"提醒{number}号"
    text = f"反诈{mark}：任何以刷流水为由要求转账的，都是诈骗。"
    return _kind("list", "education", "mass", {"": mark}, content={"text": text}, **more)


def by_tag(number: int, tag_id: int) -> Kind:
    """Return one that goes to a whole tag in one call, where everybody may be written to."""
    kind = by_list(number, tag_id=tag_id, people_per_minute=None)
    return Kind("tag", {**kind.raw, "name": "tag"}, kind.marks)


def in_variants(number: int, name: str = "variants", **more: Any) -> Kind:
    """Return one whose words are two."""
    marks = {one: f"征信{number}{one}号" for one in ("A", "B")}
    variants = [
        {"name": one, "share": 0.5, "content": {"text": f"{mark}：报告一年可以免费查两次。"}}
        for one, mark in marks.items()
    ]
    return _kind(name, "education", "mass", marks, variants=variants, **more)


def with_winner(number: int) -> Kind:
    """Return an experiment: half of the people try two variants, the others get the better one."""
    return in_variants(number, "experiment", experiment=_TERMS)


def by_template(number: int, **more: Any) -> Kind:
    """Return one that goes by service notice."""
    mark = f"资料核对{number}号"
    data = {"thing1": mark, "phrase2": "处理中", "time3": "2026-11-26 10:00"}
    content = {"template_id": TEMPLATE, "data": data}
    return _kind("template", "service", "template", {"": mark}, content=content, **more)


def by_customer_service(number: int) -> Kind:
    """Return one for those who wrote within two days."""
    mark = f"通知{number}号"
    text = f"服务{mark}：今晚十点到十一点系统维护，期间暂时不能回复您。"
    return _kind("service", "service", "service", {"": mark}, content={"text": text})


def repeating(number: int) -> Kind:
    """Return one that goes out every day."""
    return by_template(number, schedule={"every": "day"}, cap_people=1000)


def _kind(name: str, klass: str, channel: str, marks: Mapping[str, str], **more: Any) -> Kind:
    raw = {"name": name, "class": klass, "channel": channel, "segment": "all",
           "people_per_minute": _RATES[channel], **more}  # fmt: skip
    return Kind(name, raw, marks)
