"""Forms of the switch."""

from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from app.services.stops import STOPPABLE
from handlers.console.words import words


def _filled() -> DataRequired:
    return DataRequired(words("frame")["fill_in"])


class StopForm(FlaskForm):
    """What to stop, and why."""

    klass = RadioField(
        choices=[SelectChoice(klass, klass) for klass in STOPPABLE],
        default=STOPPABLE[0],
        validators=[_filled()],
    )
    reason = TextAreaField(validators=[_filled(), Length(max=500)])


class LiftForm(FlaskForm):
    """Why it may go on."""

    reason = TextAreaField(validators=[_filled(), Length(max=500)])
