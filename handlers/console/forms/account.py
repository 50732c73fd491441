"""Forms for signing in and for keeping accounts; only the fields listed here are ever read."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.core.access import Role
from handlers.console.words import words

_LONGEST = 128


def _filled() -> DataRequired:
    return DataRequired(words("frame")["fill_in"])


class SignInForm(FlaskForm):
    """Name and password."""

    name = StringField(validators=[_filled(), Length(max=64)])
    password = PasswordField(validators=[_filled(), Length(max=_LONGEST)])


class CodeForm(FlaskForm):
    """The second factor."""

    code = StringField(validators=[_filled(), Length(max=12)])


class EnrolForm(FlaskForm):
    """A password of one's own, and the first code of a new authenticator."""

    password = PasswordField(validators=[Length(max=_LONGEST)])
    again = PasswordField(validators=[Length(max=_LONGEST)])
    code = StringField(validators=[_filled(), Length(max=12)])


class ConfirmForm(FlaskForm):
    """Password and code once more."""

    password = PasswordField(validators=[_filled(), Length(max=_LONGEST)])
    code = StringField(validators=[_filled(), Length(max=12)])


class RolesForm(FlaskForm):
    """What somebody may do."""

    roles = SelectMultipleField(
        choices=[SelectChoice(role.value, role.value) for role in Role],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    may_market = BooleanField()


class NewOperatorForm(RolesForm):
    """Somebody new."""

    name = StringField(validators=[_filled(), Length(max=32)])


class OnlyButtonForm(FlaskForm):
    """A button that changes something: no fields, only the proof that we made the page."""
