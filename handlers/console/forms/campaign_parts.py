"""The parts of a campaign's form: contents, variants, guardrails, the terms of an experiment.

Percent on the page are shares in the file.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from wtforms import (
    BooleanField,
    DecimalField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, Optional

from handlers.console.words import words

MOST_VARIANTS = 8
MOST_FIELDS = 12
_MOST_TEXT = 1200
_FIELD = 20
"""Letters in one field of a template, as the platform has it."""
_WHOLE = 100


def percent(share: float | None) -> Decimal | None:
    """Write a share as percent."""
    return None if share is None else Decimal(f"{share * _WHOLE:.6g}")


def share(percent: Decimal | int | None) -> float | None:
    """Read percent as a share."""
    return None if percent is None else float(Decimal(percent) / _WHOLE)


def _number(least: int, most: int) -> IntegerField:
    return IntegerField(validators=[Optional(), NumberRange(min=least, max=most)])


def _percent(least: float, most: float) -> DecimalField:
    return DecimalField(places=None, validators=[Optional(), NumberRange(min=least, max=most)])


class FieldForm(Form):
    """One field of a template and what stands in it."""

    name = StringField(validators=[Length(max=40)])
    value = StringField(validators=[Length(max=_FIELD, message=words("campaigns")["field_long"])])


class ContentFields:
    """What is said: words, a draft of the account, or a template message with its fields.

    `template` names the kept template whose words these were when the page was opened.
    """

    text = TextAreaField(validators=[Length(max=_MOST_TEXT)])
    media_id = SelectField(validate_choice=False)
    template_id = StringField(validators=[Length(max=64)])
    fields = FieldList(FormField(FieldForm), max_entries=MOST_FIELDS)
    template = HiddenField(validators=[Length(max=80)])

    def offer_news(self, news: Mapping[str, str]) -> None:
        """Offer the drafts of the account: titles by their id; one that is gone stays chosen."""
        chosen = self.media_id.data or ""
        told = {"": words("campaigns")["only_words"], **news}
        if chosen not in told:
            told[chosen] = chosen
        self.media_id.choices = [SelectChoice(one, name) for one, name in told.items()]

    def content(self, channel: str) -> dict[str, Any]:
        """Return it as the file has it; what the channel does not carry is left out."""
        named = {"template": self.template.data} if self.template.data else {}
        if channel == "template":
            data = {
                (one.form.name.data or "").strip(): (one.form.value.data or "").strip()
                for one in self.fields
            }
            template = (self.template_id.data or "").strip()
            return {"template_id": template, "data": {k: v for k, v in data.items() if k}, **named}
        if channel == "mass" and self.media_id.data:
            return {"media_id": self.media_id.data}
        text = (self.text.data or "").strip()
        return {"text": text, **(named if text else {})}


def content_data(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a content as the fields show it."""
    return {
        "text": content.get("text") or "",
        "media_id": content.get("media_id") or "",
        "template_id": content.get("template_id") or "",
        "template": content.get("template") or "",
        "fields": [
            {"name": name, "value": value} for name, value in (content.get("data") or {}).items()
        ],
    }


class VariantForm(ContentFields, Form):
    """One of several contents, what it is called, and how many in a hundred get it."""

    name = StringField(validators=[Length(max=20)])
    share = _number(1, 99)

    def to_json(self, channel: str) -> dict[str, Any]:
        """Return it as the file has it."""
        return {
            "name": (self.name.data or "").strip(),
            "content": self.content(channel),
            "share": share(self.share.data) or 0,
        }

    @staticmethod
    def data_of(variant: Mapping[str, Any]) -> dict[str, Any]:
        """Return a variant as the fields show it."""
        told = round(variant["share"] * _WHOLE)
        return {"name": variant["name"], "share": told, **content_data(variant["content"])}


_RAILS = {"unfollows": "unfollows", "complaints": "complaints", "errors": "failures"}
"""The fields of the guardrails by their names in the file; a form has its own `errors`."""


class GuardrailsForm(Form):
    """At how many in a hundred the governor pauses it; what is left empty is as usual."""

    unfollows = _percent(0.01, _WHOLE)
    complaints = _percent(0.01, _WHOLE)
    failures = _percent(0.01, _WHOLE)
    at_least = _number(1, 1_000_000)

    def to_json(self) -> dict[str, Any]:
        """Return what was written as the file has it."""
        told = {key: share(self[name].data) for key, name in _RAILS.items()}
        return _written({**told, "at_least": self.at_least.data})

    @staticmethod
    def data_of(guardrails: Mapping[str, Any]) -> dict[str, Any]:
        """Return guardrails as the fields show them."""
        told = {name: percent(guardrails.get(key)) for key, name in _RAILS.items()}
        return {**told, "at_least": guardrails.get("at_least")}


class TermsForm(Form):
    """Whether the variants are tried first, and by which rule the winner is chosen."""

    is_on = BooleanField()
    metric = SelectField(
        choices=[SelectChoice(*one) for one in words("experiments")["metrics"].items()],
        validators=[Optional()],
    )
    sample = _percent(1, _WHOLE)
    hold_out = _percent(0, 50)
    minimum_per_arm = _number(1, 10_000_000)
    minimum_days = _number(1, 60)
    window_days = _number(1, 30)
    confidence = _percent(80, 99.9)

    def to_json(self) -> dict[str, Any] | None:
        """Return the terms as the file has them; None without an experiment."""
        if not self.is_on.data:
            return None
        whole = ("metric", "minimum_per_arm", "minimum_days", "window_days")
        told = {name: self[name].data for name in whole}
        shares = {name: share(self[name].data) for name in ("sample", "hold_out", "confidence")}
        return _written({**told, **shares})

    @staticmethod
    def data_of(terms: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return terms as the fields show them; without, what is usual."""
        usual = {
            "metric": "form_finished", "sample": 0.2, "hold_out": 0.05, "minimum_per_arm": 1_000,
            "minimum_days": 7, "window_days": 3, "confidence": 0.95,
        }  # fmt: skip
        told: dict[str, Any] = {**usual, **(terms or {}), "is_on": terms is not None}
        return told | {name: percent(told[name]) for name in ("sample", "hold_out", "confidence")}


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
