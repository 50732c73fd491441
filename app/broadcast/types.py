"""What a campaign is: the file of `flask campaigns plan`, read with every mistake in one list."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from app.broadcast.assignment import Split
from app.broadcast.locked import differing
from app.broadcast.pacing import Throttle
from app.broadcast.terms import Terms
from app.contact.types import MessageClass
from app.core.clock import SHANGHAI
from app.core.errors import NotAllowed

CampaignClass = MessageClass
EVERYBODY = "all"
"""The segment of everyone who follows."""
_WHOLE = 1.0
_TWO = 2
_ROUNDING = 1e-6


class Channel(StrEnum):
    """How a campaign travels: mass send by list, template message, customer-service message."""

    MASS = "mass"
    TEMPLATE = "template"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to put right: where in the file, and what is wrong there."""

    where: str
    says: str

    def __str__(self) -> str:
        return f"{self.where}: {self.says}" if self.where else self.says


class Unfit(NotAllowed):
    """A campaign cannot be kept or released as it is; lists every mistake."""

    def __init__(self, *mistakes: Mistake) -> None:
        self.mistakes = mistakes
        lines = "\n".join(f"  - {one}" for one in mistakes)
        super().__init__(f"The campaign has mistakes:\n{lines}", why="campaign_mistakes")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


_NO_TIME = "not a time such as 2026-12-01T09:30 (Asia/Shanghai unless it says otherwise)"


def _aware(value: object) -> object:
    """Read a time without a zone as one of Asia/Shanghai."""
    if value in ("now", None):
        return value
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        at = None
    if not isinstance(at, datetime):
        raise ValueError(_NO_TIME)  # noqa: TRY004 - pydantic lists value errors
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def _listed(value: object) -> object:
    """Read one question as a list of one, and no words as none."""
    return [value] if isinstance(value, str) and value.strip() else value or ()


Moment = Annotated[datetime, BeforeValidator(_aware)]
Start = Annotated[Literal["now"] | datetime, BeforeValidator(_aware)]
Words = Annotated[str, Field(min_length=1)]


class Content(_Part):
    """The words, the draft of an article, or a template message with what stands in its fields.

    `template` names the version of a kept template (`name@3`) whose words these are, to the letter.
    """

    text: Words | None = None
    media_id: Words | None = None
    template_id: Words | None = None
    data: Mapping[str, str] = {}
    template: Words | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if sum(bool(one) for one in (self.text, self.media_id, self.template_id)) != 1:
            raise ValueError("give exactly one of text, media_id and template_id")
        if self.data and not self.template_id:
            raise ValueError("data belongs to a template")
        return self

    @property
    def words(self) -> Mapping[str, str]:
        """Everything that people read, by where it stands."""
        fields = {f"data.{name}": value for name, value in self.data.items()}
        return fields if self.text is None else {"text": self.text}

    def to_json(self) -> dict[str, Any]:
        """Return it as the file has it."""
        return self.model_dump(mode="json", exclude_defaults=True)


class Variant(_Part):
    """One of several contents, and the share of the people who get it."""

    name: Annotated[str, Field(min_length=1, max_length=20)]
    content: Content
    share: Annotated[float, Field(gt=0, le=1)]


class Hours(_Part):
    """The hours of a day, in Asia/Shanghai, outside of which the campaign waits."""

    start: time = Field(alias="from")
    end: time = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start >= self.end:
            raise ValueError("the hours end before they begin")
        return self

    def opening(self, now: datetime) -> datetime | None:
        """Return when they begin next; None within them."""
        local = now.astimezone(SHANGHAI)
        if self.start <= local.time() < self.end:
            return None
        day = local.date() + timedelta(days=0 if local.time() < self.start else 1)
        return datetime.combine(day, self.start, tzinfo=SHANGHAI)


class Schedule(_Part):
    """When it begins, when it stops wherever it stands, within which hours, how often."""

    at: Start = "now"
    until: Moment | None = None
    hours: Hours | None = None
    every: Literal["day", "week", "month"] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.at != "now" and self.until <= self.at:
            raise ValueError("until lies before at")
        return self


class Guardrails(_Part):
    """The shares of those sent to at which the governor pauses the campaign."""

    errors: Annotated[float, Field(gt=0, le=1)] = 0.05
    unfollows: Annotated[float, Field(gt=0, le=1)] = 0.01
    complaints: Annotated[float, Field(gt=0, le=1)] = 0.001
    at_least: Annotated[int, Field(ge=1)] = 200


Rate = Annotated[int, Field(ge=1)]


class Definition(_Part):
    """Everything that is planned, and that a second person approves.

    `exclude`: whoever one of these questions means does not get it. `experiment`: with one, the
    shares of the variants are those of its sample. `cap_people`: at most so many recipients in one
    launch. `tag_id`: the tag of the account that all of them carry, and nobody else: one call.
    """

    name: Annotated[str, Field(min_length=1, max_length=60)]
    klass: CampaignClass = Field(alias="class")
    channel: Channel
    segment: Words
    exclude: Annotated[tuple[Words, ...], BeforeValidator(_listed)] = ()
    content: Content | None = None
    variants: tuple[Variant, ...] = ()
    schedule: Schedule = Schedule()
    calls_per_minute: Rate | None = None
    people_per_minute: Rate | None = None
    cap_people: Rate | None = None
    tag_id: int | None = None
    guardrails: Guardrails = Guardrails()
    experiment: Terms | None = None

    @property
    def throttle(self) -> Throttle:
        """How fast it may go."""
        return Throttle(self.calls_per_minute, self.people_per_minute)

    @property
    def contents(self) -> Mapping[str, Content]:
        """What each variant says; one without variants says the one thing, under no name."""
        if self.variants:
            return {one.name: one.content for one in self.variants}
        return {"": self.content} if self.content is not None else {}

    @property
    def split(self) -> Split | None:
        """How the people are divided over the variants; None where there is one content."""
        shares = {one.name: one.share for one in self.variants}
        if not shares:
            return None
        terms = self.experiment
        return terms.split(shares) if terms else Split.of(shares)

    def to_json(self) -> dict[str, Any]:
        """Return it as the file has it, every default written out."""
        return self.model_dump(mode="json", by_alias=True)

    def as_text(self) -> str:
        """Write it as the one text that a second person approves."""
        return json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True)


def read_definition(raw: object) -> Definition:
    """Read a definition; raise `Unfit` with every mistake."""
    try:
        definition = Definition.model_validate(raw)
    except ValidationError as error:
        raise Unfit(*(_mistake(one) for one in error.errors(include_url=False))) from None
    mistakes = [*_content_mistakes(definition), *_variant_mistakes(definition)]
    if definition.klass is MessageClass.MARKETING and definition.channel is Channel.TEMPLATE:
        mistakes.append(Mistake("channel", "marketing never goes by template message"))
    mistakes += _reach_mistakes(definition)
    if definition.klass in (MessageClass.ANSWER, MessageClass.DECISION, MessageClass.COLLECTION):
        mistakes.append(Mistake("class", f"{definition.klass} is not for campaigns"))
    if mistakes:
        raise Unfit(*mistakes)
    return definition


def _reach_mistakes(definition: Definition) -> Iterator[Mistake]:
    if definition.schedule.every is not None and definition.cap_people is None:
        yield Mistake("cap_people", "what repeats needs a cap on people")
    is_paced = definition.people_per_minute is not None or definition.cap_people is not None
    is_one = definition.channel is Channel.MASS and not definition.variants and not is_paced
    if definition.tag_id is not None and not is_one:
        says = "a tag is one mass send of one content, without a pace or a cap"
        yield Mistake("tag_id", says)


_PLAINLY: Mapping[str, str] = {
    "model_type": "a JSON object is expected here",
    "extra_forbidden": "unknown; the file has no such field",
    "missing": "is missing",
    "string_too_short": "is empty",
}


def _mistake(error: Mapping[str, Any]) -> Mistake:
    where = ".".join(str(part) for part in error["loc"])
    says = _PLAINLY.get(error["type"], str(error["msg"]).removeprefix("Value error, "))
    return Mistake(where, says)


def _content_mistakes(definition: Definition) -> list[Mistake]:
    found = []
    if bool(definition.content) == bool(definition.variants):
        found.append(Mistake("content", "give either content or variants"))
    for name, content in definition.contents.items():
        if (definition.channel is Channel.TEMPLATE) != (content.template_id is not None):
            where = f"variants.{name}.content" if name else "content"
            found.append(Mistake(where, f"{definition.channel} does not carry this content"))
        if definition.channel is Channel.SERVICE and content.media_id is not None:
            found.append(Mistake("content", "a draft goes by mass send only"))
        if definition.schedule.every is not None and content.media_id is not None:
            found.append(Mistake("schedule.every", "a draft is gone once it is sent"))
    return found


def _variant_mistakes(definition: Definition) -> list[Mistake]:
    found = []
    names = [one.name for one in definition.variants]
    if len(set(names)) != len(names):
        found.append(Mistake("variants", "two have the same name"))
    if names and abs(sum(one.share for one in definition.variants) - _WHOLE) > _ROUNDING:
        found.append(Mistake("variants", "the shares do not add up to 1"))
    if definition.experiment is not None and len(names) < _TWO:
        found.append(Mistake("experiment", "needs two variants to compare"))
    locked = differing({one.name: _said(one.content) for one in definition.variants})
    if locked:
        told = ", ".join(locked)
        found.append(Mistake("variants", f"prices, rates and limits are locked: {told}"))
    return found


def _said(content: Content) -> str:
    return "\n".join((content.text or "", *content.data.values()))
