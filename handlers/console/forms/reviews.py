"""Forms of the review desk; only the fields listed here are ever read."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from handlers.console.words import words

_FEN = 100
_MOST_YUAN = 10_000_000


def _filled() -> DataRequired:
    return DataRequired(words("frame")["fill_in"])


def _said(*values: str) -> list[SelectChoice]:
    """Return choices whose labels stand in the page."""
    return [SelectChoice(value, value) for value in values]


class _Day(DateField):
    """A day; says in our words when it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(words("reviews")["not_a_day"]) from None


class _Yuan(IntegerField):
    """Whole yuan, or nothing; says in our words when it is no number."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed, thousands set apart or not."""
        typed = [one.replace(",", "").strip() for one in valuelist]
        try:
            super().process_formdata([one for one in typed if one])
        except ValueError:
            raise ValueError(words("reviews")["not_yuan"]) from None


class DecideForm(FlaskForm):
    """What a reviewer decides: as the policy said, another amount, or none; why; in words."""

    verdict = RadioField(choices=_said("policy", "amount", "decline"))
    yuan = _Yuan()
    reason = SelectField(validators=[_filled()], validate_choice=False)
    note = TextAreaField(validators=[Length(max=1000)])

    def offer(self, reasons: dict[str, list[str]]) -> None:
        """Offer the reasons of today, in groups by what they can be given for."""
        said = words("reviews")
        self.reason.choices = [
            SelectChoice(code, said["reasons"][code], optgroup=said["rulings"][ruling])
            for ruling, codes in reasons.items()
            for code in codes
        ]

    def validate_yuan(self, field: Any) -> None:  # noqa: ANN401 - wtforms has no types
        """Refuse to give an amount that is not said."""
        if self.verdict.data != "amount" or field.process_errors:
            return
        if field.data is None:
            raise ValidationError(words("frame")["fill_in"])
        if not 1 <= field.data <= _MOST_YUAN:
            raise ValidationError(words("reviews")["not_yuan"])

    def validate_note(self, field: Any) -> None:  # noqa: ANN401 - see above
        """Ask for words where none of the listed reasons fits."""
        if self.reason.data == "in_words" and not (field.data or "").strip():
            raise ValidationError(words("frame")["fill_in"])

    @property
    def approved_fen(self) -> int | None:
        """The amount, where one was given."""
        return self.yuan.data * _FEN if self.verdict.data == "amount" and self.yuan.data else None


class AskForm(FlaskForm):
    """A question to the person."""

    words = TextAreaField(validators=[_filled(), Length(max=200)])


class SnoozeForm(FlaskForm):
    """Until when a case is put off."""

    until = _Day(validators=[_filled()])


class PassForm(FlaskForm):
    """To whom a case goes, and why."""

    to = SelectField(coerce=int, validate_choice=False)
    note = StringField(validators=[_filled(), Length(max=500)])

    def offer(self, colleagues: Iterable[tuple[int, str]]) -> None:
        """Offer the colleagues who are there."""
        self.to.choices = [SelectChoice(str(one), name) for one, name in colleagues]


class ReleaseForm(FlaskForm):
    """Release, or send back with words."""

    answer = RadioField(choices=_said("approve", "refuse"), validators=[_filled()])
    words = TextAreaField(validators=[Length(max=500)])

    def validate_words(self, field: Any) -> None:  # noqa: ANN401 - wtforms has no types
        """Ask why it goes back."""
        if self.answer.data == "refuse" and not (field.data or "").strip():
            raise ValidationError(words("reviews")["refusals"]["words_needed"])


class AwayForm(FlaskForm):
    """From which day one is there again; empty: now."""

    until = _Day(validators=[Optional()])

    @property
    def day(self) -> date | None:
        """The day."""
        return self.until.data  # type: ignore[no-any-return]  # wtforms has no types
