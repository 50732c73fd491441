"""Forms about campaigns; a draft is read into the one shape that the command line reads too."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from wtforms import (
    DateTimeLocalField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from app.core.clock import SHANGHAI
from handlers.console.forms.base import ChineseForm
from handlers.console.words import words

_FILL_IN = words("frame")["fill_in"]
_NAMES = "ABCD"
_MOST_RATE = 1_000_000
_WHOLE = 100


class VariantForm(Form):
    """One of several contents, and how many in a hundred get it."""

    text = TextAreaField(validators=[Optional(), Length(max=1200)])
    share = IntegerField(validators=[Optional(), NumberRange(min=1, max=99)])


class CampaignForm(ChineseForm):
    """A campaign as it is written: what, to whom, in which words, when and how fast."""

    name = StringField(validators=[DataRequired(_FILL_IN), Length(max=60)])
    klass = RadioField(choices=[], validators=[DataRequired(_FILL_IN)], default="education")
    channel = RadioField(choices=[], validators=[DataRequired(_FILL_IN)], default="mass")
    saved = SelectField(validators=[Optional()], validate_choice=False)
    query = TextAreaField(validators=[Length(max=4000)])
    text = TextAreaField(validators=[Length(max=1200)])
    template_id = StringField(validators=[Length(max=64)])
    fields = TextAreaField(validators=[Length(max=1000)])
    variants = FieldList(FormField(VariantForm), min_entries=len(_NAMES), max_entries=len(_NAMES))
    at = DateTimeLocalField(validators=[Optional()])
    until = DateTimeLocalField(validators=[Optional()])
    calls_per_minute = IntegerField(validators=[Optional(), NumberRange(min=1, max=_MOST_RATE)])
    people_per_minute = IntegerField(validators=[Optional(), NumberRange(min=1, max=_MOST_RATE)])

    def offer(self, segments: Mapping[str, str]) -> None:
        """Offer the saved segments: names by their question."""
        told = words("campaigns")
        self.klass.choices = [
            SelectChoice(one, told["classes"][one]) for one in told["classes_say"]
        ]
        self.channel.choices = [SelectChoice(one, name) for one, name in told["channels"].items()]
        self.saved.choices = [
            SelectChoice("", told["own_query"]),
            SelectChoice("all", told["everybody"]),
            *(SelectChoice(query, name) for query, name in segments.items()),
        ]

    @property
    def segment(self) -> str:
        """Return the question: of the saved segment, or as it was written."""
        return (self.saved.data or self.query.data or "").strip()

    @property
    def has_variants(self) -> bool:
        """Say whether several contents were written."""
        return any(one.form.text.data for one in self.variants)

    def definition(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was written in the shape of the command line's file.

        What the form does not show stays as it was `before`.
        """
        kept = {key: value for key, value in before.items() if key not in _WRITTEN}
        schedule = {
            **before.get("schedule", {}), "at": _moment(self.at.data) or "now",
            "until": _moment(self.until.data),
        }  # fmt: skip
        return {
            **kept,
            "name": (self.name.data or "").strip(),
            "class": self.klass.data,
            "channel": self.channel.data,
            "segment": self.segment,
            **self.contents(),
            "schedule": schedule,
            "calls_per_minute": self.calls_per_minute.data,
            "people_per_minute": self.people_per_minute.data,
        }

    def contents(self) -> dict[str, Any]:
        """Return the one content, or the variants."""
        if self.has_variants:
            written = zip(_NAMES, (one.form for one in self.variants), strict=True)
            return {
                "variants": [
                    {
                        "name": name,
                        "content": {"text": form.text.data.strip()},
                        "share": (form.share.data or 0) / _WHOLE,
                    }
                    for name, form in written
                    if form.text.data
                ]
            }
        if self.channel.data == "template":
            template = (self.template_id.data or "").strip()
            return {"content": {"template_id": template, "data": _fields(self.fields.data or "")}}
        return {"content": {"text": (self.text.data or "").strip()}}

    @staticmethod
    def data_of(definition: Mapping[str, Any], segments: Mapping[str, str]) -> dict[str, Any]:
        """Return a definition as the fields show it."""
        segment, schedule = definition["segment"], definition.get("schedule") or {}
        is_saved = segment == "all" or segment in segments
        content = definition.get("content") or {}
        told = content.get("data") or {}
        return {
            "name": definition["name"],
            "klass": definition["class"],
            "channel": definition["channel"],
            "saved": segment if is_saved else "",
            "query": "" if is_saved else segment,
            "text": content.get("text") or "",
            "template_id": content.get("template_id") or "",
            "fields": "\n".join(f"{name}={value}" for name, value in told.items()),
            "variants": [
                {"text": one["content"].get("text"), "share": round(one["share"] * _WHOLE)}
                for one in definition.get("variants") or ()
            ],
            "at": _local(schedule.get("at")),
            "until": _local(schedule.get("until")),
            "calls_per_minute": definition.get("calls_per_minute"),
            "people_per_minute": definition.get("people_per_minute"),
        }


class ReasonForm(ChineseForm):
    """Words for whoever answers, or to whoever asked."""

    reason = StringField(validators=[Length(max=500)])


class NeededReasonForm(ChineseForm):
    """Why something is held or ended: everybody who looks at the campaign later reads it."""

    reason = StringField(validators=[DataRequired(_FILL_IN), Length(max=200)])


_WRITTEN = frozenset({"content", "variants"})


def _fields(lines: str) -> dict[str, str]:
    """Read `name=value` lines; a line without a sign is a name without a value."""
    pairs = (line.partition("=") for line in lines.splitlines() if line.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _moment(local: datetime | None) -> str | None:
    return local.replace(tzinfo=SHANGHAI).astimezone(UTC).isoformat() if local else None


def _local(moment: str | None) -> datetime | None:
    if moment is None or moment == "now":
        return None
    return datetime.fromisoformat(moment).astimezone(SHANGHAI).replace(tzinfo=None)
