"""The form that takes in a file of outcomes."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length

from handlers.console.words import words


class UploadForm(FlaskForm):
    """A file of outcomes, and whether one bad line keeps all of it out."""

    file = FileField(validators=[FileRequired(words("outcomes")["choose_file"])])
    reason = StringField(validators=[DataRequired(words("frame")["fill_in"]), Length(max=200)])
    is_whole = BooleanField()
