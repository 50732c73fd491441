"""Forms of channels; only the fields listed here are ever read."""

from decimal import Decimal, InvalidOperation

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from handlers.console.forms.base import ChineseForm
from handlers.console.words import words

_SECONDS_A_DAY = 24 * 3600
_MOST_DAYS = 30


def _filled() -> DataRequired:
    return DataRequired(words("frame")["fill_in"])


def _fen(told: str | None) -> int | None:
    """Read yuan with at most two decimals as fen."""
    try:
        fen = Decimal((told or "").replace(",", "").replace("，", "").strip()) * 100
    except InvalidOperation:
        return None
    return int(fen) if fen.is_finite() and fen == fen.to_integral_value() else None


def _money(_form: FlaskForm, field: StringField) -> None:
    fen = _fen(field.data)
    if fen is None or not 0 < fen < 10**13:
        raise ValidationError(words("channels")["not_money"])


class NewChannelForm(ChineseForm):
    """A channel to open."""

    name = StringField(validators=[_filled(), Length(max=60)])
    scene = StringField(validators=[Length(max=40)])
    lasting = SelectField(choices=[])
    days = IntegerField(validators=[Optional(), NumberRange(1, _MOST_DAYS)])
    note = StringField(validators=[Length(max=200)])

    def __init__(self) -> None:
        super().__init__()
        self.lasting.choices = list(words("channels")["lasting"].items())

    @property
    def lasting_seconds(self) -> int | None:
        """How long the code lasts; None for good."""
        if self.lasting.data != "temporary":
            return None
        return int(self.days.data or _MOST_DAYS) * _SECONDS_A_DAY


class ChannelForm(ChineseForm):
    """What is said of a channel."""

    name = StringField(validators=[_filled(), Length(max=60)])
    note = StringField(validators=[Length(max=200)])
    poster = TextAreaField(validators=[_filled(), Length(max=400)])


class CostForm(ChineseForm):
    """What a channel cost over some days."""

    since = DateField(validators=[InputRequired()])
    until = DateField(validators=[InputRequired()])
    yuan = StringField(validators=[_filled(), _money])
    note = StringField(validators=[Length(max=200)])

    @property
    def fen(self) -> int:
        """The cost in fen."""
        return _fen(self.yuan.data) or 0


class PeriodForm(ChineseForm):
    """The days that figures are about; read from the address."""

    class Meta(ChineseForm.Meta):
        """Nothing is changed by looking: no token is asked for."""

        csrf = False

    since = DateField(validators=[Optional()])
    until = DateField(validators=[Optional()])
