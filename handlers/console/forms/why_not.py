"""The form of 为什么没收到."""

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from handlers.console.words import words


class WhoForm(FlaskForm):
    """An openid, or the id of a person as any page shows it."""

    who = StringField(validators=[DataRequired(words("frame")["fill_in"]), Length(max=64)])
