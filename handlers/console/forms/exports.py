"""Forms of list exports; only the fields listed here are ever read."""

from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.queries.exports import COLUMNS
from handlers.console.words import words


class AskForm(FlaskForm):
    """Which columns, and what for; the list itself is in the address."""

    columns = SelectMultipleField(
        choices=[SelectChoice(name, words("exports")["file"]["heads"][name]) for name in COLUMNS],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    reason = StringField(validators=[DataRequired(words("frame")["fill_in"]), Length(max=200)])


class AnswerForm(FlaskForm):
    """Yes or no to what somebody else asked for."""

    words = StringField(validators=[Length(max=200)])
    approve = SubmitField()
    refuse = SubmitField()
