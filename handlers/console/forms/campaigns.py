"""Forms about campaigns; a draft is read into the one shape that the command line reads too."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from wtforms import (
    DateTimeLocalField,
    FieldList,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from app.core.clock import SHANGHAI
from app.queries.campaign_drafts import Choices, Draft
from handlers.console.forms.base import ChineseForm
from handlers.console.forms.campaign_parts import (
    MOST_VARIANTS,
    ContentFields,
    GuardrailsForm,
    TermsForm,
    VariantForm,
    content_data,
)
from handlers.console.words import words

_FILL_IN = words("frame")["fill_in"]
_MOST = 10_000_000
_MOST_EXCLUDED = 12
EVERYBODY = "all"


def _count() -> IntegerField:
    return IntegerField(validators=[Optional(), NumberRange(min=1, max=_MOST)])


class CampaignForm(ContentFields, ChineseForm):
    """A campaign as it is written: what, to whom, in which words, when, how fast, how far.

    `campaign_id` and `do` say what is edited and which part of the form is to be changed.
    """

    name = StringField(validators=[DataRequired(_FILL_IN), Length(max=60)])
    klass = RadioField(choices=[], validators=[DataRequired(_FILL_IN)], default="education")
    channel = RadioField(choices=[], validators=[DataRequired(_FILL_IN)], default="mass")
    saved = SelectField(validators=[Optional()])
    query = TextAreaField(validators=[Length(max=4000)])
    exclude = FieldList(StringField(validators=[Length(max=1000)]), max_entries=_MOST_EXCLUDED)
    exclude_new = SelectField(validate_choice=False)
    known_news = SelectMultipleField(validate_choice=False, validators=[Optional()])
    variants = FieldList(FormField(VariantForm), max_entries=MOST_VARIANTS)
    experiment = FormField(TermsForm)
    at = DateTimeLocalField(validators=[Optional()])
    until = DateTimeLocalField(validators=[Optional()])
    hours_from = TimeField(validators=[Optional()])
    hours_to = TimeField(validators=[Optional()])
    every = SelectField(choices=[], validators=[Optional()])
    cap_people = _count()
    calls_per_minute = _count()
    people_per_minute = _count()
    guardrails = FormField(GuardrailsForm)

    def offer(self, choices: Choices) -> None:
        """Offer what there is to choose from."""
        told = words("campaigns")
        self.klass.choices = [
            SelectChoice(one, told["classes"][one]) for one in told["classes_say"]
        ]
        self.channel.choices = [SelectChoice(one, name) for one, name in told["channels"].items()]
        self.every.choices = [SelectChoice(one, name) for one, name in told["every"].items()]
        segments = {str(one.id): one for one in choices.segments}
        self._questions = {EVERYBODY: EVERYBODY} | {key: one.query for key, one in segments.items()}
        names = {key: one.name for key, one in segments.items()}
        self.saved.choices = [
            SelectChoice("", told["own_query"]),
            SelectChoice(EVERYBODY, told["everybody"]),
            *(SelectChoice(key, name) for key, name in names.items()),
        ]
        kinds = told["excludes"]
        self.exclude_new.choices = [
            SelectChoice("", kinds["own"]),
            *(
                SelectChoice(one.query, one.name, optgroup=kinds["segment"])
                for one in segments.values()
            ),
            *(SelectChoice(one, name, optgroup=kinds["tag"]) for one, name in choices.tags.items()),
        ]
        self._names = {one.value: one.label for one in self.exclude_new.choices if one.value}
        self.offer_titles(self.titles)

    @property
    def titles(self) -> dict[str, str]:
        """Return the titles of drafts that are known, by their ids."""
        return dict(one.partition("\t")[::2] for one in self.known_news.data or ())

    def offer_titles(self, titles: Mapping[str, str]) -> None:
        """Offer drafts of the account by their titles, and remember them from page to page."""
        self.known_news.data = [f"{media_id}\t{title}" for media_id, title in titles.items()]
        for content in (self, *(one.form for one in self.variants)):
            content.offer_news(titles)

    @property
    def segment(self) -> str:
        """Return the question: of the saved segment, or as it was written."""
        return self._questions.get(self.saved.data or "") or (self.query.data or "").strip()

    @property
    def segment_id(self) -> int | None:
        """Return the saved segment that was chosen."""
        chosen = self.saved.data or ""
        return int(chosen) if chosen.isdecimal() and chosen in self._questions else None

    @property
    def excluded(self) -> list[str]:
        """Return the questions of whom it must not reach."""
        return [one.data.strip() for one in self.exclude if (one.data or "").strip()]

    def name_of(self, question: str) -> str:
        """Return what a question that was chosen from the list is called there."""
        return str(self._names.get(question, ""))

    def definition(self) -> dict[str, Any]:
        """Return what was written in the shape of the command line's file."""
        return {
            "name": (self.name.data or "").strip(),
            "class": self.klass.data,
            "channel": self.channel.data,
            "segment": self.segment,
            "exclude": self.excluded,
            **self.contents(),
            "schedule": self._schedule(),
            "calls_per_minute": self.calls_per_minute.data,
            "people_per_minute": self.people_per_minute.data,
            "cap_people": self.cap_people.data,
            "guardrails": self.guardrails.form.to_json(),
            "experiment": self.experiment.form.to_json() if self.variants.entries else None,
        }

    def contents(self) -> dict[str, Any]:
        """Return the one content, or the variants."""
        channel = self.channel.data or ""
        if self.variants.entries:
            return {"variants": [one.form.to_json(channel) for one in self.variants]}
        return {"content": self.content(channel)}

    def _schedule(self) -> dict[str, Any]:
        start, end = self.hours_from.data, self.hours_to.data
        has_hours = start is not None or end is not None
        hours = {"from": _clock(start), "to": _clock(end)} if has_hours else None
        return {
            "at": _moment(self.at.data) or "now",
            "until": _moment(self.until.data),
            "hours": hours,
            "every": self.every.data or None,
        }

    @staticmethod
    def data_of(draft: Draft, choices: Choices) -> dict[str, Any]:
        """Return a draft as the fields show it."""
        it = draft.definition
        schedule, segment = it.get("schedule") or {}, it["segment"]
        hours = schedule.get("hours") or {}
        known = {one.id for one in choices.segments}
        saved = str(draft.segment_id) if draft.segment_id in known else ""
        saved = EVERYBODY if segment == EVERYBODY else saved
        return {
            "name": it["name"],
            "klass": it["class"],
            "channel": it["channel"],
            "saved": saved,
            "query": "" if saved else segment,
            "exclude": list(it.get("exclude") or ()),
            **content_data(it.get("content") or {}),
            "variants": [VariantForm.data_of(one) for one in it.get("variants") or ()],
            "experiment": TermsForm.data_of(it.get("experiment")),
            "at": _local(schedule.get("at")),
            "until": _local(schedule.get("until")),
            "hours_from": _time(hours.get("from")),
            "hours_to": _time(hours.get("to")),
            "every": schedule.get("every") or "",
            "cap_people": it.get("cap_people"),
            "calls_per_minute": it.get("calls_per_minute"),
            "people_per_minute": it.get("people_per_minute"),
            "guardrails": GuardrailsForm.data_of(it.get("guardrails") or {}),
        }


class ReasonForm(ChineseForm):
    """Words for whoever answers, or to whoever asked."""

    reason = StringField(validators=[Length(max=500)])


class NeededReasonForm(ChineseForm):
    """Why something is held or ended: everybody who looks at the campaign later reads it."""

    reason = StringField(validators=[DataRequired(_FILL_IN), Length(max=200)])


def _moment(local: datetime | None) -> str | None:
    return local.replace(tzinfo=SHANGHAI).astimezone(UTC).isoformat() if local else None


def _local(moment: str | None) -> datetime | None:
    if moment is None or moment == "now":
        return None
    return datetime.fromisoformat(moment).astimezone(SHANGHAI).replace(tzinfo=None)


def _clock(at: time | None) -> str | None:
    return at.isoformat() if at is not None else None


def _time(at: str | None) -> time | None:
    return time.fromisoformat(at) if at else None
