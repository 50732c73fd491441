"""What somebody says who chooses a variant by hand."""

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField


class ChoiceForm(FlaskForm):
    """A variant for the rest, and why; the use case checks both."""

    variant = SelectField(choices=[], validate_choice=False)
    reason = StringField()
