"""What somebody hands in about models; the use cases check all of it."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from handlers.console.words import words

TRAITS = ("age", "region", "purpose")
"""What our form asks that gives points only with a written reason."""


class CardForm(FlaskForm):
    """A card to bring in, and why."""

    file = FileField(validators=[FileRequired(words("models")["refusals"]["no_file"])])
    kind = SelectField(
        choices=[SelectChoice(kind, name) for kind, name in words("models")["kinds"].items()]
    )
    reason = StringField(validators=[Length(max=500)])


class MoveForm(FlaskForm):
    """What somebody says who moves a model on in its life."""

    reason = StringField(validators=[Length(max=500)])
    note = StringField(validators=[Length(max=2000)])
    measures = StringField(validators=[Length(max=20_000)])
    impact = StringField(validators=[Length(max=64)])
    why_age = StringField(validators=[Length(max=500)])
    why_region = StringField(validators=[Length(max=500)])
    why_purpose = StringField(validators=[Length(max=500)])
