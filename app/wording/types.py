"""What a check of wording is told and what it answers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a text may not say, or does not say.

    `rule`: the id that the rule pack and the law's own list share (M-03, R-01, W-10 …). `found`:
    the words as they stand in the text, none when something is missing. `says`: what is wrong;
    `instead`: a way to say it; `source`: where the rule is written.
    """

    rule: str
    found: tuple[str, ...]
    says: str
    instead: str
    source: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who speaks, and where links may lead: facts of the house, not of the law."""

    names: tuple[str, ...]
    link_bases: tuple[str, ...] = ()
