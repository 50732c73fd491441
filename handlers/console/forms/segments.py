"""Forms about segments."""

from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from app.audience.protections import PURPOSES
from app.services.segments import MOST_NAME, MOST_NOTE, Draft
from handlers.console.words import words

_FILL_IN = words("frame")["fill_in"]


class SegmentForm(FlaskForm):
    """A question, what it is for, and the name it is kept under; `seen` is the version opened."""

    name = StringField(validators=[DataRequired(_FILL_IN), Length(max=MOST_NAME)])
    purpose = RadioField(
        choices=[SelectChoice(one, words("segments")["purposes"][one]) for one in PURPOSES],
        validators=[DataRequired(_FILL_IN)],
        default="service",
    )
    query = TextAreaField()
    note = StringField(validators=[Optional(), Length(max=MOST_NOTE)])
    seen = IntegerField(validators=[Optional()])

    def draft(self) -> Draft:
        """Return what is to be kept."""
        return Draft(
            name=(self.name.data or "").strip(),
            purpose=self.purpose.data or "",
            query=self.query.data or "",
            note=(self.note.data or "").strip(),
        )


class NameForm(FlaskForm):
    """Another name."""

    name = StringField(validators=[DataRequired(_FILL_IN), Length(max=MOST_NAME)])


class RemoveForm(FlaskForm):
    """Why it is deleted."""

    reason = StringField(validators=[DataRequired(_FILL_IN), Length(max=200)])
